#include "tests/sim/record.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace sim {
namespace {

/// Where the copies lie.
const std::string copy_path = "/copy/judged";

struct Reader {
  sqlite3* db = nullptr;
  ~Reader() { sqlite3_close(db); }
  void must(int code) const {
    if (code != SQLITE_OK)
      throw std::runtime_error(std::string{"the copy of the store cannot be read: "} + sqlite3_errmsg(db));
  }
  void each(const std::string& sql, std::int64_t after, const std::function<void(sqlite3_stmt*)>& take) const {
    sqlite3_stmt* s = nullptr;
    must(sqlite3_prepare_v2(db, sql.c_str(), -1, &s, nullptr));
    if (sqlite3_bind_parameter_count(s) > 0) sqlite3_bind_int64(s, 1, after);
    int code = 0;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) take(s);
    sqlite3_finalize(s);
    if (code != SQLITE_DONE)
      throw std::runtime_error(std::string{"the copy of the store cannot be read: "} + sqlite3_errmsg(db));
  }
};

std::string text(sqlite3_stmt* s, int column) {
  const auto* t = reinterpret_cast<const char*>(sqlite3_column_text(s, column));
  return t ? std::string(t, static_cast<std::size_t>(sqlite3_column_bytes(s, column))) : std::string{};
}
std::int64_t integer(sqlite3_stmt* s, int column) { return sqlite3_column_int64(s, column); }

}  // namespace

std::int64_t Happened::number(std::string_view name) const {
  const auto* v = body.if_contains(name);
  return v && v->is_int64() ? v->get_int64() : 0;
}

std::string Happened::word(std::string_view name) const {
  const auto* v = body.if_contains(name);
  return v && v->is_string() ? std::string(v->get_string()) : std::string{};
}

std::int64_t Happened::minor(std::string_view name) const {
  const auto* v = body.if_contains(name);
  if (!v || !v->is_object()) return 0;
  const auto* m = v->get_object().if_contains("minor");
  return m && m->is_int64() ? m->get_int64() : 0;
}

std::string Happened::id(std::string_view prefix) const {
  const auto words = word("id");
  return std::string{prefix} + "-" + (words.empty() ? std::to_string(number("id")) : words);
}

Written Record::read() {
  Written w;
  const auto file = file_();
  if (file.empty()) return w;
  disk_.put(copy_path, disk_.copy(file));
  disk_.put(copy_path + "-wal", disk_.copy(file + "-wal"));
  Reader r;
  r.must(sqlite3_open_v2(copy_path.c_str(), &r.db, SQLITE_OPEN_READWRITE, disk_.name().c_str()));
  r.must(sqlite3_exec(r.db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA wal_autocheckpoint=0", nullptr, nullptr, nullptr));
  bool made = false;
  r.each("SELECT 1 FROM sqlite_schema WHERE name = 'event'", 0, [&](sqlite3_stmt*) { made = true; });
  if (!made) return w;
  r.each(
      "SELECT i.id, i.at, i.stream, i.due, p.channel, i.message, i.alarm, i.thing, i.name, i.answer, i.poison "
      "FROM inbox i LEFT JOIN place p ON p.number = i.place WHERE i.id > ? ORDER BY i.id",
      reason_, [&](sqlite3_stmt* s) {
        w.reasons.push_back({integer(s, 0), integer(s, 1), integer(s, 2), integer(s, 3), text(s, 4), text(s, 5),
                             text(s, 6), text(s, 7), text(s, 8), text(s, 9), text(s, 10)});
      });
  r.each(
      "SELECT position, stream, seq, at, recorded_at, actor, cause, n, kind, body, prev_hash, hash FROM event "
      "WHERE position > ? ORDER BY position",
      position_, [&](sqlite3_stmt* s) {
        Happened e{integer(s, 0),
                   integer(s, 1),
                   integer(s, 2),
                   integer(s, 3),
                   integer(s, 4),
                   integer(s, 5),
                   integer(s, 6),
                   integer(s, 7),
                   text(s, 8),
                   text(s, 9),
                   text(s, 10),
                   text(s, 11),
                   {}};
        e.body = boost::json::parse(e.text).as_object();
        w.events.push_back(std::move(e));
      });
  r.each("SELECT number, room, cause FROM note WHERE number > ? ORDER BY number", note_,
         [&](sqlite3_stmt* s) { w.notes.push_back({integer(s, 0), integer(s, 1), integer(s, 2)}); });
  r.each("SELECT person, note FROM notice WHERE note > ?", note_,
         [&](sqlite3_stmt* s) { w.notices.emplace_back(integer(s, 0), integer(s, 1)); });
  r.each(
      "SELECT position, k, owner, minor, book, milestone FROM posting WHERE position > ? ORDER BY position, k",
      position_, [&](sqlite3_stmt* s) {
        w.postings.push_back({integer(s, 0), integer(s, 1), integer(s, 2), integer(s, 3), text(s, 4), integer(s, 5)});
      });
  r.each("SELECT book, owner, minor FROM balance", 0,
         [&](sqlite3_stmt* s) { w.balances[{text(s, 0), integer(s, 1)}] = integer(s, 2); });
  r.each("SELECT channel, room, direct FROM place", 0, [&](sqlite3_stmt* s) {
    if (integer(s, 1) != 0) w.room_channels[integer(s, 1)] = text(s, 0);
    if (integer(s, 2) != 0) w.direct_channels[integer(s, 2)] = text(s, 0);
  });
  if (!w.reasons.empty()) reason_ = w.reasons.back().id;
  if (!w.events.empty()) position_ = w.events.back().position;
  if (!w.notes.empty()) note_ = w.notes.back().number;
  return w;
}

}  // namespace sim
