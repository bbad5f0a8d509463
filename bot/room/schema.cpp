#include "bot/room/schema.hpp"

#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "bot/room/secret.hpp"
#include "bot/room/store.hpp"

namespace room {
namespace {

constexpr int application_id = 0x5061524d;  // "PaRM"
constexpr int version = 2;

constexpr const char* tables = R"(
CREATE TABLE meta(id TEXT NOT NULL) STRICT;
CREATE TABLE user(
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, handle TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  zone TEXT NOT NULL, bot INTEGER NOT NULL CHECK(bot IN (0, 1)), made_at INTEGER NOT NULL) STRICT;
CREATE TABLE handle(handle TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES user) STRICT, WITHOUT ROWID;
CREATE TABLE token(
  hash BLOB PRIMARY KEY CHECK(length(hash) = 32), user INTEGER NOT NULL REFERENCES user,
  number INTEGER NOT NULL, made_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE channel(
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  direct INTEGER NOT NULL CHECK(direct IN (0, 1)), made_at INTEGER NOT NULL) STRICT;
CREATE TABLE member(
  channel INTEGER NOT NULL REFERENCES channel, user INTEGER NOT NULL REFERENCES user, since INTEGER NOT NULL,
  here INTEGER NOT NULL CHECK(here IN (0, 1)), PRIMARY KEY(channel, user)) STRICT, WITHOUT ROWID;
CREATE INDEX member_user ON member(user, channel);
CREATE TABLE entry(
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 4),
  channel INTEGER REFERENCES channel, at INTEGER NOT NULL, user INTEGER NOT NULL REFERENCES user,
  reader INTEGER REFERENCES user, thread TEXT NOT NULL, text TEXT NOT NULL, note TEXT NOT NULL, key TEXT,
  about INTEGER, erased INTEGER NOT NULL DEFAULT 0,
  handle TEXT, name TEXT, zone TEXT, was TEXT) STRICT;
CREATE INDEX entry_channel ON entry(channel, position);
CREATE UNIQUE INDEX entry_key ON entry(user, key) WHERE key IS NOT NULL;
)";

/// What version 2 added.
constexpr const char* second = "ALTER TABLE user ADD COLUMN email TEXT NOT NULL DEFAULT ''";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw std::runtime_error(path.string() + ": " + why);
}

/// Makes the directory and the file for their owner alone. SQLite must be the only one to open the file while it is
/// in use (closing another descriptor of it would drop SQLite's locks), so the file is only made here when absent.
void prepare(const std::filesystem::path& directory, const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::create_directories(directory.parent_path(), ignored);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) refuse(directory, std::strerror(errno));
  struct stat about{};
  if (::lstat(file.c_str(), &about) != 0) {
    const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_RDWR, 0600);
    if (made < 0 && errno != EEXIST) refuse(file, std::strerror(errno));
    if (made >= 0) ::close(made);
  } else if (!S_ISREG(about.st_mode)) {
    refuse(file, "is not a plain file");
  } else if (about.st_uid != ::geteuid()) {
    refuse(file, "belongs to another user");
  }
  if (::chmod(directory.c_str(), 0700) != 0) refuse(directory, std::strerror(errno));
  if (::chmod(file.c_str(), 0600) != 0) refuse(file, std::strerror(errno));
}

void harden(SQLite::Database& db) {
  sqlite3* handle = db.getHandle();
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 1 << 20);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  for (const char* pragma :
       {"locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF",
        "cell_size_check=ON", "mmap_size=0", "temp_store=MEMORY", "secure_delete=ON"})
    db.exec(std::string("PRAGMA ") + pragma);
  if (db.execAndGet("PRAGMA foreign_keys").getInt() != 1) throw std::runtime_error("foreign keys cannot be enforced");
}

void make_tables(SQLite::Database& db) {
  db.exec(tables);
  SQLite::Statement named(db, "INSERT INTO meta VALUES(?)");
  named.bind(1, random_id("s-"));
  named.exec();
  db.exec("PRAGMA application_id=" + std::to_string(application_id));
}

}  // namespace

std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& directory) {
  const auto file = directory / "room.db";
  const auto log = directory / "room.db-wal";
  prepare(directory, file);
  std::error_code ignored;
  const bool unclean = std::filesystem::file_size(log, ignored) > 0 && !ignored;
  try {
    auto db = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
    harden(*db);
    db->exec("BEGIN IMMEDIATE");  // takes the lock for good
    const int found = db->execAndGet("PRAGMA user_version").getInt();
    if (found > version) refuse(file, "was written by a newer version");
    if (found == 0) make_tables(*db);
    if (db->execAndGet("PRAGMA application_id").getInt() != application_id) refuse(file, "is not a room's store");
    if (found < 2) db->exec(second);
    if (found < version) db->exec("PRAGMA user_version=" + std::to_string(version));
    db->exec("COMMIT");
    if (unclean && std::string(db->execAndGet("PRAGMA quick_check(1)").getString()) != "ok") refuse(file, "is damaged");
    return db;
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_BUSY) throw Held(file.string() + " is in use by another process");
    refuse(file, error.what());
  }
}

}  // namespace room
