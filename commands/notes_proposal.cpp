#include "commands/telling.hpp"

namespace commands {
namespace {

using namespace workflow;

const Terms& terms_of(const proposal::Proposal& p, std::int64_t version) {
  return p.versions.at(static_cast<std::size_t>(version - 1)).terms;
}

/// What changed from the version before, where the room has both.
std::string changed_by(const Telling& t, ProposalId id, std::int64_t version) {
  const auto* p = look_up(t.room.proposals, id);
  if (!p || version < 2 || version > p->version()) return {};
  return changes(diff(terms_of(*p, version - 1), terms_of(*p, version)));
}

}  // namespace

/// A proposal, whether it stands for itself or in the place of an earlier one.
Tale tell(const Telling& t, const proposal::Proposed& e) {
  Args args = with(t.about(e.id), {{"hash", e.digest.brief()},
                                   {"terms", brief(e.terms)},
                                   {"scope", brief_scope(e.terms)},
                                   {"several", several(e.terms)},
                                   {"repeats", e.repeats ? text(*e.repeats) : ""},
                                   {"due", e.due}});
  std::string_view key = "note.proposal.proposed";
  if (const auto* superseded = t.find<proposal::Superseded>()) {
    key = "note.proposal.reproposed";
    const auto* p = look_up(t.room.proposals, superseded->id);
    args = with(std::move(args), {{"earlier", text(superseded->id)},
                                  {"changes", p ? changes(diff(p->current().terms, e.terms)) : std::string{}}});
  }
  return Told{.text = t.say(key, args) + unsaid(t, e.terms), .at = e.at};
}

Tale tell(const Telling& t, const proposal::Countered& e) {
  return Told{.text = t.say("note.proposal.countered", with(t.about(e.id), {{"who", t.name(e.id, e.by)},
                                                                            {"turn", t.name(e.id, other(e.by))},
                                                                            {"version", e.version},
                                                                            {"hash", e.digest.brief()},
                                                                            {"several", several(e.terms)},
                                                                            {"changes", changed_by(t, e.id, e.version)},
                                                                            {"due", e.due}})) +
                      unsaid(t, e.terms),
              .at = e.at};
}

Tale tell(const Telling& t, const proposal::TakenBack& e) {
  return Told{
      .text = t.say("note.proposal.taken_back", with(t.about(e.id), {{"version", e.version},
                                                                     {"hash", e.digest.brief()},
                                                                     {"several", several(e.terms)},
                                                                     {"changes", changed_by(t, e.id, e.version)},
                                                                     {"due", e.due}})),
      .at = e.at};
}

Tale tell(const Telling& t, const proposal::Approved& e) {
  auto args = with(t.about(e.id), {{"version", e.version}, {"offer", text(e.offer)}});
  if (e.by == Side::freelancer)
    return Told{.text = t.say("note.proposal.approved_by_freelancer", args) + binding(t), .at = e.at};
  if (const auto* sent = t.find<offer::Sent>())
    args = with(std::move(args), {{"terms", brief(sent->terms)}, {"due", sent->due}});
  return Told{.text = t.say("note.proposal.approved", args), .at = e.at};
}

Tale tell(const Telling& t, const proposal::Declined& e) {
  return Told{.text = t.say("note.proposal.declined",
                            with(t.about(e.id), {{"who", t.name(e.id, e.by)}, {"reason", e.reason.value_or("")}})),
              .at = e.at};
}

Tale tell(const Telling& t, const proposal::Withdrawn& e) {
  if (e.offer) return {};  // part of the decline's note
  return Told{.text = t.say("note.proposal.withdrawn", t.about(e.id)), .at = e.at};
}

Tale tell(const Telling& t, const proposal::Expired& e) {
  const auto* p = look_up(t.room.proposals, e.id);
  const auto who = p ? t.name(e.id, p->turn) : std::string{};
  return Told{.text = t.say("note.proposal.expired", with(t.about(e.id), {{"who", who}})), .at = e.at};
}

Tale tell(const Telling&, const proposal::Superseded&) { return {}; }  // part of the new one's note

}  // namespace commands
