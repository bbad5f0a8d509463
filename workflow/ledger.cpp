#include "workflow/ledger.hpp"

namespace workflow {

std::string text(const Account& a) {
  const auto owner = std::to_string(a.owner);
  switch (a.book) {
    case Book::ext_client: return "ext:client:" + owner;
    case Book::ext_freelancer: return "ext:freelancer:" + owner;
    case Book::escrow: return "escrow:C-" + owner;
    case Book::hourly_hold: return "hourly_hold:C-" + owner;
    case Book::pending: return "pending:" + owner;
    case Book::available: return "available:" + owner;
    case Book::refund_transit: return "refund_transit:" + owner;
    case Book::fees_freelancer: return "fees:freelancer";
  }
  return "?";
}

Money Ledger::of(Account a, std::int64_t milestone, Currency c) const {
  const auto it = balance.find({a, milestone});
  return it == balance.end() ? Money{0, c} : it->second;
}

Money Ledger::escrow(MilestoneId id, Currency c) const { return of({Book::escrow, id.contract.n}, id.n, c); }

Money Ledger::escrow(ContractId id, Currency c) const {
  Money sum{0, c};
  const Account account{Book::escrow, id.n};
  for (auto it = balance.lower_bound({account, 0}); it != balance.end() && it->first.first == account; ++it)
    sum += it->second;
  return sum;
}

Money Ledger::credit(ContractId id, Currency c) const { return of({Book::escrow, id.n}, 0, c); }

Money Ledger::gross_paid(ContractId id, Currency c) const {
  const auto it = totals.find(id);
  return it == totals.end() ? Money{0, c} : it->second.released + it->second.bonus;
}

namespace ledger {
namespace {

void add_up(Totals& t, std::string_view code, const Posting& p) {
  if (t.sum.zero() && t.funded.zero() && t.bonus.zero())
    for (auto* m : {&t.funded, &t.released, &t.fees, &t.returned, &t.bonus, &t.sum}) m->currency = p.amount.currency;
  t.sum += p.amount;
  if (p.account.book == Book::fees_freelancer) t.fees += p.amount;
  if (code == "L7" && p.account.book == Book::ext_client) t.bonus -= p.amount;
  if (p.account.book != Book::escrow) return;
  if (code == "L1") t.funded += p.amount;
  if (code == "L2") t.released -= p.amount;
  if (code == "L5a") t.returned -= p.amount;
}

}  // namespace

Posted fund(MilestoneId m, Money amount, PersonId client) {
  return {.id = m.contract,
          .code = "L1",
          .postings = {{{Book::ext_client, client.n}, -amount, {}}, {{Book::escrow, m.contract.n}, amount, m.n}}};
}

Posted release(MilestoneId m, Money gross, Money fee, PersonId freelancer, Instant clears) {
  Posted p{.id = m.contract,
           .code = "L2",
           .postings = {{{Book::escrow, m.contract.n}, -gross, m.n}, {{Book::pending, freelancer.n}, gross - fee, {}}},
           .clears = clears};
  if (!fee.zero()) p.postings.push_back({{Book::fees_freelancer, 0}, fee, {}});
  return p;
}

Posted roll_forward(MilestoneId m, Money rest) {
  return {.id = m.contract,
          .code = "L2b",
          .postings = {{{Book::escrow, m.contract.n}, -rest, m.n}, {{Book::escrow, m.contract.n}, rest, {}}}};
}

Posted use_credit(MilestoneId m, Money part) {
  return {.id = m.contract,
          .code = "L1b",
          .postings = {{{Book::escrow, m.contract.n}, -part, {}}, {{Book::escrow, m.contract.n}, part, m.n}}};
}

Posted release_credit(ContractId c, Money gross, Money fee, PersonId freelancer, Instant clears) {
  Posted p = release({c, 0}, gross, fee, freelancer, clears);
  p.postings.front().milestone.reset();
  return p;
}

Posted bonus(ContractId c, Money gross, Money fee, PersonId client, PersonId freelancer, Instant clears) {
  Posted p = release({c, 0}, gross, fee, freelancer, clears);
  p.code = "L7";
  p.postings.front() = {{Book::ext_client, client.n}, -gross, {}};
  return p;
}

Posted clear(std::int64_t number, const Lot& lot) {
  return {
      .id = lot.contract,
      .code = "L3",
      .postings = {{{Book::pending, lot.person.n}, -lot.amount, {}}, {{Book::available, lot.person.n}, lot.amount, {}}},
      .lot = number};
}

Posted give_back(ContractId c, const std::vector<std::pair<std::int64_t, Money>>& by_milestone, PersonId client,
                 Instant settles) {
  Posted p{.id = c, .code = "L5a", .settles = settles};
  Money sum{0, by_milestone.front().second.currency};
  for (const auto& [milestone, amount] : by_milestone) {
    const auto of = milestone == no_milestone ? std::nullopt : std::optional{milestone};
    p.postings.push_back({{Book::escrow, c.n}, -amount, of});
    sum += amount;
  }
  p.postings.push_back({{Book::refund_transit, client.n}, sum, {}});
  return p;
}

Posted settle(std::int64_t number, const Lot& transit) {
  return {.id = transit.contract,
          .code = "L5b",
          .postings = {{{Book::refund_transit, transit.person.n}, -transit.amount, {}},
                       {{Book::ext_client, transit.person.n}, transit.amount, {}}},
          .transit = number};
}

void evolve(Ledger& ledger, const Posted& p) {
  for (const auto& posting : p.postings) {
    const auto key = std::pair{posting.account, posting.milestone.value_or(0)};
    auto& balance = ledger.balance.try_emplace(key, Money{0, posting.amount.currency}).first->second;
    balance += posting.amount;
    if (balance.zero()) ledger.balance.erase(key);
    if (posting.account.book == Book::pending && p.clears)
      ledger.lots[ledger.next++] = {p.id, PersonId{posting.account.owner}, posting.amount, *p.clears};
    if (posting.account.book == Book::refund_transit && p.settles)
      ledger.transits[ledger.next++] = {p.id, PersonId{posting.account.owner}, posting.amount, *p.settles};
    add_up(ledger.totals[p.id], p.code, posting);
  }
  if (p.lot) ledger.lots.erase(*p.lot);
  if (p.transit) ledger.transits.erase(*p.transit);
}

}  // namespace ledger
}  // namespace workflow
