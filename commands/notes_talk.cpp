#include "commands/telling.hpp"

namespace commands {

using namespace workflow;

Tale tell(const Telling& t, const question::Asked& e) {
  return Told{.text = t.say("note.question.asked", with(t.about(e.id), {{"about", text(e.about)},
                                                                        {"who", t.name(e.about, e.by)},
                                                                        {"other", t.name(e.about, other(e.by))},
                                                                        {"words", e.words}})),
              .at = e.at};
}

Tale tell(const Telling& t, const question::Answered& e) {
  const auto* q = look_up(t.room.questions, e.id);
  if (!q) return {};
  return Told{.text = t.say("note.question.answered", with(t.about(e.id), {{"about", text(q->about)},
                                                                           {"who", t.name(e.id, other(q->by))},
                                                                           {"asked", q->words},
                                                                           {"words", e.words}})),
              .at = e.at};
}

}  // namespace commands
