#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::amendment {

Decision decide(const Room&, const Amend&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const AddMilestone&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const EditMilestone&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const DropMilestone&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const Counter&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const Approve&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const Decline&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const Withdraw&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}

void on(Room& room, const Proposed& e) {
  auto& a = room.amendments[e.id];
  a.id = e.id;
  a.versions = {{e.change, e.terms, e.digest, e.by, e.at}};
  a.turn = other(e.by);
  a.expire = {e.due, {}, e.at};
  room.contracts[e.id.contract].amendments = e.id.n;
}
void on(Room& room, const Countered& e) {
  auto& a = room.amendments[e.id];
  a.versions.push_back({e.change, e.terms, e.digest, e.by, e.at});
  a.turn = other(e.by);
  a.expire = {e.due, {}, e.at};
}
void on(Room& room, const Approved& e) {
  auto& a = room.amendments[e.id];
  a.state = State::approved;
  a.closed_at = e.at;
  auto& c = room.contracts[e.id.contract];
  c.terms = e.terms;
  c.digest = e.digest;
  c.versions.push_back({e.terms, e.digest, e.at, e.id});
}
void on(Room& room, const Declined& e) {
  auto& a = room.amendments[e.id];
  a.state = State::declined;
  a.closed_at = e.at;
}
void on(Room& room, const Withdrawn& e) {
  auto& a = room.amendments[e.id];
  a.state = State::withdrawn;
  a.closed_at = e.at;
}
void on(Room& room, const Expired& e) {
  auto& a = room.amendments[e.id];
  a.state = State::expired;
  a.closed_at = e.at;
}

Decision react(const Room&, const Event&, const Context&) { return Done{}; }

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, a] : room.amendments)
    if (a.state == State::pending && !a.expire.frozen()) out.push_back({a.expire.due, text(id), "amendment.expire"});
}

Events fire(const Room& room, const Alarm& alarm, const Context&) {
  for (const auto& [id, a] : room.amendments)
    if (alarm.kind == "amendment.expire" && text(id) == alarm.id) return {Expired{id, alarm.due}};
  return {};
}

}  // namespace workflow::amendment
