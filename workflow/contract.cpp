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

}  // namespace

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

Decision decide(const Room&, const KeepOpen&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const NudgeOther&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
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
void on(Room& room, const Resumed& e) { room.contracts[e.id].auto_end.reset(); }
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

/// An accepted offer is a contract (R-contract-1).
Decision react(const Room& room, const Event& e, const Context& ctx) {
  const auto* accepted = std::get_if<offer::Accepted>(&e);
  if (!accepted) return Done{};
  const auto& o = room.offers.at(accepted->id);
  const Date today = day_of(ctx.now);
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

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, c] : room.contracts) {
    if (c.state == State::pending_start) out.push_back({c.start.due, text(id), "contract.start"});
    if (c.state == State::ending && !c.officially.frozen())
      out.push_back({c.officially.due, text(id), "contract.officially"});
  }
}

Events fire(const Room& room, const Alarm& alarm, const Context&) {
  for (const auto& [id, c] : room.contracts) {
    if (text(id) != alarm.id) continue;
    if (alarm.kind == "contract.start") return {Opened{id, alarm.due}};
    if (alarm.kind == "contract.officially") return {Ended{id, alarm.due}};
  }
  return {};
}

}  // namespace workflow::contract
