#include "store/database.hpp"

#include <memory>

#include "store/store.hpp"

namespace store {

bool Rows::next() {
  const int code = kept_.statement.tryExecuteStep();
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  db_.fail(code);
}

std::string_view Rows::view(int column) const {
  const auto value = kept_.statement.getColumn(column);
  const char* text = value.getText(nullptr);
  if (text) return {text, static_cast<std::size_t>(value.getBytes())};
  if (!value.isNull()) db_.fail(SQLITE_NOMEM);
  return {};
}

Db::Db(const std::filesystem::path& file, bool create) {
  open(file, create);
  configure(file.empty());
}

Db::~Db() { rollback(); }

void Db::open(const std::filesystem::path& file, bool create) {
  // Counting SQLite's memory costs a lock at every allocation. Refused, and no matter, once SQLite is in use.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW |
                    (create ? SQLITE_OPEN_CREATE : 0);
  try {
    db_ = std::make_unique<SQLite::Database>(file.empty() ? ":memory:" : file.string(), flags);
  } catch (const SQLite::Exception& e) {
    fail(e.getExtendedErrorCode());
  }
}

void Db::configure(bool in_memory) {
  const auto set = [&](int what, int on) { sqlite3_db_config(raw(), what, on, nullptr); };
  set(SQLITE_DBCONFIG_DEFENSIVE, 1);
  set(SQLITE_DBCONFIG_DQS_DML, 0);
  set(SQLITE_DBCONFIG_DQS_DDL, 0);
  set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  sqlite3_limit(raw(), SQLITE_LIMIT_LENGTH, 1 << 20);
  sqlite3_limit(raw(), SQLITE_LIMIT_ATTACHED, 0);
  // EXCLUSIVE comes before WAL: then there is no shared memory, and a second process is turned away at once.
  once("PRAGMA locking_mode=EXCLUSIVE");
  if (once("PRAGMA journal_mode=WAL") != "wal" && !in_memory) throw Unknown("the store cannot use a write-ahead log");
  once("PRAGMA synchronous=FULL");
  once("PRAGMA foreign_keys=ON");
  if (once("PRAGMA foreign_keys") != "1") throw Unknown("foreign keys cannot be switched on");
  once("PRAGMA cell_size_check=ON");
  once("PRAGMA mmap_size=0");
  once("PRAGMA temp_store=MEMORY");
  // A checkpoint in a commit would make one answer in a thousand slow: see checkpoint().
  once("PRAGMA wal_autocheckpoint=0");
  sqlite3_wal_hook(
      raw(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Db*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  if (!in_memory) {  // takes the lock now, not at the first message
    once("BEGIN EXCLUSIVE");
    once("COMMIT");
  }
}

void Db::each(const std::string& sql, const std::function<void(const Rows&)>& take) {
  std::unique_ptr<Kept> once;
  try {
    once = std::make_unique<Kept>(*db_, sql.c_str());
  } catch (const SQLite::Exception& e) {
    fail(e.getExtendedErrorCode());
  }
  Rows all{*this, *once};
  while (all.next()) take(all);
}

std::string Db::once(const std::string& sql) {
  std::optional<std::string> first;
  each(sql, [&](const Rows& row) {
    if (!first) first = row.text(0);
  });
  return first.value_or("");
}

Kept& Db::prepared(Sql sql) {
  if (state_ == State::dead || sick_) alive();
  auto& kept = statements_[sql.text];
  if (!kept) {
    try {
      kept = std::make_unique<Kept>(*db_, sql.text);
    } catch (const SQLite::Exception& e) {
      fail(e.getExtendedErrorCode());
    }
  }
  if (kept->busy) throw std::logic_error(std::string{"a statement inside itself: "} + sql.text);
  return *kept;
}

void Db::bind(SQLite::Statement& s, int at, std::string_view text) { s.bind(at, std::string{text}); }

void Db::begin() {
  if (state_ != State::idle) throw std::logic_error("a transaction inside a transaction");
  run("BEGIN IMMEDIATE");
  state_ = State::open;
}

void Db::commit() {
  alive();
  auto& statement = prepared("COMMIT").statement;
  const int code = statement.tryExecuteStep();
  const std::string why = code == SQLITE_DONE ? std::string{} : sqlite3_errmsg(raw());
  statement.tryReset();
  if (code == SQLITE_DONE) {
    state_ = State::idle;
    return;
  }
  // The log is synced only after its last frame was written whole. So a frame that found no room means that there is
  // no commit mark on the disk, and nothing was kept. After any other failure the mark may be there or not.
  const bool full = (code & 0xff) == SQLITE_FULL;
  give_up(full, "COMMIT: " + why);
  alive();
}

void Db::rollback() noexcept {
  if (db_ && !sqlite3_get_autocommit(raw())) sqlite3_exec(raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  state_ = State::idle;
}

void Db::alive() {
  if (state_ == State::open && sqlite3_get_autocommit(raw())) give_up(false, "SQLite gave the transaction up");
  if (state_ != State::dead && !sick_) return;
  if (full_ && !sick_) throw Full(why_);
  throw Unknown(why_);
}

void Db::give_up(bool full, const std::string& why) {
  rollback();
  if (!sqlite3_get_autocommit(raw())) full = false;
  state_ = State::dead;
  full_ = full;
  sick_ = sick_ || !full;
  why_ = why;
}

void Db::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
  log_pages_ = 0;
}

void Db::fail(int code) {
  std::string why = db_ ? sqlite3_errmsg(raw()) : sqlite3_errstr(code);
  const int kind = code & 0xff;
  const bool full = kind == SQLITE_FULL || kind == SQLITE_READONLY;
  const bool lost = kind == SQLITE_IOERR || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_NOMEM ||
                    kind == SQLITE_CANTOPEN || kind == SQLITE_PROTOCOL || kind == SQLITE_INTERNAL;
  why += " (SQLite " + std::to_string(code) + ")";
  // After some errors SQLite has rolled the whole transaction back by itself, and whatever ran next would commit alone.
  const bool gone = state_ == State::open && (sqlite3_get_autocommit(raw()) || full || lost);
  if (gone) give_up(full, why);
  if (full) throw Full(why);
  if (lost || gone) {
    sick_ = true;
    why_ = why;
    throw Unknown(why);
  }
  if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) throw Held(why);
  if (kind == SQLITE_CONSTRAINT) throw Refused(why);
  throw std::runtime_error(why);
}

}  // namespace store
