#pragma once
#include <memory>
#include <string>

#include "tests/sim/bot.hpp"
#include "tests/sim/crowd.hpp"

// One seed: its people and rooms, its weather, and what befalls the bot.
namespace sim {

class World {
 public:
  /// Everything of a world follows from these.
  struct Plan {
    std::uint64_t seed = 1;
    int days = 120;
  };
  /// What looks on.
  struct Watch {
    std::function<void()> batch;  ///< what follows is handled at once
    std::function<void(const bot::Incoming&)> in;
    std::function<void(const bot::Outgoing&)> out;
    std::function<void(const Shown&)> shown;
    std::function<void(const bot::Account&, Instant)> account;
    std::function<void(const bot::Incoming&)> typed;  ///< it lies on the server
    std::function<void()> checked;                    ///< a moment at which everything written may be looked at
    std::function<void(const std::string&)> befell;   ///< `restart`, `crash before-commit`, …
    std::function<bool(const bot::Incoming&)> alone;
  };
  /// Thrown by who looks on and has seen enough.
  struct Over {};
  World(Plan, Watch);
  void watch(Watch w) { watch_ = std::move(w); }
  void run();

  Future& future() { return future_; }
  Server& server() { return server_; }
  Bot& bot() { return *bot_; }
  MemoryDisk& disk() { return disk_; }
  const workflow::Policy& policy() const { return policy_; }
  const bot::Can& can() const { return can_; }
  const Crowd& crowd() const { return crowd_; }
  Instant start() const { return start_; }
  std::string file() const;  ///< of the store, on the disk

 private:
  Temper drawn_temper();
  void settle_numbers();
  void populate();
  void befall();
  void change_account();
  void come_and_go();
  void at_a_deadline();
  void look();

  Plan plan_;
  Watch watch_;
  Instant start_, end_;
  Chance of_world_, of_net_, of_people_, of_bot_;
  workflow::Policy policy_;
  bot::Can can_;
  Weather weather_;
  Future future_;
  MemoryDisk disk_;
  Server server_;
  Temper temper_;
  Crowd crowd_;
  std::unique_ptr<Bot> bot_;
  Duration between_falls_{};
};

}  // namespace sim
