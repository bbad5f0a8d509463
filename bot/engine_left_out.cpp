#include <algorithm>

#include "bot/engine_impl.hpp"

// A line whose verb takes an id and has none: what it can only be about (R-id-*). And the one kind of chat that gets an
// answer (R-hint-1).
namespace bot {

using workflow::AnyId;
using workflow::Code;
using workflow::Room;

namespace {

constexpr std::size_t most_choices = 20;

/// A refusal for what somebody is, or for what the thing has become: it was not meant. Everything else that can be
/// wrong is wrong with the line, and would be told about the thing as well.
bool rules_out(Code code, bool open) {
  switch (code) {
    case Code::NOT_FOUND_HERE:
    case Code::NOT_A_PARTY:
    case Code::WRONG_ROOM:
    case Code::WRONG_ROLE:
    case Code::ACCOUNT_INACTIVE:
    case Code::WRONG_STATE:
    case Code::TOO_LATE:
    case Code::NOT_ELIGIBLE:
    case Code::DUPLICATE_OPEN: return true;
    case Code::USAGE: return !open;  // looked at before the state
    case Code::STALE_VERSION:
    case Code::TOO_EARLY:
    case Code::INCOMPLETE_TERMS:
    case Code::OVER_LIMIT:
    case Code::INSUFFICIENT_FUNDS:
    case Code::FEEDBACK_REQUIRED:
    case Code::CONFIRM_STALE:
    case Code::FROZEN_BY_DISPUTE:
    case Code::LOCKED:
    case Code::RATE_LIMITED:
    case Code::CONFIRM: return false;
  }
  return true;
}

/// What people have in mind who ask without saying about what: the agreement itself, and not one of its parts.
std::size_t weight(const AnyId& id) {
  if (std::holds_alternative<workflow::ContractId>(id)) return 3;
  if (std::holds_alternative<workflow::OfferId>(id)) return 2;
  return std::holds_alternative<workflow::ProposalId>(id) ? 1 : 0;
}

}  // namespace

/// Everything of these kinds that the actor is a party of: of the thread, of the room, in a direct chat of all rooms.
std::vector<Engine::Impl::Meant> Engine::Impl::within_reach(const Act& a, const std::vector<std::string>& kinds) {
  std::vector<Meant> all;
  for (const auto id : rooms_here(a, a.heard.direct)) {
    const auto& room = store.room(id);
    const auto there = workflow::everything(room);
    const auto in_thread = [&](const AnyId& x) { return workflow::thread_of(room, x) == a.heard.thread; };
    const bool one_thread = !a.heard.thread.empty() && std::ranges::any_of(there, in_thread);
    for (const auto& x : there)
      if (std::ranges::find(kinds, commands::kind_of(x)) != kinds.end() && workflow::side_of(room, x, a.actor) &&
          (!one_thread || in_thread(x)))
        all.push_back({id, x});
  }
  return all;
}

/// Whether the line would be carried out with this id, or be refused for something that is wrong with the line. On a
/// copy, which is made anew where it was changed.
bool Engine::Impl::fits(const Act& a, const Meant& m, Room& copy) {
  const auto line = commands::completed(a.heard.text, m.id);
  const auto reading = commands::read(line, {a.now, &opt.policy, a.asked});
  const auto* command = reading && *reading ? std::get_if<workflow::Command>(&(*reading)->request) : nullptr;
  if (!command) return false;
  auto ctx = context(a, copy, *command);
  ctx.next_id = [this](workflow::Numbered n) { return store.peek_id(n); };
  ctx.salt = [] { return std::string(32, '0'); };
  const auto outcome = workflow::carry_out(copy, *command, ctx);
  if (!outcome.rejection || outcome.spoiled) copy = store.room(m.room);
  return !outcome.rejection || !rules_out(outcome.rejection->code, workflow::row(copy, m.id).open);
}

std::vector<Engine::Impl::Meant> Engine::Impl::meant(const Act& a, const commands::LeftOut& left) {
  const auto all = within_reach(a, left.kinds);
  const auto open = [&](const Meant& m) { return workflow::row(store.room(m.room), m.id).open; };
  std::vector<Meant> found;
  if (!left.query) {
    Room copy;
    for (const auto& m : all) {
      if (copy.id != m.room) copy = store.room(m.room);
      if (fits(a, m, copy)) found.push_back(m);
      if (found.size() > most_choices) return found;
    }
    if (!found.empty()) return found;
    // Nothing fits: of the only one that is open it can be said why not.
    std::ranges::copy_if(all, std::back_inserter(found), open);
    return found.size() == 1 ? found : std::vector<Meant>{};
  }
  // Of every agreement the furthest that it has come, and of these the ones that are not over.
  std::map<std::string, std::size_t> furthest;
  const auto thread = [&](const Meant& m) { return workflow::thread_of(store.room(m.room), m.id); };
  for (const auto& m : all) furthest[thread(m)] = std::max(furthest[thread(m)], weight(m.id));
  std::ranges::copy_if(all, std::back_inserter(found),
                       [&](const Meant& m) { return weight(m.id) == furthest[thread(m)]; });
  if (std::ranges::any_of(found, open)) std::erase_if(found, [&](const Meant& m) { return !open(m); });
  return found;
}

/// Carries the line out as if it had been typed with the id, or answers with the lines to choose from. False: nothing
/// of the kind can be meant, and the line is what it is.
bool Engine::Impl::fill_in(Act& a, const commands::LeftOut& left) {
  if (a.heard.direct || left.query) fire_rooms(a, a.heard.direct);
  const auto found = meant(a, left);
  if (found.empty()) return false;
  if (found.size() > 1) {
    if (!left.query && !a.heard.direct && has_feedback(a.heard.text)) return false;
    ask_which(a, found, left.query);
    return true;
  }
  Heard whole = a.heard;
  whole.text = commands::completed(a.heard.text, found.front().id);
  const auto reading = commands::read(whole.text, {a.now, &opt.policy, a.asked});
  Act b{.heard = whole, .now = a.now, .wall = a.wall, .actor = a.actor, .place = a.place, .cause = a.cause};
  b.asked = a.asked;
  b.reading = &reading;
  carry_out(b, **reading);
  return true;
}

void Engine::Impl::ask_which(Act& a, const std::vector<Meant>& several, bool query) {
  std::string lines;
  std::size_t count = 0;
  for (const auto& m : several) {
    const auto& room = store.room(m.room);
    if (++count > most_choices) break;
    lines += (lines.empty() ? "" : "\n") +
             commands::line_to_choose(room, m.id, cast(&room, {}, a.actor), commands::completed(a.heard.text, m.id));
  }
  if (count > most_choices) lines += "\n…";
  auto r = workflow::refuse(Code::USAGE, "usage.which", "R-id-2", {{"lines", lines}});
  if (query)
    answer_author(a, commands::refusal(r, cast(nullptr, {}, a.actor)), false);
  else
    refuse(a, a.place ? a.place->room : RoomId{}, std::move(r), {});
}

/// The client of something submitted writes as if words could send it back: told once a submission, to them alone, by
/// a row that says that it was (R-hint-1).
void Engine::Impl::hint_changes(const Act& a) {
  if (a.heard.edited) return;
  const auto place = store.place(opt.platform, a.heard.channel);
  if (!place || place->room.n == 0) return;
  Act b{.heard = a.heard, .now = a.now, .wall = a.wall, .actor = a.actor, .place = place};
  for (const auto& m : within_reach(b, {"M"})) {
    const auto id = std::get<workflow::MilestoneId>(m.id);
    const auto& milestone = store.room(m.room).milestones.at(id);
    const bool waits = milestone.state == workflow::milestone::State::submitted && !milestone.review.frozen() &&
                       a.now < milestone.review.due;
    if (!waits || workflow::side_of(store.room(m.room), m.id, a.actor) != workflow::Side::client) continue;
    const auto name = "hint:changes:" + text(id) + ":" + std::to_string(milestone.submissions);
    writing().attempt([&] {
      if (!writing().order(name, a.now)) return true;
      salt_with(a.heard.channel + "/" + a.heard.message + "/" + name);
      answer_author(
          b, commands::hint_about("changes", store.room(m.room), m.id, cast(&store.room(m.room), {}, a.actor)), true);
      return true;
    });
  }
}

}  // namespace bot
