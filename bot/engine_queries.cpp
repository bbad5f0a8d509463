#include "bot/engine_impl.hpp"

// Queries: they change nothing, leave no row, and are answered to their author alone.
namespace bot {

using workflow::AnyId;
using workflow::Code;
using workflow::Room;

namespace {

std::optional<AnyId> named(const commands::Query& q) {
  struct {
    std::optional<AnyId> operator()(const commands::ListQuery&) const { return {}; }
    std::optional<AnyId> operator()(const commands::StatusQuery& x) const { return x.id; }
    std::optional<AnyId> operator()(const commands::LedgerQuery& x) const { return x.id; }
    std::optional<AnyId> operator()(const commands::HelpQuery&) const { return {}; }
    std::optional<AnyId> operator()(const commands::WhoamiQuery&) const { return {}; }
    std::optional<AnyId> operator()(const commands::InboxQuery&) const { return {}; }
  } const id;
  return std::visit(id, q);
}

bool holds(const Room& room, const AnyId& id) {
  for (const auto& there : workflow::everything(room))
    if (there == id) return true;
  return false;
}

}  // namespace

/// The rooms a query may look into: in a room that room, in a direct chat all of one's own. What one may not see is
/// answered exactly as what is not there (R-guard-2, R-guard-3).
std::expected<std::vector<const Room*>, workflow::Rejection> Engine::Impl::visible(const Act& a,
                                                                                   const commands::Query& q) {
  std::vector<const Room*> rooms;
  if (a.heard.direct)
    for (const auto id : store.rooms_of(a.actor)) rooms.push_back(&store.room(id));
  else if (a.place && a.place->room.n != 0)
    rooms.push_back(&store.room(a.place->room));
  const auto id = named(q);
  if (!id) return rooms;
  const auto missing = workflow::refuse(Code::NOT_FOUND_HERE, "not_found_here", "R-guard-3", {{"id", text(*id)}});
  const auto stranger = workflow::refuse(Code::NOT_A_PARTY, "not_a_party", "R-guard-2");
  for (const auto* room : rooms) {
    if (!holds(*room, *id)) continue;
    if (workflow::side_of(*room, *id, a.actor)) return std::vector{room};
    return std::unexpected(a.heard.direct ? missing : stranger);
  }
  if (a.heard.direct || rooms.empty()) return std::unexpected(missing);
  for (const auto* room : rooms) {
    if (workflow::side_of(*room, {}, a.actor)) return std::unexpected(missing);
    if (!room->fixed() && room->offers.empty()) return std::unexpected(missing);
    for (const auto& [offer_id, offer] : room->offers)
      if (offer.client == a.actor || offer.freelancer == a.actor) return std::unexpected(missing);
  }
  return std::unexpected(stranger);
}

void Engine::Impl::query(Act& a, const commands::Query& q) {
  std::vector<RoomId> due;
  if (a.heard.direct)
    due = store.rooms_of(a.actor);
  else if (a.place && a.place->room.n != 0)
    due.push_back(a.place->room);
  for (const auto id : due) {
    const auto alarm = workflow::next_alarm(store.room(id));
    if (!alarm || alarm->due > a.now) continue;
    writing().attempt([&] {
      fire_room(id, a.now, a.wall);
      return true;
    });
  }
  const auto rooms = visible(a, q);
  if (!rooms) {
    answer_author(a, commands::refusal(rooms.error(), {}), false);
    return;
  }
  commands::Cast people = cast(nullptr, {}, a.actor);
  for (const auto* room : *rooms)
    for (const auto& [id, person] : cast(room, {}, a.actor).people) people.people.emplace(id, person);
  if (std::holds_alternative<commands::InboxQuery>(q)) {
    if (!private_here(a)) return answer_author(a, commands::hint("private_only", {}), false);
    put_unread(people, a.actor);
  }
  answer_author(a, commands::answer(q, *rooms, people, a.now), false);
}

}  // namespace bot
