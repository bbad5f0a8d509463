#pragma once
#include <string>

#include "tests/sim/judge.hpp"

namespace sim {

struct RunOptions {
  int days = 120;
  bool aloud = false;                        ///< prints everything that is typed and said
  bool script = true;                        ///< of a failure
  std::chrono::milliseconds shrink{20'000};  ///< time to make it shorter
};

/// What became of one seed.
struct Outcome {
  std::uint64_t seed = 0;
  std::vector<Fault> faults;
  Tally tally;
  std::string hash;  ///< of everything that went in and out
  std::size_t messages = 0, typed = 0;
  std::string script;  ///< of a failure: a `.chat` file
};

Outcome run(std::uint64_t seed, const RunOptions&);

}  // namespace sim
