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
  if (const Money credit = t.room.ledger.credit(contract, c->policy.currency); !credit.zero())
    return "\n" + t.say("note.next_credit", with(t.about(contract), {{"credit", credit}}));
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
  return Told{.text = t.say("note.milestone.funded", with(t.about(e.id), funding(e))), .at = e.at};
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
  std::string s =
      t.say(key_of(e.how), with(t.about(e.id), {{"gross", e.gross}, {"net", e.gross - e.fee}, {"clears", e.clears}}));
  if (e.rolled) s += "\n" + t.say("note.milestone.rolled", with(t.about(e.id), {{"rolled", *e.rolled}}));
  return Told{.text = s + asked_back(t, true) + next_step(t, e.id.contract), .at = e.at};
}

Tale tell(const Telling& t, const milestone::CreditReleased& e) {
  return Told{.text = t.say("note.milestone.credit_released",
                            with(t.about(e.id), {{"gross", e.gross}, {"net", e.gross - e.fee}, {"clears", e.clears}})) +
                      less_asked_back(t) + next_step(t, e.id),
              .at = e.at};
}

Tale tell(const Telling& t, const milestone::ChangesRequested& e) {
  const auto* m = look_up(t.room.milestones, e.id);
  const auto args = with(t.about(e.id), {{"what", e.what}, {"amount", m ? Arg{m->amount} : Arg{}}});
  const std::string s = t.say("note.milestone.changes_requested", args);
  if (t.find<milestone::RefundPending>())
    return Told{.text = s + "\n" + t.say("note.milestone.changes_after_the_end", args) + asked_back(t, true),
                .at = e.at};
  return Told{.text = s + "\n" + t.say("note.milestone.changes_next", args), .at = e.at};
}

Tale tell(const Telling& t, const milestone::Overdue& e) {
  const auto* m = look_up(t.room.milestones, e.id);
  if (!m || !m->due) return {};
  const std::int64_t late = (e.at - end_of(*m->due)) / days(1);
  return Told{.text = t.say("note.milestone.overdue",
                            with(t.about(e.id), {{"due", *m->due}, {"days", late == 0 ? Arg{} : Arg{late}}})),
              .at = e.at};
}

// Parts of an end's note.
Tale tell(const Telling&, const milestone::RefundPending&) { return {}; }
Tale tell(const Telling&, const milestone::Refunded&) { return {}; }
Tale tell(const Telling&, const milestone::Cancelled&) { return {}; }

}  // namespace commands
