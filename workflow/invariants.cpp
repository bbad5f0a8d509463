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
    case released:  // for a part, where the rest is asked back
    case disputed: return {};
  }
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
    const auto& o = room.offers.at(c.offer);
    if (!(c.digest == o.digest)) return Broken{"the terms of " + text(id) + " are not those that were accepted"};
    const bool over = c.state == contract::State::ending || c.state == contract::State::ended;
    if (over != room.feedback.contains(id)) return Broken{"feedback slots of " + text(id) + " stand without an end"};
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
  for (const auto& [id, e] : room.refunds)
    if (room.contracts.at(e.contract).end_kind == contract::EndKind::by_freelancer)
      return Broken{"a refund is asked of a freelancer who ended " + text(e.contract)};
  return {};
}

}  // namespace

std::optional<Broken> broken_invariant(const Room& room) {
  for (const auto check : {books, agreements, negotiations, ends})
    if (auto broken = check(room)) return broken;
  for (const auto& [id, m] : room.milestones)
    if (auto broken = escrow_of(room, m)) return broken;
  return {};
}

}  // namespace workflow
