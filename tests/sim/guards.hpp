#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/deeds.hpp"

// What must be refused, and what may not be refused in this way: the guards that hold for every verb, whatever it does.
namespace sim {

class Guards {
 public:
  explicit Guards(Faults& faults) : faults_(faults) {}

  /// In the order in which it was recorded.
  void take(const Happened&, const Reason&);
  /// What somebody typed in this room was answered so; everything up to it has been taken.
  void answered(const Reason&, const Spoken&, std::int64_t actor, std::int64_t room);

 private:
  struct Account {
    bool active = true, billing_ok = true;
    std::set<std::int64_t> blocked;
  };
  struct Pair {
    std::int64_t since = 0, client = 0, freelancer = 0;
    bool has(std::int64_t person) const { return person == client || person == freelancer; }
  };
  void accepted(const Happened&);
  bool was_active(std::int64_t person, std::int64_t cause) const;
  void wrong(const Reason&, const Spoken&, const std::string& what);

  Faults& faults_;
  std::map<std::int64_t, Account> accounts_;
  std::map<std::int64_t, std::map<std::int64_t, bool>> activity_;        ///< of a person: from this cause on
  std::map<std::int64_t, Pair> pairs_;                                   ///< by room
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> things_;  ///< room and cause
};

}  // namespace sim
