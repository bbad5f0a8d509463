#pragma once
#include <functional>
#include <map>
#include <utility>

#include "tests/sim/chance.hpp"

namespace sim {

/// The clock of a simulation, and everything that is going to happen. Time passes only by what happens in it.
class Future {
 public:
  explicit Future(Instant start) : now_(start) {}
  Instant now() const { return now_; }
  void at(Instant when, std::function<void()> what) {
    all_.emplace(std::pair{std::max(when, now_), ++number_}, std::move(what));
  }
  void in(Duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }
  /// The next thing happens, if it happens before `until`.
  bool step(Instant until) {
    if (all_.empty() || all_.begin()->first.first >= until) return false;
    auto next = all_.extract(all_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
  }
  void pass_to(Instant when) { now_ = std::max(now_, when); }

 private:
  Instant now_;
  std::uint64_t number_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> all_;
};

}  // namespace sim
