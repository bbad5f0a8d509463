#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::bonus {

/// In every state of the contract, and after its end for as long as the contract's own policy says (R-bonus-1).
Decision decide(const Room& room, const Pay& c, const Context& ctx) {
  const auto found = room.contracts.find(c.id);
  const auto refused =
      guard(room, ctx,
            {.subject = c.id,
             .role = Side::client,
             .role_why = "bonus.freelancer_pays",
             .deadline = [&]() -> std::optional<Rejection> {
               const auto& contract = found->second;
               const Instant until = contract.ended_at + contract.policy.bonus_window;
               const bool over = contract.state == contract::State::ending || contract.state == contract::State::ended;
               if (!over || ctx.now < until) return {};
               return refuse(Code::TOO_LATE, "bonus.too_late", "R-bonus-1", {{"id", text(c.id)}, {"until", until}});
             },
             .funds = [&]() -> std::optional<Rejection> {
               if (ctx.client->billing_ok) return {};
               return refuse(Code::INSUFFICIENT_FUNDS, "bonus.billing", "R-bonus-1");
             },
             .confirm = [&]() -> std::string {
               if (c.yes.given) return {};
               return "bonus " + text(c.id) + " " + decimal(c.amount.money) + " " + (c.reason ? c.reason->words : "");
             }});
  if (refused) return std::unexpected(*refused);
  const auto& contract = found->second;
  const Money gross = c.amount.money;
  const Money fee = share(gross, contract.policy.fee_bps);
  const Instant clears = ctx.now + contract.policy.security_period;
  const auto reason = c.reason ? std::optional{c.reason->words} : std::nullopt;
  return done(Paid{c.id, gross, fee, reason, ctx.now, clears},
              ledger::bonus(c.id, gross, fee, contract.client, contract.freelancer, clears));
}

void on(Room&, const Paid&) {}

}  // namespace workflow::bonus
