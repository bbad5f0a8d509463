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

/// Ended by a side or by its date: nothing new is begun, money only goes out or back.
bool has_ended(const Room& room, const Milestone& m) {
  const auto state = contract_of(room, m).state;
  return state == contract::State::ending || state == contract::State::ended;
}

Money escrow(const Room& room, const Milestone& m) { return room.ledger.escrow(m.id, m.amount.currency); }

Money smaller(Money a, Money b) { return a < b ? a : b; }

/// What the consent to a payment is bound to: the state, what lies there, and what is to be paid.
std::string bound_to(std::string_view act, const Milestone& m, Money lies, Money paid) {
  return std::string{act} + " " + text(m.id) + " " + std::to_string(static_cast<int>(m.state)) + " " + decimal(lies) +
         " " + decimal(paid);
}

/// The milestone's event and the journals that move the money: L2, and L2b for a rest that rolls forward.
void pay_out(const Room& room, const Milestone& m, Money gross, How how, Instant at, Events& out,
             std::optional<Money> rolled = {}) {
  const auto& c = contract_of(room, m);
  const Money fee = share(gross, c.policy.fee_bps);
  const Instant clears = at + c.policy.security_period;
  out.push_back(Released{m.id, how, gross, fee, at, clears, rolled});
  out.push_back(ledger::release(m.id, gross, fee, c.freelancer, clears));
  if (rolled) out.push_back(ledger::roll_forward(m.id, *rolled));
}

void pay_credit(const contract::Contract& c, Money gross, Instant at, Events& out) {
  const Money fee = share(gross, c.policy.fee_bps);
  const Instant clears = at + c.policy.security_period;
  out.push_back(CreditReleased{c.id, gross, fee, at, clears});
  out.push_back(ledger::release_credit(c.id, gross, fee, c.freelancer, clears));
}

/// The part of a milestone's amount that the contract's credit pays (R-credit-1).
Money from_credit(const Room& room, const Milestone& m) {
  return smaller(room.ledger.credit(m.id.contract, m.amount.currency), m.amount);
}

void fund(const Room& room, const Milestone& m, Instant at, Events& out) {
  const Money credit = from_credit(room, m);
  const Money charged = m.amount - credit;
  out.push_back(Funded{m.id, m.amount, at, credit.zero() ? std::nullopt : std::optional{credit}});
  if (!credit.zero()) out.push_back(ledger::use_credit(m.id, credit));
  if (!charged.zero()) out.push_back(ledger::fund(m.id, charged, contract_of(room, m).client));
}

/// The milestones of a contract with money in escrow, in the order in which `pay=` is spent: submitted work first, then
/// work with changes asked for, then funded; by number (R-end-7).
std::vector<const Milestone*> in_pay_order(const Room& room, ContractId id) {
  std::vector<const Milestone*> found;
  const auto rank = [](State s) { return s == State::submitted ? 0 : s == State::changes_requested ? 1 : 2; };
  for (const auto& [mid, m] : room.milestones)
    if (mid.contract == id && !escrow(room, m).zero()) found.push_back(&m);
  std::stable_sort(found.begin(), found.end(), [&](auto* a, auto* b) { return rank(a->state) < rank(b->state); });
  return found;
}

/// What the pay does not reach stays in escrow, and the refund request takes it up from there.
void end_by_client(const Room& room, const contract::Ending& e, Events& out) {
  const auto& c = room.contracts.at(e.id);
  Money left = e.pay.value_or(Money{0, c.policy.currency});
  for (const auto* m : in_pay_order(room, e.id)) {
    const Money give = smaller(left, escrow(room, *m));
    left -= give;
    if (give.zero())
      out.push_back(RefundPending{m->id});
    else
      pay_out(room, *m, give, How::end, e.at, out);
  }
  const Money give = smaller(left, room.ledger.credit(e.id, c.policy.currency));
  if (!give.zero()) pay_credit(c, give, e.at, out);
}

void end_by_freelancer(const Room& room, const contract::Ending& e, Events& out) {
  const auto& c = room.contracts.at(e.id);
  std::vector<std::pair<std::int64_t, Money>> returned;
  const Instant settles = e.at + c.policy.refund_settlement;
  for (const auto* m : in_pay_order(room, e.id)) {
    returned.emplace_back(m->id.n, escrow(room, *m));
    out.push_back(Refunded{m->id, returned.back().second, e.at, settles});
  }
  if (const Money credit = room.ledger.credit(e.id, c.policy.currency); !credit.zero())
    returned.emplace_back(ledger::no_milestone, credit);
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

/// Submitted work keeps its review; on the rest nobody can work any more (R-refund-3).
void end_by_date(const Room& room, ContractId id, Events& out) {
  for (const auto& [mid, m] : room.milestones)
    if (mid.contract == id && (m.state == State::funded || m.state == State::changes_requested))
      out.push_back(RefundPending{mid});
}

/// From the end of its due day on, and once a week; where it was funded later than that, the next of those days.
Deadline overdue_from(const Room& room, const Milestone& m, Instant at) {
  if (!m.due) return {};
  const Duration every = contract_of(room, m).policy.overdue_every;
  const Instant first = end_of(*m.due);
  return {first > at ? first : first + ((at - first) / every + 1) * every, {}, at};
}

bool late_work(const Milestone& m) { return m.state == State::funded && m.submissions == 0 && m.due; }

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
               if (ctx.client->billing_ok || from_credit(room, *m) == m->amount) return {};
               return refuse(Code::INSUFFICIENT_FUNDS, "milestone.billing", "R-milestone-2", args_of(room, *m));
             },
             .confirm = [&]() -> std::string {
               if (c.yes.given || m->amount.minor < contract_of(room, *m).policy.confirm_over) return {};
               return bound_to("fund", *m, from_credit(room, *m), m->amount);
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

/// All that lies there, or a part. A part closes the milestone as well, so it is always asked about; its rest becomes
/// the contract's credit, or where the contract has ended is asked back (R-partial-1).
Decision decide(const Room& room, const Release& c, const Context& ctx) {
  const auto* m = find(room, c.id);
  const auto lies = [&] { return escrow(room, *m); };
  const auto paid = [&] { return c.amount ? c.amount->money : lies(); };
  const auto refused =
      guard(room, ctx,
            {.subject = c.id,
             .role = Side::client,
             .role_why = "milestone.freelancer_releases",
             .state = [&]() -> std::optional<Rejection> {
               if (m->state == State::planned) return wrong(room, *m, "milestone.nothing_to_release", "R-milestone-5");
               const bool asked_back = m->state == State::refund_pending || m->state == State::released;
               return asked_back && !lies().zero() ? std::nullopt : over(room, *m);
             },
             .data = [&]() -> std::optional<Rejection> {
               if (paid() <= lies()) return {};
               auto args = args_of(room, *m);
               args.insert(args.end(), {{"typed", paid()}, {"escrow", lies()}, {"more", paid() - lies()}});
               return refuse(Code::OVER_LIMIT, "milestone.over_escrow", "R-partial-2", std::move(args));
             },
             .confirm = [&]() -> std::string {
               const bool small = paid().minor < contract_of(room, *m).policy.confirm_over;
               if (c.yes.given || (small && paid() == lies())) return {};
               return bound_to("release", *m, lies(), paid());
             }});
  if (refused) return std::unexpected(*refused);
  const Money rest = lies() - paid();
  const bool rolls = !rest.zero() && !has_ended(room, *m);
  Done d;
  pay_out(room, *m, paid(), How::client, ctx.now, d.events, rolls ? std::optional{rest} : std::nullopt);
  return d;
}

/// Until the review is over: its clock stops, and the next submission starts a fresh one (R-changes-1). Where the
/// contract has ended by its date nothing can be submitted any more, so the money is asked back (R-changes-2).
Decision decide(const Room& room, const RequestChanges& c, const Context& ctx) {
  const auto* m = find(room, c.id);
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = Side::client,
                              .role_why = "milestone.freelancer_changes",
                              .state = [&]() -> std::optional<Rejection> {
                                switch (m->state) {
                                  case State::submitted: return {};
                                  case State::planned:
                                  case State::funded: return wrong(room, *m, "milestone.not_submitted", "R-changes-1");
                                  case State::changes_requested:
                                    return wrong(room, *m, "milestone.changes_asked", "R-changes-1");
                                  case State::released:
                                    return wrong(room, *m, "milestone.changes_too_late", "R-changes-1");
                                  case State::refund_pending:
                                  case State::refunded:
                                  case State::disputed:
                                  case State::cancelled: break;
                                }
                                return over(room, *m);
                              }});
  if (refused) return std::unexpected(*refused);
  Done d;
  d.events.push_back(ChangesRequested{c.id, c.what.words, ctx.now});
  if (has_ended(room, *m)) d.events.push_back(RefundPending{c.id});
  return d;
}

Decision decide(const Room& room, const ReleaseCredit& c, const Context& ctx) {
  const auto found = room.contracts.find(c.id);
  const auto lies = [&] { return room.ledger.credit(c.id, found->second.policy.currency); };
  const auto paid = [&] { return c.amount ? c.amount->money : lies(); };
  const auto args = [&]() -> Args {
    return {{"id", text(c.id)}, {"typed", paid()}, {"credit", lies()}, {"more", paid() - lies()}};
  };
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = Side::client,
                              .role_why = "milestone.freelancer_releases_credit",
                              .state = [&]() -> std::optional<Rejection> {
                                if (!lies().zero()) return {};
                                return refuse(Code::WRONG_STATE, "milestone.no_credit", "R-credit-2", args());
                              },
                              .data = [&]() -> std::optional<Rejection> {
                                if (paid() <= lies()) return {};
                                return refuse(Code::OVER_LIMIT, "milestone.over_credit", "R-credit-2", args());
                              },
                              .confirm = [&]() -> std::string {
                                if (c.yes.given) return {};
                                return "release " + text(c.id) + " " + decimal(lies()) + " " + decimal(paid());
                              }});
  if (refused) return std::unexpected(*refused);
  Done d;
  pay_credit(found->second, paid(), ctx.now, d.events);
  return d;
}

void planned(Room& room, ContractId contract, const Terms& terms) {
  std::int64_t n = 0;
  for (const auto& m : terms.milestones) {
    const MilestoneId id{contract, ++n};
    room.milestones[id] = {.id = id, .title = m.title, .amount = m.amount, .due = m.due};
  }
}

void on(Room& room, const Funded& e) {
  auto& m = room.milestones[e.id];
  m.state = State::funded;
  m.overdue = overdue_from(room, m, e.at);
}
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
  m.overdue = overdue_from(room, m, e.at);
}
void on(Room& room, const ChangesRequested& e) { room.milestones[e.id].state = State::changes_requested; }
void on(Room&, const CreditReleased&) {}
void on(Room& room, const Overdue& e) {
  auto& m = room.milestones[e.id];
  m.overdue_notes = e.number;
  m.overdue = overdue_from(room, m, e.at);
}
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
  if (ending->end_kind == contract::EndKind::auto_end_date) end_by_date(room, ending->id, d.events);
  for (const auto& [id, m] : room.milestones)
    if (id.contract == ending->id && m.state == State::planned) d.events.push_back(Cancelled{id, {}});
  return d;
}

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, m] : room.milestones) {
    if (m.state == State::submitted) wait(out, m.review, id, "milestone.auto_release");
    if (late_work(m)) wait(out, m.overdue, id, "milestone.overdue");
  }
}

/// Fourteen days of silence are a yes (R-milestone-6). A due day that passes is said, again and again (R-overdue-1).
Events fire(const Room& room, const Alarm& alarm, const Context&) {
  Events out;
  for (const auto& [id, m] : room.milestones) {
    if (text(id) != alarm.id) continue;
    if (alarm.kind == "milestone.auto_release") pay_out(room, m, escrow(room, m), How::automatic, alarm.due, out);
    if (alarm.kind == "milestone.overdue") out.push_back(Overdue{id, m.overdue_notes + 1, alarm.due});
  }
  return out;
}

}  // namespace workflow::milestone
