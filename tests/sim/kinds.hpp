#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/sim/judge.hpp"

// Everything that can happen by its name, so that what never occurred is seen.
namespace sim {

struct Kinds {
  std::vector<std::string> events, refusals, deadlines;
  std::map<std::string, std::string> cannot;  ///< what cannot occur yet, and why
};
/// From the variants and enums of the house, and from its sources: `alarm.kind == "…"`.
Kinds all_kinds(const std::string& source);

/// Prints what occurred, the rarest first. True: everything that can occur did so at least `least` times.
bool print_kinds(const Kinds&, const Tally&, std::int64_t least);

}  // namespace sim
