#include <rapidcheck/catch.h>
#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "world.hpp"

using namespace property;

namespace {

/// What anybody may look at from outside, as one text.
std::string all_facts(const Room& room) {
  std::string s;
  const auto handle = [](PersonId p) { return std::to_string(p.n); };
  for (const auto& id : everything(room))
    for (const auto& [name, value] : facts(room, id, handle)) s += text(id) + " " + name + "=" + value + "\n";
  return s;
}

/// A room in which a first contract is under way, so that more than refusals happens.
World begun() {
  World w;
  w.take({.what = 12, .who = 0, .amount = 600});
  w.take({.what = 6, .who = 1});
  w.take({.what = 10, .who = 1});
  w.take({.what = 11, .who = 0});
  return w;
}

}  // namespace

TEST_CASE("after any history every invariant holds and nothing overdue is left") {
  rc::prop("invariants", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    RC_ASSERT(w.broken.empty());
    RC_ASSERT(w.overdue.empty());
  });
}

TEST_CASE("folding the events again gives the same room") {
  rc::prop("replay", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    Room again;
    again.id = w.room.id;
    for (const auto& e : w.history) evolve(again, e);
    again.last = w.room.last;
    RC_ASSERT(again == w.room);
  });
}

TEST_CASE("every journal sums to zero, and fee and net are the gross") {
  rc::prop("journals", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    for (const auto& e : w.history) {
      if (const auto* posted = std::get_if<ledger::Posted>(&e)) {
        Money sum{0, w.policy.currency};
        for (const auto& p : posted->postings) sum += p.amount;
        RC_ASSERT(sum.zero());
        RC_ASSERT(posted->postings.size() >= 2u);
      }
      const auto fair = [&](Money gross, Money fee) { return fee == share(gross, w.policy.fee_bps) && fee <= gross; };
      if (const auto* x = std::get_if<milestone::Released>(&e)) RC_ASSERT(fair(x->gross, x->fee));
      if (const auto* x = std::get_if<milestone::CreditReleased>(&e)) RC_ASSERT(fair(x->gross, x->fee));
      if (const auto* x = std::get_if<bonus::Paid>(&e)) RC_ASSERT(fair(x->gross, x->fee));
    }
  });
}

TEST_CASE("funded is released plus returned plus what lies in escrow") {
  rc::prop("conservation", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    std::map<std::int64_t, std::int64_t> rest;
    for (const auto& e : w.history)
      if (const auto* posted = std::get_if<ledger::Posted>(&e))
        for (const auto& p : posted->postings)
          if (p.account.book == Book::escrow) rest[p.account.owner] += p.amount.minor;
    for (const auto& [contract, total] : w.room.ledger.totals) {
      RC_ASSERT(total.sum.zero());
      RC_ASSERT(total.funded.minor == total.released.minor + total.returned.minor + rest[contract.n]);
    }
    for (const auto& [contract, left] : rest)
      RC_ASSERT(w.room.ledger.escrow(ContractId{contract}, w.policy.currency).minor == left);
  });
}

TEST_CASE("what the freelancer has, pending or available, and the fees are all that was ever paid") {
  rc::prop("paid", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    Money paid{0, w.policy.currency}, there = paid;
    for (const auto& [contract, total] : w.room.ledger.totals) {
      paid += w.room.ledger.gross_paid(contract, w.policy.currency);
      there += total.fees;
    }
    for (const auto book : {Book::pending, Book::available})
      there += w.room.ledger.of({book, w.freelancer.id.n}, 0, w.policy.currency);
    RC_ASSERT(paid == there);
  });
}

TEST_CASE("a bonus changes no state, and after a part was released nothing but an end asks its rest back") {
  rc::prop("parts", [](const std::vector<Step>& steps) {
    auto w = begun();
    for (const auto& step : steps) {
      w.pass(step.minutes);
      const auto before = w.room;
      const auto seen = w.history.size();
      auto now = step;
      now.minutes = 0;
      w.take(now);
      for (std::size_t i = seen; i < w.history.size(); ++i) {
        if (std::holds_alternative<bonus::Paid>(w.history[i])) {
          RC_ASSERT(w.room.milestones == before.milestones);
          RC_ASSERT(w.room.refunds == before.refunds);
          RC_ASSERT(w.room.contracts == before.contracts);
        }
        const auto* x = std::get_if<milestone::Released>(&w.history[i]);
        if (!x || x->how == milestone::How::end) continue;
        const auto state = before.contracts.at(x->id.contract).state;
        const bool over = state == contract::State::ending || state == contract::State::ended;
        const auto lay = before.ledger.escrow(x->id, w.policy.currency);
        const auto rest = lay - x->gross;
        RC_ASSERT(x->rolled == (over || rest.zero() ? std::nullopt : std::optional{rest}));
        RC_ASSERT(w.room.ledger.escrow(x->id, w.policy.currency) == (over ? rest : Money{0, w.policy.currency}));
      }
    }
  });
}

TEST_CASE("terms never change under a version") {
  rc::prop("immutable versions", [](const std::vector<Step>& steps) {
    auto w = begun();
    // Keyed by the id as it is typed: an offer and a contract may well have the same number.
    std::map<std::pair<std::string, std::size_t>, std::string> seen;
    for (const auto& s : steps) {
      w.take(s);
      for (const auto& [id, p] : w.room.proposals)
        for (std::size_t v = 0; v < p.versions.size(); ++v) {
          const auto [it, fresh] = seen.try_emplace({text(id), v}, p.versions[v].digest.hex);
          RC_ASSERT(it->second == p.versions[v].digest.hex);
          RC_ASSERT(digest(p.versions[v].terms) == p.versions[v].digest);
        }
      for (const auto& [id, a] : w.room.amendments)
        for (std::size_t v = 0; v < a.versions.size(); ++v) {
          const auto [it, fresh] = seen.try_emplace({text(id), v}, a.versions[v].digest.hex);
          RC_ASSERT(it->second == a.versions[v].digest.hex);
          RC_ASSERT(digest(a.versions[v].terms) == a.versions[v].digest);
        }
      for (const auto& [id, c] : w.room.contracts) {
        RC_ASSERT(digest(c.terms) == c.digest);
        for (std::size_t v = 0; v < c.versions.size(); ++v) {
          const auto [it, fresh] = seen.try_emplace({text(id), v}, c.versions[v].digest.hex);
          RC_ASSERT(it->second == c.versions[v].digest.hex);
        }
      }
      for (const auto& [id, o] : w.room.offers) {
        RC_ASSERT(digest(o.terms) == o.digest);
        auto all = o.earlier;
        all.push_back({o.terms, o.digest, o.at});
        for (std::size_t v = 0; v < all.size(); ++v) {
          const auto [it, fresh] = seen.try_emplace({text(id), v}, all[v].digest.hex);
          RC_ASSERT(it->second == all[v].digest.hex);
          RC_ASSERT(digest(all[v].terms) == all[v].digest);
        }
      }
      for (const auto& [id, c] : w.room.change_requests) RC_ASSERT(digest(c.terms) == c.digest);
      for (const auto& [id, c] : w.room.contracts) RC_ASSERT(digest(c.terms) == c.digest);
    }
  });
}

TEST_CASE("whatever is amended, a contract says what its milestones are, each under a number of its own") {
  rc::prop("amended", [](std::vector<Step> steps) {
    static constexpr std::array kinds{9, 10, 11, 16, 16, 17, 17, 18, 19, 20, 21, 21, 21, 21, 22, 23};
    auto w = begun();
    for (auto& s : steps) {
      s.what = kinds[static_cast<std::size_t>(s.what) % kinds.size()];
      s.number = 1;
      s.minutes %= 1441;
    }
    w.take(steps);
    RC_ASSERT(w.broken.empty());
    std::set<MilestoneId> numbers{{{1}, 1}, {{1}, 2}};
    std::size_t versions = 1;
    for (const auto& e : w.history) {
      if (const auto* added = std::get_if<milestone::Added>(&e)) RC_ASSERT(numbers.insert(added->id).second);
      versions += std::holds_alternative<amendment::Approved>(e) || std::holds_alternative<amendment::Followed>(e);
    }
    RC_ASSERT(w.room.contracts.at({1}).versions.size() == versions);
  });
}

TEST_CASE("a stranger changes nothing and learns nothing") {
  rc::prop("stranger", [](const std::vector<Step>& steps, Step last) {
    auto w = begun();
    w.take(steps);
    w.pass(0);
    RC_PRE(last.what != 5 && last.what != 12 && last.what != 14 && last.what != 15);
    const auto before = all_facts(w.room);
    const auto there = w.order(w.stranger, w.command(last), Place::room);
    RC_ASSERT(there.rejection.has_value());
    last.number += 1000;  // something that is not there
    const auto absent = w.order(w.stranger, w.command(last), Place::room);
    if (there.rejection->code != Code::USAGE) {
      RC_ASSERT(there.rejection->code == Code::NOT_A_PARTY);
      RC_ASSERT(absent.rejection->code == Code::NOT_A_PARTY);
    }
    RC_ASSERT(all_facts(w.room) == before);
  });
}

TEST_CASE("a refused command leaves the room as it was") {
  rc::prop("refusals", [](const std::vector<Step>& steps, const Step& last) {
    auto w = begun();
    w.take(steps);
    w.pass(last.minutes);
    const Room before = w.room;
    Room live = w.room;
    const auto& actor = last.who == 0 ? w.client : w.freelancer;
    const auto outcome = carry_out(live, w.command(last), w.context(actor, Place::room));
    if (outcome.rejection && !outcome.spoiled) RC_ASSERT(live == before);
  });
}

TEST_CASE("an end is officially over at exactly its fourteenth day, with no slot left open") {
  rc::prop("officially", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    const Room before = w.room;
    w.take({.what = 14, .who = 0, .number = 1, .yes = false});
    RC_PRE(w.room.contracts.at({1}).state == contract::State::ending);
    const auto over = w.room.contracts.at({1}).officially.due;
    const auto fired = w.history.size();
    w.now = over - std::chrono::milliseconds{1};
    w.pass(0);
    RC_ASSERT(w.room.contracts.at({1}).state == contract::State::ending);
    w.now = over;
    w.pass(0);
    RC_ASSERT(w.room.contracts.at({1}).state == contract::State::ended);
    RC_ASSERT(w.history.size() > fired);
    for (const auto side : {Side::client, Side::freelancer})
      RC_ASSERT(w.room.feedback.at({1}).of(side).state >= feedback::SlotState::revealed);
  });
}

TEST_CASE("a contract ends by itself only at its announced instant, or at 00:00Z after its last day") {
  rc::prop("by itself", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    std::map<ContractId, Instant> announced;
    for (const auto& e : w.history) {
      if (const auto* x = std::get_if<contract::Completing>(&e)) announced[x->id] = x->due;
      if (const auto* x = std::get_if<contract::Resumed>(&e)) announced.erase(x->id);
      if (const auto* x = std::get_if<contract::KeptOpen>(&e)) announced.erase(x->id);
      const auto* x = std::get_if<contract::Ending>(&e);
      if (!x) continue;
      if (x->end_kind == contract::EndKind::auto_completed) RC_ASSERT(announced.at(x->id) == x->at);
      if (x->end_kind == contract::EndKind::auto_end_date)
        RC_ASSERT(x->at == end_of(*w.room.contracts.at(x->id).terms.end));
      announced.erase(x->id);
    }
  });
}

TEST_CASE("a reminder comes before its deadline, each once, and only while it runs") {
  rc::prop("reminders", [](const std::vector<Step>& steps) {
    auto w = begun();
    w.take(steps);
    std::map<std::pair<AnyId, Instant>, Duration> last;
    for (const auto& e : w.history) {
      const auto* x = std::get_if<reminder::Reminded>(&e);
      if (!x) continue;
      RC_ASSERT(x->at == x->due - x->left);
      RC_ASSERT(x->left > Duration{0});
      const auto [it, first] = last.try_emplace({x->id, x->due}, x->left);
      RC_ASSERT(first || x->left < it->second);
      it->second = x->left;
    }
  });
}
