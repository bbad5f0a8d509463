#pragma once
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workflow/ids.hpp"
#include "workflow/money.hpp"
#include "workflow/time.hpp"

namespace workflow {

/// The kinds of account. Only the two `ext` ones, the outside world, may be negative (R-ledger-1).
enum class Book {
  ext_client,
  ext_freelancer,
  escrow,
  hourly_hold,
  pending,
  available,
  refund_transit,
  fees_freelancer
};
BOOST_DESCRIBE_ENUM(Book, ext_client, ext_freelancer, escrow, hourly_hold, pending, available, refund_transit,
                    fees_freelancer)

/// One account: `escrow:C-5`, `pending:7`. The owner is the contract's or the person's number; fees have none (0).
struct Account {
  Book book = Book::escrow;
  std::int64_t owner = 0;
  auto operator<=>(const Account&) const = default;
};
BOOST_DESCRIBE_STRUCT(Account, (), (book, owner))
std::string text(const Account&);

/// Plus is into the account, minus out of it.
struct Posting {
  Account account;
  Money amount;
  std::optional<std::int64_t> milestone;  ///< of escrow postings: the milestone's number; none is roll-forward credit
  bool operator==(const Posting&) const = default;
};
BOOST_DESCRIBE_STRUCT(Posting, (), (account, amount, milestone))

namespace ledger {

/// A journal: at least two postings that sum to zero. Nothing is ever changed or removed.
struct Posted {
  static constexpr std::string_view kind = "ledger.posted";
  ContractId id;
  std::string code;  ///< L1, L1b, L2, L2b, L3, L5a, L5b, L7
  std::vector<Posting> postings;
  std::optional<Instant> clears;        ///< L2: opens a lot of the freelancer's pending money, clear at this instant
  std::optional<Instant> settles;       ///< L5a: opens a transit to the client, settled at this instant
  std::optional<std::int64_t> lot;      ///< L3: the lot that became available
  std::optional<std::int64_t> transit;  ///< L5b: the transit that was settled
};
BOOST_DESCRIBE_STRUCT(Posted, (), (id, code, postings, clears, settles, lot, transit))

/// Money that was on its way back has arrived at the client. The headline before its L5b journal.
struct Settled {
  static constexpr std::string_view kind = "ledger.settled";
  ContractId id;
  Money amount;
};
BOOST_DESCRIBE_STRUCT(Settled, (), (id, amount))

}  // namespace ledger

/// Money that waits: a released amount inside its security period, or a refund on its way.
struct Lot {
  ContractId contract;
  PersonId person;
  Money amount;
  Instant due{};
  bool operator==(const Lot&) const = default;
};

/// What the journals of one contract add up to.
struct Totals {
  Money funded, released, fees, returned;  ///< released is the gross, fees are part of it
  Money bonus;                             ///< gross, paid besides
  Money sum;                               ///< of all postings: zero, or the books are wrong
  bool operator==(const Totals&) const = default;
};

/// The room's part of the books.
struct Ledger {
  std::map<std::pair<Account, std::int64_t>, Money> balance;  ///< by account and milestone (0: none)
  std::map<std::int64_t, Lot> lots;                           ///< pending money not yet cleared, by number
  std::map<std::int64_t, Lot> transits;                       ///< refunds not yet settled, by number
  std::int64_t next = 1;                                      ///< number of the next lot or transit
  std::map<ContractId, Totals> totals;
  bool operator==(const Ledger&) const = default;

  Money of(Account, std::int64_t milestone, Currency) const;
  Money escrow(MilestoneId, Currency) const;
  Money escrow(ContractId, Currency) const;
  Money credit(ContractId, Currency) const;
  Money gross_paid(ContractId, Currency) const;
};

namespace ledger {
/// One journal for each thing that money does. Each sums to zero by construction; Posted::postings are in the printed
/// order.
Posted fund(MilestoneId, Money, PersonId client);                                                        // L1
Posted roll_forward(MilestoneId, Money);                                                                 // L2b
Posted use_credit(MilestoneId, Money);                                                                   // L1b
Posted release(MilestoneId, Money gross, Money fee, PersonId freelancer, Instant clears);                // L2
Posted release_credit(ContractId, Money gross, Money fee, PersonId freelancer, Instant clears);          // L2
Posted bonus(ContractId, Money gross, Money fee, PersonId client, PersonId freelancer, Instant clears);  // L7
Posted clear(std::int64_t lot, const Lot&);                                                              // L3
/// In `give_back` the credit stands under this number.
inline constexpr std::int64_t no_milestone = 0;
Posted give_back(ContractId, const std::vector<std::pair<std::int64_t, Money>>& by_milestone, PersonId client,
                 Instant settles);                // L5a
Posted settle(std::int64_t transit, const Lot&);  // L5b
void evolve(Ledger&, const Posted&);
}  // namespace ledger

}  // namespace workflow
