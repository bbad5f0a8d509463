#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bot/room/model.hpp"

// The frames of PROTOCOL.md: text to requests, and answers and entries to text. No state.
namespace room {

struct SignIn {
  std::string token;
  bool rooms = true;  ///< list the rooms before the welcome
};
struct Ping {};
struct ListRooms {};
/// Forward over all channels (`channel` empty: after `after` up to `until`), or back in one (before `before`).
struct LoadHistory {
  std::string channel;
  Position after = 0;
  Position until = INT64_MAX;
  Position before = INT64_MAX;
  int limit = 100;
};
struct PostMessage {
  std::string channel, thread, text, key;
  std::string to;    ///< bots only: the id of the only reader
  std::string kind;  ///< bots only
};
struct FindKey {
  std::string key;
};
struct DeleteMessage {
  std::string id;
};
struct CreateRoom {
  std::string name;
  std::vector<std::string> handles;
};
/// Without handles: enter again a room one has left. With them: a member brings others in.
struct JoinRoom {
  std::string channel;
  std::vector<std::string> handles;
};
struct LeaveRoom {
  std::string channel;
};
struct Rename {
  std::optional<std::string> handle, name, zone;
};

using Request = std::variant<SignIn, Ping, ListRooms, LoadHistory, PostMessage, FindKey, DeleteMessage, CreateRoom,
                             JoinRoom, LeaveRoom, Rename>;

struct Asked {
  Request request;
  std::optional<std::int64_t> ask;  ///< the client's number, given back with the answer
};

struct Unreadable {
  bool closes = false;  ///< not even JSON: the connection ends
  std::string why;
  std::optional<std::int64_t> ask;
};

std::expected<Asked, Unreadable> read_request(std::string_view line);

/// What went wrong, for the one who asked. The codes are listed in PROTOCOL.md.
struct Failure {
  std::string code;
  std::string text;
  bool permanent = true;  ///< asking the same again is of no use
};

std::string failure_line(const Failure&, std::optional<std::int64_t> ask, const std::string& key);
std::string welcome_line(const User& me, const std::string& store, Position head, Millis now);
/// A channel as one of its members sees it; one that was left, without members.
std::string room_line(const Channel&, const std::vector<User>& members, bool left, bool for_bot);
std::string pong_line(std::optional<std::int64_t> ask, Millis now, Position head);
std::string posted_line(const std::string& key, Position, std::optional<std::int64_t> ask);
std::string found_line(const std::string& key, std::optional<Position>, std::optional<std::int64_t> ask);
std::string done_line(std::optional<std::int64_t> ask, const std::string& channel);
/// `entries` as entry_line() gave them.
std::string history_line(const std::vector<std::string>& entries, const std::string& channel, Position next, bool more,
                         std::optional<std::int64_t> ask);
/// An entry as `reader` sees it. `members`: who was there before, told to somebody who reads of their own joining.
std::string entry_line(const Entry&, const User& reader, const std::vector<User>* members);

}  // namespace room
