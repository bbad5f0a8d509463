#include "tests/sim/inboxes.hpp"

namespace sim {

void Inboxes::compare(const Written& w) {
  const std::set<std::pair<std::int64_t, std::int64_t>> there(w.notices.begin(), w.notices.end());
  for (const auto& [person, note] : wanted_)
    if (!acknowledged_.contains(person) && !there.contains({person, note}))
      faults_.add("inbox", "N-" + std::to_string(note) + " concerns person " + std::to_string(person) +
                               ", who did not cause it, and is not in their inbox");
  wanted_.clear();
  acknowledged_.clear();
}

}  // namespace sim
