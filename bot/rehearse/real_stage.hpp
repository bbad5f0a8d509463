#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bot/rehearse/stage.hpp"

// What is true of every real server: people and the bot have connections, whoever does something waits until the others
// have noticed, and the script's instants, names and ids stand in for the server's.
namespace bot::rehearse {

/// Names of the script and ids of the server.
class Names {
 public:
  void add(const std::string& name, const std::string& id) {
    ids_[name] = id;
    names_[id] = name;
  }
  std::string id(const std::string& name) const { return look(ids_, name); }
  std::string name(const std::string& id) const { return look(names_, id); }

 private:
  static std::string look(const std::map<std::string, std::string>& in, const std::string& what) {
    const auto found = in.find(what);
    return found == in.end() ? what : found->second;
  }
  std::map<std::string, std::string> ids_, names_;
};

/// A stage with the bot's own adapter on it. What happens on its io_context happens while somebody waits in `until`.
/// Whoever derives from it calls join() when people can reach the bot, and leave() before its members go.
class RealStage : public Stage {
 public:
  explicit RealStage(Can wanted);

  Can can() const override;
  std::string channel(const std::string& name) const override { return channels_.id(name); }
  std::string channel_name(const std::string& id) const override { return channels_.name(id); }
  std::string user(const std::string& name) const override { return users_.id(name); }
  std::string user_name(const std::string& id) const override { return users_.name(id); }

  bool again(const std::string& label, const std::string& room, Instant at) override;
  bool edit(const std::string&, const std::string&, Instant) override { return false; }
  std::string author(const std::string& label) const override;

  std::vector<Incoming> read() override;
  std::string post(const Post&, Instant) override;
  Found find(const Post&) override;
  void reconnect() override;
  void connect(bool up) override;

 protected:
  /// One message of somebody's, in the order in which they were typed.
  struct Typed {
    std::string who, channel, text;
    Instant at{};
    std::string id;  ///< the server's; empty as long as only the bot can tell
  };

  /// The bot's connection, new and not yet started.
  virtual std::unique_ptr<Platform> new_adapter() = 0;
  /// The adapter has said goodbye: returns when the server has heard it.
  virtual void gone() {}
  /// Whether somebody has been shown this post, `id` by the server.
  virtual bool sees(const std::string& who, const Post&, const std::string& id) const = 0;
  /// What the server has no place for.
  virtual void complete(Member&) const {}

  void join();
  void leave();
  bool connected() const { return adapter_ != nullptr; }
  Platform& adapter() { return *adapter_; }

  /// Lets everybody go on until `done`; `what` says in an error what never came.
  void until(const std::string& what, const std::function<bool()>& done);
  /// Waits until the bot's adapter has yielded it, or until it comes with the history later.
  template <class Item>
  void heard_by_bot(const std::string& what, const std::function<bool(const Item&)>& is) {
    if (!adapter_) return;
    until(what, [&] {
      for (const Incoming& item : inbox_)
        if (const auto* one = std::get_if<Item>(&item); one && is(*one)) return true;
      return false;
    });
  }
  void note(Typed, const std::string& label);
  /// The message with this label, or the last one.
  const Typed* typed(const std::string& label) const;
  void at(Instant instant) { now_ = std::max(now_, instant); }

  boost::asio::io_context io_{1};
  Names channels_, users_;
  std::map<std::string, std::set<std::string>> members_;  ///< by the server's channel, names of the script

 private:
  void collect();
  /// The script's instants in place of the server's.
  void stamp(Incoming&);
  Typed* typed_of(const Heard&);

  Can wanted_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<Platform> adapter_;
  std::string cursor_;  ///< as of what the engine has read
  bool up_ = false;
  std::vector<Incoming> inbox_;  ///< yielded by the adapter, not yet read by the engine
  std::map<std::string, std::string> delivered_;
  std::map<std::string, Refused> refused_;
  std::deque<Typed> typed_;
  std::map<std::string, const Typed*> labels_;
  std::map<std::string, Heard> heard_;  ///< by the server's id
  Instant now_{};                       ///< of everything that nobody typed
};

}  // namespace bot::rehearse
