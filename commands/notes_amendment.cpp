#include "commands/telling.hpp"

namespace commands {
namespace {

using namespace workflow;

const amendment::Version* version_of(const Telling& t, AmendmentId id, std::int64_t n) {
  const auto* a = look_up(t.room.amendments, id);
  return a && n >= 1 && n <= a->version() ? &a->versions[static_cast<std::size_t>(n - 1)] : nullptr;
}

/// The contract's terms `back` versions ago.
const Terms* terms_of(const Telling& t, ContractId id, std::size_t back) {
  const auto* c = look_up(t.room.contracts, id);
  return c && c->versions.size() > back ? &c->versions[c->versions.size() - 1 - back].terms : nullptr;
}

/// What differs in the one milestone that differs between terms with equally many.
std::vector<Change> of_milestone(const Terms& from, const Terms& to) {
  std::vector<Change> all;
  const auto day = [](const std::optional<Date>& d) { return d ? Arg{*d} : Arg{}; };
  for (std::size_t i = 0; i < from.milestones.size() && i < to.milestones.size(); ++i) {
    const auto &a = from.milestones[i], &b = to.milestones[i];
    if (a.title != b.title) all.push_back({"title", a.title, b.title});
    if (!(a.amount == b.amount)) all.push_back({"amount", a.amount, b.amount});
    if (a.due != b.due) all.push_back({"due", day(a.due), day(b.due)});
  }
  return all;
}

/// The milestone of the longer terms that the shorter ones lack.
const MilestoneTerms& extra(const Terms& longer, const Terms& shorter) {
  std::size_t i = 0;
  while (i < shorter.milestones.size() && longer.milestones[i] == shorter.milestones[i]) ++i;
  return longer.milestones[i];
}

/// `milestone M-5.2 added: Final $500 due 2026-12-15; total $300 → $800`
std::string difference(const Telling& t, const amendment::Change& c, const Terms& from, const Terms& to, bool done) {
  const auto stage = [&](std::string_view key, const MilestoneTerms& m, std::string fields) {
    return t.say(key, {{"id", c.milestone ? text(*c.milestone) : std::string{}},
                       {"milestone", m.title},
                       {"amount", m.amount},
                       {"due", m.due ? Arg{*m.due} : Arg{}},
                       {"changes", std::move(fields)},
                       {"done", std::string{done ? "yes" : ""}}});
  };
  std::string s;
  switch (c.what) {
    case amendment::What::terms: s = changes(diff(from, to)); break;
    case amendment::What::add: s = stage("note.change.add", extra(to, from), {}); break;
    case amendment::What::edit: {
      const auto* m = look_up(t.room.milestones, *c.milestone);
      const MilestoneTerms named{m ? m->title : std::string{}, to.amount, {}};
      s = stage("note.change.edit", named, changes(of_milestone(from, to)));
      break;
    }
    case amendment::What::drop: s = stage("note.change.drop", extra(from, to), {}); break;
  }
  if (from.amount == to.amount) return s;
  return s + t.say("note.change.total", {{"from", from.amount}, {"to", to.amount}});
}

/// A key that a counter may say differently, as it is typed; none: only yes or no is left.
std::string key_of(const amendment::Change& c) {
  if (c.what == amendment::What::drop) return {};
  if (c.amount) return "amount=…";
  if (c.due) return "due=…";
  if (c.end) return "end=…";
  return c.scope ? "scope=\"…\"" : "title=\"…\"";
}

template <class E>
Args said(const Telling& t, const E& e) {
  return with(t.about(e.id), {{"who", t.name(e.id, e.by)},
                              {"turn", t.name(e.id, other(e.by))},
                              {"hash", e.digest.brief()},
                              {"counter", key_of(e.change)},
                              {"due", e.due}});
}

/// Whose answer did not come, or who has taken it back.
std::string named(const Telling& t, AmendmentId id, bool author) {
  const auto* a = look_up(t.room.amendments, id);
  return a ? t.name(id, author ? a->author() : a->turn) : std::string{};
}

}  // namespace

std::string change_of(const Telling& t, AmendmentId id) {
  const auto* a = look_up(t.room.amendments, id);
  const auto* c = look_up(t.room.contracts, id.contract);
  if (!a || !c) return {};
  const auto& v = a->current();
  if (a->state == amendment::State::approved) {
    for (std::size_t i = 1; i < c->versions.size(); ++i)
      if (c->versions[i].from == id) return difference(t, v.change, c->versions[i - 1].terms, v.terms, true);
  }
  // The terms of today may be other ones than those that an amendment was declined for.
  return a->state == amendment::State::pending ? difference(t, v.change, c->terms, v.terms, false) : std::string{};
}

Tale tell(const Telling& t, const amendment::Proposed& e) {
  const auto* from = terms_of(t, e.id.contract, 0);
  return Told{
      .text = t.say("note.amendment.proposed",
                    with(said(t, e), {{"changes", from ? difference(t, e.change, *from, e.terms, false) : ""}})),
      .at = e.at};
}

Tale tell(const Telling& t, const amendment::Countered& e) {
  const auto* from = terms_of(t, e.id.contract, 0);
  const auto* before = version_of(t, e.id, e.version - 1);
  std::string since;
  if (before)
    since = changes(e.change.what == amendment::What::terms ? diff(before->terms, e.terms)
                                                            : of_milestone(before->terms, e.terms));
  return Told{
      .text = t.say("note.amendment.countered",
                    with(said(t, e), {{"version", e.version},
                                      {"since", since},
                                      {"changes", from ? difference(t, e.change, *from, e.terms, false) : ""}})),
      .at = e.at};
}

Tale tell(const Telling& t, const amendment::Approved& e) {
  const auto* from = terms_of(t, e.id.contract, 1);
  const bool added = e.change.what == amendment::What::add && e.change.milestone;
  return Told{
      .text = t.say("note.amendment.approved",
                    with(t.about(e.id), {{"who", t.name(e.id, e.by)},
                                         {"version", e.version},
                                         {"hash", e.digest.hex},
                                         {"fund", added ? text(*e.change.milestone) : std::string{}},
                                         {"changes", from ? difference(t, e.change, *from, e.terms, true) : ""}})),
      .at = e.at};
}

Tale tell(const Telling& t, const amendment::Declined& e) {
  return Told{.text = t.say("note.amendment.declined",
                            with(t.about(e.id), {{"who", t.name(e.id, e.by)}, {"reason", e.reason.value_or("")}})),
              .at = e.at};
}

Tale tell(const Telling& t, const amendment::Withdrawn& e) {
  if (e.by_system) return {};  // a line of the end's note
  return Told{.text = t.say("note.amendment.withdrawn", with(t.about(e.id), {{"who", named(t, e.id, true)}})),
              .at = e.at};
}

Tale tell(const Telling& t, const amendment::Expired& e) {
  return Told{.text = t.say("note.amendment.expired", with(t.about(e.id), {{"who", named(t, e.id, false)}})),
              .at = e.at};
}

Tale tell(const Telling&, const amendment::Followed&) { return {}; }

/// The milestones of an approval are told with it; a due day that the client moves speaks for itself.
Tale tell(const Telling& t, const milestone::Edited& e) {
  const auto* followed = t.find<amendment::Followed>();
  const auto* from = terms_of(t, e.id.contract, 1);
  if (!followed || !from) return {};
  return Told{.text = t.say("note.milestone.due_moved",
                            with(t.about(e.id), {{"changes", changes(of_milestone(*from, followed->terms))},
                                                 {"hash", followed->digest.hex}})),
              .at = e.at};
}
Tale tell(const Telling&, const milestone::Added&) { return {}; }

}  // namespace commands
