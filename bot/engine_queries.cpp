#include "bot/engine_impl.hpp"

// Queries: they change nothing, leave no row, and are answered to their author alone.
namespace bot {

using workflow::AnyId;
using workflow::Code;
using workflow::Room;

namespace {

bool holds(const Room& room, const AnyId& id) {
  for (const auto& there : workflow::everything(room))
    if (there == id) return true;
  return false;
}

/// One's money is one's own, whatever room one asks in.
bool looks_everywhere(const Act& a, const commands::Query& q) {
  return a.heard.direct || std::holds_alternative<commands::BalanceQuery>(q);
}

}  // namespace

std::vector<RoomId> Engine::Impl::rooms_here(const Act& a, bool everywhere) {
  if (everywhere) return store.rooms_of(a.actor);
  if (a.place && a.place->room.n != 0) return {a.place->room};
  return {};
}

/// What is due there happens first, so that everything that is looked at is as of the instant of the question.
void Engine::Impl::fire_rooms(const Act& a, bool everywhere) {
  for (const auto id : rooms_here(a, everywhere)) {
    const auto alarm = workflow::next_alarm(store.room(id));
    if (!alarm || alarm->due > a.now) continue;
    writing().attempt([&] {
      fire_room(id, a.now, a.wall);
      return true;
    });
  }
}

/// The rooms a query may look into: in a room that room, in a direct chat all of one's own. What one may not see is
/// answered exactly as what is not there (R-guard-2, R-guard-3).
std::expected<std::vector<const Room*>, workflow::Rejection> Engine::Impl::visible(const Act& a,
                                                                                   const commands::Query& q) {
  std::vector<const Room*> rooms;
  for (const auto id : rooms_here(a, looks_everywhere(a, q))) rooms.push_back(&store.room(id));
  const auto id = commands::named(q);
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

/// What is asked only where nobody else reads the answer.
std::optional<workflow::Rejection> Engine::Impl::misplaced(const Act& a, const commands::Query& q) {
  if (a.heard.direct) return {};
  if (const auto* list = std::get_if<commands::ListQuery>(&q); list && list->what == commands::ListQuery::What::clients)
    return workflow::refuse(Code::WRONG_ROOM, "place.direct", "R-query-7");
  const bool overheard = !opt.can.private_replies && !store.direct_of(a.actor);
  if (overheard && std::holds_alternative<commands::BalanceQuery>(q))
    return workflow::refuse(Code::WRONG_ROOM, "place.direct", "R-query-5");
  return {};
}

void Engine::Impl::query(Act& a, const commands::Query& q) {
  if (const auto wrong = misplaced(a, q)) {
    answer_author(a, commands::refusal(*wrong, {}), false);
    return;
  }
  fire_rooms(a, looks_everywhere(a, q));
  const auto rooms = visible(a, q);
  if (!rooms) {
    answer_author(a, commands::refusal(rooms.error(), {}), false);
    return;
  }
  const auto more = beside(a, q, *rooms);
  commands::Cast people = cast(nullptr, {}, a.actor);
  for (const auto* room : *rooms)
    for (const auto& [id, person] : cast(room, {}, a.actor).people) people.people.emplace(id, person);
  for (const auto& p : more.past)
    if (p.who.n != 0) people.people.try_emplace(p.who, store.person(p.who));
  if (std::holds_alternative<commands::InboxQuery>(q)) {
    if (!private_here(a)) return answer_author(a, commands::hint("private_only", {}), false);
    put_unread(people, a.actor);
  }
  answer_author(a, commands::answer(q, *rooms, people, a.now, more), false);
}

commands::Beside Engine::Impl::beside(const Act& a, const commands::Query& q, const std::vector<const Room*>& rooms) {
  commands::Beside more;
  more.currency = opt.policy.currency;
  if (std::holds_alternative<commands::HistoryQuery>(q) && !rooms.empty()) more.past = past(rooms.front()->id);
  if (const auto* policy = std::get_if<commands::PolicyQuery>(&q)) more.numbers = numbers(policy->id);
  if (const auto* list = std::get_if<commands::ListQuery>(&q); list && list->what == commands::ListQuery::What::clients)
    more.clients = clients(a, rooms);
  return more;
}

/// Everything that was recorded of a room, and every try that was refused; of the same instant the tries last.
std::vector<commands::Past> Engine::Impl::past(RoomId room) {
  std::vector<commands::Past> all;
  for (const auto& e : store.events(room.n)) all.push_back({e.at, PersonId{e.actor}, e.n > 1, store.decode(e)});
  for (const auto& r : store.refusals(room)) all.push_back({r.at, r.actor, false, commands::Tried{r.entity, r.code}});
  return all;
}

std::vector<commands::Number> Engine::Impl::numbers(const std::optional<workflow::ContractId>& contract) {
  const auto house = policy_lines(opt.policy, opt.origins);
  std::vector<commands::Number> all;
  if (!contract) {
    for (const auto& n : house) all.push_back({n.name, n.value, n.origin, {}});
    return all;
  }
  const auto& c = store.room(store.room_of(*contract).value()).contracts.at(*contract);
  const auto own = policy_lines(c.policy, {});
  for (std::size_t i = 0; i < own.size(); ++i)
    all.push_back({own[i].name, own[i].value, {}, own[i].value == house[i].value ? std::string{} : house[i].value});
  return all;
}

/// Whom the actor works for, and whether they may propose there: asked of the guards themselves, on a copy.
std::vector<commands::Client> Engine::Impl::clients(const Act& a, const std::vector<const Room*>& rooms) {
  std::vector<commands::Client> all;
  for (const auto* room : rooms) {
    if (!room->fixed() || room->freelancer != a.actor) continue;
    const workflow::Money amount{std::max<std::int64_t>(opt.policy.min_milestone, 1), opt.policy.currency};
    const workflow::proposal::Propose propose{.terms = {.title = "?", .scope = "?", .amount = amount}};
    workflow::Context ctx{.now = std::max(a.now, room->last), .policy = &opt.policy};
    ctx.actor = ctx.freelancer = &store.person(a.actor);
    ctx.client = &store.person(*room->client);
    ctx.next_id = [this](workflow::Numbered n) { return store.peek_id(n); };
    ctx.salt = [] { return std::string(32, '0'); };
    Room copy = *room;
    const auto refused = workflow::carry_out(copy, propose, ctx).rejection;
    all.push_back({room, refused && refused->code != Code::CONFIRM ? refused : std::nullopt});
  }
  return all;
}

}  // namespace bot
