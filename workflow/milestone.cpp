#include <algorithm>

#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::milestone {
namespace {

const Milestone* find(const Room& room, MilestoneId id) {
  const auto it = room.milestones.find(id);
  return it == room.milestones.end() ? nullptr : &it->second;
}

const contract::Contract& contract_of(const Room& room, const Milestone& m) { return room.contracts.at(m.id.contract); }

Args args_of(const Room& room, const Milestone& m) {
  return {{"id", text(m.id)},
          {"contract", text(m.id.contract)},
          {"title", m.title},
          {"amount", m.amount},
          {"at", m.released_at},
          {"due", m.review.due},
          {"by", m.dropped ? text(*m.dropped) : ""},
          {"ended", contract_of(room, m).ended_at}};
}

std::optional<Rejection> wrong(const Room& room, const Milestone& m, std::string why, std::string rule) {
  return refuse(Code::WRONG_STATE, std::move(why), std::move(rule), args_of(room, m));
}

/// The sentence for a milestone that is past all work (R-milestone-9).
std::optional<Rejection> over(const Room& room, const Milestone& m) {
  switch (m.state) {
    case State::planned:
    case State::funded:
    case State::submitted:
    case State::changes_requested: return {};
    case State::released: return wrong(room, m, "milestone.is_released", "R-milestone-9");
    case State::refund_pending: return wrong(room, m, "milestone.is_refund_pending", "R-milestone-9");
    case State::refunded: return wrong(room, m, "milestone.is_refunded", "R-milestone-9");
    case State::disputed: return wrong(room, m, "milestone.is_disputed", "R-milestone-9");
    case State::cancelled:
      return wrong(room, m, m.dropped ? "milestone.is_dropped" : "milestone.is_cancelled", "R-milestone-9");
  }
  return {};
}

std::string bound_to(const Milestone& m) {
  return text(m.id) + " " + std::to_string(static_cast<int>(m.state)) + " " + decimal(m.amount);
}

/// Two events: the milestone's, and the journal that moves the money (L2).
void pay_out(const Room& room, const Milestone& m, Money gross, How how, Instant at, Events& out) {
  const auto& c = contract_of(room, m);
  const Money fee = share(gross, c.policy.fee_bps);
  const Instant clears = at + c.policy.security_period;
  out.push_back(Released{m.id, how, gross, fee, at, clears});
  out.push_back(ledger::release(m.id, gross, fee, c.freelancer, clears));
}

void fund(const Room& room, const Milestone& m, Instant at, Events& out) {
  out.push_back(Funded{m.id, m.amount, at});
  out.push_back(ledger::fund(m.id, m.amount, contract_of(room, m).client));
}

/// The milestones of a contract with money in escrow, in the order in which `pay=` is spent: submitted work first, then
/// work with changes asked for, then funded; by number (R-end-7).
std::vector<const Milestone*> in_pay_order(const Room& room, ContractId id) {
  std::vector<const Milestone*> found;
  const auto rank = [](State s) { return s == State::submitted ? 0 : s == State::changes_requested ? 1 : 2; };
  for (const auto& [mid, m] : room.milestones)
    if (mid.contract == id && !room.ledger.escrow(mid, m.amount.currency).zero()) found.push_back(&m);
  std::stable_sort(found.begin(), found.end(), [&](auto* a, auto* b) { return rank(a->state) < rank(b->state); });
  return found;
}

void end_by_client(const Room& room, const contract::Ending& e, Events& out) {
  const auto& c = room.contracts.at(e.id);
  Money left = e.pay.value_or(Money{0, c.policy.currency});
  for (const auto* m : in_pay_order(room, e.id)) {
    const Money give = std::min(left, room.ledger.escrow(m->id, c.policy.currency),
                                [](Money a, Money b) { return a.minor < b.minor; });
    left -= give;
    if (give.zero())
      out.push_back(RefundPending{m->id});
    else
      pay_out(room, *m, give, How::end, e.at, out);
  }
}

void end_by_freelancer(const Room& room, const contract::Ending& e, Events& out) {
  const auto& c = room.contracts.at(e.id);
  std::vector<std::pair<std::int64_t, Money>> returned;
  const Instant settles = e.at + c.policy.refund_settlement;
  for (const auto* m : in_pay_order(room, e.id)) {
    returned.emplace_back(m->id.n, room.ledger.escrow(m->id, c.policy.currency));
    out.push_back(Refunded{m->id, returned.back().second, e.at, settles});
  }
  if (!returned.empty()) out.push_back(ledger::give_back(e.id, returned, c.client, settles));
}

/// The milestones follow the contract's new terms (R-amendment-8).
void amended(const Room& room, const amendment::Approved& e, Events& out) {
  if (e.change.what == amendment::What::drop) {
    out.push_back(Cancelled{*e.change.milestone, e.id});
    return;
  }
  std::size_t n = 0;
  for (const auto id : standing(room, e.id.contract)) {
    const auto& m = room.milestones.at(id);
    const auto& t = e.terms.milestones.at(n++);
    if (m.title != t.title || !(m.amount == t.amount) || m.due != t.due)
      out.push_back(Edited{id, t.title, t.amount, t.due, e.at});
  }
  if (e.change.what != amendment::What::add) return;
  const auto& t = e.terms.milestones.back();
  out.push_back(Added{*e.change.milestone, t.title, t.amount, t.due});
}

}  // namespace

Decision decide(const Room& room, const Fund& c, const Context& ctx) {
  const auto* m = find(room, c.id);
  const auto refused =
      guard(room, ctx,
            {.subject = c.id,
             .role = Side::client,
             .role_why = "milestone.freelancer_funds",
             .state = [&]() -> std::optional<Rejection> {
               if (auto r = over(room, *m)) return r;
               if (m->state != State::planned) return wrong(room, *m, "milestone.is_funded", "R-milestone-1");
               const auto state = contract_of(room, *m).state;
               if (state != contract::State::active && state != contract::State::pending_start)
                 return wrong(room, *m, "milestone.contract_not_active", "R-milestone-1");
               if (ctx.freelancer->status == AccountStatus::active) return {};
               return wrong(room, *m, "milestone.on_hold", "R-milestone-1");
             },
             .funds = [&]() -> std::optional<Rejection> {
               if (ctx.client->billing_ok) return {};
               return refuse(Code::INSUFFICIENT_FUNDS, "milestone.billing", "R-milestone-2", args_of(room, *m));
             },
             .confirm = [&]() -> std::string {
               if (c.yes.given || m->amount.minor < contract_of(room, *m).policy.confirm_over) return {};
               return "fund " + bound_to(*m);
             }});
  if (refused) return std::unexpected(*refused);
  Done d;
  fund(room, *m, ctx.now, d.events);
  return d;
}

Decision decide(const Room& room, const Submit& c, const Context& ctx) {
  const auto* m = find(room, c.id);
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = Side::freelancer,
                              .role_why = "milestone.client_submits",
                              .state = [&]() -> std::optional<Rejection> {
                                if (auto r = over(room, *m)) return r;
                                if (m->state == State::planned)
                                  return wrong(room, *m, "milestone.not_funded", "R-milestone-3");
                                if (m->state == State::submitted)
                                  return wrong(room, *m, "milestone.is_submitted", "R-milestone-3");
                                const auto state = contract_of(room, *m).state;
                                if (state == contract::State::active || state == contract::State::paused) return {};
                                return wrong(room, *m, "milestone.contract_not_active", "R-milestone-3");
                              }});
  if (refused) return std::unexpected(*refused);
  return done(Submitted{c.id, m->submissions + 1, c.message.words, ctx.now,
                        ctx.now + contract_of(room, *m).policy.review_period});
}

Decision decide(const Room& room, const Release& c, const Context& ctx) {
  const auto* m = find(room, c.id);
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = Side::client,
                              .role_why = "milestone.freelancer_releases",
                              .state = [&]() -> std::optional<Rejection> {
                                if (auto r = over(room, *m)) return r;
                                if (m->state == State::planned)
                                  return wrong(room, *m, "milestone.nothing_to_release", "R-milestone-5");
                                return {};
                              },
                              .confirm = [&]() -> std::string {
                                if (c.yes.given || m->amount.minor < contract_of(room, *m).policy.confirm_over)
                                  return {};
                                return "release " + bound_to(*m);
                              }});
  if (refused) return std::unexpected(*refused);
  Done d;
  pay_out(room, *m, room.ledger.escrow(c.id, m->amount.currency), How::client, ctx.now, d.events);
  return d;
}

Decision decide(const Room&, const RequestChanges&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const ReleaseCredit&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}

void planned(Room& room, ContractId contract, const Terms& terms) {
  std::int64_t n = 0;
  for (const auto& m : terms.milestones) {
    const MilestoneId id{contract, ++n};
    room.milestones[id] = {.id = id, .title = m.title, .amount = m.amount, .due = m.due};
  }
}

void on(Room& room, const Funded& e) { room.milestones[e.id].state = State::funded; }
void on(Room& room, const Submitted& e) {
  auto& m = room.milestones[e.id];
  m.state = State::submitted;
  m.submissions = e.number;
  m.submission = e.message;
  m.review = {e.review_due, {}, e.at};
}
void on(Room& room, const Released& e) {
  auto& m = room.milestones[e.id];
  m.state = State::released;
  m.released_at = e.at;
}
void on(Room& room, const Added& e) {
  room.milestones[e.id] = {.id = e.id, .title = e.title, .amount = e.amount, .due = e.due};
}
void on(Room& room, const Edited& e) {
  auto& m = room.milestones[e.id];
  m.title = e.title;
  m.amount = e.amount;
  m.due = e.due;
}
void on(Room& room, const ChangesRequested& e) { room.milestones[e.id].state = State::changes_requested; }
void on(Room&, const CreditReleased&) {}
void on(Room& room, const Overdue& e) { room.milestones[e.id].overdue_notes = e.number; }
void on(Room& room, const RefundPending& e) { room.milestones[e.id].state = State::refund_pending; }
void on(Room& room, const Refunded& e) { room.milestones[e.id].state = State::refunded; }
void on(Room& room, const Cancelled& e) {
  auto& m = room.milestones[e.id];
  m.state = State::cancelled;
  m.dropped = e.by;
}

Decision react(const Room& room, const Event& e, const Context& ctx) {
  Done d;
  if (const auto* started = std::get_if<contract::Started>(&e))
    fund(room, room.milestones.at({started->id, 1}), ctx.now, d.events);  // the first one, at once (R-offer-7)
  if (const auto* approved = std::get_if<amendment::Approved>(&e)) amended(room, *approved, d.events);
  const auto* ending = std::get_if<contract::Ending>(&e);
  if (!ending) return d;
  if (ending->end_kind == contract::EndKind::by_client) end_by_client(room, *ending, d.events);
  if (ending->end_kind == contract::EndKind::by_freelancer) end_by_freelancer(room, *ending, d.events);
  for (const auto& [id, m] : room.milestones)
    if (id.contract == ending->id && m.state == State::planned) d.events.push_back(Cancelled{id, {}});
  return d;
}

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, m] : room.milestones)
    if (m.state == State::submitted && !m.review.frozen())
      out.push_back({m.review.due, text(id), "milestone.auto_release"});
}

/// Fourteen days of silence are a yes (R-milestone-6).
Events fire(const Room& room, const Alarm& alarm, const Context&) {
  Events out;
  for (const auto& [id, m] : room.milestones)
    if (alarm.kind == "milestone.auto_release" && text(id) == alarm.id)
      pay_out(room, m, room.ledger.escrow(id, m.amount.currency), How::automatic, alarm.due, out);
  return out;
}

}  // namespace workflow::milestone
