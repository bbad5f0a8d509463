#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::change_request {

Decision decide(const Room&, const Request&, const Context&) {
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

void on(Room& room, const Requested& e) {
  room.change_requests[e.id] = {
      .id = e.id, .offer = e.offer, .version = e.version, .terms = e.terms, .digest = e.digest, .at = e.at};
}
void on(Room& room, const Approved& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::approved;
  c.closed_at = e.at;
}
void on(Room& room, const Declined& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::declined;
  c.closed_at = e.at;
}
void on(Room& room, const Withdrawn& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::withdrawn;
  c.closed_at = e.at;
}
void on(Room& room, const Closed& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::closed;
  c.closed_at = e.at;
}

Decision react(const Room&, const Event&, const Context&) { return Done{}; }

}  // namespace workflow::change_request
