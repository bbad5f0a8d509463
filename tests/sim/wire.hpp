#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "tests/sim/server.hpp"

// The way from the chat server to the bot and back, behind the bot's port: slow, lossy, repeating itself.
namespace sim {

/// How bad the way is. Of a seed.
struct Weather {
  Duration latency = std::chrono::milliseconds{150};  ///< mean, each way, for each channel on its own
  int twice = 0;                                      ///< percent of what is delivered arrives again, later
  int refused = 0;                                    ///< percent of posts that the server does not take at the moment
  Duration breaks = days(5);                          ///< mean time between two losses of the connection
  Duration away = std::chrono::minutes{2};            ///< mean time without one
};

/// One process's connection. It goes with the process; the server stays.
class Wire final : public bot::Platform {
 public:
  Wire(Future&, Chance&, Server&, const Weather&, bot::Can);
  ~Wire() override;  ///< some of what was sent last arrives all the same

  std::string name() const override { return "room"; }
  bot::Can can() const override { return can_; }
  void start(std::string cursor, std::function<void()> wake) override;
  std::vector<bot::Incoming> take(std::size_t most) override;
  std::string cursor() const override;
  void send(std::vector<bot::Outgoing>) override;
  void find(const bot::Post&, std::function<void(bot::Found)> found) override;
  void stop() override { stopped_ = true; }

  /// Asks the server how late it is, so that what was read until then is known to be all.
  void ping();
  void lose();  ///< the connection breaks; it comes back by itself
  bool up() const { return up_; }
  /// Something new lies on the server.
  void tell(std::size_t position);

 private:
  struct Lane {                 ///< one channel
    std::size_t next = 0;       ///< the first of the channel's entries that was not received
    std::size_t taken = 0;      ///< likewise, not taken by the bot
    Instant last{};             ///< the latest arrival: within a channel nothing overtakes
    std::deque<bot::Post> out;  ///< posts on their way, one at a time
    bool busy = false;
  };
  struct Item {
    bot::Incoming what;
    std::string lane;
    std::size_t next = 0;  ///< of the lane, once this is taken
  };

  struct Search {
    bot::Post post;
    std::function<void(bot::Found)> found;
  };

  template <class F>
  void later(Duration wait, F what);
  void connect();
  void backfill();
  void ask(std::int64_t number);
  void push(bot::Incoming what, const std::string& lane = {}, std::size_t next = 0);
  void post_next(const std::string& channel);
  void refuse_all(Lane&, const std::string& why);
  Duration trip() { return chance_.around(weather_.latency); }

  Future& future_;
  Chance& chance_;
  Server& server_;
  Weather weather_;
  bot::Can can_;
  std::function<void()> wake_;
  bool stopped_ = false, up_ = false;
  std::int64_t link_ = 0;  ///< number of the connection: what travels on an earlier one is lost
  std::map<std::string, Lane> lanes_;
  std::deque<Item> items_;
  std::map<std::int64_t, Search> searches_;  ///< not answered yet: asked again over every new connection
  std::int64_t asks_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace sim
