#include "workflow/amendment_change.hpp"

#include <algorithm>

namespace workflow::amendment {
namespace {

/// Where a milestone stands in the terms.
std::size_t place_of(const Room& room, MilestoneId id) {
  const auto ids = standing(room, id.contract);
  return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
}

bool under_way(milestone::State s) {
  switch (s) {
    case milestone::State::planned:
    case milestone::State::funded:
    case milestone::State::submitted:
    case milestone::State::changes_requested: return true;
    case milestone::State::released:
    case milestone::State::refund_pending:
    case milestone::State::refunded:
    case milestone::State::disputed:
    case milestone::State::cancelled: return false;
  }
  return false;
}

/// A single milestone that is titled as the contract, or due at its end, stays so, as in a counter (R-amendment-9).
void follow(const Room& room, ContractId id, const Terms& before, Terms& t) {
  const auto ids = standing(room, id);
  if (ids.size() != 1 || !under_way(room.milestones.at(ids.front()).state)) return;
  auto& m = t.milestones.front();
  if (m.title == before.title) m.title = t.title;
  if (m.due == before.end) m.due = t.end;
}

Rejection incomplete(std::string why, std::string rule, std::string detail, Args args) {
  return refuse(Code::INCOMPLETE_TERMS, std::move(why), std::move(rule), std::move(args), std::move(detail));
}

std::optional<Rejection> milestone_problem(const Room& room, ContractId id, const Change& change, const Terms& after,
                                           Date today) {
  const auto& c = room.contracts.at(id);
  const auto& m =
      change.what == What::add ? after.milestones.back() : after.milestones.at(place_of(room, *change.milestone));
  if (m.title.find(';') != std::string::npos)
    return refuse(Code::USAGE, "usage.item_semicolon", "R-read-2", {{"item", m.title}});
  if (after.milestones.size() > milestone_limit)
    return refuse(Code::OVER_LIMIT, "amendment.many_milestones", "R-amendment-5",
                  {{"id", text(id)}, {"most", static_cast<std::int64_t>(milestone_limit)}});
  if (m.amount.minor < c.policy.min_milestone)
    return incomplete("terms.small_milestone", "R-terms-6", "milestones",
                      {{"title", m.title}, {"least", Money{c.policy.min_milestone, c.policy.currency}}});
  if (!change.due) return {};
  if (*change.due < today)
    return incomplete("amendment.due_past", "R-amendment-5", "due",
                      {{"title", m.title}, {"due", *change.due}, {"today", today}});
  if (*change.due < c.effective_start)
    return incomplete("terms.due_before_start", "R-terms-8", "due",
                      {{"title", m.title}, {"due", *change.due}, {"start", c.effective_start}});
  if (after.end && *change.due > *after.end)
    return incomplete("terms.due_after_end", "R-terms-8", "due",
                      {{"title", m.title}, {"due", *change.due}, {"end", *after.end}});
  return {};
}

/// The new end lies ahead, and behind everything that is still to be done.
std::optional<Rejection> end_problem(const Room& room, ContractId id, const Change& change, const Terms& after,
                                     Date today) {
  if (!change.end) return {};
  if (*change.end <= today)
    return incomplete("amendment.end_past", "R-amendment-5", "end",
                      {{"id", text(id)}, {"end", *change.end}, {"today", today}});
  const auto& c = room.contracts.at(id);
  if (*change.end <= c.effective_start)
    return incomplete("terms.end_first", "R-terms-8", "end", {{"end", *change.end}, {"start", c.effective_start}});
  std::size_t n = 0;
  for (const auto mid : standing(room, id)) {
    const auto& m = after.milestones.at(n++);
    if (under_way(room.milestones.at(mid).state) && m.due && *m.due > *change.end)
      return incomplete("terms.due_after_end", "R-terms-8", "end",
                        {{"title", m.title}, {"due", *m.due}, {"end", *change.end}});
  }
  return {};
}

}  // namespace

Terms applied(const Room& room, ContractId id, const Change& change) {
  const Terms& before = room.contracts.at(id).terms;
  Terms t = before;
  auto& all = t.milestones;
  switch (change.what) {
    case What::terms:
      if (change.title) t.title = *change.title;
      if (change.scope) t.scope = *change.scope;
      if (change.end) t.end = change.end;
      follow(room, id, before, t);
      break;
    case What::add: all.push_back({change.title.value_or(""), change.amount.value_or(Money{}), change.due}); break;
    case What::edit: {
      auto& m = all.at(place_of(room, *change.milestone));
      if (change.title) m.title = *change.title;
      if (change.amount) m.amount = *change.amount;
      if (change.due) m.due = change.due;
      break;
    }
    case What::drop: all.erase(all.begin() + static_cast<std::ptrdiff_t>(place_of(room, *change.milestone))); break;
  }
  t.amount = Money{0, before.amount.currency};
  for (const auto& m : all) t.amount += m.amount;
  return t;
}

bool only_later(const Terms& before, const Terms& after) {
  if (before.milestones.size() != after.milestones.size()) return false;
  Terms moved = before;
  for (std::size_t i = 0; i < moved.milestones.size(); ++i) {
    auto& due = moved.milestones[i].due;
    const auto& later = after.milestones[i].due;
    if (due && later && *due < *later) due = later;
  }
  return moved == after && !(before == after);
}

std::optional<Rejection> not_open(const Room& room, ContractId id) {
  const auto& c = room.contracts.at(id);
  const Args args{{"id", text(id)}, {"at", c.ended_at}, {"officially", c.officially.due}};
  switch (c.state) {
    case contract::State::pending_start:
    case contract::State::active:
    case contract::State::paused: return {};
    case contract::State::ending: return refuse(Code::WRONG_STATE, "contract.is_ending", "R-contract-4", args);
    case contract::State::ended: return refuse(Code::WRONG_STATE, "contract.is_ended", "R-contract-4", args);
  }
  return {};
}

std::optional<Rejection> not_planned(const Room& room, const Change& change) {
  if (!change.milestone) return {};
  const auto& m = room.milestones.at(*change.milestone);
  const auto wrong = [&](std::string why) {
    return refuse(Code::WRONG_STATE, std::move(why), "R-amendment-3",
                  {{"id", text(m.id)},
                   {"contract", text(m.id.contract)},
                   {"amount", m.amount},
                   {"at", m.released_at},
                   {"by", m.dropped ? text(*m.dropped) : ""},
                   {"ended", room.contracts.at(m.id.contract).ended_at}});
  };
  switch (m.state) {
    case milestone::State::planned: return {};
    case milestone::State::funded:
    case milestone::State::submitted:
    case milestone::State::changes_requested:
    case milestone::State::refund_pending:
    case milestone::State::disputed: return wrong("amendment.escrowed");
    case milestone::State::released: return wrong("milestone.is_released");
    case milestone::State::refunded: return wrong("milestone.is_refunded");
    case milestone::State::cancelled: return wrong("milestone.is_dropped");
  }
  return {};
}

bool as_shown(const Room& room, const Amendment& a) {
  const auto& now = a.current();
  return !not_planned(room, now.change) && applied(room, a.id.contract, now.change) == now.terms;
}

std::optional<Rejection> problem(const Room& room, ContractId id, const Change& change, const Terms& after,
                                 Date today) {
  switch (change.what) {
    case What::terms: return end_problem(room, id, change, after, today);
    case What::add:
    case What::edit: return milestone_problem(room, id, change, after, today);
    case What::drop: break;
  }
  if (after.milestones.empty())
    return incomplete("amendment.last_milestone", "R-terms-1", "milestones", {{"id", text(id)}});
  return {};
}

Rejection nothing_changed(const std::string& line) {
  return refuse(Code::USAGE, "amendment.nothing_changed", "R-amendment-5", {{"example", line}});
}

std::string keys_of(What what) {
  switch (what) {
    case What::terms: return "title, scope, end";
    case What::add:
    case What::edit: return "title, amount, due";
    case What::drop: return {};
  }
  return {};
}

}  // namespace workflow::amendment
