#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sim {

/// A promise that was not kept.
struct Fault {
  std::string promise;  ///< in a word or two: `money`, `once`, `deadline`, …
  std::string what;
};

class Faults {
 public:
  void add(std::string promise, std::string what) { all_.push_back({std::move(promise), std::move(what)}); }
  const std::vector<Fault>& all() const { return all_; }
  bool none() const { return all_.empty(); }

 private:
  std::vector<Fault> all_;
};

}  // namespace sim
