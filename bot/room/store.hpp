#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bot/room/model.hpp"
#include "bot/room/secret.hpp"

// The room's own SQLite file. One connection, one thread, exclusively locked. What SQLite refuses comes out as
// SQLite::Exception; whether the transaction still stands is asked of SQLite, never assumed.
namespace room {

/// Another process has this store open.
struct Held : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A failed COMMIT: whether it holds is unknown, so the process must end and look again.
struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Membership {
  Channel channel;
  bool here = false;  ///< false: was a member and left
};

class Store {
 public:
  /// Opens or makes `directory`/room.db, the directory for its owner alone. Throws Held, or std::runtime_error with
  /// the reason (a newer version, a symbolic link, damage after an unclean stop).
  explicit Store(const std::filesystem::path& directory);
  ~Store();

  /// A random id made with the store: a cursor of another store means nothing here.
  const std::string& id() const;

  // One transaction at a time. begin() may be called again inside one; commit() and rollback() outside do nothing.
  void begin();
  void commit();
  void rollback() noexcept;
  /// Moves the write-ahead log into the file; for idle moments. Returns at once if the log is short.
  void checkpoint(int least_pages) noexcept;

  /// The server's stamp for something that happens at `wall`: never earlier than any stamp before.
  Millis stamp(Millis wall);
  /// The position of the newest entry.
  Position head();

  // Users. A handle that anybody ever had counts as taken by that user.
  std::optional<User> user_by_id(const std::string& id);
  std::optional<User> user_by_handle(const std::string& handle);
  std::optional<User> user_by_token(const Hash&);
  std::optional<Row> owner_of_handle(const std::string& handle);
  std::vector<User> everybody(bool bots);
  User add_user(const std::string& handle, const std::string& name, const std::string& zone, bool bot, Millis at);
  void set_user(const User&);
  /// Keeps the newest few of a user.
  void add_token(Row user, const Hash&, Millis at);

  // Channels and who is in them.
  std::optional<Channel> channel_by_id(const std::string& id);
  std::optional<Channel> channel_by_name(const std::string& name);
  Channel add_channel(const std::string& name, bool direct, Millis at);
  std::optional<bool> membership(Row channel, Row user);  ///< empty: never a member; false: left
  std::vector<Membership> memberships(Row user);
  /// Those who are in it and came before `position`, in the order in which they came.
  std::vector<User> members(Row channel, Position before = INT64_MAX);
  void set_member(Row channel, Row user, bool here, Position since);
  /// Everybody who shares a channel with this user, the user included.
  std::vector<Row> acquaintances(Row user);

  // The history.
  /// Appends and returns the position. `entry.position` is ignored.
  Position append(const Entry&);
  std::optional<Entry> message(Position);
  std::optional<Position> find_key(Row user, const std::string& key);
  /// Blanks the text of a message.
  void erase(Position);
  /// Calls `each` with what `reader` may see after `after` up to `until`, oldest first, until it returns false.
  void after(const User& reader, Position after, Position until, const std::function<bool(Entry)>& each);
  /// The same in one channel, before `before`, newest first.
  void before(const User& reader, Row channel, Position before, const std::function<bool(Entry)>& each);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace room
