#pragma once
#include <vector>

#include "tests/bench/measure.hpp"

namespace bench {

/// The tables and the floors as Markdown, to standard output. True: no floor is missed.
bool report(const std::vector<Measured>&, const Sizes&);

}  // namespace bench
