#include "store/impl.hpp"

// The rows beside the chain: previews, refusals, secrets.
namespace store {
namespace {

Preview read_preview(const Rows& rows) {
  return {rows.text(0), PersonId{rows.integer(1)},      rows.text(2),   rows.text(3), rows.text(4),
          rows.text(5), workflow::Digest{rows.text(6)}, rows.instant(7)};
}

}  // namespace

void Batch::keep(const workflow::Secret& secret) {
  impl_->store.must_write();
  impl_->store.db.run("INSERT INTO secret(commitment, salt, text) VALUES (?, ?, ?)", secret.commitment.hex, secret.salt,
                      secret.text);
}

std::optional<workflow::Secret> Store::secret(const workflow::Digest& commitment) {
  auto rows = impl_->db.rows("SELECT salt, text FROM secret WHERE commitment = ?", commitment.hex);
  if (!rows.next()) return {};
  return workflow::Secret{commitment, rows.text(0), rows.text(1)};
}

void Batch::keep(const Preview& p) {
  auto& s = impl_->store;
  s.must_write();
  s.db.run(
      "INSERT OR REPLACE INTO preview(code, actor, platform, channel, thread, command, binds, lapse) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      p.code, p.actor.n, p.platform, p.channel, p.thread, p.command, p.binds.hex, p.lapse);
  if (s.first_lapse) *s.first_lapse = std::min(*s.first_lapse, std::int64_t{p.lapse.time_since_epoch().count()});
}

void Batch::drop(const Preview& p) {
  impl_->store.must_write();
  impl_->store.db.run(
      "DELETE FROM preview WHERE actor = ? AND platform = ? AND channel = ? AND thread = ? AND code = ?", p.actor.n,
      p.platform, p.channel, p.thread, p.code);
}

void Batch::prune_previews(Instant now) {
  auto& s = impl_->store;
  s.must_write();
  // Too early a first lapse costs a look at the table, never a row: so a rollback need not put it back.
  constexpr auto never = std::numeric_limits<std::int64_t>::max();
  const auto first = [&] { return s.db.integer("SELECT min(lapse) FROM preview").value_or(never); };
  if (!s.first_lapse) s.first_lapse = first();
  if (now.time_since_epoch().count() < *s.first_lapse) return;
  s.db.run("DELETE FROM preview WHERE lapse <= ?", now);
  s.first_lapse.reset();
}

std::optional<Preview> Store::preview(PersonId actor, std::string_view platform, std::string_view channel,
                                      std::string_view thread, std::string_view code) {
  auto rows = impl_->db.rows(
      "SELECT code, actor, platform, channel, thread, command, binds, lapse FROM preview "
      "WHERE actor = ? AND platform = ? AND channel = ? AND thread = ? AND code = ?",
      actor.n, platform, channel, thread, code);
  return rows.next() ? std::optional{read_preview(rows)} : std::nullopt;
}

std::vector<Preview> Store::previews(PersonId actor, std::string_view platform, std::string_view channel,
                                     std::string_view thread, Instant now) {
  std::vector<Preview> all;
  auto rows = impl_->db.rows(
      "SELECT code, actor, platform, channel, thread, command, binds, lapse FROM preview "
      "WHERE actor = ? AND platform = ? AND channel = ? AND thread = ? AND lapse > ? ORDER BY lapse, code",
      actor.n, platform, channel, thread, now);
  while (rows.next()) all.push_back(read_preview(rows));
  return all;
}

void Batch::refuse(RoomId room, const Refusal& r) {
  impl_->store.must_write();
  impl_->store.db.run("INSERT INTO refusal(room, entity, at, actor, code) VALUES (?, ?, ?, ?, ?)", room.n, r.entity,
                      r.at, r.actor.n, r.code);
}

std::vector<Refusal> Store::refusals(RoomId room) {
  std::vector<Refusal> all;
  auto rows = impl_->db.rows("SELECT entity, at, actor, code FROM refusal WHERE room = ? ORDER BY id", room.n);
  while (rows.next()) all.push_back({rows.text(0), rows.instant(1), PersonId{rows.integer(2)}, rows.text(3)});
  return all;
}

}  // namespace store
