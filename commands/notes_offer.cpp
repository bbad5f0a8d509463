#include <set>

#include "commands/suggest.hpp"
#include "commands/telling.hpp"
#include "workflow/lint.hpp"

namespace commands {

using namespace workflow;

namespace {

/// An offer, and every proposal that it or its forerunners were made of.
std::set<AnyId> line_of_descent(const Room& room, const AnyId& id) {
  std::set<AnyId> all{id};
  std::optional<ProposalId> from;
  if (const auto* proposal = std::get_if<ProposalId>(&id)) from = *proposal;
  if (const auto* offer = std::get_if<OfferId>(&id))
    if (const auto* o = look_up(room.offers, *offer)) from = o->from;
  while (from) {
    all.insert(*from);
    std::optional<ProposalId> before;
    for (const auto& [earlier, p] : room.proposals)
      if (p.by == from) before = earlier;
    from = before;
  }
  return all;
}

/// At most this much of what terms leave open stands in a note.
constexpr std::size_t most_unsaid = 3;

}  // namespace

std::string unsaid(const Telling& t, const Terms& terms) {
  std::vector<std::string> names;
  for (const auto& u : lint(terms))
    if (names.size() < most_unsaid) names.push_back(t.say("unsaid." + u.what, {{"words", u.words}}));
  return names.empty() ? std::string{} : "\n" + t.say("note.unsaid", {{"what", joined(names)}});
}

std::string open_questions(const Telling& t, const AnyId& id) {
  const auto about = line_of_descent(t.room, id);
  std::string s;
  for (const auto& [number, q] : t.room.questions)
    if (q.state == question::State::open && about.contains(q.about))
      s += "\n" +
           t.say("note.open_question", {{"id", text(number)}, {"who", t.name(q.about, q.by)}, {"words", q.words}});
  return s;
}

std::string closed_request(const Telling& t) {
  const auto* closed = t.find<change_request::Closed>();
  return closed ? "\n" + t.say("note.change.closed", t.about(closed->id)) : std::string{};
}

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
  s += open_questions(t, started->offer);
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

/// Not empty: the freelancer may ask for other terms, as of an enterprise's offer they may not.
static std::string may_ask(const Telling& t, OfferId id) {
  const auto both = parties(t.room, AnyId{id});
  const auto* client = both ? look_up(t.cast.people, both->client) : nullptr;
  return client && client->kind == AccountKind::enterprise ? "" : "yes";
}

Tale tell(const Telling& t, const offer::Sent& e) {
  return Told{.text = t.say("note.offer.sent", with(t.about(e.id), {{"hash", e.digest.brief()},
                                                                    {"terms", brief(e.terms)},
                                                                    {"scope", brief_scope(e.terms)},
                                                                    {"repeats", e.repeats ? text(*e.repeats) : ""},
                                                                    {"asks", may_ask(t, e.id)},
                                                                    {"several", several(e.terms)},
                                                                    {"due", e.due}})) +
                      unsaid(t, e.terms),
              .at = e.at};
}

Tale tell(const Telling& t, const offer::Accepted& e) {
  return Told{.text = t.say("note.offer.accepted", t.about(e.id)) + binding(t) + closed_request(t), .at = e.at};
}

Tale tell(const Telling& t, const offer::Declined& e) {
  const auto* withdrawn = t.find<proposal::Withdrawn>();
  return Told{.text = t.say("note.offer.declined",
                            with(t.about(e.id), {{"reason", e.reason.value_or("")},
                                                 {"proposal", withdrawn ? text(withdrawn->id) : std::string{}}})) +
                      closed_request(t),
              .at = e.at};
}

Tale tell(const Telling& t, const offer::Withdrawn& e) {
  if (e.by_system) return {};  // part of the acceptance's note
  return Told{.text = t.say("note.offer.withdrawn", t.about(e.id)) + closed_request(t), .at = e.at};
}

Tale tell(const Telling& t, const offer::Expired& e) {
  return Told{.text = t.say("note.offer.expired", t.about(e.id)) + closed_request(t), .at = e.at};
}

Tale tell(const Telling& t, const offer::Revised& e) {
  if (e.request) return {};  // told with the approval of the change request
  const auto* o = look_up(t.room.offers, e.id);
  const auto before = o && !o->earlier.empty() ? changes(diff(o->earlier.back().terms, e.terms)) : std::string{};
  return Told{.text = t.say("note.offer.revised", with(t.about(e.id), {{"version", e.version},
                                                                       {"hash", e.digest.brief()},
                                                                       {"changes", before},
                                                                       {"asks", may_ask(t, e.id)},
                                                                       {"several", several(e.terms)},
                                                                       {"due", e.due}})) +
                      unsaid(t, e.terms) + closed_request(t),
              .at = e.at};
}

Tale tell(const Telling& t, const offer::Discussed& e) {
  const auto* o = look_up(t.room.offers, e.id);
  return Told{.text = t.say("note.offer.discussed", with(t.about(e.id), {{"who", t.name(e.id, e.by)},
                                                                         {"message", e.message},
                                                                         {"due", o ? Arg{o->expire.due} : Arg{}}})),
              .at = e.at};
}

}  // namespace commands
