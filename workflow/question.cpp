#include "workflow/facts.hpp"
#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::question {
namespace {

/// Nothing is asked about what is over; what became of it is named (R-question-2).
std::optional<Rejection> over(const Room& room, const AnyId& about) {
  const auto thing = row(room, about);
  if (thing.open) return {};
  const auto next = became(room, about);
  const bool lives = next != about && row(room, next).open;
  return refuse(Code::WRONG_STATE, "question.over", "R-question-2",
                {{"id", text(about)}, {"state", thing.state}, {"next", lives ? text(next) : ""}});
}

}  // namespace

Decision decide(const Room& room, const Ask& c, const Context& ctx) {
  const auto refused = guard(room, ctx, {.subject = c.id, .state = [&] { return over(room, c.id); }});
  if (refused) return std::unexpected(*refused);
  return done(Asked{.id = QuestionId{ctx.next_id(Numbered::question)},
                    .about = c.id,
                    .by = side_of(room, c.id, ctx.actor->id).value_or(Side::client),
                    .words = c.question.words,
                    .at = ctx.now});
}

Decision decide(const Room& room, const Answer& c, const Context& ctx) {
  const auto found = room.questions.find(c.id);
  const auto* q = found == room.questions.end() ? nullptr : &found->second;
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .state = [&]() -> std::optional<Rejection> {
                                if (q->state == State::answered)
                                  return refuse(Code::WRONG_STATE, "question.is_answered", "R-question-4",
                                                {{"id", text(c.id)}, {"at", q->answered_at}, {"answer", q->answer}});
                                return over(room, became(room, q->about));
                              },
                              .turn = [&]() -> std::optional<Rejection> {
                                if (side_of(room, AnyId{c.id}, ctx.actor->id) != q->by) return {};
                                const auto* other = q->by == Side::client ? ctx.freelancer : ctx.client;
                                return refuse(Code::WRONG_ROLE, "question.your_own", "R-question-3",
                                              {{"id", text(c.id)}, {"turn", other ? other->name : ""}});
                              }});
  if (refused) return std::unexpected(*refused);
  return done(Answered{c.id, c.answer.words, ctx.now});
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
