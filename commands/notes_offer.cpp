#include "commands/telling.hpp"

namespace commands {

using namespace workflow;

/// Two sentences and the next step, in lines of their own behind the headline.
std::string binding(const Telling& t) {
  const auto* started = t.find<contract::Started>();
  if (!started) return {};
  Args args = with(t.about(started->id), {{"hash", started->digest.hex}, {"next", text(MilestoneId{started->id, 1})}});
  if (const auto* funded = t.find<milestone::Funded>()) {
    args = with(std::move(args), t.about(funded->id));
    args.emplace_back("funded", funded->amount);
  }
  if (started->state == contract::State::pending_start) args.emplace_back("starts", started->effective_start);
  std::string s = "\n" + t.say("note.offer.binding", args);
  std::vector<AnyId> unfunded;
  for (const auto& [id, m] : t.room.milestones)
    if (id.contract == started->id && m.state == milestone::State::planned) unfunded.emplace_back(id);
  if (!unfunded.empty())
    s += "\n" + t.say("note.offer.unfunded",
                      with(t.about(started->id), {{"ids", ids_of(unfunded)}, {"first", text(unfunded.front())}}));
  std::vector<AnyId> others;
  for (const auto* w : t.all<offer::Withdrawn>())
    if (w->by_system) others.emplace_back(w->id);
  if (!others.empty()) s += "\n" + t.say("note.offer.others", {{"ids", ids_of(others)}});
  return s;
}

Tale tell(const Telling& t, const offer::Sent& e) {
  return Told{.text = t.say("note.offer.sent", with(t.about(e.id), {{"hash", e.digest.brief()},
                                                                    {"terms", brief(e.terms)},
                                                                    {"scope", brief_scope(e.terms)},
                                                                    {"due", e.due}})),
              .at = e.at};
}

Tale tell(const Telling& t, const offer::Accepted& e) {
  return Told{.text = t.say("note.offer.accepted", t.about(e.id)) + binding(t), .at = e.at};
}

Tale tell(const Telling& t, const offer::Declined& e) {
  const auto* withdrawn = t.find<proposal::Withdrawn>();
  return Told{.text = t.say("note.offer.declined",
                            with(t.about(e.id), {{"reason", e.reason.value_or("")},
                                                 {"proposal", withdrawn ? text(withdrawn->id) : std::string{}}})),
              .at = e.at};
}

Tale tell(const Telling& t, const offer::Withdrawn& e) {
  if (e.by_system) return {};  // part of the acceptance's note
  return Told{.text = t.say("note.offer.withdrawn", t.about(e.id)), .at = e.at};
}

Tale tell(const Telling& t, const offer::Expired& e) {
  return Told{.text = t.say("note.offer.expired", t.about(e.id)), .at = e.at};
}

Tale tell(const Telling&, const offer::Revised&) { return {}; }
Tale tell(const Telling&, const offer::Discussed&) { return {}; }

}  // namespace commands
