#pragma once
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "bot/room/clock.hpp"
#include "bot/room/hub.hpp"
#include "bot/room/server.hpp"
#include "bot/room/store.hpp"

namespace room {

/// What all connections share; lives until the last of them is gone.
struct Core {
  Core(boost::asio::io_context& context, Options given)
      : io(context),
        options(std::move(given)),
        store(options.data),
        hub(std::make_shared<Hub>(context, store, wall_clock)) {}

  boost::asio::io_context& io;
  Options options;
  Store store;
  std::shared_ptr<Hub> hub;
  unsigned short port = 0;
  bool stopping = false;
  std::unordered_map<std::string, int> connections;  ///< open ones by the other side's address
  std::list<std::function<void()>> closers;          ///< one for each open connection
};

/// A connection's place among the others, given back when it goes.
class Guest {
 public:
  Guest(std::shared_ptr<Core> core, std::string address)
      : core_(std::move(core)), address_(std::move(address)), closer_(core_->closers.emplace(core_->closers.end())) {
    ++core_->connections[address_];
  }
  ~Guest() {
    core_->closers.erase(closer_);
    if (--core_->connections[address_] == 0) core_->connections.erase(address_);
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  bool one_too_many() const {
    return core_->stopping || core_->connections[address_] > core_->options.connections_per_address;
  }
  void on_stop(std::function<void()> close) { *closer_ = std::move(close); }
  Core& core() { return *core_; }

 private:
  std::shared_ptr<Core> core_;
  std::string address_;
  std::list<std::function<void()>>::iterator closer_;
};

}  // namespace room
