#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bot/platform.hpp"
#include "bot/rehearse/script.hpp"

// The chat server of a rehearsal, as the script's people and the bot use it. Everything is asked for and answered at
// once; instants are the script's.
namespace bot::rehearse {

/// An account of the script.
struct Human {
  std::string name;  ///< in the script, and the handle
  std::string display;
  std::string zone;
};

class Stage {
 public:
  virtual ~Stage() = default;

  virtual std::string platform() const = 0;  ///< first part of every place
  virtual Can can() const = 0;

  // The server's ids, for the names of the script and back.
  virtual std::string channel(const std::string& name) const = 0;
  virtual std::string channel_name(const std::string& id) const = 0;
  virtual std::string user(const std::string& name) const = 0;
  virtual std::string user_name(const std::string& id) const = 0;

  // What people do.
  virtual void person(const Human&, Instant) = 0;  ///< once each: the account and its direct chat with the bot
  virtual void room(const std::string& name, const std::vector<std::string>& people, Instant) = 0;
  /// False: this server does not let them, e.g. two people bear one name in a room.
  virtual bool member(Member::What, const std::string& person, const std::string& room, const std::string& display,
                      Instant) = 0;
  /// `label`: its id, where the script names it and the server lets one choose. False: this server takes no such text.
  virtual bool type(const std::string& who, const Spot&, const std::string& text, const std::string& label,
                    Instant typed) = 0;
  /// The message with this label, or the last one, is handed to the bot once more; in another room it is another one.
  /// False: this server cannot do that.
  virtual bool again(const std::string& label, const std::string& room, Instant) = 0;
  virtual bool edit(const std::string& label, const std::string& text, Instant) = 0;
  virtual bool remove(const std::string& label, Instant) = 0;
  /// Who typed the message with this label, or the last one.
  virtual std::string author(const std::string& label) const = 0;

  // What the bot does.
  /// Everything it has not yet read, in the server's order.
  virtual std::vector<Incoming> read() = 0;
  /// The server's id of the post; a key that it has already shows nothing new.
  virtual std::string post(const Post&, Instant) = 0;
  /// True: the message was there.
  virtual bool erase(const Erase&, Instant) = 0;
  virtual Found find(const Post&) = 0;
  /// The bot's process went, and its connection with it; the next one stands.
  virtual void reconnect() = 0;
  /// The bot's connection comes or goes; what is typed meanwhile is history.
  virtual void connect(bool up) = 0;
};

/// A chat server that is nothing but lists in memory.
std::unique_ptr<Stage> scripted_stage(Can);

}  // namespace bot::rehearse
