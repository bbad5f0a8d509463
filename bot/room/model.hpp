#pragma once
#include <cstdint>
#include <string>

// What the room knows: users, channels, and one history of entries.
namespace room {

using Millis = std::int64_t;    ///< milliseconds UTC
using Position = std::int64_t;  ///< place in the one history of the server; grows by each entry
using Row = std::int64_t;       ///< a key inside the store; never shown outside

/// A person or a bot. The id never changes; a handle once used stays its user's.
struct User {
  Row row = 0;
  std::string id;      ///< `u-…`
  std::string handle;  ///< `ana` of `@ana`
  std::string name;    ///< display name, any script
  std::string zone;    ///< IANA zone, or empty
  bool bot = false;
  std::string email;  ///< an address, `off`, or empty where none was ever given; shown to bots alone
};

/// A room with members, or the direct chat of one person and one bot.
struct Channel {
  Row row = 0;
  std::string id;    ///< `c-…`, a direct chat `d-…`
  std::string name;  ///< empty for a direct chat
  bool direct = false;
};

enum class EntryKind { message, joined, left, renamed, deleted };

/// One line of the history.
struct Entry {
  Position position = 0;
  EntryKind kind = EntryKind::message;
  Channel channel;  ///< row 0 for a rename, which holds everywhere
  Millis at = 0;    ///< never earlier than the entry before
  User user;        ///< author, or who came, went or was renamed (as they were then), or who deleted
  Row reader = 0;   ///< the only reader beside the author, 0 for everybody
  std::string reader_id;
  std::string thread;  ///< label of the thread, empty in the channel itself
  std::string text;
  std::string note;     ///< a bot's kind of note (`proposal.countered`)
  std::string key;      ///< the author's own key; shown to the author alone
  std::string was;      ///< of a rename: the handle before
  Position about = 0;   ///< of a deletion: the message
  bool erased = false;  ///< a message that was deleted since: its text is gone
};

/// The id under which people and programs know a message.
std::string message_id(Position);
/// Reads what message_id() writes; 0 for anything else.
Position read_message_id(const std::string&);

}  // namespace room
