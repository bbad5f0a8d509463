#pragma once
#include <memory>
#include <string>

// The chat server that measures: it speaks the built-in room's frames to one bot, keeps nothing, and is at the same
// time everybody who types. So what is measured is the bot, and the server's share is as small as it can be.
namespace bench {

/// What came of a number of messages; the times are those of commands, from typing to the answer.
struct Figures {
  double per_second = 0;
  double p50_us = 0, p99_us = 0, p999_us = 0;
};

/// What people type. `writes`: offers made and withdrawn, one after the other in a room. `mixed`: of twenty messages
/// nine are those, eight ask for an offer's status, and three are talk that nobody answers.
enum class Load { writes, mixed };

class Chat {
 public:
  Chat();
  ~Chat();
  Chat(const Chat&) = delete;
  Chat& operator=(const Chat&) = delete;

  unsigned short port() const;
  /// Forgets everything: another store, no rooms, no people. For the next bot.
  void clear();
  /// As many rooms with a client and a freelancer each, and their direct chats, told to the bot that is signed in.
  void open_rooms(int rooms);
  /// In each room an offer, accepted: the pair is fixed, a contract runs.
  void bind_rooms();
  /// That many messages over all rooms in turn; `outstanding` wait for their answer at any time. Throws where an answer
  /// is not the note that was expected, or none comes.
  Figures drive(int messages, int outstanding, Load load = Load::writes);
  /// The same at a pace of its own, whatever the bot does: the times count from when a message should have been typed,
  /// so that a bot which falls behind shows it.
  Figures paced(int messages, int per_second, Load load = Load::writes);
  /// `burst` writes at a time in one message; the next when all are answered and a moment has passed.
  void bursts(int count, int burst);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bench
