#pragma once
#include <map>
#include <set>
#include <string>

#include "tests/sim/fault.hpp"
#include "tests/sim/record.hpp"

// A ledger of our own: what every account must hold, worked out from what happened and not from what was decided.
namespace sim {

class Books {
 public:
  struct Contract {
    std::int64_t client = 0, freelancer = 0, fee_bps = 0;
    std::int64_t funded = 0, released = 0, returned = 0;  ///< charged to the client, paid gross, sent back
  };
  explicit Books(Faults& faults) : faults_(faults) {}

  void take(const Happened&);
  /// Everything that one cause did has been taken.
  void close(std::int64_t cause);
  void compare(const Written&);

  /// Of a person, in minor units: as `/balance` tells it.
  struct Mine {
    std::int64_t available = 0, pending = 0, escrow = 0, transit = 0;
  };
  Mine of(std::int64_t person) const;
  const Contract* contract(std::int64_t id) const;
  /// What a cause paid into somebody's pending money, each by itself.
  const std::multiset<std::int64_t>& paid(std::int64_t cause) const;

 private:
  struct Flow {  ///< of one cause, in one contract: what the journals moved, and what the events say
    std::int64_t pending = 0, fees = 0, charged = 0, told_pending = 0, told_fees = 0, told_charged = 0;
    std::map<std::int64_t, std::int64_t> escrow, told_escrow;  ///< by milestone; 0 is the credit
    bool told = true;      ///< false: escrow goes back to the client, which events tell in ways of their own
    bool strange = false;  ///< a journal of a kind that is not known here: only what holds for all is asked of it
  };
  void journal(const Happened&);
  void payment(const Happened&, std::int64_t contract, std::int64_t milestone, bool from_escrow);
  void right_owner(const Happened&, const std::string& book, std::int64_t owner, const Contract&);

  Faults& faults_;
  std::map<std::int64_t, Contract> contracts_;
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> balances_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> escrow_;  ///< by contract and milestone
  std::map<std::int64_t, std::multiset<std::int64_t>> paid_;
  std::map<std::int64_t, std::map<std::int64_t, Flow>> flows_;  ///< by cause and contract
  std::map<std::int64_t, std::vector<PostingRow>> written_;     ///< by position: what the postings must be
};

}  // namespace sim
