#include "workflow/nouns.hpp"

namespace workflow::escrow_refund {

void on(Room& room, const Requested& e) {
  room.refunds[e.id] = {
      .id = e.id, .contract = e.contract, .parts = e.parts, .amount = e.amount, .answer = {e.due, {}, e.at}};
}
void on(Room& room, const Reduced& e) {
  auto& r = room.refunds[e.id];
  r.parts = e.parts;
  r.amount = e.amount;
}
void on(Room& room, const Cancelled& e) { room.refunds[e.id].state = State::cancelled; }

/// What a client's end leaves in escrow is asked back, in one request (R-refund-1). The milestones have reacted before.
Decision react(const Room& room, const Event& e, const Context& ctx) {
  const auto* ending = std::get_if<contract::Ending>(&e);
  if (!ending || ending->end_kind != contract::EndKind::by_client) return Done{};
  const auto& policy = room.contracts.at(ending->id).policy;
  std::vector<Part> parts;
  Money sum{0, policy.currency};
  for (const auto& [id, m] : room.milestones) {
    const Money escrow = room.ledger.escrow(id, policy.currency);
    if (id.contract != ending->id || escrow.zero()) continue;
    parts.push_back({id, escrow});
    sum += escrow;
  }
  if (parts.empty()) return Done{};
  return done(Requested{.id = EscrowRefundId{ctx.next_id(Numbered::escrow_refund)},
                        .contract = ending->id,
                        .parts = parts,
                        .amount = sum,
                        .at = ending->at,
                        .due = ending->at + policy.escrow_refund_response});
}

}  // namespace workflow::escrow_refund
