#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/platform.hpp"
#include "tests/sim/future.hpp"

// A chat server that keeps everything and never forgets. It is honest; what is not is the way to it (`wire.hpp`).
namespace sim {

struct Human {
  std::string name;  ///< in scripts, and the handle
  std::string display, zone, email;
};

/// One thing that happened on the server, in its order.
struct Entry {
  bot::Incoming what;
  std::string channel;  ///< empty: it holds everywhere
  Instant at{};
};

/// A post of the bot, as people see it.
struct Shown {
  bot::Post post;
  std::string id;
  Instant at{};
};

class Server {
 public:
  explicit Server(Future& future) : future_(future) {}

  // People
  void person(const Human&);
  void rename(const std::string& name, const std::string& display);
  void join(const std::string& name, const std::string& room);
  void leave(const std::string& name, const std::string& room);
  /// The id of the message. With `id` it is that one, which the channel must not have.
  std::string type(const std::string& name, const std::string& channel, const std::string& thread,
                   const std::string& text);
  /// What was typed is other than it was. Those who have read it are told so.
  void edit(const std::string& channel, const std::string& message, const std::string& text);
  const Human& human(const std::string& name) const { return people_.at(name); }
  const std::set<std::string>& members(const std::string& channel) const { return members_.at(channel); }
  bool inside(const std::string& name, const std::string& channel) const;

  // The bot
  const std::vector<Entry>& entries() const { return entries_; }
  /// Where the entries of a channel lie; those that hold everywhere lie in each.
  const std::vector<std::size_t>& of(const std::string& channel) const;
  std::vector<std::string> channels() const;
  std::string show(const bot::Post&);  ///< its id; a key that is there shows nothing new
  bool erase(const std::string& channel, const std::string& message);
  bool gone(const std::string& channel, const std::string& message) const { return gone_.contains({channel, message}); }
  std::optional<std::string> find(const std::string& channel, const std::string& key) const;
  const std::vector<Shown>& shown() const { return shown_; }

  std::function<void(std::size_t)> on_entry;   ///< something new lies at this position
  std::function<void(const Shown&)> on_shown;  ///< people see it

 private:
  void add(bot::Incoming, const std::string& channel);
  bot::Member member(bot::Member::What, const std::string& name, const std::string& channel) const;

  Future& future_;
  std::map<std::string, Human> people_;
  std::map<std::string, std::set<std::string>> members_;
  std::vector<Entry> entries_;
  std::map<std::string, std::vector<std::size_t>> by_channel_;
  std::vector<Shown> shown_;
  std::map<std::pair<std::string, std::string>, std::string> posts_;
  std::set<std::pair<std::string, std::string>> gone_;
  std::size_t messages_ = 0;
};

}  // namespace sim
