#include "store/impl.hpp"

// Where things are: channels, accounts and their logins, members, numbers.
namespace store {
namespace {

std::string key_of_place(std::string_view platform, std::string_view channel) {
  std::string key{platform};
  key += '\0';
  return key.append(channel);
}

std::string_view name_of(workflow::Numbered what) {
  switch (what) {
    case workflow::Numbered::proposal: return "proposal";
    case workflow::Numbered::offer: return "offer";
    case workflow::Numbered::contract: return "contract";
    case workflow::Numbered::escrow_refund: return "escrow_refund";
    case workflow::Numbered::change_request: return "change_request";
    case workflow::Numbered::question: return "question";
  }
  throw std::logic_error("numbers of nothing");
}

Place read_place(const Rows& rows) {
  return {rows.text(0), rows.text(1), RoomId{rows.integer(2)}, PersonId{rows.integer(3)}};
}

std::optional<PersonId> as_person(std::optional<std::int64_t> n) {
  return n ? std::optional{PersonId{*n}} : std::nullopt;
}

}  // namespace

PlaceRow* Store::Impl::place(std::string_view platform, std::string_view channel) {
  auto key = key_of_place(platform, channel);
  if (const auto it = places.find(key); it != places.end()) return &it->second;
  auto rows =
      db.rows("SELECT number, room, direct, horizon FROM place WHERE platform = ? AND channel = ?", platform, channel);
  if (!rows.next()) return nullptr;
  if (places.size() >= 4 * options.rooms_kept) places.clear();
  return &places.emplace(std::move(key), PlaceRow{rows.integer(0), rows.integer(1), rows.integer(2), rows.maybe(3)})
              .first->second;
}

PlaceRow& Store::Impl::made_place(std::string_view platform, std::string_view channel) {
  if (auto* found = place(platform, channel)) return *found;
  must_write();
  db.run("INSERT INTO place(platform, channel) VALUES (?, ?)", platform, channel);
  return *place(platform, channel);
}

std::int64_t Store::Impl::next_number(std::string_view counter) {
  must_write();
  // In three plain statements: an upsert, or RETURNING, would open a temporary table each time.
  const auto last = db.integer("SELECT last FROM counter WHERE name = ?", counter);
  if (last)
    db.run("UPDATE counter SET last = ? WHERE name = ?", *last + 1, counter);
  else
    db.run("INSERT INTO counter(name, last) VALUES (?, 1)", counter);
  return last.value_or(0) + 1;
}

std::int64_t Store::peek_id(workflow::Numbered what) {
  return impl_->db.integer("SELECT last FROM counter WHERE name = ?", name_of(what)).value_or(0) + 1;
}

std::int64_t Batch::next_id(workflow::Numbered what) { return impl_->store.next_number(name_of(what)); }

RoomId Batch::open_room(std::string_view platform, std::string_view channel) {
  auto& s = impl_->store;
  auto& place = s.made_place(platform, channel);
  if (place.room == 0) {
    const auto number = s.next_number("stream");
    s.db.run("UPDATE place SET room = ? WHERE number = ?", number, place.number);
    place.room = number;
  }
  return RoomId{place.room};
}

void Batch::move_room(RoomId room, std::string_view platform, std::string_view channel) {
  auto& s = impl_->store;
  const auto to = s.made_place(platform, channel).number;
  const auto left = s.next_number("stream");
  s.db.run("UPDATE place SET room = ? WHERE room = ?", left, room.n);
  s.db.run("UPDATE place SET room = ? WHERE number = ?", room.n, to);
  s.places.clear();
}

PersonId Batch::open_person(Cause cause, std::string_view platform, workflow::person::Seen seen, Instant at) {
  auto& s = impl_->store;
  seen.id = PersonId{s.next_number("stream")};
  s.db.run("INSERT INTO login(person, platform, user) VALUES (?, ?, ?)", seen.id.n, platform, seen.user);
  s.record_person(seen.id, workflow::Event{seen}, {cause, 0, at, at});
  return seen.id;
}

void Batch::set_direct(std::string_view platform, std::string_view channel, PersonId person) {
  auto& s = impl_->store;
  auto& place = s.made_place(platform, channel);
  if (place.direct == person.n) return;
  s.must_write();
  s.db.run("UPDATE place SET direct = ? WHERE number = ?", person.n, place.number);
  place.direct = person.n;
}

void Batch::joined(std::string_view platform, std::string_view channel, PersonId person) {
  auto& s = impl_->store;
  s.must_write();
  s.db.run("INSERT INTO member(place, person) VALUES (?, ?) ON CONFLICT DO NOTHING",
           s.made_place(platform, channel).number, person.n);
}

void Batch::left(std::string_view platform, std::string_view channel, PersonId person) {
  auto& s = impl_->store;
  s.must_write();
  if (const auto* place = s.place(platform, channel))
    s.db.run("DELETE FROM member WHERE place = ? AND person = ?", place->number, person.n);
}

std::optional<PersonId> Store::person_by_user(std::string_view platform, std::string_view user) {
  return as_person(impl_->db.integer("SELECT person FROM login WHERE platform = ? AND user = ?", platform, user));
}

std::optional<PersonId> Store::person_by_handle(std::string_view platform, std::string_view handle) {
  // A handle may have passed from one user to another: it is whose it became last.
  return as_person(impl_->db.integer(
      "SELECT account.person FROM account JOIN login ON login.person = account.person AND login.platform = ? "
      "WHERE handle = ? ORDER BY since DESC LIMIT 1",
      platform, handle));
}

std::string Store::user_of(PersonId person, std::string_view platform) {
  auto rows = impl_->db.rows("SELECT user FROM login WHERE person = ? AND platform = ?", person.n, platform);
  return rows.next() ? rows.text(0) : "";
}

bool Store::is_person(std::int64_t stream) {
  return impl_->db.integer("SELECT 1 FROM account WHERE person = ?", stream).has_value();
}

std::optional<Place> Store::place(std::string_view platform, std::string_view channel) {
  const auto* row = impl_->place(platform, channel);
  if (!row || (row->room == 0 && row->direct == 0)) return {};
  return Place{std::string{platform}, std::string{channel}, RoomId{row->room}, PersonId{row->direct}};
}

std::vector<Place> Store::places(std::string_view platform) {
  std::vector<Place> all;
  auto rows = impl_->db.rows(
      "SELECT platform, channel, room, direct FROM place WHERE platform = ? AND (room <> 0 OR direct <> 0) "
      "ORDER BY number",
      platform);
  while (rows.next()) all.push_back(read_place(rows));
  return all;
}

std::optional<Place> Store::place_of(RoomId room) {
  if (room.n == 0) return {};
  auto rows = impl_->db.rows("SELECT platform, channel, room, direct FROM place WHERE room = ? AND room <> 0", room.n);
  return rows.next() ? std::optional{read_place(rows)} : std::nullopt;
}

std::optional<Place> Store::direct_of(PersonId person) {
  if (person.n == 0) return {};
  auto rows = impl_->db.rows(
      "SELECT platform, channel, room, direct FROM place WHERE direct = ? AND direct <> 0 ORDER BY number DESC",
      person.n);
  return rows.next() ? std::optional{read_place(rows)} : std::nullopt;
}

std::vector<PersonId> Store::members(std::string_view platform, std::string_view channel) {
  std::vector<PersonId> all;
  const auto* place = impl_->place(platform, channel);
  if (!place) return all;
  auto rows = impl_->db.rows("SELECT person FROM member WHERE place = ? ORDER BY person", place->number);
  while (rows.next()) all.push_back({rows.integer(0)});
  return all;
}

}  // namespace store
