#include "workflow/guard.hpp"

#include "workflow/nouns.hpp"

namespace workflow {
namespace {

std::string name_of(const Person* p) { return p ? p->name : ""; }

bool exists(const Room& room, const AnyId& id) {
  struct {
    const Room& r;
    bool operator()(ProposalId i) const { return r.proposals.contains(i); }
    bool operator()(OfferId i) const { return r.offers.contains(i); }
    bool operator()(ContractId i) const { return r.contracts.contains(i); }
    bool operator()(MilestoneId i) const { return r.milestones.contains(i); }
    bool operator()(EscrowRefundId i) const { return r.refunds.contains(i); }
    bool operator()(AmendmentId i) const { return r.amendments.contains(i); }
    bool operator()(ChangeRequestId i) const { return r.change_requests.contains(i); }
    bool operator()(QuestionId i) const { return r.questions.contains(i); }
  } const there{room};
  return std::visit(there, id);
}

/// Whether the actor has a side here, told without a word on whether the thing named exists (R-guard-2).
bool is_party(const Room& room, const Context& ctx, const Guards& g) {
  if (g.subject && exists(room, *g.subject)) return side_of(room, g.subject, ctx.actor->id).has_value();
  if (room.fixed()) return side_of(room, {}, ctx.actor->id).has_value();
  if (!g.subject) return true;           // nothing named in an unbound room: its own guards speak
  if (room.offers.empty()) return true;  // nobody has a side here, and nothing is here to be found
  for (const auto& [id, offer] : room.offers)
    if (offer.client == ctx.actor->id || offer.freelancer == ctx.actor->id) return true;
  return false;
}

std::optional<Rejection> who_and_where(const Room& room, const Context& ctx, const Guards& g) {
  if (!is_party(room, ctx, g)) return refuse(Code::NOT_A_PARTY, "not_a_party", "R-guard-2");
  if (g.subject && !exists(room, *g.subject))
    return refuse(Code::NOT_FOUND_HERE, "not_found_here", "R-guard-3", {{"id", text(*g.subject)}});
  if (ctx.place != g.place)
    return refuse(Code::WRONG_ROOM, ctx.place == Place::direct ? "place.room" : "place.direct", "R-guard-4");
  if (g.elsewhere)
    if (auto r = g.elsewhere()) return r;
  const auto side = side_of(room, g.subject, ctx.actor->id);
  if (g.role && side && *side != *g.role)
    return refuse(Code::WRONG_ROLE, g.role_why, "R-guard-5",
                  {{"client", name_of(ctx.client)},
                   {"freelancer", name_of(ctx.freelancer)},
                   {"id", g.subject ? text(*g.subject) : ""}});
  if (ctx.actor->status != AccountStatus::active)
    return refuse(Code::ACCOUNT_INACTIVE, "account_inactive", "R-guard-6");
  return {};
}

}  // namespace

std::optional<Rejection> guard(const Room& room, const Context& ctx, const Guards& g) {
  if (g.usage)
    if (auto r = g.usage()) return r;
  if (auto r = who_and_where(room, ctx, g)) return r;
  for (const auto* check : {&g.frozen, &g.state, &g.version, &g.turn, &g.deadline, &g.data, &g.feedback, &g.funds})
    if (*check)
      if (auto r = (*check)()) return r;
  if (g.confirm && !ctx.consent) {
    if (auto binds = g.confirm(); !binds.empty()) {
      auto r = refuse(Code::CONFIRM, "confirm", "R-confirm-1");
      r.binds = std::move(binds);
      return r;
    }
  }
  return {};
}

}  // namespace workflow
