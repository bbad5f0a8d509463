#pragma once
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "workflow/time.hpp"

// One SQLite connection, its prepared statements, its one transaction, and what its errors mean to us. Private to this
// folder.
namespace store {

/// A statement's text. It must be a literal: its address is the key under which it is kept prepared.
struct Sql {
  const char* text;
  consteval Sql(const char* literal) : text(literal) {}
};

/// A row that a constraint refuses: always a bug or a guard that was forgotten, never something a person typed.
struct Refused : std::logic_error {
  using std::logic_error::logic_error;
};

class Db;

/// A statement that is kept prepared, and whether its rows are being read.
struct Kept {
  SQLite::Statement statement;
  bool busy = false;
  Kept(const SQLite::Database& db, const char* sql) : statement(db, sql) {}
};

/// The rows of a query that is under way; the statement is free again when this goes.
class Rows {
 public:
  Rows(Db& db, Kept& kept) : db_(db), kept_(kept) { kept_.busy = true; }
  ~Rows() {
    kept_.statement.tryReset();
    kept_.busy = false;
  }
  Rows(const Rows&) = delete;

  bool next();
  bool null(int column) const { return kept_.statement.isColumnNull(column); }
  std::int64_t integer(int column) const { return kept_.statement.getColumn(column).getInt64(); }
  std::string text(int column) const { return std::string{view(column)}; }
  /// Valid until next().
  std::string_view view(int column) const;
  workflow::Instant instant(int column) const { return workflow::Instant{workflow::Duration{integer(column)}}; }
  std::optional<std::int64_t> maybe(int column) const {
    return null(column) ? std::nullopt : std::optional{integer(column)};
  }
  int columns() const { return kept_.statement.getColumnCount(); }

 private:
  Db& db_;
  Kept& kept_;
};

class Db {
 public:
  /// Opens the file (empty: memory) for this process alone and sets everything that must be set. Throws Held, Full,
  /// Unknown.
  Db(const std::filesystem::path& file, bool create);
  ~Db();
  Db(const Db&) = delete;

  /// Runs a statement that yields no rows. Throws Full, Unknown, Refused.
  template <class... A>
  void run(Sql sql, const A&... values) {
    auto& kept = prepared(sql);
    bind_all(kept, values...);
    Rows all{*this, kept};
    while (all.next()) {
    }
  }
  template <class... A>
  Rows rows(Sql sql, const A&... values) {
    auto& kept = prepared(sql);
    bind_all(kept, values...);
    return Rows{*this, kept};
  }
  /// The first column of the only row, where there is one.
  template <class... A>
  std::optional<std::int64_t> integer(Sql sql, const A&... values) {
    auto found = rows(sql, values...);
    return found.next() ? found.maybe(0) : std::nullopt;
  }
  /// For statements that are run once: schema, pragmas. Returns the first column of the first row as text.
  std::string once(const std::string& sql);
  /// Every row of a query that is run once.
  void each(const std::string& sql, const std::function<void(const Rows&)>&);

  std::int64_t last_id() const { return sqlite3_last_insert_rowid(raw()); }
  /// Rows changed by the statement before.
  bool changed() const { return sqlite3_changes(raw()) > 0; }
  /// Rows changed since opening.
  std::int64_t changes() const { return sqlite3_total_changes64(raw()); }

  void begin();
  /// Throws Full when the disk had no room and nothing was kept, Unknown for every other failure.
  void commit();
  /// Forgets the transaction, if it stands. Never throws.
  void rollback() noexcept;
  bool in_transaction() const { return state_ != State::idle; }
  /// The transaction was given up by SQLite, or by us after an error that must end it.
  bool dead() const { return state_ == State::dead; }
  /// Throws what killed the transaction, if it is dead, and Unknown when SQLite gave it up unnoticed.
  void alive();

  /// Pages that lie in the write-ahead log and not yet in the file.
  int log_pages() const { return log_pages_; }
  void checkpoint();

  [[noreturn]] void fail(int code);

 private:
  enum class State { idle, open, dead };

  /// The connection, for what SQLiteCpp has no name for.
  sqlite3* raw() const { return db_ ? db_->getHandle() : nullptr; }
  Kept& prepared(Sql);
  static void bind(SQLite::Statement&, int at, std::string_view);
  static void bind(SQLite::Statement& s, int at, std::int64_t n) { s.bind(at, n); }
  static void bind(SQLite::Statement& s, int at, workflow::Instant t) {
    s.bind(at, static_cast<std::int64_t>(t.time_since_epoch().count()));
  }
  template <class T>
  void bind_one(SQLite::Statement& s, int at, const T& value) {
    if constexpr (std::integral<T>)
      bind(s, at, static_cast<std::int64_t>(value));
    else if constexpr (requires { value.has_value(); })
      value ? bind_one(s, at, *value) : s.bind(at);
    else
      bind(s, at, value);
  }
  template <class... A>
  void bind_all([[maybe_unused]] Kept& kept, const A&... values) {
    [[maybe_unused]] int at = 0;
    try {
      (bind_one(kept.statement, ++at, values), ...);
    } catch (const SQLite::Exception& e) {
      fail(e.getExtendedErrorCode());
    }
  }
  void open(const std::filesystem::path&, bool create);
  void configure(bool in_memory);
  void give_up(bool full, const std::string& why);

  std::unique_ptr<SQLite::Database> db_;
  State state_ = State::idle;
  bool full_ = false;  ///< what killed the transaction: no room, otherwise worse
  bool sick_ = false;  ///< an outcome is unknown: nothing more is done with this connection
  std::string why_;
  int log_pages_ = 0;
  std::unordered_map<const char*, std::unique_ptr<Kept>> statements_;
};

}  // namespace store
