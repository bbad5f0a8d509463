#include "tests/sim/books.hpp"

#include <algorithm>

#include "tests/sim/taught.hpp"

namespace sim {
namespace {

std::string money(std::int64_t minor) {
  const auto a = minor < 0 ? -minor : minor;
  const auto cents = std::to_string(a % 100);
  return (minor < 0 ? "-" : "") + std::to_string(a / 100) + "." + (cents.size() < 2 ? "0" : "") + cents;
}

/// `5.1` of a milestone's id.
std::pair<std::int64_t, std::int64_t> parts(const std::string& id) {
  const auto dot = id.find('.');
  return {std::stoll(id.substr(0, dot)), std::stoll(id.substr(dot + 1))};
}

bool outside(const std::string& book) { return book.starts_with("ext_"); }

}  // namespace

const Books::Contract* Books::contract(std::int64_t id) const {
  const auto found = contracts_.find(id);
  return found == contracts_.end() ? nullptr : &found->second;
}

const std::multiset<std::int64_t>& Books::paid(std::int64_t cause) const {
  static const std::multiset<std::int64_t> none;
  const auto found = paid_.find(cause);
  return found == paid_.end() ? none : found->second;
}

void Books::right_owner(const Happened& e, const std::string& book, std::int64_t owner, const Contract& c) {
  const auto id = e.number("id");
  const std::int64_t wanted = book == "escrow" || book == "hourly_hold"          ? id
                              : book == "fees_freelancer"                        ? 0
                              : book == "ext_client" || book == "refund_transit" ? c.client
                                                                                 : c.freelancer;
  if (owner != wanted)
    faults_.add("money", "C-" + std::to_string(id) + " posts to " + book + ":" + std::to_string(owner) +
                             ", which is not its party's, at event " + std::to_string(e.position));
}

/// A journal sums to zero, and leaves no account of ours below it.
void Books::journal(const Happened& e) {
  const auto contract = e.number("id");
  auto& flow = flows_[e.cause][contract];
  std::int64_t sum = 0, k = 0, from_escrow = 0;
  bool back = false;
  flow.strange = flow.strange || !taught::journals().contains(e.word("code"));
  auto& must = written_[e.position];
  const auto& c = contracts_[contract];
  for (const auto& value : e.body.at("postings").as_array()) {
    const auto& p = value.as_object();
    const auto book = std::string(p.at("account").as_object().at("book").as_string());
    const auto owner = p.at("account").as_object().at("owner").as_int64();
    const auto minor = p.at("amount").as_object().at("minor").as_int64();
    const auto* m = p.if_contains("milestone");
    const auto milestone = m && m->is_int64() ? m->get_int64() : 0;
    sum += minor;
    must.push_back({e.position, k++, owner, minor, book, milestone});
    right_owner(e, book, owner, c);
    auto& held = balances_[{book, owner}] += minor;
    if (held < 0 && !outside(book))
      faults_.add("money", book + ":" + std::to_string(owner) + " stands at " + money(held) + " after event " +
                               std::to_string(e.position));
    if (book == "escrow") {
      from_escrow -= minor;
      flow.escrow[milestone] += minor;
      if ((escrow_[{contract, milestone}] += minor) < 0)
        faults_.add("money", "the escrow of M-" + std::to_string(contract) + "." + std::to_string(milestone) +
                                 " stands at " + money(escrow_[{contract, milestone}]) + " after event " +
                                 std::to_string(e.position));
    }
    if (book == "pending" && minor > 0) {
      flow.pending += minor;
      paid_[e.cause].insert(minor);
    }
    if (book == "fees_freelancer") flow.fees += minor;
    if (book == "ext_client" && minor < 0) {
      flow.charged -= minor;
      contracts_[contract].funded -= minor;
    }
    if (book == "refund_transit" && minor > 0) {
      back = true;
      flow.told = false;
    }
  }
  if (back) contracts_[contract].returned += from_escrow;
  if (sum != 0) faults_.add("money", "the journal of event " + std::to_string(e.position) + " sums to " + money(sum));
}

/// A payment of `gross`: the fee is the contract's part of it, halves up, and the freelancer gets the rest.
void Books::payment(const Happened& e, std::int64_t contract, std::int64_t milestone, bool from_escrow) {
  auto& c = contracts_[contract];
  auto& flow = flows_[e.cause][contract];
  const auto gross = e.minor("gross"), fee = e.minor("fee"), rolled = e.minor("rolled");
  const auto wanted = (gross * c.fee_bps + 5000) / 10000;
  if (fee != wanted)
    faults_.add("money", "a fee of " + money(fee) + " on " + money(gross) + " instead of " + money(wanted) +
                             " at event " + std::to_string(e.position));
  flow.told_pending += gross - fee;
  flow.told_fees += fee;
  c.released += gross;
  if (!from_escrow) {
    flow.told_charged += gross;
    return;
  }
  flow.told_escrow[milestone] -= gross + rolled;
  flow.told_escrow[0] += rolled;
}

void Books::take(const Happened& e) {
  if (e.kind == "contract.started") {
    const auto& policy = e.body.at("policy").as_object();
    contracts_[e.number("id")] = {e.number("client"), e.number("freelancer"), policy.at("fee_bps").as_int64()};
  } else if (e.kind == "ledger.posted") {
    journal(e);
  } else if (e.kind == "milestone.funded") {
    const auto [c, m] = parts(e.word("id"));
    auto& flow = flows_[e.cause][c];
    flow.told_charged += e.minor("amount") - e.minor("credit");
    flow.told_escrow[m] += e.minor("amount");
    flow.told_escrow[0] -= e.minor("credit");
  } else if (e.kind == "milestone.released") {
    const auto [c, m] = parts(e.word("id"));
    payment(e, c, m, true);
  } else if (e.kind == "milestone.credit_released") {
    payment(e, e.number("id"), 0, true);
  } else if (e.kind == "bonus.paid") {
    payment(e, e.number("id"), 0, false);
  }
}

void Books::close(std::int64_t cause) {
  const auto flows = flows_.extract(cause);
  if (flows.empty()) return;
  const auto differs = [&](std::int64_t contract, const char* what, std::int64_t moved, std::int64_t told) {
    if (moved != told)
      faults_.add("money", "C-" + std::to_string(contract) + ", cause " + std::to_string(cause) + ": " + what +
                               " moved " + money(moved) + ", and what happened says " + money(told));
  };
  for (const auto& [id, f] : flows.mapped()) {
    if (f.strange) continue;
    differs(id, "pending", f.pending, f.told_pending);
    differs(id, "fees", f.fees, f.told_fees);
    differs(id, "the client's money", f.charged, f.told_charged);
    if (f.told)
      for (const auto& all : {f.escrow, f.told_escrow})
        for (const auto& [m, unused] : all) {
          const auto moved = f.escrow.contains(m) ? f.escrow.at(m) : 0;
          const auto told = f.told_escrow.contains(m) ? f.told_escrow.at(m) : 0;
          differs(id, "escrow", moved, told);
        }
    const auto& c = contracts_[id];
    std::int64_t held = 0;
    for (auto at = escrow_.lower_bound({id, 0}); at != escrow_.end() && at->first.first == id; ++at) held += at->second;
    if (c.funded != c.released + c.returned + held)
      faults_.add("money", "C-" + std::to_string(id) + ": " + money(c.funded) + " put in, " + money(c.released) +
                               " released, " + money(c.returned) + " returned and " + money(held) + " in escrow");
  }
}

/// The rows that the store keeps of it all are the same.
void Books::compare(const Written& w) {
  std::map<std::int64_t, std::vector<PostingRow>> rows;
  for (const auto& p : w.postings) rows[p.position].push_back(p);
  for (const auto& [position, must] : written_) {
    const auto& is = rows[position];
    const bool same = std::ranges::equal(must, is, [](const PostingRow& a, const PostingRow& b) {
      return a.owner == b.owner && a.minor == b.minor && a.book == b.book && a.milestone == b.milestone;
    });
    if (!same) faults_.add("money", "the postings of event " + std::to_string(position) + " are not what it says");
  }
  for (const auto& [position, is] : rows)
    if (!written_.contains(position))
      faults_.add("money", "there are postings of event " + std::to_string(position) + ", which is no journal");
  written_.clear();
  std::int64_t sum = 0;
  for (const auto& [account, minor] : w.balances) {
    sum += minor;
    const auto found = balances_.find(account);
    const auto must = found == balances_.end() ? 0 : found->second;
    if (minor != must)
      faults_.add("money", "the store says " + money(minor) + " of " + account.first + ":" +
                               std::to_string(account.second) + " and the journals say " + money(must));
  }
  for (const auto& [account, minor] : balances_)
    if (minor != 0 && !w.balances.contains(account))
      faults_.add("money", account.first + ":" + std::to_string(account.second) + " has no balance in the store");
  if (sum != 0) faults_.add("money", "all balances together are " + money(sum));
}

Books::Mine Books::of(std::int64_t person) const {
  Mine m;
  const auto held = [&](const char* book) {
    const auto found = balances_.find({book, person});
    return found == balances_.end() ? 0 : found->second;
  };
  m.available = held("available");
  m.pending = held("pending");
  m.transit = held("refund_transit");
  for (const auto& [key, minor] : escrow_)
    if (const auto* c = contract(key.first); c && c->client == person) m.escrow += minor;
  return m;
}

}  // namespace sim
