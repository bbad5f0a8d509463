#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "workflow/time.hpp"

namespace sim {

using workflow::Duration;
using workflow::Instant;

inline Duration days(std::int64_t n) { return std::chrono::hours{24 * n}; }

/// Every choice of a simulation, from one seed: the same on every machine, unlike the library's distributions.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  /// 0 to n - 1.
  std::int64_t below(std::int64_t n) {
    return n <= 1 ? 0 : static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n));
  }
  std::int64_t between(std::int64_t least, std::int64_t most) { return least + below(most - least + 1); }
  bool in(std::int64_t n) { return below(n) == 0; }
  bool percent(std::int64_t p) { return below(100) < p; }
  template <class T>
  const T& of(const std::vector<T>& all) {
    return all.at(static_cast<std::size_t>(below(static_cast<std::int64_t>(all.size()))));
  }
  /// Mostly around `mean`, sometimes many times as long, as people and networks are.
  Duration around(Duration mean) {
    const std::int64_t spread[] = {1, 5, 20, 50, 80, 100, 130, 200, 350, 800};
    return Duration{mean.count() * spread[below(10)] / 174 * between(50, 150) / 100};
  }

 private:
  std::uint64_t state_;
};

}  // namespace sim
