#include "workflow/nouns.hpp"

namespace workflow::feedback {
namespace {

/// Shown to others only where something of substance was paid: one unit of the currency (R-feedback-4).
bool is_public(const Room& room, ContractId id) {
  const Money paid = room.ledger.gross_paid(id, room.contracts.at(id).policy.currency);
  std::int64_t unit = 1;
  for (int i = 0; i < paid.currency.digits; ++i) unit *= 10;
  return paid.minor >= unit;
}

/// The ender's words are sealed with the end itself (R-feedback-1).
Decision seal(const contract::Ending& ending, const Context& ctx) {
  const Side by = ending.end_kind == contract::EndKind::by_client ? Side::client : Side::freelancer;
  Done d;
  Secret open{{}, ctx.salt(), canonical(*ctx.words, ending.id, by)};
  open.commitment = commitment(open.text, open.salt);
  Sealed sealed{ending.id, by, open.commitment, {}};
  d.secrets.push_back(std::move(open));
  if (ctx.words->private_text) {
    Secret closed{{}, ctx.salt(), *ctx.words->private_text};
    closed.commitment = commitment(closed.text, closed.salt);
    sealed.private_commitment = closed.commitment;
    d.secrets.push_back(std::move(closed));
  }
  d.events.push_back(std::move(sealed));
  return d;
}

}  // namespace

void on(Room& room, const Sealed& e) {
  room.feedback[e.id].of(e.by) = {SlotState::sealed, e.commitment, e.private_commitment};
}
void on(Room& room, const Revealed& e) { room.feedback[e.id].of(e.by).state = SlotState::revealed; }
void on(Room& room, const Missed& e) { room.feedback[e.id].of(e.by).state = SlotState::missed; }

/// With the end the ender's slot is sealed; when it is officially over what was sealed is revealed and what stayed open
/// is missed (R-feedback-3).
Decision react(const Room& room, const Event& e, const Context& ctx) {
  if (const auto* ending = std::get_if<contract::Ending>(&e)) return ctx.words ? seal(*ending, ctx) : Done{};
  const auto* ended = std::get_if<contract::Ended>(&e);
  if (!ended) return Done{};
  Done d;
  const auto& pair = room.feedback.at(ended->id);
  for (const Side side : {Side::client, Side::freelancer}) {
    const auto& slot = pair.of(side);
    if (slot.state == SlotState::sealed)
      d.events.push_back(Revealed{ended->id, side, slot.commitment, is_public(room, ended->id)});
    if (slot.state == SlotState::open) d.events.push_back(Missed{ended->id, side});
  }
  return d;
}

}  // namespace workflow::feedback
