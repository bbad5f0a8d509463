#pragma once
#include <boost/describe.hpp>
#include <optional>

#include "workflow/ids.hpp"
#include "workflow/money.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// One stage of fixed-price work and the escrow that stands behind it (R-milestone-*). How much lies in escrow is the
// ledger's to say, never repeated here.
namespace workflow::milestone {

enum class State {
  planned,
  funded,
  submitted,
  changes_requested,
  released,
  refund_pending,
  refunded,
  disputed,
  cancelled
};
BOOST_DESCRIBE_ENUM(State, planned, funded, submitted, changes_requested, released, refund_pending, refunded, disputed,
                    cancelled)
/// What made a release happen.
enum class How { client, automatic, end };
BOOST_DESCRIBE_ENUM(How, client, automatic, end)

struct Milestone {
  MilestoneId id;
  State state = State::planned;
  std::string title;
  Money amount;
  std::optional<Date> due;
  std::int64_t submissions = 0;
  std::string submission;  ///< the words of the last one
  Deadline review;         ///< of SUBMITTED: the automatic release
  Instant released_at{};
  Deadline overdue;  ///< of FUNDED without a submission: the next note about the due day that has passed
  std::int64_t overdue_notes = 0;
  std::optional<AmendmentId> dropped;  ///< what took it out of the contract's terms
  bool operator==(const Milestone&) const = default;
};

// Commands
struct Fund {
  MilestoneId id;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Fund, (), (id, yes))
struct Submit {
  MilestoneId id;
  Phrase message;
};
BOOST_DESCRIBE_STRUCT(Submit, (), (id, message))
/// Without an amount: everything that lies in its escrow.
struct Release {
  MilestoneId id;
  std::optional<Amount> amount;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Release, (), (id, amount, yes))
/// From the contract's roll-forward credit.
struct ReleaseCredit {
  ContractId id;
  std::optional<Amount> amount;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(ReleaseCredit, (), (id, amount, yes))
/// What was submitted is not what was agreed: back to work.
struct RequestChanges {
  MilestoneId id;
  Phrase what;
};
BOOST_DESCRIBE_STRUCT(RequestChanges, (), (id, what))

// Events
struct Funded {
  static constexpr std::string_view kind = "milestone.funded";
  MilestoneId id;
  Money amount;
  Instant at{};
  std::optional<Money> credit;  ///< the part that came out of the contract's credit
};
BOOST_DESCRIBE_STRUCT(Funded, (), (id, amount, at, credit))
struct Submitted {
  static constexpr std::string_view kind = "milestone.submitted";
  MilestoneId id;
  std::int64_t number = 1;
  std::string message;
  Instant at{};
  Instant review_due{};
};
BOOST_DESCRIBE_STRUCT(Submitted, (), (id, number, message, at, review_due))
struct Released {
  static constexpr std::string_view kind = "milestone.released";
  MilestoneId id;
  How how = How::client;
  Money gross, fee;  ///< net = gross - fee
  Instant at{};
  Instant clears{};             ///< when the net becomes available
  std::optional<Money> rolled;  ///< the rest of a partial release, which is the contract's credit now
};
BOOST_DESCRIBE_STRUCT(Released, (), (id, how, gross, fee, at, clears, rolled))
/// Out of the contract's credit.
struct CreditReleased {
  static constexpr std::string_view kind = "milestone.credit_released";
  ContractId id;
  Money gross, fee;
  Instant at{};
  Instant clears{};
};
BOOST_DESCRIBE_STRUCT(CreditReleased, (), (id, gross, fee, at, clears))
struct ChangesRequested {
  static constexpr std::string_view kind = "milestone.changes_requested";
  MilestoneId id;
  std::string what;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(ChangesRequested, (), (id, what, at))
/// By amendment.
struct Added {
  static constexpr std::string_view kind = "milestone.added";
  MilestoneId id;
  std::string title;
  Money amount;
  std::optional<Date> due;
};
BOOST_DESCRIBE_STRUCT(Added, (), (id, title, amount, due))
/// By amendment, or its due day moved later by the client.
struct Edited {
  static constexpr std::string_view kind = "milestone.edited";
  MilestoneId id;
  std::string title;
  Money amount;
  std::optional<Date> due;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Edited, (), (id, title, amount, due, at))
/// Funded, its due day past, and nothing submitted.
struct Overdue {
  static constexpr std::string_view kind = "milestone.overdue";
  MilestoneId id;
  std::int64_t number = 1;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Overdue, (), (id, number, at))
/// Its escrow is asked back after a client's end.
struct RefundPending {
  static constexpr std::string_view kind = "milestone.refund_pending";
  MilestoneId id;
};
BOOST_DESCRIBE_STRUCT(RefundPending, (), (id))
/// Its escrow went back to the client, who has it at `settles`.
struct Refunded {
  static constexpr std::string_view kind = "milestone.refunded";
  MilestoneId id;
  Money amount;
  Instant at{};
  Instant settles{};
};
BOOST_DESCRIBE_STRUCT(Refunded, (), (id, amount, at, settles))
/// With the end of the contract, or dropped by an amendment.
struct Cancelled {
  static constexpr std::string_view kind = "milestone.cancelled";
  MilestoneId id;
  std::optional<AmendmentId> by;
};
BOOST_DESCRIBE_STRUCT(Cancelled, (), (id, by))

}  // namespace workflow::milestone
