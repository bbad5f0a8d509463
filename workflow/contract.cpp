#include <algorithm>

#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::contract {
namespace {

const Contract* find(const Room& room, ContractId id) {
  const auto it = room.contracts.find(id);
  return it == room.contracts.end() ? nullptr : &it->second;
}

bool any_feedback(const FeedbackWords& w) { return !(w == FeedbackWords{}); }

/// A text of fewer than ten code points says nothing (R-end-5).
bool long_enough(const std::string& s) {
  return std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }) >= 10;
}

std::string reasons_of(Side side) {
  std::string s;
  for (const auto reason : side == Side::client ? client_reasons : freelancer_reasons)
    s += (s.empty() ? "" : ", ") + std::string{reason};
  return s;
}

/// The reason is from the side's list, and `other` says more (R-end-2).
std::optional<Rejection> reason_problem(const End& c, Side side) {
  const auto& known = side == Side::client ? client_reasons : freelancer_reasons;
  const Args args{{"id", text(c.id)}, {"reason", c.reason.value_or("")}, {"reasons", reasons_of(side)}};
  if (std::find(known.begin(), known.end(), *c.reason) == known.end())
    return refuse(Code::USAGE, "contract.unknown_reason", "R-end-2", args);
  if (*c.reason == "other" && !c.note) return refuse(Code::USAGE, "contract.note_needed", "R-end-2", args);
  return {};
}

std::optional<Rejection> data_problem(const Room& room, const Contract& contract, const End& c, Side side) {
  if (auto r = reason_problem(c, side)) return r;
  for (const auto& score : {c.feedback.stars, c.feedback.quality, c.feedback.skills, c.feedback.communication,
                            c.feedback.availability, c.feedback.deadlines, c.feedback.cooperation})
    if (score && (*score < 1 || *score > 5))
      return refuse(Code::USAGE, "feedback.range", "R-end-5", {{"id", text(c.id)}, {"typed", *score}});
  if (!c.pay) return {};
  if (side == Side::freelancer) return refuse(Code::WRONG_ROLE, "contract.freelancer_pays", "R-end-4");
  const auto escrow = room.ledger.escrow(c.id, contract.policy.currency);
  if (*c.pay > escrow)
    return refuse(Code::OVER_LIMIT, "contract.pay_over_escrow", "R-end-4",
                  {{"id", text(c.id)}, {"pay", *c.pay}, {"escrow", escrow}});
  return {};
}

std::optional<Rejection> not_open(const Contract& c) {
  const Args args{{"id", text(c.id)}, {"at", c.ended_at}, {"officially", c.officially.due}};
  switch (c.state) {
    case State::pending_start:
    case State::active:
    case State::paused: return {};
    case State::ending: return refuse(Code::WRONG_STATE, "contract.is_ending", "R-contract-4", args);
    case State::ended: return refuse(Code::WRONG_STATE, "contract.is_ended", "R-contract-4", args);
  }
  return {};
}

/// What the ender consents to: the state, every milestone with its money, and their own words.
std::string bound_to(const Room& room, const Contract& contract, const End& c, Side side) {
  std::string s = "end " + text(c.id) + " " + *c.reason + " " + (c.pay ? decimal(*c.pay) : "") + " " +
                  canonical(c.feedback, c.id, side) + framed(c.feedback.private_text.value_or("")) +
                  framed(c.note.value_or("")) + std::to_string(static_cast<int>(contract.state));
  for (const auto& [id, m] : room.milestones)
    if (id.contract == c.id)
      s += " " + text(id) + std::to_string(static_cast<int>(m.state)) +
           decimal(room.ledger.escrow(id, contract.policy.currency));
  return s;
}

/// Everything is paid or returned, at least one part paid, and nothing waits for an answer (R-autoend-1).
bool complete(const Room& room, const Contract& c) {
  if (c.state != State::active || !room.ledger.escrow(c.id, c.policy.currency).zero()) return false;
  bool paid = false;
  for (const auto& [id, m] : room.milestones) {
    using enum milestone::State;
    if (id.contract != c.id) continue;
    if (m.state != released && m.state != refunded && m.state != cancelled) return false;
    paid = paid || m.state == released;
  }
  for (const auto& [id, a] : room.amendments)
    if (id.contract == c.id && a.state == amendment::State::pending) return false;
  return paid;
}

/// What was kept open was so until this release.
Done after_release(const Room& room, ContractId id, Instant now) {
  const auto& c = room.contracts.at(id);
  if (!c.kept_open || not_open(c)) return {};
  return {.events = {Resumed{id, now}}, .secrets = {}};
}

/// An end that nobody gave, and for which nobody owes feedback.
Ending by_itself(const Contract& c, EndKind kind, std::string reason, Instant at) {
  return {.id = c.id,
          .end_kind = kind,
          .reason = std::move(reason),
          .note = {},
          .pay = {},
          .at = at,
          .officially = at + c.policy.end_undo};
}

}  // namespace

std::optional<Deadline> end_date(const Contract& c) {
  if (!c.terms.end || not_open(c)) return {};
  Instant since = c.accepted_at;
  for (auto v = c.versions.rbegin(); v != c.versions.rend() && v->terms.end == c.terms.end; ++v) since = v->at;
  return Deadline{end_of(*c.terms.end), {}, since};
}

std::optional<Instant> ends_by_itself(const Contract& c) {
  const auto date = end_date(c);
  if (!c.auto_end) return date ? std::optional{date->due} : std::nullopt;
  return date ? std::min(c.auto_end->due, date->due) : c.auto_end->due;
}

/// In the room the end is asked for, in the direct chat it is given (R-end-1, R-end-3).
Decision decide(const Room& room, const End& c, const Context& ctx) {
  const auto* contract = find(room, c.id);
  const auto side = side_of(room, AnyId{c.id}, ctx.actor->id).value_or(Side::client);
  const bool in_room = ctx.place == Place::room;
  const auto refused = guard(room, ctx,
                             {.usage = [&]() -> std::optional<Rejection> {
                                if (c.reason) return {};
                                return refuse(Code::USAGE, "contract.reason_missing", "R-end-2",
                                              {{"id", text(c.id)}, {"reasons", reasons_of(side)}});
                              },
                              .subject = c.id,
                              .place = ctx.place,
                              .elsewhere = [&]() -> std::optional<Rejection> {
                                if (!in_room || !any_feedback(c.feedback)) return {};
                                auto r = refuse(Code::FEEDBACK_REQUIRED, "contract.feedback_in_room", "R-end-6");
                                r.erase = true;
                                return r;
                              },
                              .state = [&] { return not_open(*contract); },
                              .data = [&] { return data_problem(room, *contract, c, side); },
                              .feedback = [&]() -> std::optional<Rejection> {
                                if (in_room || (c.feedback.stars && c.feedback.text && long_enough(*c.feedback.text)))
                                  return {};
                                return refuse(Code::FEEDBACK_REQUIRED, "contract.feedback_missing", "R-end-5",
                                              {{"id", text(c.id)},
                                               {"reason", *c.reason},
                                               {"pay", c.pay ? Arg{*c.pay} : Arg{}},
                                               {"note", c.note ? Arg{*c.note} : Arg{}}});
                              },
                              .confirm = [&]() -> std::string {
                                if (in_room || c.yes.given) return {};
                                return bound_to(room, *contract, c, side);
                              }});
  if (refused) return std::unexpected(*refused);
  if (in_room)
    return done(person::Asked{ctx.actor->id,
                              {c.id, room.id, *c.reason, c.note, c.pay, ctx.now, ctx.now + ctx.policy->end_answer}});
  Done d;
  d.events.push_back(Ending{.id = c.id,
                            .end_kind = side == Side::client ? EndKind::by_client : EndKind::by_freelancer,
                            .reason = *c.reason,
                            .note = c.note,
                            .pay = c.pay,
                            .at = ctx.now,
                            .officially = ctx.now + contract->policy.end_undo});
  if (ctx.actor->question && ctx.actor->question->contract == c.id)
    d.events.push_back(person::Answered{ctx.actor->id, c.id});
  return d;
}

Decision decide(const Room& room, const EndAnswer& c, const Context& ctx) {
  if (!ctx.actor->question) return std::unexpected(refuse(Code::WRONG_STATE, "contract.no_question", "R-end-3"));
  const auto& q = *ctx.actor->question;
  auto decided = decide(room, End{q.contract, q.reason, q.pay, q.note, c.feedback, c.yes}, ctx);
  if (!decided && decided.error().why == "contract.feedback_missing")
    decided.error() =
        refuse(Code::FEEDBACK_REQUIRED, "contract.answer_incomplete", "R-end-5", {{"id", text(q.contract)}});
  return decided;
}

Decision decide(const Room& room, const KeepOpen& c, const Context& ctx) {
  const auto* contract = find(room, c.id);
  const auto refused =
      guard(room, ctx, {.subject = c.id, .state = [&]() -> std::optional<Rejection> {
                          if (auto r = not_open(*contract)) return r;
                          if (contract->auto_end) return {};
                          return refuse(Code::WRONG_STATE,
                                        contract->kept_open ? "contract.is_kept_open" : "contract.not_completing",
                                        "R-autoend-3", {{"id", text(c.id)}});
                        }});
  if (refused) return std::unexpected(*refused);
  return done(KeptOpen{c.id, side_of(room, AnyId{c.id}, ctx.actor->id).value_or(Side::client), ctx.now});
}

Decision decide(const Room& room, const NudgeOther& c, const Context& ctx) {
  const auto* contract = find(room, c.id);
  const auto side = side_of(room, AnyId{c.id}, ctx.actor->id).value_or(Side::client);
  std::int64_t sent = 0;
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .state = [&]() -> std::optional<Rejection> {
                                return contract->state == State::ended ? not_open(*contract) : std::nullopt;
                              },
                              .data = [&]() -> std::optional<Rejection> {
                                std::optional<Instant> again;
                                for (const auto& n : contract->nudges)
                                  if (n.by == side) ++sent, again = n.at + contract->policy.nudge_every;
                                if (!again || ctx.now >= *again) return {};
                                return refuse(Code::OVER_LIMIT, "contract.nudge_again", "R-nudge-2",
                                              {{"id", text(c.id)}, {"again", *again}});
                              }});
  if (refused) return std::unexpected(*refused);
  return done(Nudged{c.id, side, sent + 1, ctx.now});
}

void on(Room& room, const Started& e) {
  room.contracts[e.id] = {.id = e.id,
                          .state = e.state,
                          .client = e.client,
                          .freelancer = e.freelancer,
                          .offer = e.offer,
                          .terms = e.terms,
                          .digest = e.digest,
                          .policy = e.policy,
                          .accepted_at = e.at,
                          .effective_start = e.effective_start,
                          .start = {Instant{e.effective_start}, {}, e.at},
                          .versions = {{e.terms, e.digest, e.at, {}}}};
  milestone::planned(room, e.id, e.terms);
}
void on(Room& room, const Opened& e) { room.contracts[e.id].state = State::active; }
void on(Room& room, const Completing& e) { room.contracts[e.id].auto_end = Deadline{e.due, {}, e.at}; }
void on(Room& room, const Resumed& e) {
  auto& c = room.contracts[e.id];
  c.auto_end.reset();
  c.kept_open = false;
}
void on(Room& room, const KeptOpen& e) {
  auto& c = room.contracts[e.id];
  c.auto_end.reset();
  c.kept_open = true;
}
void on(Room& room, const Nudged& e) { room.contracts[e.id].nudges.push_back({e.by, e.at}); }
void on(Room& room, const Ending& e) {
  auto& c = room.contracts[e.id];
  c.state = State::ending;
  c.end_kind = e.end_kind;
  c.reason = e.reason;
  c.ended_at = e.at;
  c.officially = {e.officially, {}, e.at};
  c.auto_end.reset();
  room.feedback[e.id] = {};
}
void on(Room& room, const Ended& e) { room.contracts[e.id].state = State::ended; }

/// An accepted offer is a contract (R-contract-1), unless its last day has passed meanwhile (R-autoend-6). A release
/// ends what was kept open (R-autoend-3).
Decision react(const Room& room, const Event& e, const Context& ctx) {
  if (const auto* released = std::get_if<milestone::Released>(&e))
    return after_release(room, released->id.contract, ctx.now);
  if (const auto* released = std::get_if<milestone::CreditReleased>(&e))
    return after_release(room, released->id, ctx.now);
  const auto* accepted = std::get_if<offer::Accepted>(&e);
  if (!accepted) return Done{};
  const auto& o = room.offers.at(accepted->id);
  const Date today = day_of(ctx.now);
  if (auto r = end_passed(o.terms, today, "offer.end_has_passed", text(o.id))) return std::unexpected(*r);
  const Date start = std::max(o.terms.start.value_or(today), today);
  return done(Started{.id = accepted->contract,
                      .offer = o.id,
                      .client = o.client,
                      .freelancer = o.freelancer,
                      .terms = o.terms,
                      .digest = o.digest,
                      .policy = *ctx.policy,
                      .state = Instant{start} > ctx.now ? State::pending_start : State::active,
                      .effective_start = start,
                      .at = ctx.now});
}

/// Completion is looked at when everything that a cause does is done, so that what is true only in between announces
/// nothing (R-autoend-1, R-autoend-2).
Events conclude(const Room& room, const Context& ctx) {
  Events out;
  for (const auto& [id, c] : room.contracts) {
    const bool now_complete = complete(room, c);
    if (now_complete && !c.auto_end && !c.kept_open)
      out.push_back(Completing{id, ctx.now, ctx.now + c.policy.autoend_grace});
    if (!now_complete && c.auto_end) out.push_back(Resumed{id, ctx.now});
  }
  return out;
}

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, c] : room.contracts) {
    if (c.state == State::pending_start) wait(out, c.start, id, "contract.start");
    if (c.state == State::ending) wait(out, c.officially, id, "contract.officially");
    if (c.auto_end) wait(out, *c.auto_end, id, "contract.auto_end");
    if (const auto end = end_date(c)) wait(out, *end, id, "contract.end_date");
  }
}

Events fire(const Room& room, const Alarm& alarm, const Context&) {
  for (const auto& [id, c] : room.contracts) {
    if (text(id) != alarm.id) continue;
    if (alarm.kind == "contract.start") return {Opened{id, alarm.due}};
    if (alarm.kind == "contract.officially") return {Ended{id, alarm.due}};
    if (alarm.kind == "contract.auto_end") return {by_itself(c, EndKind::auto_completed, "completed", alarm.due)};
    if (alarm.kind == "contract.end_date") return {by_itself(c, EndKind::auto_end_date, "end_date", alarm.due)};
  }
  return {};
}

}  // namespace workflow::contract
