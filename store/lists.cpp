#include <boost/describe.hpp>

#include "store/impl.hpp"

// What people and deadlines are looked up by.
namespace store {

using workflow::Money;

namespace {

Money money(std::int64_t minor, std::string_view code) {
  const auto currency = workflow::currency(code);
  if (!currency) throw Unknown("the store holds an amount of an unknown currency");
  return {minor, *currency};
}

std::optional<workflow::Side> side(const Rows& rows, int column) {
  if (rows.null(column)) return {};
  return rows.view(column) == "client" ? workflow::Side::client : workflow::Side::freelancer;
}

}  // namespace

std::optional<RoomId> Store::room_of(const workflow::AnyId& id) {
  const auto key = key_of(id);
  const auto room = impl_->db.integer("SELECT room FROM entity WHERE noun = ? AND number = ? AND part = ?", key.noun,
                                      key.number, key.part);
  return room ? std::optional{RoomId{*room}} : std::nullopt;
}

std::vector<RoomId> Store::rooms_of(PersonId person) {
  std::vector<RoomId> all;
  auto rows = impl_->db.rows("SELECT room FROM party WHERE person = ? ORDER BY room", person.n);
  while (rows.next()) all.push_back({rows.integer(0)});
  return all;
}

std::vector<Listed> Store::listed(PersonId person) {
  std::vector<Listed> all;
  auto rows = impl_->db.rows(
      "SELECT noun, number, part, state, title, minor, currency, due, client, freelancer, open, waits_for, entity.room "
      "FROM party JOIN entity ON entity.room = party.room WHERE party.person = ?1 AND (client = ?1 OR freelancer = ?1) "
      "ORDER BY noun, number, part",
      person.n);
  while (rows.next())
    all.push_back({{.id = id_of(rows.view(0), rows.integer(1), rows.integer(2)),
                    .state = rows.text(3),
                    .title = rows.text(4),
                    .amount = money(rows.integer(5), rows.view(6)),
                    .due = rows.null(7) ? std::nullopt : std::optional{rows.instant(7)},
                    .client = PersonId{rows.integer(8)},
                    .freelancer = PersonId{rows.integer(9)},
                    .open = rows.integer(10) != 0,
                    .waits_for = side(rows, 11)},
                   RoomId{rows.integer(12)}});
  return all;
}

std::int64_t Store::Impl::cold_offers(PersonId client, Instant now) {
  return db
      .integer(
          "SELECT count(*) FROM entity WHERE noun = 'O' AND open = 1 AND client = ? AND created > ? AND NOT EXISTS "
          "(SELECT 1 FROM pair WHERE pair.client = entity.client AND pair.freelancer = entity.freelancer)",
          client.n, now - std::chrono::hours{24})
      .value_or(0);
}

std::int64_t Store::cold_offers(PersonId client, Instant now) { return impl_->cold_offers(client, now); }

std::vector<std::int64_t> Store::due_streams(Instant now, std::size_t most) {
  std::vector<std::int64_t> all;
  auto rows = impl_->db.rows("SELECT stream FROM deadline WHERE due <= ? ORDER BY due, stream LIMIT ?", now, most);
  while (rows.next()) all.push_back(rows.integer(0));
  return all;
}

std::optional<Instant> Store::next_due() {
  const auto due = impl_->db.integer("SELECT min(due) FROM deadline");
  return due ? std::optional{Instant{workflow::Duration{*due}}} : std::nullopt;
}

std::vector<workflow::Posting> Store::postings(RoomId room) {
  std::vector<workflow::Posting> all;
  auto rows = impl_->db.rows(
      "SELECT book, owner, minor, currency, milestone FROM event JOIN posting ON posting.position = event.position "
      "WHERE stream = ? ORDER BY seq, k",
      room.n);
  while (rows.next()) {
    workflow::Account account{.owner = rows.integer(1)};
    if (!boost::describe::enum_from_string(rows.text(0).c_str(), account.book))
      throw Unknown("the store holds a posting of an unknown book");
    all.push_back({account, money(rows.integer(2), rows.view(3)), rows.maybe(4)});
  }
  return all;
}

std::int64_t Store::balance(const workflow::Account& account) {
  return impl_->db
      .integer("SELECT minor FROM balance WHERE book = ? AND owner = ?",
               boost::describe::enum_to_string(account.book, "?"), account.owner)
      .value_or(0);
}

}  // namespace store
