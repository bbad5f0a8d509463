#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bot/platform.hpp"

// Which mail goes next, and when one that failed is tried again. No thread and no clock of its own.
namespace bot::mail {

using Moment = std::chrono::steady_clock::time_point;

/// What became of one try.
struct Attempt {
  enum class How {
    sent,
    refused,  ///< this mail will never be taken: a 5xx to its address or its text
    later,    ///< not now to this address: a 4xx
    trouble   ///< the server cannot be reached or used: that holds for every mail
  };
  How how = How::sent;
  std::string reason;
  bool maybe = false;   ///< the text was sent and no answer came: it may have arrived
  bool config = false;  ///< nothing will change by itself: a wrong certificate, a wrong password
};

class Queue {
 public:
  struct Tuning {
    workflow::Duration first, most, give_up;
  };
  Queue(Tuning tuning, std::uint64_t seed) : tuning_(tuning), random_(seed) {}

  /// What waits from now on, in order. How often something failed is not forgotten.
  void replace(std::vector<Mail>);
  void add(Mail);
  /// The mail to try now: the oldest whose person does not wait. It stays in the queue until concluded.
  std::optional<Mail> next(Moment now) const;
  /// When next() has something again; nothing: no mail waits.
  std::optional<Moment> wake() const;
  /// What is to be reported of a try, and, where nothing more is tried, of the others.
  std::vector<Incoming> conclude(const Mail&, const Attempt&, Moment now, Instant wall);
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Delay {
    int tries = 0;
    Moment until{};
  };
  void put_off(Delay&, Moment now);
  void remove(const std::string& key);
  /// A mail that has been tried for long enough, as dead.
  bool too_old(const Mail&, Instant wall) const;
  std::string given_up(const std::string& reason) const;

  Tuning tuning_;
  std::mt19937_64 random_;
  std::deque<Mail> waiting_;
  Delay server_;
  std::map<std::string, Delay> people_;
};

}  // namespace bot::mail
