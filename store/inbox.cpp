#include "store/impl.hpp"

// What arrived and was handled: each message, deadline and order once; and how far the reading has come.
namespace store {

std::optional<Cause> Store::Impl::fresh_cause(Instant at) {
  if (!db.changed()) return {};
  latest = std::max(latest, at);
  n_cause = db.last_id();
  n_next = 1;
  return n_cause;
}

std::optional<Cause> Batch::hear(std::string_view platform, std::string_view channel, std::string_view message,
                                 Instant at, std::string_view digest) {
  auto& s = impl_->store;
  s.must_write();
  const auto place = s.made_place(platform, channel);
  if (place.horizon && at.time_since_epoch().count() <= *place.horizon) return {};
  s.db.run("INSERT INTO inbox(place, message, at, digest) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", place.number,
           message, at, digest);
  const auto cause = s.fresh_cause(at);
  if (cause && s.attempts_kept) s.db.run("DELETE FROM attempt WHERE place = ? AND message = ?", place.number, message);
  return cause;
}

std::optional<Cause> Batch::fire(std::int64_t stream, const workflow::Alarm& alarm) {
  auto& s = impl_->store;
  s.must_write();
  s.db.run("INSERT INTO inbox(stream, alarm, thing, due, at) VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT DO NOTHING",
           stream, alarm.kind, alarm.id, alarm.due);
  return s.fresh_cause(alarm.due);
}

std::optional<Cause> Batch::order(std::string_view name, Instant at) {
  auto& s = impl_->store;
  s.must_write();
  s.db.run("INSERT INTO inbox(name, at) VALUES (?, ?) ON CONFLICT DO NOTHING", name, at);
  return s.fresh_cause(at);
}

void Batch::set_answer(Cause cause, std::string_view code) {
  impl_->store.must_write();
  impl_->store.db.run("UPDATE inbox SET answer = ? WHERE id = ?", code, cause);
}

void Batch::poison(Cause cause, std::string_view what) {
  impl_->store.must_write();
  impl_->store.db.run("UPDATE inbox SET poison = ? WHERE id = ?", what, cause);
}

std::int64_t Batch::attempts(std::string_view platform, std::string_view channel, std::string_view message) {
  auto& s = impl_->store;
  s.must_write();
  s.attempts_kept = true;
  return s.db
      .integer(
          "INSERT INTO attempt(place, message, n) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n",
          s.made_place(platform, channel).number, message)
      .value();
}

void Batch::set_cursor(std::string_view platform, std::string_view cursor) {
  auto& s = impl_->store;
  s.must_write();
  s.db.run("INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
           "cursor " + std::string{platform}, cursor);
}

std::int64_t Batch::prune_inbox(std::string_view platform, std::string_view channel, Instant before,
                                std::int64_t most) {
  auto& s = impl_->store;
  s.must_write();
  auto& place = s.made_place(platform, channel);
  // The horizon first: from here on the rows are not needed, whether they all go now or in the next call.
  if (!place.horizon || *place.horizon < before.time_since_epoch().count()) {
    s.db.run("UPDATE place SET horizon = ? WHERE number = ?", before, place.number);
    place.horizon = before.time_since_epoch().count();
  }
  const auto had = s.db.changes();
  s.db.run(
      "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE place = ? AND message IS NOT NULL AND at <= ? "
      "AND poison IS NULL LIMIT ?)",
      place.number, *place.horizon, most);
  return s.db.changes() - had;
}

std::string Store::cursor(std::string_view platform) {
  auto rows = impl_->db.rows("SELECT value FROM meta WHERE name = ?", "cursor " + std::string{platform});
  return rows.next() ? rows.text(0) : "";
}

bool Store::heard(std::string_view platform, std::string_view channel, std::string_view message) {
  const auto* place = impl_->place(platform, channel);
  return place &&
         impl_->db.integer("SELECT 1 FROM inbox WHERE place = ? AND message = ?", place->number, message).has_value();
}

std::optional<std::string> Store::poisoned(std::string_view platform, std::string_view channel,
                                           std::string_view message) {
  const auto* place = impl_->place(platform, channel);
  if (!place) return {};
  auto rows = impl_->db.rows("SELECT poison FROM inbox WHERE place = ? AND message = ? AND poison IS NOT NULL",
                             place->number, message);
  return rows.next() ? std::optional{rows.text(0)} : std::nullopt;
}

}  // namespace store
