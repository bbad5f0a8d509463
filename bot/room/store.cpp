#include "bot/room/store.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <algorithm>

#include "bot/room/limits.hpp"
#include "bot/room/schema.hpp"

namespace room {
namespace {

using SQLite::Statement;

/// A prepared statement in use: bound from the left, reset when it goes.
class Use {
 public:
  explicit Use(Statement& statement) : statement_(statement) {}
  ~Use() {
    statement_.tryReset();
    statement_.clearBindings();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  Use& with(const std::string& text) { return statement_.bind(++bound_, text), *this; }
  Use& with(std::int64_t number) { return statement_.bind(++bound_, number), *this; }
  Use& with(const Hash& bytes) {
    return statement_.bind(++bound_, bytes.data(), static_cast<int>(bytes.size())), *this;
  }
  Use& with_or_null(std::int64_t number) { return number != 0 ? with(number) : nothing(); }
  Use& with_or_null(const std::string& text) { return text.empty() ? nothing() : with(text); }

  bool row() { return statement_.executeStep(); }
  void run() { statement_.executeStep(); }
  std::int64_t number(int column) const { return statement_.getColumn(column).getInt64(); }
  std::string text(int column) const { return statement_.getColumn(column).getString(); }

 private:
  Use& nothing() { return statement_.bind(++bound_), *this; }
  Statement& statement_;
  int bound_ = 0;
};

User read_user(const Use& use, int first) {
  return {use.number(first),   use.text(first + 1),        use.text(first + 2), use.text(first + 3),
          use.text(first + 4), use.number(first + 5) != 0, use.text(first + 6)};
}

Channel read_channel(const Use& use, int first) {
  return {use.number(first), use.text(first + 1), use.text(first + 2), use.number(first + 3) != 0};
}

#define USER_COLUMNS "u.row, u.id, u.handle, u.name, u.zone, u.bot, u.email"
#define CHANNEL_COLUMNS "c.row, c.id, c.name, c.direct"
#define ENTRY_FROM                                                                                               \
  "SELECT e.position, e.kind, e.at, e.reader, r.id, e.thread, e.text, e.note, e.key, e.about, e.erased, e.was, " \
  "u.row, u.id, coalesce(e.handle, u.handle), coalesce(e.name, u.name), coalesce(e.zone, u.zone), "              \
  "u.bot, u.email, " CHANNEL_COLUMNS                                                                             \
  " FROM entry e JOIN user u ON u.row = e.user LEFT JOIN channel c ON c.row = e.channel "                        \
  "LEFT JOIN user r ON r.row = e.reader "

Entry read_entry(const Use& use) {
  Entry entry;
  entry.position = use.number(0);
  entry.kind = static_cast<EntryKind>(use.number(1));
  entry.at = use.number(2);
  entry.reader = use.number(3);
  entry.reader_id = use.text(4);
  entry.thread = use.text(5);
  entry.text = use.text(6);
  entry.note = use.text(7);
  entry.key = use.text(8);
  entry.about = use.number(9);
  entry.erased = use.number(10) != 0;
  entry.was = use.text(11);
  entry.user = read_user(use, 12);
  entry.channel = read_channel(use, 19);
  return entry;
}

}  // namespace

struct Store::Impl {
  explicit Impl(const std::filesystem::path& directory) : opened(open_database(directory)) {
    sqlite3_wal_hook(
        db.getHandle(),
        [](void* self, sqlite3*, const char*, int pages) {
          static_cast<Impl*>(self)->log_pages = pages;
          return SQLITE_OK;
        },
        this);
    id = db.execAndGet("SELECT id FROM meta").getString();
    Statement last(db, "SELECT at FROM entry ORDER BY position DESC LIMIT 1");
    if (last.executeStep()) last_at = last.getColumn(0).getInt64();
  }

  std::unique_ptr<SQLite::Database> opened;
  SQLite::Database& db = *opened;
  std::string id;
  Millis last_at = 0;
  int log_pages = 0;

  Statement head{db, "SELECT seq FROM sqlite_sequence WHERE name = 'entry'"};
  Statement user_by_id{db, "SELECT " USER_COLUMNS " FROM user u WHERE u.id = ?"};
  Statement user_by_handle{db, "SELECT " USER_COLUMNS " FROM user u WHERE u.handle = ?"};
  Statement user_by_token{db, "SELECT " USER_COLUMNS " FROM token t JOIN user u ON u.row = t.user WHERE t.hash = ?"};
  Statement owner{db, "SELECT user FROM handle WHERE handle = ?"};
  Statement everybody{db, "SELECT " USER_COLUMNS " FROM user u WHERE u.bot = ? ORDER BY u.row"};
  Statement add_user{db, "INSERT INTO user(id, handle, name, zone, bot, made_at) VALUES(?, ?, ?, ?, ?, ?)"};
  Statement set_user{db, "UPDATE user SET handle = ?, name = ?, zone = ?, email = ? WHERE row = ?"};
  Statement add_handle{db, "INSERT OR IGNORE INTO handle VALUES(?, ?)"};
  Statement add_token{db, "INSERT INTO token SELECT ?, ?, coalesce(max(number), 0) + 1, ? FROM token WHERE user = ?"};
  Statement drop_tokens{db,
                        "DELETE FROM token WHERE user = ?1 AND number <= (SELECT max(number) FROM token WHERE user "
                        "= ?1) - ?2"};
  Statement channel_by_id{db, "SELECT " CHANNEL_COLUMNS " FROM channel c WHERE c.id = ?"};
  Statement channel_by_name{
      db, "SELECT " CHANNEL_COLUMNS " FROM channel c WHERE c.name = ? AND c.direct = 0 ORDER BY c.row LIMIT 1"};
  Statement add_channel{db, "INSERT INTO channel(id, name, direct, made_at) VALUES(?, ?, ?, ?)"};
  Statement membership{db, "SELECT here FROM member WHERE channel = ? AND user = ?"};
  Statement memberships{db, "SELECT " CHANNEL_COLUMNS
                            ", m.here FROM member m JOIN channel c ON c.row = m.channel WHERE m.user = ? "
                            "ORDER BY c.row"};
  Statement members{db, "SELECT " USER_COLUMNS
                        " FROM member m JOIN user u ON u.row = m.user WHERE m.channel = ? AND m.here = 1 "
                        "AND m.since < ? ORDER BY m.since"};
  Statement set_member{db,
                       "INSERT INTO member VALUES(?1, ?2, ?3, ?4) ON CONFLICT(channel, user) DO UPDATE SET "
                       "since = ?3, here = ?4"};
  Statement acquaintances{db,
                          "SELECT DISTINCT y.user FROM member x JOIN member y ON y.channel = x.channel AND y.here = 1 "
                          "WHERE x.user = ? AND x.here = 1"};
  Statement append{db,
                   "INSERT INTO entry(kind, channel, at, user, reader, thread, text, note, key, about, handle, name, "
                   "zone, was) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
  Statement message{db, ENTRY_FROM "WHERE e.position = ? AND e.kind = 0"};
  Statement find_key{db, "SELECT position FROM entry WHERE user = ? AND key = ?"};
  Statement erase{db, "UPDATE entry SET text = '', erased = 1 WHERE position = ?"};
  // A person reads a room from its beginning; a bot only what was said while it was there to act on it.
  Statement after{db, ENTRY_FROM
                  "WHERE e.position > ?2 AND e.position <= ?3 AND ("
                  "(e.channel IS NOT NULL AND (e.reader IS NULL OR e.reader = ?1 OR e.user = ?1) AND EXISTS(SELECT 1 "
                  "FROM member m WHERE m.channel = e.channel AND m.user = ?1 AND m.here = 1 AND (?4 = 0 OR e.position "
                  ">= m.since))) OR (e.channel IS NULL AND EXISTS(SELECT 1 FROM member x JOIN member y ON y.channel = "
                  "x.channel AND y.user = e.user AND y.here = 1 WHERE x.user = ?1 AND x.here = 1))) "
                  "ORDER BY e.position"};
  Statement before{db, ENTRY_FROM
                   "WHERE e.channel = ?2 AND e.position < ?3 AND (e.reader IS NULL OR e.reader = ?1 OR e.user = ?1) "
                   "AND EXISTS(SELECT 1 FROM member m WHERE m.channel = ?2 AND m.user = ?1 AND m.here = 1 AND (?4 = 0 "
                   "OR e.position >= m.since)) ORDER BY e.position DESC"};

  static std::optional<User> one_user(Use& use) {
    if (!use.row()) return std::nullopt;
    return read_user(use, 0);
  }
  static std::optional<Channel> one_channel(Use& use) {
    if (!use.row()) return std::nullopt;
    return read_channel(use, 0);
  }
};

Store::Store(const std::filesystem::path& directory) : impl_(std::make_unique<Impl>(directory)) {}
Store::~Store() = default;

const std::string& Store::id() const { return impl_->id; }

void Store::begin() {
  if (sqlite3_get_autocommit(impl_->db.getHandle()) != 0) impl_->db.exec("BEGIN IMMEDIATE");
}

void Store::commit() {
  if (sqlite3_get_autocommit(impl_->db.getHandle()) != 0) return;
  try {
    impl_->db.exec("COMMIT");
  } catch (const SQLite::Exception& error) {
    throw Unknown(error.what());
  }
}

void Store::rollback() noexcept {
  if (sqlite3_get_autocommit(impl_->db.getHandle()) == 0) impl_->db.tryExec("ROLLBACK");
}

void Store::checkpoint(int least_pages) noexcept {
  if (impl_->log_pages == 0 || impl_->log_pages < least_pages) return;
  if (sqlite3_wal_checkpoint_v2(impl_->db.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) ==
      SQLITE_OK)
    impl_->log_pages = 0;
}

Millis Store::stamp(Millis wall) { return impl_->last_at = std::max(impl_->last_at, wall); }

Position Store::head() {
  Use use(impl_->head);
  return use.row() ? use.number(0) : 0;
}

std::optional<User> Store::user_by_id(const std::string& user) {
  Use use(impl_->user_by_id);
  return Impl::one_user(use.with(user));
}

std::optional<User> Store::user_by_handle(const std::string& handle) {
  Use use(impl_->user_by_handle);
  return Impl::one_user(use.with(handle));
}

std::optional<User> Store::user_by_token(const Hash& hash) {
  Use use(impl_->user_by_token);
  return Impl::one_user(use.with(hash));
}

std::optional<Row> Store::owner_of_handle(const std::string& handle) {
  Use use(impl_->owner);
  if (!use.with(handle).row()) return std::nullopt;
  return use.number(0);
}

std::vector<User> Store::everybody(bool bots) {
  std::vector<User> users;
  Use use(impl_->everybody);
  for (use.with(bots ? 1 : 0); use.row();) users.push_back(read_user(use, 0));
  return users;
}

User Store::add_user(const std::string& handle, const std::string& name, const std::string& zone, bool bot, Millis at) {
  User user{0, random_id("u-"), handle, name, zone, bot, {}};
  Use(impl_->add_user).with(user.id).with(handle).with(name).with(zone).with(bot ? 1 : 0).with(at).run();
  user.row = impl_->db.getLastInsertRowid();
  Use(impl_->add_handle).with(handle).with(user.row).run();
  return user;
}

void Store::set_user(const User& user) {
  Use(impl_->set_user).with(user.handle).with(user.name).with(user.zone).with(user.email).with(user.row).run();
  Use(impl_->add_handle).with(user.handle).with(user.row).run();
}

void Store::add_token(Row user, const Hash& hash, Millis at) {
  Use(impl_->add_token).with(hash).with(user).with(at).with(user).run();
  Use(impl_->drop_tokens).with(user).with(tokens_limit).run();
}

std::optional<Channel> Store::channel_by_id(const std::string& channel) {
  Use use(impl_->channel_by_id);
  return Impl::one_channel(use.with(channel));
}

std::optional<Channel> Store::channel_by_name(const std::string& name) {
  Use use(impl_->channel_by_name);
  return Impl::one_channel(use.with(name));
}

Channel Store::add_channel(const std::string& name, bool direct, Millis at) {
  Channel channel{0, random_id(direct ? "d-" : "c-"), name, direct};
  Use(impl_->add_channel).with(channel.id).with(name).with(direct ? 1 : 0).with(at).run();
  channel.row = impl_->db.getLastInsertRowid();
  return channel;
}

std::optional<bool> Store::membership(Row channel, Row user) {
  Use use(impl_->membership);
  if (!use.with(channel).with(user).row()) return std::nullopt;
  return use.number(0) != 0;
}

std::vector<Membership> Store::memberships(Row user) {
  std::vector<Membership> all;
  Use use(impl_->memberships);
  for (use.with(user); use.row();) all.push_back({read_channel(use, 0), use.number(4) != 0});
  return all;
}

std::vector<User> Store::members(Row channel, Position before) {
  std::vector<User> users;
  Use use(impl_->members);
  for (use.with(channel).with(before); use.row();) users.push_back(read_user(use, 0));
  return users;
}

void Store::set_member(Row channel, Row user, bool here, Position since) {
  Use(impl_->set_member).with(channel).with(user).with(since).with(here ? 1 : 0).run();
}

std::vector<Row> Store::acquaintances(Row user) {
  std::vector<Row> rows;
  Use use(impl_->acquaintances);
  for (use.with(user); use.row();) rows.push_back(use.number(0));
  return rows;
}

Position Store::append(const Entry& entry) {
  // Who came, went or was renamed is written as they were then; an author is looked up as they are now.
  const bool as_then = entry.kind == EntryKind::joined || entry.kind == EntryKind::renamed;
  const std::string none;
  Use(impl_->append)
      .with(static_cast<std::int64_t>(entry.kind))
      .with_or_null(entry.channel.row)
      .with(entry.at)
      .with(entry.user.row)
      .with_or_null(entry.reader)
      .with(entry.thread)
      .with(entry.text)
      .with(entry.note)
      .with_or_null(entry.key)
      .with_or_null(entry.about)
      .with_or_null(as_then ? entry.user.handle : none)
      .with_or_null(as_then ? entry.user.name : none)
      .with_or_null(as_then ? entry.user.zone : none)
      .with_or_null(entry.was)
      .run();
  return impl_->db.getLastInsertRowid();
}

std::optional<Entry> Store::message(Position position) {
  Use use(impl_->message);
  if (!use.with(position).row()) return std::nullopt;
  return read_entry(use);
}

std::optional<Position> Store::find_key(Row user, const std::string& key) {
  Use use(impl_->find_key);
  if (!use.with(user).with(key).row()) return std::nullopt;
  return use.number(0);
}

void Store::erase(Position position) { Use(impl_->erase).with(position).run(); }

void Store::after(const User& reader, Position after, Position until, const std::function<bool(Entry)>& each) {
  Use use(impl_->after);
  use.with(reader.row).with(after).with(until).with(reader.bot ? 1 : 0);
  while (use.row() && each(read_entry(use))) continue;
}

void Store::before(const User& reader, Row channel, Position before, const std::function<bool(Entry)>& each) {
  Use use(impl_->before);
  use.with(reader.row).with(channel).with(before).with(reader.bot ? 1 : 0);
  while (use.row() && each(read_entry(use))) continue;
}

}  // namespace room
