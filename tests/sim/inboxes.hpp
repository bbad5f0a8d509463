#pragma once
#include <map>
#include <set>

#include "tests/sim/fault.hpp"
#include "tests/sim/record.hpp"

// Whoever did not cause a note that concerns them finds it in their inbox, until they say that they have read it.
namespace sim {

class Inboxes {
 public:
  explicit Inboxes(Faults& faults) : faults_(faults) {}

  /// Such a note was written; of those who were told only some may have said since that they have read it.
  void concerns(std::int64_t note, std::int64_t person) { wanted_.emplace(person, note); }
  void read_by(std::int64_t person) { acknowledged_.insert(person); }
  /// What lies in the inboxes since the last time.
  void compare(const Written&);

 private:
  Faults& faults_;
  std::set<std::pair<std::int64_t, std::int64_t>> wanted_;
  std::set<std::int64_t> acknowledged_;
};

}  // namespace sim
