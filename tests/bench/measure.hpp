#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/bench/bots.hpp"
#include "tests/bench/chat.hpp"

// The rounds: every bot in turn, on a new folder each time, under the same load.
namespace bench {

struct Sizes {
  int rooms = 1100, touched = 1000, starts = 9, rounds = 5;
  std::vector<int> outstanding{1, 32, 1024}, messages{2000, 8000, 16'000};
  std::vector<int> paces{2000, 20'000};  ///< messages a second
  int paced_ms = 1500;                   ///< how long at each pace
};

struct Samples {
  std::vector<double> per_second, p50, p99, p999;
  void add(const Figures&);
};

/// What was measured of one bot.
struct Measured {
  std::string name, label;
  std::vector<double> start_ms;
  std::vector<double> resident_mb;
  double syncs_alone = 0, syncs_together = 0, kilobytes_alone = 0, kilobytes_together = 0;  ///< a command
  std::map<int, Samples> writes, mixed;              ///< by how many are outstanding
  std::map<int, Samples> paced_writes, paced_mixed;  ///< by messages a second
};

double median(std::vector<double>);

/// `only`: the names of the bots; empty: all. Says on standard error how far it is.
std::vector<Measured> compare(const Places&, const Sizes&, Chat&, const std::vector<std::string>& only);

/// Parley alone on a store of many rooms: memory and start. Prints what came.
void measure_starts(const Places&, const Sizes&, Chat&);

}  // namespace bench
