#include "commands/telling.hpp"
#include "workflow/amendment_change.hpp"

// What a reminder says: who has to act, what happens by itself, and the line to type.
namespace commands {
namespace {

using namespace workflow;

/// The sentence for the kind of thing whose deadline runs.
struct Sentence {
  const Telling& t;
  const reminder::Reminded& e;

  std::string say(std::string_view key, Args args) const {
    return t.say(key, with(with(std::move(args), {{"due", e.due}, {"left", e.left}}), t.about(e.id)));
  }
  std::string operator()(ProposalId id) const {
    const auto* p = look_up(t.room.proposals, id);
    if (!p) return {};
    const auto& terms = p->current().terms;
    return say("note.reminder.proposal", {{"who", t.name(id, p->turn)},
                                          {"other", t.name(id, other(p->turn))},
                                          {"version", p->version()},
                                          {"amount", terms.amount},
                                          {"several", std::string{terms.milestones.size() > 1 ? "yes" : ""}}});
  }
  std::string operator()(OfferId id) const {
    const auto* o = look_up(t.room.offers, id);
    if (!o) return {};
    return say("note.reminder.offer", {{"version", o->version}, {"amount", o->terms.amount}});
  }
  std::string operator()(MilestoneId id) const {
    const auto* m = look_up(t.room.milestones, id);
    return m ? say("note.reminder.review", {{"amount", m->amount}}) : std::string{};
  }
  std::string operator()(EscrowRefundId id) const {
    const auto* r = look_up(t.room.refunds, id);
    if (!r || r->parts.empty()) return {};
    const auto& first = r->parts.front().milestone;
    return say(
        "note.reminder.refund",
        {{"amount", r->amount}, {"contract", text(r->contract)}, {"pays", first ? text(*first) : text(r->contract)}});
  }
  std::string operator()(AmendmentId id) const {
    const auto* a = look_up(t.room.amendments, id);
    if (!a) return {};
    return say("note.reminder.amendment", {{"who", t.name(id, a->turn)},
                                           {"other", t.name(id, other(a->turn))},
                                           {"version", a->version()},
                                           {"answerable", std::string{amendment::as_shown(t.room, *a) ? "yes" : ""}},
                                           {"contract", text(id.contract)}});
  }
  std::string operator()(ContractId id) const {
    const auto* c = look_up(t.room.contracts, id);
    if (!c) return {};
    const bool money = !t.room.ledger.escrow(id, c->policy.currency).zero();
    return say("note.reminder.end_date",
               {{"end", c->terms.end ? Arg{*c->terms.end} : Arg{}}, {"money", std::string{money ? "yes" : ""}}});
  }
  // Nothing is due of these.
  std::string operator()(ChangeRequestId) const { return {}; }
  std::string operator()(QuestionId) const { return {}; }
};

}  // namespace

/// Told without its own instant: what counts is the time that is left when it is read.
Tale tell(const Telling& t, const reminder::Reminded& e) {
  auto s = std::visit(Sentence{t, e}, e.id);
  if (s.empty()) return {};
  return Told{.text = std::move(s), .at = {}};
}

}  // namespace commands
