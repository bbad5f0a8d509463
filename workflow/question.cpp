#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::question {

Decision decide(const Room&, const Ask&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}
Decision decide(const Room&, const Answer&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}

void on(Room& room, const Asked& e) {
  room.questions[e.id] = {.id = e.id, .about = e.about, .by = e.by, .words = e.words, .answer = {}, .at = e.at};
}
void on(Room& room, const Answered& e) {
  auto& q = room.questions[e.id];
  q.state = State::answered;
  q.answer = e.words;
  q.answered_at = e.at;
}

}  // namespace workflow::question
