#include "bot/engine_impl.hpp"

// Commands: whose room it is, what `decide` may know, the preview and its confirmation, the record of it all.
namespace bot {

using workflow::AnyId;
using workflow::Code;
using workflow::Rejection;
using workflow::Room;

namespace {

/// The text after which a message was refused may be typed again elsewhere: it is given back as a ready line.
constexpr std::string_view ready_line = "line";

}  // namespace

bool has_feedback(const std::string& line) {
  const auto has = [&](std::string_view part) { return line.find(part) != std::string::npos; };
  return has("end ") && (has("stars=") || has("text=") || has("private="));
}

void Engine::Impl::act(Act& a) {
  fire_person(a.actor, a.now, a.wall);
  if (a.place && a.place->room.n != 0) fire_room(a.place->room, a.now, a.wall);
  if (a.heard.edited) {
    answer_author(a, commands::hint("edited", {}), true);
    return;
  }
  const bool asked = a.heard.direct && store.person(a.actor).question.has_value();
  // Read once more only where the question of an `/end` has lapsed in between.
  const auto reading = asked == a.asked ? *a.reading : commands::read(a.heard.text, {a.now, &opt.policy, asked});
  if (!reading) return;  // it was the answer to that question
  if (const auto left = commands::left_out(a.heard.text, {a.now, &opt.policy, asked}))
    if (fill_in(a, *left)) return;
  if (*reading)
    carry_out(a, **reading);
  else
    refuse(a, a.place ? a.place->room : RoomId{}, reading->error(), {});
}

void Engine::Impl::carry_out(Act& a, const commands::Reading& reading) {
  struct {
    Impl& engine;
    Act& a;
    const std::string& verb;
    void operator()(const workflow::Command& c) const { engine.command(a, c, verb); }
    void operator()(const commands::Confirm& c) const { engine.confirm(a, c); }
    void operator()(const commands::Query& q) const { engine.query(a, q); }
    void operator()(const commands::Ack& c) const { engine.acknowledge(a, c); }
  } const one{*this, a, reading.verb};
  std::visit(one, reading.request);
}

/// In a room a command is about the room. In the direct chat it is about the room of what it names, if the actor is a
/// party of it; the answer to a question is about the question's.
Engine::Impl::Target Engine::Impl::target(const Act& a, const workflow::Command& c) {
  if (std::holds_alternative<workflow::room::Move>(c) || std::holds_alternative<workflow::room::ApproveMove>(c))
    return moving(a, c);
  if (!a.heard.direct) return {a.place->room, {}};
  if (std::holds_alternative<workflow::contract::EndAnswer>(c)) {
    const auto& question = store.person(a.actor).question;
    return {question ? question->room : RoomId{}, {}};
  }
  const auto named = workflow::subject(c);
  if (!named) return {};
  const auto room = store.room_of(*named);
  if (room && workflow::side_of(store.room(*room), named, a.actor)) return {*room, {}};
  return {{}, workflow::refuse(Code::NOT_FOUND_HERE, "not_found_here", "R-guard-3", {{"id", text(*named)}})};
}

std::optional<PersonId> Engine::Impl::only_other(const Act& a) {
  std::optional<PersonId> other;
  for (const auto person : store.members(opt.platform, a.heard.channel)) {
    if (person == a.actor) continue;
    if (other) return {};
    other = person;
  }
  return other;
}

/// To whom an offer goes: the one named, if present; the room's freelancer; the only other person here (R-offer-2).
std::optional<PersonId> Engine::Impl::offered_to(const Act& a, const Room& room, const workflow::offer::Send& c) {
  if (c.freelancer) {
    const auto named = store.person_by_handle(opt.platform, c.freelancer->name);
    for (const auto member : store.members(opt.platform, a.heard.channel))
      if (named == member) return named;
    return {};
  }
  if (room.fixed()) return room.freelancer;
  return only_other(a);
}

workflow::Context Engine::Impl::context(const Act& a, const Room& room, const workflow::Command& c) {
  workflow::Context ctx{.now = std::max(a.now, room.last), .policy = &opt.policy};
  ctx.place = a.heard.direct ? workflow::Place::direct : workflow::Place::room;
  ctx.here = a.heard.channel;
  ctx.here_is = here_is(a, room.id);
  ctx.actor = &writing().person(a.actor);
  ctx.next_id = [this](workflow::Numbered n) { return writing().next_id(n); };
  ctx.salt = [this] { return random_hex(16); };
  if (const auto* send = std::get_if<workflow::offer::Send>(&c)) {
    ctx.client = room.fixed() ? &writing().person(*room.client) : ctx.actor;
    if (const auto to = offered_to(a, room, *send)) ctx.freelancer = &writing().person(*to);
    return ctx;
  }
  auto named = workflow::subject(c);
  if (const auto both = workflow::parties(room, named)) {
    ctx.client = &writing().person(both->client);
    ctx.freelancer = &writing().person(both->freelancer);
  } else if (!named && !a.heard.direct) {
    ctx.freelancer = ctx.actor;
    if (const auto client = only_other(a)) ctx.client = &writing().person(*client);
  }
  return ctx;
}

/// What is typed in a direct chat, or where a room is to move, is about another room than the one it is typed in: that
/// one's deadlines come first as well (R-clock-5).
void Engine::Impl::fire_elsewhere(const Act& a, RoomId room) {
  if (room.n != 0 && (!a.place || a.place->room != room)) fire_room(room, a.now, a.wall);
}

void Engine::Impl::command(Act& a, const workflow::Command& c, const std::string& verb) {
  if (personal(a, c)) return;
  const auto t = target(a, c);
  if (t.refused) {
    refuse(a, {}, *t.refused, workflow::subject(c));
    return;
  }
  fire_elsewhere(a, t.room);
  if (t.room.n == 0) {
    // Typed in a direct chat without naming anything: the guards say where it belongs.
    Room nowhere;
    const auto outcome = workflow::carry_out(nowhere, c, context(a, nowhere, c));
    if (outcome.rejection) refuse(a, {}, *outcome.rejection, {});
    return;
  }
  auto& room = writing().room(t.room);
  const auto ctx = context(a, room, c);
  const auto outcome = workflow::carry_out(room, c, ctx);
  if (!outcome.rejection) return record(a, t.room, outcome, ctx.now);
  if (outcome.spoiled) writing().forget(t.room);
  if (outcome.rejection->code == Code::CONFIRM)
    show_preview(a, t.room, c, ctx, *outcome.rejection, verb);
  else
    refuse(a, t.room, *outcome.rejection, workflow::subject(c));
}

void Engine::Impl::record(Act& a, RoomId room, const workflow::Outcome& outcome, Instant at) {
  writing().record(a.cause, room, outcome.events, a.actor, at, a.wall);
  for (const auto& secret : outcome.secrets) writing().keep(secret);
  writing().set_answer(a.cause, workflow::kind(outcome.events.front()));
  moved(a, room, outcome.events);
  say(a.cause, room, outcome.events, &a, at);
}

/// Carries the command out on a copy of the room, with numbers that nobody is given, and says what would happen.
void Engine::Impl::show_preview(Act& a, RoomId id, const workflow::Command& c, const workflow::Context& given,
                                const Rejection& asks, const std::string& verb) {
  Room after = store.room(id);
  workflow::Context ctx = given;
  ctx.consent = true;
  ctx.next_id = [this](workflow::Numbered n) { return store.peek_id(n); };
  const auto outcome = workflow::carry_out(after, c, ctx);
  if (outcome.rejection) {
    refuse(a, id, *outcome.rejection, workflow::subject(c));
    return;
  }
  writing().prune_previews(a.now);
  store::Preview p{.code = {},
                   .actor = a.actor,
                   .platform = opt.platform,
                   .channel = a.heard.channel,
                   .thread = {},
                   .command = a.heard.text,
                   .binds = workflow::sha256(asks.binds),
                   .lapse = ctx.now + opt.policy.confirm_ttl};
  do {
    p.code = random_hex(2);
    for (char& ch : p.code) ch = static_cast<char>(ch >= 'a' ? ch - 'a' + 'A' : ch);
  } while (store.preview(a.actor, p.platform, p.channel, p.thread, p.code));
  writing().keep(p);
  const auto& before = store.room(id);
  const auto note = commands::preview(verb, outcome.events, after, cast(&after, outcome.events, a.actor), p.code,
                                      opt.policy.confirm_ttl, ctx.now, before);
  answer_author(a, note, true);
}

/// The codes of the previews that the author has open here, as one may type them.
std::string Engine::Impl::open_codes(const Act& a) {
  std::string codes;
  for (const auto& one : store.previews(a.actor, opt.platform, a.heard.channel, {}, a.now))
    codes += (codes.empty() ? "" : ", ") + one.code;
  return codes;
}

void Engine::Impl::confirm(Act& a, const commands::Confirm& c) {
  const auto stale = [&](std::string why) {
    refuse(a, a.place ? a.place->room : RoomId{}, workflow::refuse(Code::CONFIRM_STALE, std::move(why), "R-confirm-4"),
           {});
  };
  std::optional<store::Preview> p;
  if (c.code) {
    p = store.preview(a.actor, opt.platform, a.heard.channel, {}, *c.code);
    if (const auto codes = open_codes(a); !p && !codes.empty()) {
      auto r = workflow::refuse(Code::CONFIRM_STALE, "confirm.wrong_code", "R-confirm-4",
                                {{"typed", *c.code}, {"codes", codes}});
      return refuse(a, a.place ? a.place->room : RoomId{}, std::move(r), {});
    }
  } else {
    const auto open = store.previews(a.actor, opt.platform, a.heard.channel, {}, a.now);
    if (open.size() > 1) {
      auto r = workflow::refuse(Code::USAGE, "confirm.which", "R-confirm-3", {{"codes", open_codes(a)}});
      return refuse(a, a.place ? a.place->room : RoomId{}, std::move(r), {});
    }
    if (!open.empty()) p = open.front();
  }
  if (!p) return stale("confirm.none");
  if (a.now >= p->lapse) return stale("confirm.lapsed");
  const bool asked = a.heard.direct && store.person(a.actor).question.has_value();
  const auto reading = commands::read(p->command, {a.now, &opt.policy, asked});
  const auto* again = reading && *reading ? std::get_if<workflow::Command>(&(*reading)->request) : nullptr;
  if (!again) return stale("confirm.none");
  const auto t = target(a, *again);
  if (t.refused || t.room.n == 0) return stale("confirm.changed");
  fire_elsewhere(a, t.room);
  auto ctx = context(a, writing().room(t.room), *again);
  // Asked once more without consent, on a copy: what it would bind to now must be what was shown.
  Room copy = store.room(t.room);
  ctx.next_id = [this](workflow::Numbered n) { return store.peek_id(n); };
  const auto now = workflow::carry_out(copy, *again, ctx);
  const bool same =
      now.rejection && now.rejection->code == Code::CONFIRM && workflow::sha256(now.rejection->binds) == p->binds;
  writing().drop(*p);
  if (!same) {
    if (!now.rejection || now.rejection->code == Code::CONFIRM || now.rejection->code == Code::STALE_VERSION)
      return stale("confirm.changed");
    return refuse(a, t.room, *now.rejection, workflow::subject(*again));
  }
  ctx.consent = true;
  ctx.next_id = [this](workflow::Numbered n) { return writing().next_id(n); };
  const auto outcome = workflow::carry_out(writing().room(t.room), *again, ctx);
  if (outcome.rejection) {
    if (outcome.spoiled) writing().forget(t.room);
    return refuse(a, t.room, *outcome.rejection, workflow::subject(*again));
  }
  record(a, t.room, outcome, ctx.now);
}

void Engine::Impl::refuse(Act& a, RoomId room, Rejection r, const std::optional<AnyId>& about) {
  if (r.why == "place.room" && about)
    if (const auto there = store.room_of(*about)) r.args.emplace_back("with", other_party(*there, *about, a.actor));
  if (r.erase) r.args.emplace_back(ready_line, a.heard.text);
  if (room.n != 0) writing().refuse(room, {about ? text(*about) : "", a.now, a.actor, commands::code_of(r)});
  writing().set_answer(a.cause, commands::code_of(r));
  Room none;
  answer_author(a, commands::refusal(r, cast(room.n != 0 ? &store.room(room) : &none, {}, a.actor)), true);
  if (r.erase || (r.code == Code::USAGE && !a.heard.direct && has_feedback(a.heard.text))) erase(a);
}

}  // namespace bot
