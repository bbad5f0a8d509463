#include "workflow/nouns.hpp"

namespace workflow::escrow_refund {
namespace {

Money lies_for(const Room& room, ContractId id, const Part& part) {
  const Currency currency = room.contracts.at(id).policy.currency;
  return part.milestone ? room.ledger.escrow(*part.milestone, currency) : room.ledger.credit(id, currency);
}

/// Whether a request that still waits asks for this milestone's money, or for the credit.
bool is_asked(const Room& room, ContractId id, const std::optional<MilestoneId>& milestone) {
  for (const auto& [rid, r] : room.refunds)
    if (r.contract == id && r.state == State::pending)
      for (const auto& part : r.parts)
        if (part.milestone == milestone) return true;
  return false;
}

/// What an end has left in escrow and no request asks for yet. Work under review is not left: its review decides.
std::vector<Part> unasked(const Room& room, ContractId id) {
  const auto& c = room.contracts.at(id);
  std::vector<Part> parts;
  const auto take = [&](Part part) {
    part.amount = lies_for(room, id, part);
    if (!part.amount.zero() && !is_asked(room, id, part.milestone)) parts.push_back(part);
  };
  if (c.end_kind != contract::EndKind::by_client && c.end_kind != contract::EndKind::auto_end_date) return parts;
  for (const auto& [mid, m] : room.milestones)
    if (mid.contract == id && (m.state == milestone::State::refund_pending || m.state == milestone::State::released))
      take({mid, {}});
  take({{}, {}});
  return parts;
}

Money sum_of(const std::vector<Part>& parts) {
  Money sum{0, parts.front().amount.currency};
  for (const auto& part : parts) sum += part.amount;
  return sum;
}

/// Takes out of the waiting requests what the client has released of them meanwhile (R-refund-2).
void reduce(const Room& room, ContractId id, Instant now, Events& out) {
  for (const auto& [rid, r] : room.refunds) {
    if (r.contract != id || r.state != State::pending) continue;
    std::vector<Part> left;
    for (const auto& part : r.parts)
      if (const Money lies = lies_for(room, id, part); !lies.zero()) left.push_back({part.milestone, lies});
    if (left == r.parts) continue;
    if (left.empty())
      out.push_back(Cancelled{rid, now});
    else
      out.push_back(Reduced{rid, left, sum_of(left), now});
  }
}

/// The contract whose money may have moved out of, or have come into, what is asked back.
std::optional<ContractId> touched(const Event& e) {
  if (const auto* x = std::get_if<contract::Ending>(&e)) return x->id;
  if (const auto* x = std::get_if<milestone::RefundPending>(&e)) return x->id.contract;
  if (const auto* x = std::get_if<milestone::Released>(&e)) return x->id.contract;
  if (const auto* x = std::get_if<milestone::CreditReleased>(&e)) return x->id;
  return {};
}

}  // namespace

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

/// What an end leaves in escrow is asked back, in one request (R-refund-1). The milestones have reacted before.
Decision react(const Room& room, const Event& e, const Context& ctx) {
  const auto id = touched(e);
  if (!id) return Done{};
  Done d;
  reduce(room, *id, ctx.now, d.events);
  if (const auto parts = unasked(room, *id); !parts.empty())
    d.events.push_back(Requested{.id = EscrowRefundId{ctx.next_id(Numbered::escrow_refund)},
                                 .contract = *id,
                                 .parts = parts,
                                 .amount = sum_of(parts),
                                 .at = ctx.now,
                                 .due = ctx.now + room.contracts.at(*id).policy.escrow_refund_response});
  return d;
}

}  // namespace workflow::escrow_refund
