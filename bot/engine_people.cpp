#include "bot/engine_impl.hpp"
#include "commands/unicode.hpp"

// What concerns one person alone, whatever the room: zone, blocks. And the room itself, when it moves.
namespace bot {

using workflow::Code;
using workflow::Command;
using workflow::Here;
using workflow::Room;

namespace {

template <class... C>
bool is_any(const Command& command) {
  return (std::holds_alternative<C>(command) || ...);
}

}  // namespace

std::optional<PersonId> Engine::Impl::whom(const Command& c) {
  // As typed, else in lower case: people write @Carl where they read Carl.
  const auto who = [&](const workflow::Handle& h) {
    const auto exact = store.person_by_handle(opt.platform, h.name);
    return exact ? exact : store.person_by_handle(opt.platform, commands::lower(h.name));
  };
  if (const auto* block = std::get_if<workflow::person::Block>(&c)) return who(block->who);
  if (const auto* unblock = std::get_if<workflow::person::Unblock>(&c)) return who(unblock->who);
  return {};
}

/// Carried out in the actor's own stream, and answered to them alone where they typed it (R-person-1). False: it is no
/// such command.
bool Engine::Impl::personal(Act& a, const Command& c) {
  if (!is_any<workflow::person::SetZone, workflow::person::Block, workflow::person::Unblock>(c)) return false;
  const auto other = whom(c);
  workflow::Context ctx{.now = a.now, .policy = &opt.policy};
  ctx.actor = &writing().person(a.actor);
  if (other) ctx.named = &writing().person(*other);
  Room nowhere;
  const auto outcome = workflow::carry_out(nowhere, c, ctx);
  if (outcome.rejection) {
    refuse(a, {}, *outcome.rejection, {});
    return true;
  }
  writing().record(a.cause, a.actor, outcome.events, a.actor, a.now, a.wall);
  writing().set_answer(a.cause, workflow::kind(outcome.events.front()));
  auto people = cast(nullptr, outcome.events, a.actor);
  if (other) people.people.try_emplace(*other, store.person(*other));
  for (const auto& note : commands::notes(outcome.events, nowhere, people, a.now)) answer_author(a, note, true);
  return true;
}

/// The room that is to move, or that may: the one of the actor and the only other person here.
Engine::Impl::Target Engine::Impl::moving(const Act& a, const Command& c) {
  const auto none = [](std::string why, workflow::Args args = {}) {
    return Target{{}, workflow::refuse(Code::USAGE, std::move(why), "R-room-5", std::move(args))};
  };
  if (a.heard.direct) return {{}, workflow::refuse(Code::WRONG_ROOM, "place.room", "R-guard-4")};
  if (store.room(a.place->room).fixed()) return {a.place->room, {}};
  const auto other = only_other(a);
  if (!other) return none("room.move_two");
  const auto& me = store.person(a.actor);
  std::vector<RoomId> shared;
  for (const auto* rooms : {&me.room_as_client, &me.room_as_freelancer})
    if (const auto it = rooms->find(*other); it != rooms->end()) shared.push_back(it->second);
  if (const auto* move = std::get_if<workflow::room::Move>(&c); move && move->id)
    std::erase_if(shared, [&](RoomId id) { return store.room_of(*move->id) != id; });
  const bool approves = std::holds_alternative<workflow::room::ApproveMove>(c);
  if (approves)
    std::erase_if(shared, [&](RoomId id) {
      const auto& asked = store.room(id).move;
      return !asked || asked->to != a.heard.channel;
    });
  if (shared.size() == 1) return {shared.front(), {}};
  if (approves) return {{}, workflow::refuse(Code::WRONG_STATE, "room.no_move", "R-room-5")};
  return none(shared.empty() ? "room.move_none" : "room.move_which", {{"name", store.person(*other).name}});
}

Here Engine::Impl::here_is(const Act& a, RoomId id) {
  if (!a.place || a.place->room == id) return Here::own;
  const auto& there = store.room(a.place->room);
  return workflow::binding(there) == workflow::Binding::unbound ? Here::vacant : Here::taken;
}

/// The note of the move stands in the new place; who still looks at the old one is told where everything is.
void Engine::Impl::moved(Act& a, RoomId id, std::span<const workflow::Event> events) {
  for (const auto& e : events) {
    if (!std::holds_alternative<workflow::room::Moved>(e)) continue;
    if (const auto old = store.place_of(id))
      enqueue({.platform = opt.platform,
               .channel = old->channel,
               .kind = "hint.moved",
               .text = commands::hint("moved", {}).text});
    writing().move_room(id, opt.platform, a.heard.channel);
  }
}

/// A client who may not approve any more, or not now, leaves proposals waiting: each freelancer is told
/// (R-proposal-17).
void Engine::Impl::tell_proposers(PersonId client) {
  const auto& who = store.person(client);
  const bool inactive = who.status != workflow::AccountStatus::active;
  if (!inactive && who.kind != workflow::AccountKind::enterprise) return;
  for (const auto id : store.rooms_of(client)) {
    const auto& room = store.room(id);
    if (room.client != client) continue;
    for (const auto& [proposal, p] : room.proposals)
      if (p.state == workflow::proposal::State::pending)
        post_direct(*room.freelancer,
                    commands::hint(inactive ? "client_inactive" : "client_enterprise",
                                   {{"client", who.name}, {"id", text(proposal)}, {"due", p.expire.due}}),
                    nullptr);
  }
}

}  // namespace bot
