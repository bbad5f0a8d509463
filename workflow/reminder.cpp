#include <array>
#include <span>

#include "workflow/nouns.hpp"

namespace workflow {
namespace reminder {
namespace {

/// Before an answer is due, and before an end date (R-reminder-1, R-reminder-4).
constexpr std::array<Duration, 2> of_answers{days(3), days(1)};
constexpr std::array<Duration, 2> of_end_dates{days(7), days(1)};

constexpr std::string_view end_date_kind = "contract.end_date";

/// A deadline that somebody can still do something about.
struct Running {
  AnyId id;
  std::string_view of;
  Deadline deadline;
};

std::vector<Running> running(const Room& room) {
  std::vector<Running> all;
  const auto add = [&](bool runs, const AnyId& id, std::string_view of, const Deadline& d) {
    if (runs && !d.frozen()) all.push_back({id, of, d});
  };
  for (const auto& [id, p] : room.proposals) add(p.state == proposal::State::pending, id, "proposal.expire", p.expire);
  for (const auto& [id, o] : room.offers) add(o.state == offer::State::pending, id, "offer.expire", o.expire);
  for (const auto& [id, m] : room.milestones)
    add(m.state == milestone::State::submitted, id, "milestone.auto_release", m.review);
  for (const auto& [id, r] : room.refunds)
    add(r.state == escrow_refund::State::pending, id, "escrow_refund.auto_approve", r.answer);
  for (const auto& [id, a] : room.amendments)
    add(a.state == amendment::State::pending, id, "amendment.expire", a.expire);
  for (const auto& [id, c] : room.contracts)
    if (const auto end = contract::end_date(c)) add(true, id, end_date_kind, *end);
  return all;
}

/// How long before its due the next reminder of this deadline comes; none: there is no more to come.
std::optional<Duration> next(const Room& room, const Running& r) {
  const bool dated = r.of == end_date_kind;
  const auto sent = room.reminded.find({r.id, std::string{r.of}});
  const bool reminded = sent != room.reminded.end() && sent->second.due == r.deadline.due;
  for (const Duration left : dated ? of_end_dates : of_answers) {
    const Instant at = r.deadline.due - left;
    if (reminded && left >= sent->second.left) continue;
    if (at < room.last) continue;  // the room is past it: a deadline that was not reminded of when that moment came
    const bool long_enough = dated ? at > r.deadline.since : r.deadline.due - r.deadline.since > 2 * left;
    if (long_enough) return left;
  }
  return {};
}

std::string kind_of(const Running& r) { return std::string{r.of} + ".remind"; }

}  // namespace

void on(Room& room, const Reminded& e) { room.reminded[{e.id, e.of}] = {e.due, e.left}; }

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& r : running(room))
    if (const auto left = next(room, r)) out.push_back({r.deadline.due - *left, text(r.id), kind_of(r)});
}

Events fire(const Room& room, const Alarm& alarm, const Context&) {
  if (!alarm.kind.ends_with(".remind")) return {};
  for (const auto& r : running(room))
    if (text(r.id) == alarm.id && kind_of(r) == alarm.kind)
      if (const auto left = next(room, r)) return {Reminded{r.id, std::string{r.of}, r.deadline.due, *left, alarm.due}};
  return {};
}

}  // namespace reminder

Instant stands_until(const Room& room, const reminder::Reminded& e) {
  for (const auto& r : reminder::running(room))
    if (r.id == e.id && r.of == e.of)
      if (const auto left = reminder::next(room, r)) return r.deadline.due - *left;
  return e.due;
}

}  // namespace workflow
