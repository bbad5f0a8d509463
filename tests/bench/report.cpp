#include "tests/bench/report.hpp"

#include <cstdio>
#include <string>

namespace bench {
namespace {

/// Parley, all writes: how many times as fast as another bot at so many outstanding it must be.
struct Floor {
  const char* than;
  int outstanding;
  double times;
};
constexpr Floor floors[]{{"hubot", 1, 1.6}, {"hubot", 32, 5},  {"hubot", 1024, 8},
                         {"bare", 1, 0.7},  {"bare", 32, 0.7}, {"bare", 1024, 0.7}};

using Table = std::map<int, Samples> Measured::*;

void head(const char* title, const std::vector<int>& columns, const char* what) {
  std::printf("\n## %s\n\n| bot |", title);
  for (const int n : columns) std::printf(" %d %s: /s | p50 µs | p99 µs | p999 µs |", n, what);
  std::printf("\n|---|");
  for (std::size_t i = 0; i < columns.size() * 4; ++i) std::printf("---|");
  std::printf("\n");
}

void table(const char* title, const std::vector<Measured>& all, Table of, const std::vector<int>& columns,
           const char* what) {
  head(title, columns, what);
  for (const auto& bot : all) {
    std::printf("| %s |", bot.label.c_str());
    for (const int n : columns) {
      const auto& s = (bot.*of).at(n);
      std::printf(" %.0f | %.0f | %.0f | %.0f |", median(s.per_second), median(s.p50), median(s.p99), median(s.p999));
    }
    std::printf("\n");
  }
}

void means(const std::vector<Measured>& all) {
  std::printf(
      "\n## What it takes\n\n| bot | start ms | resident MB | syncs a command, one at a time | in batches of 32 | KiB "
      "written a command, one at a time | in batches of 32 |\n|---|---|---|---|---|---|---|\n");
  for (const auto& bot : all)
    std::printf("| %s | %.0f | %.1f | %.2f | %.3f | %.1f | %.2f |\n", bot.label.c_str(), median(bot.start_ms),
                median(bot.resident_mb), bot.syncs_alone, bot.syncs_together, bot.kilobytes_alone,
                bot.kilobytes_together);
}

const Measured* find(const std::vector<Measured>& all, const std::string& name) {
  for (const auto& bot : all)
    if (bot.name == name) return &bot;
  return nullptr;
}

/// The median of the rounds' own ratios: what a busy machine does to a round, it does to both.
double ratio(const Samples& ours, const Samples& theirs) {
  std::vector<double> all;
  for (std::size_t i = 0; i < ours.per_second.size(); ++i) all.push_back(ours.per_second[i] / theirs.per_second[i]);
  return median(all);
}

bool check_floors(const std::vector<Measured>& all) {
  const auto* parley = find(all, "parley");
  if (!parley) return true;
  std::printf("\n## Floors\n\n| all writes, against | outstanding | floor | measured | |\n|---|---|---|---|---|\n");
  bool good = true;
  for (const auto& floor : floors) {
    const auto* other = find(all, floor.than);
    if (!other) continue;
    const double times = ratio(parley->writes.at(floor.outstanding), other->writes.at(floor.outstanding));
    const bool kept = times >= floor.times;
    good = good && kept;
    std::printf("| %s | %d | %.1f | %.2f | %s |\n", other->label.c_str(), floor.outstanding, floor.times, times,
                kept ? "kept" : "missed");
  }
  return good;
}

}  // namespace

bool report(const std::vector<Measured>& all, const Sizes& sizes) {
  table("All writes", all, &Measured::writes, sizes.outstanding, "outstanding");
  table("Mixed: 45 % writes, 40 % queries, 15 % talk", all, &Measured::mixed, sizes.outstanding, "outstanding");
  table("All writes at a pace", all, &Measured::paced_writes, sizes.paces, "a second");
  table("Mixed at a pace", all, &Measured::paced_mixed, sizes.paces, "a second");
  means(all);
  return check_floors(all);
}

}  // namespace bench
