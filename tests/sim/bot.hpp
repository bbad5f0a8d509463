#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "bot/rehearse/process.hpp"
#include "tests/sim/memory_vfs.hpp"
#include "tests/sim/wire.hpp"

namespace sim {

/// The bot's process: the real engine and the real store, and around them what `serve` does, in the simulation's time.
class Bot {
 public:
  Bot(Future&, Chance&, Server&, MemoryDisk&, const Weather&, bot::Engine::Options);

  void start();
  void stop();                  ///< in order
  void die();                   ///< now
  void die_at_commit(bool on);  ///< at the next commit, before it or (false) right after it, with nothing posted
  bool running() const { return running_; }
  bot::Engine& engine() { return process_.engine(); }
  store::Store& store() { return process_.store(); }
  Wire* wire() { return wire_.get(); }
  /// An operator changes an account.
  void set_account(const bot::Account&);
  std::optional<Instant> next_due();

  std::function<void()> on_batch;
  std::function<void(const bot::Incoming&)> on_in;
  std::function<void(const bot::Outgoing&)> on_out;
  std::function<void(bool before)> on_death;        ///< at a commit
  std::function<bool(const bot::Incoming&)> alone;  ///< this is handled in a batch of its own

 private:
  void wake();
  void pump();
  void handle(std::vector<bot::Incoming>);
  void deliver(std::vector<bot::Outgoing>);
  void mail(std::vector<bot::Outgoing>&);
  void catch_up();
  void caught_up(const std::vector<bot::Post>&, const std::vector<bot::Found>&);
  void watch_deadlines();
  template <class F>
  void later(Duration, F);

  Future& future_;
  Chance& chance_;
  Server& server_;
  MemoryDisk& disk_;
  Weather weather_;
  bot::Can can_;
  bot::rehearse::Process process_;
  std::unique_ptr<Wire> wire_;
  bool running_ = false, scheduled_ = false, linked_ = false, resting_ = false, trying_ = false;
  std::uint64_t looked_up_ = 0;  ///< rounds of looking up what was not delivered; only the last one counts
  std::int64_t life_ = 0;
  enum class Doom { none, before, after } doom_ = Doom::none;
  std::vector<bot::Outgoing> deferred_;
  std::vector<bot::Incoming> told_;  ///< by others than the chat server
  std::optional<Instant> watched_;   ///< a ping is on its way for this deadline
};

}  // namespace sim
