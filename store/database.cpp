#include "store/database.hpp"

#include <memory>

#include "store/store.hpp"

namespace store {

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  db_.fail(code);
}

std::string_view Rows::view(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (text) return {text, size};
  if (!null(column)) db_.fail(SQLITE_NOMEM);
  return {};
}

Db::Db(const std::filesystem::path& file, bool create) {
  try {
    open(file, create);
    configure(file.empty());
  } catch (...) {
    sqlite3_close_v2(db_);
    throw;
  }
}

Db::~Db() {
  rollback();
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(db_);
}

void Db::open(const std::filesystem::path& file, bool create) {
  // Counting SQLite's memory costs a lock at every allocation. Refused, and no matter, once SQLite is in use.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW |
                    (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(file.empty() ? ":memory:" : file.c_str(), &db_, flags, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Db::configure(bool in_memory) {
  const auto set = [&](int what, int on) { sqlite3_db_config(db_, what, on, nullptr); };
  set(SQLITE_DBCONFIG_DEFENSIVE, 1);
  set(SQLITE_DBCONFIG_DQS_DML, 0);
  set(SQLITE_DBCONFIG_DQS_DDL, 0);
  set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, 1 << 20);
  sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 0);
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
      db_,
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
  sqlite3_stmt* raw = nullptr;
  if (const int code = sqlite3_prepare_v2(db_, sql.c_str(), -1, &raw, nullptr); code != SQLITE_OK) fail(code);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement{raw, sqlite3_finalize};
  Rows all{*this, raw};
  while (all.next()) take(all);
}

std::string Db::once(const std::string& sql) {
  std::optional<std::string> first;
  each(sql, [&](const Rows& row) {
    if (!first) first = row.text(0);
  });
  return first.value_or("");
}

sqlite3_stmt* Db::prepared(Sql sql) {
  if (state_ == State::dead || sick_) alive();
  auto& statement = statements_[sql.text];
  if (!statement) {
    const int code = sqlite3_prepare_v3(db_, sql.text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(code);
  }
  if (sqlite3_stmt_busy(statement)) throw std::logic_error(std::string{"a statement inside itself: "} + sql.text);
  return statement;
}

void Db::bind(sqlite3_stmt* s, int at, sqlite3_destructor_type d, std::string_view text) {
  // A view of nothing may have no address, and that would be NULL.
  const char* data = text.data() ? text.data() : "";
  const int code = sqlite3_bind_text64(s, at, data, text.size(), d, SQLITE_UTF8);
  if (code != SQLITE_OK) fail(code);
}

void Db::bind(sqlite3_stmt* s, int at, sqlite3_destructor_type, std::int64_t n) {
  if (const int code = sqlite3_bind_int64(s, at, n); code != SQLITE_OK) fail(code);
}

void Db::bind_null(sqlite3_stmt* s, int at) {
  if (const int code = sqlite3_bind_null(s, at); code != SQLITE_OK) fail(code);
}

void Db::begin() {
  if (state_ != State::idle) throw std::logic_error("a transaction inside a transaction");
  run("BEGIN IMMEDIATE");
  state_ = State::open;
}

void Db::commit() {
  alive();
  auto* statement = prepared("COMMIT");
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code == SQLITE_DONE) {
    state_ = State::idle;
    return;
  }
  // The log is synced only after its last frame was written whole. So a frame that found no room means that there is
  // no commit mark on the disk, and nothing was kept. After any other failure the mark may be there or not.
  const bool full = (code & 0xff) == SQLITE_FULL;
  give_up(full, std::string{"COMMIT: "} + sqlite3_errmsg(db_));
  alive();
}

void Db::rollback() noexcept {
  if (db_ && !sqlite3_get_autocommit(db_)) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  state_ = State::idle;
}

void Db::alive() {
  if (state_ == State::open && sqlite3_get_autocommit(db_)) give_up(false, "SQLite gave the transaction up");
  if (state_ != State::dead && !sick_) return;
  if (full_ && !sick_) throw Full(why_);
  throw Unknown(why_);
}

void Db::give_up(bool full, const std::string& why) {
  rollback();
  if (!sqlite3_get_autocommit(db_)) full = false;
  state_ = State::dead;
  full_ = full;
  sick_ = sick_ || !full;
  why_ = why;
}

void Db::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
  log_pages_ = 0;
}

void Db::fail(int code) {
  std::string why = db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
  const int kind = code & 0xff;
  const bool full = kind == SQLITE_FULL || kind == SQLITE_READONLY;
  const bool lost = kind == SQLITE_IOERR || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_NOMEM ||
                    kind == SQLITE_CANTOPEN || kind == SQLITE_PROTOCOL || kind == SQLITE_INTERNAL;
  why += " (SQLite " + std::to_string(code) + ")";
  // After some errors SQLite has rolled the whole transaction back by itself, and whatever ran next would commit alone.
  const bool gone = state_ == State::open && (sqlite3_get_autocommit(db_) || full || lost);
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
