#pragma once
#include <memory>
#include <optional>

#include "bot/engine.hpp"
#include "bot/rehearse/folder.hpp"
#include "store/store.hpp"

// The bot's process in a rehearsal: an engine on a store of its own, which can stop, die and start again.
namespace bot::rehearse {

/// Thrown where the process dies before its commit.
struct Died {};

class Process {
 public:
  /// `lasting`: the store survives a restart, in a private folder that is removed with this object.
  Process(Engine::Options, bool lasting);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void start();
  void stop();  ///< in order
  void die();   ///< without a goodbye
  void die_at_commit(bool armed) { armed_ = armed; }

  Engine& engine() { return *engine_; }
  store::Store& store() { return *store_; }

 private:
  Engine::Options options_;
  std::optional<PrivateFolder> folder_;
  bool armed_ = false;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace bot::rehearse
