#include <boost/describe.hpp>

#include "store/impl.hpp"

// What is made from events: postings and balances, pairs and parties, lists, deadlines, accounts.
namespace store {

using workflow::AnyId;
using workflow::Event;

namespace {

const char* name_of(workflow::Book book) { return boost::describe::enum_to_string(book, "?"); }

/// Whether something hangs on another thing: a question on what it is about, or what that became; a change request on
/// its offer.
bool hangs_on(const workflow::Room& room, const AnyId& id, const AnyId& other) {
  if (const auto* question = std::get_if<workflow::QuestionId>(&id)) {
    const auto& about = room.questions.at(*question).about;
    return about == other || workflow::became(room, about) == other;
  }
  if (const auto* request = std::get_if<workflow::ChangeRequestId>(&id))
    return AnyId{room.change_requests.at(*request).offer} == other;
  return false;
}

/// Everything whose row an event may have changed. A contract's events reach its milestones, refunds and amendments.
std::vector<AnyId> concerned(const workflow::Room& room, const Event& event) {
  std::vector<AnyId> ids;
  const auto id = workflow::subject(event);
  if (!id || std::holds_alternative<workflow::ledger::Posted>(event)) return ids;
  ids.push_back(*id);
  const auto* contract = std::get_if<workflow::ContractId>(&*id);
  if (const auto* amended = std::get_if<workflow::amendment::Approved>(&event)) {
    ids.emplace_back(amended->id.contract);
    contract = &amended->id.contract;
  }
  // What an approved amendment changes shows in the rows of its contract's questions too.
  const std::vector changed = ids;
  for (const auto& one : changed) {
    for (const auto& [hanging, thing] : room.questions)
      if (hangs_on(room, hanging, one)) ids.emplace_back(hanging);
    for (const auto& [hanging, thing] : room.change_requests)
      if (hangs_on(room, hanging, one)) ids.emplace_back(hanging);
  }
  if (!contract || !workflow::kind(event).starts_with("contract.")) return ids;
  for (auto it = room.milestones.lower_bound({*contract, 0});
       it != room.milestones.end() && it->first.contract == *contract; ++it)
    ids.emplace_back(it->first);
  for (const auto& [refund_id, refund] : room.refunds)
    if (refund.contract == *contract) ids.emplace_back(refund_id);
  for (const auto& [amendment_id, amendment] : room.amendments)
    if (amendment_id.contract == *contract) ids.emplace_back(amendment_id);
  return ids;
}

}  // namespace

EntityKey key_of(const AnyId& id) {
  struct {
    EntityKey operator()(workflow::ProposalId x) const { return {"P", x.n, 0}; }
    EntityKey operator()(workflow::OfferId x) const { return {"O", x.n, 0}; }
    EntityKey operator()(workflow::ContractId x) const { return {"C", x.n, 0}; }
    EntityKey operator()(workflow::EscrowRefundId x) const { return {"ER", x.n, 0}; }
    EntityKey operator()(workflow::MilestoneId x) const { return {"M", x.contract.n, x.n}; }
    EntityKey operator()(workflow::AmendmentId x) const { return {"A", x.contract.n, x.n}; }
    EntityKey operator()(workflow::ChangeRequestId x) const { return {"CR", x.n, 0}; }
    EntityKey operator()(workflow::QuestionId x) const { return {"Q", x.n, 0}; }
  } const key;
  return std::visit(key, id);
}

AnyId id_of(std::string_view noun, std::int64_t number, std::int64_t part) {
  if (noun == "P") return workflow::ProposalId{number};
  if (noun == "O") return workflow::OfferId{number};
  if (noun == "C") return workflow::ContractId{number};
  if (noun == "ER") return workflow::EscrowRefundId{number};
  if (noun == "CR") return workflow::ChangeRequestId{number};
  if (noun == "Q") return workflow::QuestionId{number};
  if (noun == "A") return workflow::AmendmentId{{number}, part};
  return workflow::MilestoneId{{number}, part};
}

void Store::Impl::derive(std::int64_t position, const Event& event) {
  if (const auto* posted = std::get_if<workflow::ledger::Posted>(&event)) derive_posted(position, *posted);
  if (const auto* fixed = std::get_if<workflow::room::Fixed>(&event)) derive_pair(*fixed);
  derive_account(position, event);
}

void Store::Impl::derive_posted(std::int64_t position, const workflow::ledger::Posted& posted) {
  std::int64_t k = 0;
  for (const auto& p : posted.postings) {
    const auto* book = name_of(p.account.book);
    const auto currency = p.amount.currency.name();
    db.run("INSERT INTO posting(position, k, book, owner, minor, currency, milestone) VALUES (?, ?, ?, ?, ?, ?, ?)",
           position, ++k, book, p.account.owner, p.amount.minor, currency, p.milestone);
    // SQLite would turn a sum past 64 bits into a floating number without a word; ours throws.
    const auto had = db.integer("SELECT minor FROM balance WHERE book = ? AND owner = ?", book, p.account.owner);
    const auto sum = workflow::Money{had.value_or(0), p.amount.currency} + p.amount;
    if (had)
      db.run("UPDATE balance SET minor = ? WHERE book = ? AND owner = ?", sum.minor, book, p.account.owner);
    else
      db.run("INSERT INTO balance(book, owner, minor, currency) VALUES (?, ?, ?, ?)", book, p.account.owner, sum.minor,
             currency);
  }
}

void Store::Impl::derive_pair(const workflow::room::Fixed& fixed) {
  db.run("INSERT INTO pair(room, client, freelancer) VALUES (?, ?, ?)", fixed.id.n, fixed.client.n, fixed.freelancer.n);
  for (const auto person : {fixed.client.n, fixed.freelancer.n})
    db.run("INSERT INTO party(person, room) VALUES (?, ?) ON CONFLICT DO NOTHING", person, fixed.id.n);
  ++offers_changed;
  // The two may lie in memory already, and have just learnt of each other.
  if (auto* client = people.find(fixed.client.n)) {
    touch(fixed.client.n);
    client->state.room_as_client[fixed.freelancer] = fixed.id;
  }
  if (auto* freelancer = people.find(fixed.freelancer.n)) {
    touch(fixed.freelancer.n);
    freelancer->state.room_as_freelancer[fixed.client] = fixed.id;
  }
}

void Store::Impl::derive_account(std::int64_t position, const Event& event) {
  if (const auto* seen = std::get_if<workflow::person::Seen>(&event))
    db.run("INSERT INTO account(person, user, handle, since) VALUES (?, ?, ?, ?)", seen->id.n, seen->user, seen->handle,
           position);
  const auto* changed = std::get_if<workflow::person::Changed>(&event);
  if (changed && changed->handle)
    db.run("UPDATE account SET handle = ?, since = ? WHERE person = ?", *changed->handle, position, changed->id.n);
}

void Store::Impl::list_all(const workflow::Room& room, std::span<const Event> events, Instant created) {
  std::vector<AnyId> done;
  for (const auto& event : events)
    for (const auto& id : concerned(room, event)) {
      if (std::find(done.begin(), done.end(), id) != done.end()) continue;
      done.push_back(id);
      list(room, id, created);
    }
}

void Store::Impl::list(const workflow::Room& room, const AnyId& id, Instant created) {
  const auto row = workflow::row(room, id);
  const auto key = key_of(id);
  const auto waits = row.waits_for ? std::optional{workflow::text(*row.waits_for)} : std::nullopt;
  // A row that stays as it is dirties no page. Two statements, because an upsert into a table without rowid opens a
  // temporary table each time.
  db.run(
      "UPDATE entity SET state = ?4, title = ?5, minor = ?6, due = ?7, open = ?8, waits_for = ?9 "
      "WHERE noun = ?1 AND number = ?2 AND part = ?3 "
      "AND (state, title, minor, due, open, waits_for) IS NOT (?4, ?5, ?6, ?7, ?8, ?9)",
      key.noun, key.number, key.part, row.state, row.title, row.amount.minor, row.due, row.open, waits);
  if (!db.changed())
    db.run(
        "INSERT INTO entity(noun, number, part, state, title, minor, due, open, waits_for, room, currency, client, "
        "freelancer, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        key.noun, key.number, key.part, row.state, row.title, row.amount.minor, row.due, row.open, waits, room.id.n,
        row.amount.currency.name(), row.client.n, row.freelancer.n, created);
  if (!std::holds_alternative<workflow::OfferId>(id)) return;
  ++offers_changed;
  // The one noun that can be in a room whose pair is not fixed.
  for (const auto person : {row.client.n, row.freelancer.n})
    db.run("INSERT INTO party(person, room) VALUES (?, ?) ON CONFLICT DO NOTHING", person, room.id.n);
}

void Store::Impl::set_deadline(std::int64_t stream, std::optional<Instant>& stored, std::optional<Instant> next) {
  if (stored == next) return;
  if (next)
    db.run("INSERT INTO deadline(stream, due) VALUES (?, ?) ON CONFLICT DO UPDATE SET due = excluded.due", stream,
           *next);
  else
    db.run("DELETE FROM deadline WHERE stream = ?", stream);
  stored = next;
}

}  // namespace store
