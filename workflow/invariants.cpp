#include "workflow/amendment_change.hpp"
#include "workflow/room.hpp"

namespace workflow {
namespace {

using Verdict = std::optional<Broken>;

Verdict books(const Room& room) {
  std::map<std::string_view, std::int64_t> sums;
  std::int64_t total = 0;
  std::map<std::int64_t, std::int64_t> pending, transit;
  for (const auto& [key, amount] : room.ledger.balance) {
    total += amount.minor;
    const Book book = key.first.book;
    const bool outside = book == Book::ext_client || book == Book::ext_freelancer;
    if (!outside && amount.minor < 0) return Broken{"the account " + text(key.first) + " is below zero"};
    if (book == Book::pending) pending[key.first.owner] += amount.minor;
    if (book == Book::refund_transit) transit[key.first.owner] += amount.minor;
  }
  if (total != 0) return Broken{"the postings of the room do not sum to zero"};
  for (const auto& [n, lot] : room.ledger.lots) pending[lot.person.n] -= lot.amount.minor;
  for (const auto& [n, lot] : room.ledger.transits) transit[lot.person.n] -= lot.amount.minor;
  for (const auto& [who, rest] : pending)
    if (rest != 0) return Broken{"pending money is not the sum of its lots"};
  for (const auto& [who, rest] : transit)
    if (rest != 0) return Broken{"money in transit is not the sum of its refunds"};
  return {};
}

/// The request that waits for an answer and asks for this milestone's money, or for the credit.
const escrow_refund::EscrowRefund* asking_for(const Room& room, ContractId id, std::optional<MilestoneId> milestone) {
  for (const auto& [rid, r] : room.refunds)
    if (r.contract == id && r.state == escrow_refund::State::pending)
      for (const auto& part : r.parts)
        if (part.milestone == milestone) return &r;
  return nullptr;
}

bool has_ended(const contract::Contract& c) {
  return c.state == contract::State::ending || c.state == contract::State::ended;
}

/// What a milestone's state says of the money that must lie in its escrow.
Verdict escrow_of(const Room& room, const milestone::Milestone& m) {
  using enum milestone::State;
  const auto lies = room.ledger.escrow(m.id, m.amount.currency).minor;
  switch (m.state) {
    case funded:
    case submitted:
    case changes_requested:
    case refund_pending:
      if (lies != m.amount.minor) return Broken{"the escrow of " + text(m.id) + " is not its amount"};
      return {};
    case planned:
    case refunded:
    case cancelled:
      if (lies != 0) return Broken{"money lies in escrow for " + text(m.id) + ", which has none"};
      return {};
    case released:
      if (lies != 0 && !asking_for(room, m.id.contract, m.id))
        return Broken{"the rest of the paid " + text(m.id) + " lies in escrow and nobody asks for it"};
      return {};
    case disputed: return {};
  }
  return {};
}

/// The terms in force are the accepted ones, those of the last approved amendment, or a due day moved later.
Verdict terms_of(const Room& room, const contract::Contract& c) {
  const auto id = text(c.id);
  const auto& v = c.versions;
  if (v.empty() || !(v.front().digest == room.offers.at(c.offer).digest))
    return Broken{"the first terms of " + id + " are not those that were accepted"};
  for (std::size_t i = 1; i < v.size(); ++i) {
    if (!v[i].from && !amendment::only_later(v[i - 1].terms, v[i].terms))
      return Broken{"the terms of " + id + " changed without an amendment"};
    if (!v[i].from) continue;
    const auto& a = room.amendments.at(*v[i].from);
    if (a.state != amendment::State::approved || !(a.current().digest == v[i].digest))
      return Broken{"the terms of " + id + " are not those that " + text(a.id) + " approved"};
  }
  if (!(c.digest == v.back().digest) || !(c.terms == v.back().terms))
    return Broken{"the terms of " + id + " are not its last version"};
  Money sum{0, c.terms.amount.currency};
  std::vector<MilestoneTerms> listed;
  for (const auto mid : standing(room, c.id)) {
    const auto& m = room.milestones.at(mid);
    sum += m.amount;
    listed.push_back({m.title, m.amount, m.due});
  }
  if (!(sum == c.terms.amount)) return Broken{"the milestones of " + id + " do not add up to its amount"};
  if (listed != c.terms.milestones) return Broken{"the milestones of " + id + " are not those of its terms"};
  return {};
}

/// At most one amendment of a contract is open, and none once the contract has ended.
Verdict amendments_of(const Room& room, const contract::Contract& c) {
  int open = 0;
  for (const auto& [aid, a] : room.amendments) {
    if (aid.contract != c.id || a.state != amendment::State::pending) continue;
    ++open;
    if (c.state == contract::State::ending || c.state == contract::State::ended)
      return Broken{text(aid) + " is open although its contract has ended"};
  }
  if (open > 1) return Broken{"two amendments of " + text(c.id) + " are open"};
  return {};
}

/// What a milestone may be in a contract that has ended.
Verdict work_of(const Room& room, const milestone::Milestone& m) {
  using enum milestone::State;
  const auto& c = room.contracts.at(m.id.contract);
  if (!has_ended(c)) return {};
  const bool by_date = c.end_kind == contract::EndKind::auto_end_date;
  if (m.state == planned || m.state == funded || m.state == changes_requested || (m.state == submitted && !by_date))
    return Broken{text(m.id) + " is still worked on though " + text(c.id) + " has ended"};
  if (m.state == refund_pending && !asking_for(room, c.id, m.id))
    return Broken{"the escrow of " + text(m.id) + " waits to be asked back and nobody asks for it"};
  return {};
}

Verdict money_of(const Room& room, const contract::Contract& c) {
  const Currency currency = c.policy.currency;
  Money of_milestones = room.ledger.credit(c.id, currency);
  for (const auto& [id, m] : room.milestones)
    if (id.contract == c.id) of_milestones += room.ledger.escrow(id, currency);
  const Money escrow = room.ledger.escrow(c.id, currency);
  if (!(escrow == of_milestones))
    return Broken{"the escrow of " + text(c.id) + " is not its milestones' and its credit"};
  const auto found = room.ledger.totals.find(c.id);
  if (found == room.ledger.totals.end()) return {};
  const auto& t = found->second;
  if (!(t.funded == t.released + t.returned + escrow))
    return Broken{"what was funded on " + text(c.id) + " is not what was released, returned and lies in escrow"};
  if (!t.sum.zero()) return Broken{"the journals of " + text(c.id) + " do not sum to zero"};
  const bool asked = asking_for(room, c.id, {}) != nullptr;
  if (has_ended(c) && !asked && !room.ledger.credit(c.id, currency).zero())
    return Broken{"the credit of " + text(c.id) + " outlived its end and nobody asks for it"};
  return {};
}

/// A request that waits asks for exactly what lies in escrow for its parts.
Verdict request(const Room& room, const escrow_refund::EscrowRefund& r) {
  if (r.state != escrow_refund::State::pending) return {};
  const Currency currency = room.contracts.at(r.contract).policy.currency;
  Money sum{0, currency};
  for (const auto& part : r.parts) {
    const Money lies =
        part.milestone ? room.ledger.escrow(*part.milestone, currency) : room.ledger.credit(r.contract, currency);
    if (!(part.amount == lies) || lies.zero()) return Broken{text(r.id) + " asks for what does not lie in escrow"};
    if (asking_for(room, r.contract, part.milestone) != &r) return Broken{"two requests ask for the same money"};
    sum += part.amount;
  }
  if (r.parts.empty() || !(sum == r.amount)) return Broken{"the amount of " + text(r.id) + " is not that of its parts"};
  return {};
}

Verdict agreements(const Room& room) {
  int open = 0;
  for (const auto& [id, p] : room.proposals) {
    open += p.state == proposal::State::pending;
    if (p.versions.empty()) return Broken{"the proposal " + text(id) + " has no terms"};
    if ((p.state == proposal::State::approved) && !p.offer)
      return Broken{"the approved proposal " + text(id) + " has no offer"};
  }
  if (open > 1) return Broken{"two proposals of one pair are open"};
  for (const auto& [id, c] : room.contracts) {
    if (auto broken = terms_of(room, c)) return broken;
    if (auto broken = amendments_of(room, c)) return broken;
    const bool over = c.state == contract::State::ending || c.state == contract::State::ended;
    if (over != room.feedback.contains(id)) return Broken{"feedback slots of " + text(id) + " stand without an end"};
  }
  return {};
}

/// What ends by itself is announced, and nothing is announced that would not be true at its time.
Verdict announced(const Room& room) {
  for (const auto& [id, c] : room.contracts) {
    if (!c.auto_end) continue;
    if (c.state != contract::State::active)
      return Broken{"an end by itself is announced for " + text(id) + ", which is not active"};
    if (c.kept_open) return Broken{text(id) + " is kept open and announced to end by itself"};
    if (!room.ledger.escrow(id, c.policy.currency).zero())
      return Broken{"an end by itself is announced for " + text(id) + ", and money lies in its escrow"};
    for (const auto& [mid, m] : room.milestones)
      if (mid.contract == id && m.state <= milestone::State::changes_requested)
        return Broken{"an end by itself is announced for " + text(id) + ", and " + text(mid) + " is open"};
    for (const auto& [aid, a] : room.amendments)
      if (aid.contract == id && a.state == amendment::State::pending)
        return Broken{"an end by itself is announced for " + text(id) + ", and " + text(aid) + " is open"};
  }
  return {};
}

Verdict negotiations(const Room& room) {
  for (const auto& [id, p] : room.proposals)
    if ((p.state == proposal::State::superseded) != p.by.has_value())
      return Broken{"the proposal " + text(id) + " is superseded by none, or replaced and not superseded"};
  for (const auto& [id, o] : room.offers)
    if (o.version != static_cast<std::int64_t>(o.earlier.size()) + 1)
      return Broken{"the offer " + text(id) + " has lost one of its versions"};
  std::map<OfferId, int> open;
  for (const auto& [id, c] : room.change_requests) {
    if (c.state != change_request::State::open) continue;
    const auto& o = room.offers.at(c.offer);
    if (o.state != offer::State::pending) return Broken{"the change request " + text(id) + " outlives its offer"};
    if (o.version != c.version) return Broken{"the change request " + text(id) + " is about an earlier version"};
    if (++open[c.offer] > 1) return Broken{"two change requests of " + text(c.offer) + " are open"};
  }
  return {};
}

Verdict ends(const Room& room) {
  for (const auto& [id, slots] : room.feedback) {
    if (room.contracts.at(id).state != contract::State::ended) continue;
    for (const auto side : {Side::client, Side::freelancer}) {
      const auto state = slots.of(side).state;
      if (state == feedback::SlotState::open || state == feedback::SlotState::sealed)
        return Broken{"a feedback slot of " + text(id) + " is still open after its end"};
    }
  }
  for (const auto& [id, e] : room.refunds) {
    const auto by = room.contracts.at(e.contract).end_kind;
    if (by != contract::EndKind::by_client && by != contract::EndKind::auto_end_date)
      return Broken{text(id) + " asks for escrow though neither the client nor the date ended " + text(e.contract)};
  }
  return {};
}

}  // namespace

std::optional<Broken> broken_invariant(const Room& room) {
  for (const auto check : {books, agreements, negotiations, announced, ends})
    if (auto broken = check(room)) return broken;
  for (const auto& [id, m] : room.milestones)
    for (const auto check : {escrow_of, work_of})
      if (auto broken = check(room, m)) return broken;
  for (const auto& [id, c] : room.contracts)
    if (auto broken = money_of(room, c)) return broken;
  for (const auto& [id, r] : room.refunds)
    if (auto broken = request(room, r)) return broken;
  return {};
}

}  // namespace workflow
