#include "tests/sim/promises.hpp"

#include <charconv>
#include <vector>

#include "tests/sim/taught.hpp"

namespace sim {
namespace {

constexpr std::int64_t day = 24 * 60 * 60 * 1000;

/// The first millisecond of a day written `2026-12-01`.
std::int64_t instant_of(const std::string& date) {
  const auto number = [&](std::size_t at, std::size_t n) {
    std::int64_t value = 0;
    std::from_chars(date.data() + at, date.data() + at + n, value);
    return value;
  };
  auto y = number(0, 4);
  const auto m = number(5, 2), d = number(8, 2);
  y -= m <= 2;
  const auto era = y / 400, of_era = y - era * 400;
  const auto of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  return (era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468) * day;
}

std::vector<std::int64_t> recalled(const std::string& of) {
  for (const auto& [written, ours] : taught::recalled())
    if (ours == of)
      return of == "end date" ? std::vector<std::int64_t>{7 * day, day} : std::vector<std::int64_t>{3 * day, day};
  return {};
}

std::string at(std::int64_t ms) { return workflow::iso(workflow::Instant{workflow::Duration{ms}}); }

}  // namespace

void Promises::begin(const Happened& e, const std::string& of, const std::string& id, std::int64_t due,
                     std::string must) {
  streams_[e.stream][{of, id}] = {due, e.at, std::move(must), {}};
}

void Promises::lasts(const Happened& e, const std::string& name, std::int64_t due, Duration period) {
  if (due != e.at + period.count())
    faults_.add("deadline", e.kind + " at " + at(e.at) + ": " + name + " is " + at(due) + " instead of " +
                                at(e.at + period.count()) + " (event " + std::to_string(e.position) + ")");
}

void Promises::fired(const Happened& e, const std::string& of, const std::string& id) {
  auto& all = streams_[e.stream];
  const auto found = all.find({of, id});
  if (found == all.end()) {
    faults_.add("deadline",
                e.kind + " at " + at(e.at) + ": the " + of + " of " + id + " fired, and was over or fired before");
    return;
  }
  if (found->second.due != e.at)
    faults_.add("deadline", e.kind + " of " + id + " happened at " + at(e.at) + ", due was " + at(found->second.due));
  all.erase(found);
}

/// Everything due before something else in the same room happened before it; a command at the very instant comes after.
void Promises::in_order(const Happened& e, bool by_alarm) {
  for (auto& [key, p] : streams_[e.stream]) {
    const auto passed = [&](std::int64_t due) { return by_alarm ? due < e.at : due <= e.at; };
    if (!p.must.empty() && passed(p.due)) {
      faults_.add("deadline", key.second + ": " + p.must + " was due at " + at(p.due) + " and had not happened when " +
                                  e.kind + " did, at " + at(e.at));
      p.must.clear();
    }
    for (const auto left : recalled(key.first)) {
      const bool long_enough = key.first == "end date" ? p.due - left > p.since : p.due - p.since > 2 * left;
      if (!long_enough || !passed(p.due - left) || !p.reminded.insert(left).second) continue;
      faults_.add("deadline", key.second + ": nobody was reminded of its " + key.first + " at " + at(p.due - left) +
                                  " before " + e.kind + " at " + at(e.at));
    }
  }
}

void Promises::reminded(const Happened& e) {
  const auto due = e.number("due"), left = e.number("left");
  const auto of = taught::recalled().find(e.word("of"));
  if (of == taught::recalled().end()) return;  // of something that is not kept here
  auto& all = streams_[e.stream];
  const auto found = all.find({of->second, e.word("id")});
  if (found == all.end() || found->second.due != due) {
    faults_.add("deadline",
                "a reminder of " + e.word("id") + " at " + at(e.at) + ", whose " + of->second + " is not due then");
  } else if (e.at != due - left) {
    faults_.add("deadline", "a reminder of " + e.word("id") + " at " + at(e.at) + " instead of " + at(due - left));
  } else if (!found->second.reminded.insert(left).second) {
    faults_.add("deadline", "a second reminder of " + e.word("id") + " at " + at(e.at));
  }
}

void Promises::answers(const Happened& e) {
  const auto dot = e.kind.find('.');
  const auto noun = e.kind.substr(0, dot), what = e.kind.substr(dot + 1);
  const std::string prefix = noun == "proposal" ? "P" : noun == "offer" ? "O" : "A";
  const auto id = e.id(prefix);
  if (what == "proposed" || what == "countered" || what == "sent" || what == "revised" || what == "taken_back") {
    const auto period = noun == "proposal" ? policy_.proposal_ttl
                        : noun == "offer"  ? policy_.offer_ttl
                                           : policy_.amendment_ttl;
    if (what != "taken_back") lasts(e, "the time to answer", e.number("due"), period);
    begin(e, noun, id, e.number("due"), noun + ".expired");
  } else if (what == "expired") {
    fired(e, noun, id);
  } else if (what == "approved" || what == "accepted" || what == "declined" || what == "withdrawn" ||
             what == "superseded") {
    over(e, noun, id);
  }
}

void Promises::work(const Happened& e) {
  const auto id = e.id("M");
  if (e.kind == "milestone.submitted") {
    lasts(e, "the review", e.number("review_due"), policy_.review_period);
    begin(e, "review", id, e.number("review_due"), "milestone.released");
  } else if (e.kind == "milestone.released") {
    lasts(e, "the day it clears", e.number("clears"), policy_.security_period);
    e.word("how") == "automatic" ? fired(e, "review", id) : over(e, "review", id);
  } else if (e.kind == "milestone.changes_requested" || e.kind == "milestone.refund_pending") {
    over(e, "review", id);
  } else if (e.kind == "milestone.refunded") {
    lasts(e, "the settlement", e.number("settles"), policy_.refund_settlement);
    over(e, "review", id);
  } else if (e.kind == "milestone.overdue" && e.at % day != 0) {
    faults_.add("deadline", id + " is overdue from " + at(e.at) + " on, which is no end of a day");
  }
}

void Promises::end_date(const Happened& e, const std::string& contract) {
  const auto* terms = e.body.if_contains("terms");
  const auto* end = terms ? terms->as_object().if_contains("end") : nullptr;
  if (!end || !end->is_string()) return over(e, "end date", contract);
  const auto due = instant_of(std::string(end->as_string())) + day;
  auto& all = streams_[e.stream];
  if (const auto found = all.find({"end date", contract}); found != all.end() && found->second.due == due) return;
  begin(e, "end date", contract, due, "contract.ending");
}

void Promises::ending(const Happened& e) {
  const auto id = e.id("C");
  const auto how = e.word("end_kind");
  lasts(e, "the official end", e.number("officially"), policy_.end_undo);
  if (how == "auto_completed") fired(e, "end by itself", id);
  if (how == "auto_end_date") fired(e, "end date", id);
  for (const auto* of : {"end by itself", "end date", "start"}) over(e, of, id);
  begin(e, "official end", id, e.number("officially"), "contract.ended");
  if (how != "by_client" && how != "by_freelancer") return;
  const std::string work = "M-" + std::to_string(e.number("id")) + ".";
  std::erase_if(streams_[e.stream],
                [&](const auto& p) { return p.first.first == "review" && p.first.second.starts_with(work); });
}

void Promises::contracts(const Happened& e) {
  const auto id = e.id("C");
  if (e.kind == "contract.started") {
    if (e.word("state") == "pending_start")
      begin(e, "start", id, instant_of(e.word("effective_start")), "contract.opened");
    end_date(e, id);
  } else if (e.kind == "contract.opened") {
    fired(e, "start", id);
  } else if (e.kind == "contract.completing") {
    lasts(e, "the end by itself", e.number("due"), policy_.autoend_grace);
    begin(e, "end by itself", id, e.number("due"), "contract.ending");
  } else if (e.kind == "contract.work_resumed" || e.kind == "contract.kept_open") {
    over(e, "end by itself", id);
  } else if (e.kind == "contract.ending") {
    ending(e);
  } else if (e.kind == "contract.reinstated") {
    over(e, "official end", id);
  } else if (e.kind == "contract.ended") {
    fired(e, "official end", id);
  }
}

void Promises::money(const Happened& e) {
  if (e.has("lot")) fired(e, "lot", std::to_string(e.number("lot")));
  if (e.has("transit")) fired(e, "transit", std::to_string(e.number("transit")));
  for (const auto& value : e.body.at("postings").as_array()) {
    const auto& book = value.as_object().at("account").as_object().at("book").as_string();
    if (book == "pending" && e.number("clears") != 0)
      begin(e, "lot", std::to_string(++lots_[e.stream]), e.number("clears"), "ledger.posted");
    if (book == "refund_transit" && e.number("settles") != 0)
      begin(e, "transit", std::to_string(++lots_[e.stream]), e.number("settles"), "ledger.settled");
  }
}

void Promises::take(const Happened& e, bool by_alarm) {
  // An event's own deadline is over with it; all others of its room must be.
  if (e.kind == "reminder.reminded") reminded(e);
  const bool answer =
      e.kind.starts_with("proposal.") || e.kind.starts_with("offer.") || e.kind.starts_with("amendment.");
  if (answer && e.kind != "amendment.terms_followed") answers(e);
  if (e.kind.starts_with("milestone.") && e.kind != "milestone.credit_released") work(e);
  if (e.kind.starts_with("contract.")) contracts(e);
  if (e.kind == "amendment.approved") end_date(e, "C-" + e.word("id").substr(0, e.word("id").find('.')));
  if (e.kind == "amendment.terms_followed") end_date(e, e.id("C"));
  if (e.kind == "ledger.posted") money(e);
  if (e.kind == "escrow_refund.requested") begin(e, "refund", e.id("ER"), e.number("due"), "");
  if (e.kind.starts_with("escrow_refund.") && e.kind != "escrow_refund.requested" && e.kind != "escrow_refund.reduced")
    over(e, "refund", e.id("ER"));
  if (e.kind == "person.asked") {
    const auto& q = e.body.at("question").as_object();
    begin(e, "question", "the end", q.at("lapse").as_int64(), "person.ask_lapsed");
    lasts(e, "the question's lapse", q.at("lapse").as_int64(), policy_.end_answer);
  }
  if (e.kind == "person.answered") over(e, "question", "the end");
  if (e.kind == "person.ask_lapsed") fired(e, "question", "the end");
  in_order(e, by_alarm);
}

void Promises::close(std::int64_t now) {
  for (const auto& [stream, all] : streams_)
    for (const auto& [key, p] : all)
      if (!p.must.empty() && p.due < now)
        faults_.add("deadline", key.second + ": " + p.must + " was due at " + at(p.due) + " and has not happened");
}

}  // namespace sim
