#include "store/impl.hpp"

// Streams: loading by folding, appending with the hash chain, recording.
namespace store {

using workflow::Event;

namespace {

/// Folds a stream as it lies in the store.
template <class State>
void fold(Db& db, std::int64_t stream, Folded<State>& into) {
  auto rows = db.rows("SELECT seq, at, kind, body, hash FROM event WHERE stream = ? ORDER BY seq", stream);
  while (rows.next()) {
    workflow::evolve(into.state, decode(rows.view(2), rows.view(3)));
    into.last = std::max(into.last, rows.instant(1));
    into.head = {rows.integer(0), rows.text(4)};
  }
  if constexpr (requires { into.state.last; }) into.state.last = into.last;
  into.due = due_of(workflow::next_alarm(into.state));
}

}  // namespace

std::string link_hash(std::int64_t stream, std::int64_t seq, std::string_view prev, std::string_view kind, Instant at,
                      std::int64_t actor, std::string_view body) {
  std::string all;
  all.reserve(body.size() + 256);
  const auto part = [&](std::string_view text) { all.append(std::to_string(text.size())).append(1, ':').append(text); };
  part("parley-event-1");
  part(std::to_string(stream));
  part(std::to_string(seq));
  part(prev);
  part(kind);
  part(std::to_string(at.time_since_epoch().count()));
  part(std::to_string(actor));
  part(body);
  return workflow::sha256(all).hex;
}

Folded<workflow::Room> Store::Impl::load_room(RoomId id) {
  Folded<workflow::Room> f;
  f.state.id = id;
  fold(db, id.n, f);
  return f;
}

Folded<workflow::Person> Store::Impl::load_person(PersonId id) {
  Folded<workflow::Person> f;
  f.state.id = id;
  fold(db, id.n, f);
  auto pairs = db.rows("SELECT room, client, freelancer FROM pair WHERE client = ?1 OR freelancer = ?1", id.n);
  while (pairs.next()) {
    const RoomId room{pairs.integer(0)};
    if (pairs.integer(1) == id.n)
      f.state.room_as_client[{pairs.integer(2)}] = room;
    else
      f.state.room_as_freelancer[{pairs.integer(1)}] = room;
  }
  return f;
}

Folded<workflow::Room>& Store::Impl::room(RoomId id) {
  if (auto* found = rooms.find(id.n)) return *found;
  return rooms.put(id.n, load_room(id));
}

Folded<workflow::Person>& Store::Impl::person(PersonId id) {
  if (auto* found = people.find(id.n)) return *found;
  return people.put(id.n, load_person(id));
}

workflow::Person& Store::Impl::with_cold_offers(PersonId id) {
  auto& f = person(id);
  // Nearly everybody has no open offer at all, and stays so until some offer changes: then nothing is asked.
  if (f.offers_as_of != offers_changed) f.has_offers = cold_offers(id, Instant{}) > 0;
  f.offers_as_of = offers_changed;
  f.state.cold_offers = f.has_offers ? cold_offers(id, latest) : 0;
  return f.state;
}

std::int64_t Store::Impl::next_n(Cause cause) {
  if (cause != n_cause) {
    n_next = db.integer("SELECT max(n) FROM event WHERE cause = ?", cause).value_or(0) + 1;
    n_cause = cause;
  }
  return n_next++;
}

std::int64_t Store::Impl::append(std::int64_t stream, Head& head, const Event& event, const Stamp& stamp) {
  const auto kind = workflow::kind(event);
  const auto body = encode(event);
  const auto seq = head.seq + 1;
  auto hash = link_hash(stream, seq, head.hash, kind, stamp.at, stamp.actor, body);
  db.run(
      "INSERT INTO event(stream, seq, at, recorded_at, actor, cause, n, kind, body, prev_hash, hash) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      stream, seq, stamp.at, stamp.recorded_at, stamp.actor, stamp.cause, next_n(stamp.cause), kind, body, head.hash,
      hash);
  head = {seq, std::move(hash)};
  return db.last_id();
}

void Store::Impl::record_person(PersonId id, const Event& event, const Stamp& stamp) {
  touch(id.n);
  auto& f = person(id);
  const auto position = append(id.n, f.head, event, stamp);
  workflow::evolve(f.state, event);
  f.last = std::max(f.last, stamp.at);
  derive(position, event);
  set_deadline(id.n, f.due, due_of(workflow::next_alarm(f.state)));
}

void Store::Impl::record(RoomId id, std::span<const Event> events, const Stamp& stamp) {
  must_write();
  if (!touched(id.n)) throw std::logic_error("a room is recorded that was not asked for in this attempt");
  auto& f = room(id);
  for (const auto& event : events) {
    if (const auto person = workflow::person_of(event)) {
      record_person(*person, event, stamp);
      continue;
    }
    const auto position = append(id.n, f.head, event, stamp);
    f.last = std::max(f.last, stamp.at);
    derive(position, event);
  }
  f.state.last = f.last;
  list_all(f.state, events, stamp.at);
  set_deadline(id.n, f.due, due_of(workflow::next_alarm(f.state)));
}

void Batch::record(Cause cause, RoomId room, std::span<const Event> events, std::optional<PersonId> actor, Instant at,
                   Instant recorded_at) {
  impl_->store.record(room, events, {cause, actor ? actor->n : 0, at, recorded_at});
}

void Batch::record(Cause cause, PersonId person, std::span<const Event> events, std::optional<PersonId> actor,
                   Instant at, Instant recorded_at) {
  auto& s = impl_->store;
  s.must_write();
  for (const auto& event : events) {
    if (workflow::person_of(event) != person) throw std::logic_error("an event of somebody else's stream");
    s.record_person(person, event, {cause, actor ? actor->n : 0, at, recorded_at});
  }
}

workflow::Room& Batch::room(RoomId id) {
  impl_->store.touch(id.n);
  return impl_->store.room(id).state;
}

workflow::Person& Batch::person(PersonId id) {
  auto& s = impl_->store;
  s.touch(id.n);
  return s.with_cold_offers(id);
}

const workflow::Room& Store::room(RoomId id) { return impl_->room(id).state; }

const workflow::Person& Store::person(PersonId id) { return impl_->with_cold_offers(id); }

std::vector<Recorded> Store::events(std::int64_t stream) {
  std::vector<Recorded> all;
  auto rows = impl_->db.rows(
      "SELECT position, stream, seq, at, recorded_at, actor, cause, n, kind, body, prev_hash, hash FROM event "
      "WHERE ?1 = 0 OR stream = ?1 ORDER BY position",
      stream);
  while (rows.next())
    all.push_back({rows.integer(0), rows.integer(1), rows.integer(2), rows.instant(3), rows.instant(4), rows.integer(5),
                   rows.integer(6), rows.integer(7), rows.text(8), rows.text(9), rows.text(10), rows.text(11)});
  return all;
}

Event Store::decode(const Recorded& r) { return store::decode(r.kind, r.body); }

std::int64_t Store::events_count() { return impl_->db.integer("SELECT count(*) FROM event").value_or(0); }

}  // namespace store
