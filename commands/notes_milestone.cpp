#include "commands/telling.hpp"

namespace commands {
namespace {

using namespace workflow;

/// What comes next in a contract after a release: the first milestone that waits for somebody.
std::string next_step(const Telling& t, ContractId contract) {
  using enum milestone::State;
  const auto* c = look_up(t.room.contracts, contract);
  if (!c || c->state == contract::State::ending || c->state == contract::State::ended) return {};
  for (const auto& [id, m] : t.room.milestones) {
    if (id.contract != contract) continue;
    const auto args = with(t.about(contract), {{"next", text(id)}});
    if (m.state == planned) return "\n" + t.say("note.next_fund", args);
    if (m.state == funded || m.state == changes_requested) return "\n" + t.say("note.next_submit", args);
    if (m.state == submitted) return "\n" + t.say("note.next_release", args);
  }
  if (t.find<contract::Completing>()) return {};  // a line of its own says so
  return "\n" + t.say("note.next_end", {{"contract", text(contract)}});
}

std::string_view key_of(milestone::How how) {
  switch (how) {
    case milestone::How::client: return "note.milestone.released";
    case milestone::How::automatic: return "note.milestone.released_automatic";
    case milestone::How::end: return "note.milestone.released_end";
  }
  return "note.milestone.released";
}

}  // namespace

Tale tell(const Telling& t, const milestone::Funded& e) {
  return Told{.text = t.say("note.milestone.funded", with(t.about(e.id), {{"amount", e.amount}})), .at = e.at};
}

Tale tell(const Telling& t, const milestone::Submitted& e) {
  const auto* m = look_up(t.room.milestones, e.id);
  return Told{
      .text = t.say("note.milestone.submitted", with(t.about(e.id), {{"message", e.message},
                                                                     {"again", std::string{e.number > 1 ? "yes" : ""}},
                                                                     {"amount", m ? Arg{m->amount} : Arg{}},
                                                                     {"due", e.review_due}})),
      .at = e.at};
}

Tale tell(const Telling& t, const milestone::Released& e) {
  return Told{.text = t.say(key_of(e.how),
                            with(t.about(e.id), {{"gross", e.gross}, {"net", e.gross - e.fee}, {"clears", e.clears}})) +
                      next_step(t, e.id.contract),
              .at = e.at};
}

// Parts of an end's note.
Tale tell(const Telling&, const milestone::RefundPending&) { return {}; }
Tale tell(const Telling&, const milestone::Refunded&) { return {}; }
Tale tell(const Telling&, const milestone::Cancelled&) { return {}; }

Tale tell(const Telling&, const milestone::Added&) { return {}; }
Tale tell(const Telling&, const milestone::Edited&) { return {}; }
Tale tell(const Telling&, const milestone::ChangesRequested&) { return {}; }
Tale tell(const Telling&, const milestone::CreditReleased&) { return {}; }
Tale tell(const Telling&, const milestone::Overdue&) { return {}; }

}  // namespace commands
