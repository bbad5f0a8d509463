#pragma once
#include <string>

#include "bot/platform.hpp"
#include "tests/sim/hash.hpp"

namespace sim {

/// One line that says everything of it.
std::string line_of(const bot::Incoming&);
std::string line_of(const bot::Outgoing&);

/// Everything that went in and out, in its order and with its instant. The same seed has the same hash.
class Trace {
 public:
  template <class Message>
  void take(const Message& message, workflow::Instant at) {
    hash_.add(workflow::iso(at) + " " + line_of(message) + "\n");
    ++messages_;
  }
  std::size_t messages() const { return messages_; }
  std::string hex() { return hash_.hex(); }

 private:
  Hash hash_;
  std::size_t messages_ = 0;
};

}  // namespace sim
