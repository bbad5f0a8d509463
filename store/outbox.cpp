#include "store/impl.hpp"

// What waits to be posted or mailed, the numbers of notes, and who is told of them.
namespace store {

void Batch::enqueue(OutboxRow row) {
  auto& s = impl_->store;
  s.must_write();
  if (s.unsent_ids.contains(row.key)) throw std::logic_error("two posts with one key");
  s.db.run(
      "INSERT INTO outbox(platform, channel, thread, to_user, kind, text, key, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      row.platform, row.channel, row.thread, row.to, row.kind, row.text, row.key, row.at);
  s.unsent_before.emplace_back(row.key, std::nullopt);
  s.unsent_ids.emplace(std::move(row.key), s.db.last_id());
}

void Batch::mark_sent(std::string_view key, std::string_view) {
  // A row that was posted has no further use: the note lies in the room, its number and digest in `note`.
  if (const auto id = impl_->store.take_unsent(key)) impl_->store.db.run("DELETE FROM outbox WHERE id = ?", *id);
}

void Batch::mark_dead(std::string_view key, std::string_view reason) {
  if (const auto id = impl_->store.take_unsent(key))
    impl_->store.db.run("UPDATE outbox SET text = '', dead = ? WHERE id = ?", reason, *id);
}

std::optional<std::int64_t> Store::Impl::take_unsent(std::string_view key) {
  must_write();
  const auto it = unsent_ids.find(std::string{key});
  if (it == unsent_ids.end()) return {};  // the server may tell us twice
  const auto id = it->second;
  unsent_before.emplace_back(it->first, id);
  unsent_ids.erase(it);
  return id;
}

std::int64_t Batch::number_note(Cause cause, RoomId room, std::string_view text_digest) {
  auto& s = impl_->store;
  s.must_write();
  s.db.run("INSERT INTO note(room, cause, text_digest) VALUES (?, ?, ?)", room.n, cause, text_digest);
  return s.db.last_id();
}

std::vector<OutboxRow> Store::unsent(std::string_view platform) {
  std::vector<OutboxRow> all;
  auto rows = impl_->db.rows(
      "SELECT id, platform, channel, thread, to_user, kind, text, key, at FROM outbox WHERE platform = ? AND dead IS "
      "NULL ORDER BY id",
      platform);
  while (rows.next())
    all.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), rows.text(6),
                   rows.text(7), rows.instant(8)});
  return all;
}

std::vector<DeadLetter> Store::dead_letters() {
  std::vector<DeadLetter> all;
  auto rows = impl_->db.rows(
      "SELECT platform, channel, to_user, kind, key, at, dead FROM outbox WHERE dead IS NOT NULL ORDER BY id");
  while (rows.next())
    all.push_back(
        {rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.instant(5), rows.text(6)});
  return all;
}

Waiting Store::waiting() {
  auto rows = impl_->db.rows(
      "SELECT count(*) FILTER (WHERE dead IS NULL), count(dead), min(at) FILTER (WHERE dead IS NULL AND at > 0) "
      "FROM outbox");
  rows.next();
  Waiting w{rows.integer(0), rows.integer(1), {}};
  if (!rows.null(2)) w.oldest = rows.instant(2);
  return w;
}

void Batch::notify(const Notice& n) {
  auto& s = impl_->store;
  s.must_write();
  s.db.run("INSERT INTO notice(person, note, at, room, kind, text) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
           n.person.n, n.note, n.at, n.room.n, n.kind, n.text);
}

std::int64_t Batch::read_notices(PersonId person, std::int64_t through) {
  auto& s = impl_->store;
  s.must_write();
  const auto before = s.db.changes();
  s.db.run("DELETE FROM notice WHERE person = ? AND note <= ?", person.n, through);
  return s.db.changes() - before;
}

std::vector<Notice> Store::notices(PersonId person, std::int64_t most) {
  std::vector<Notice> all;
  auto rows = impl_->db.rows(
      "SELECT person, note, at, room, kind, text FROM notice WHERE person = ? ORDER BY note DESC LIMIT ?", person.n,
      most);
  while (rows.next())
    all.push_back({PersonId{rows.integer(0)}, rows.integer(1), rows.instant(2), RoomId{rows.integer(3)}, rows.text(4),
                   rows.text(5)});
  std::reverse(all.begin(), all.end());
  return all;
}

std::int64_t Store::notices_unread(PersonId person) {
  return impl_->db.integer("SELECT count(*) FROM notice WHERE person = ?", person.n).value_or(0);
}

std::optional<Note> Store::note(std::int64_t number) {
  auto rows = impl_->db.rows("SELECT number, room, cause, text_digest FROM note WHERE number = ?", number);
  if (!rows.next()) return {};
  return Note{rows.integer(0), RoomId{rows.integer(1)}, rows.integer(2), rows.text(3)};
}

}  // namespace store
