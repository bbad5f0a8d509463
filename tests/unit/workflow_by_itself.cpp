#include <catch2/catch.hpp>

#include "commands_stage.hpp"
#include "workflow/facts.hpp"

using namespace workflow;
using stage::at;
using stage::Studio;

// What only an amendment can bring about, played with its events: the announced end that is taken back, the end date
// that moves, and the reminder of the amendment itself.
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const contract::Contract& c1(const Studio& s) { return s.room.contracts.at({1}); }

amendment::Proposed proposed(const Studio& s, std::int64_t n, amendment::Change change) {
  auto terms = c1(s).terms;
  if (change.end) terms.end = change.end;
  return {.id = {{1}, n},
          .change = std::move(change),
          .terms = terms,
          .digest = digest(terms),
          .by = Side::client,
          .at = s.now,
          .due = s.now + days(7)};
}

/// An event that another noun would decide, and the ordinary command behind it: the look at completion follows.
void happen(Studio& s, const Event& e) {
  evolve(s.room, e);
  s.room.last = std::max(s.room.last, s.now);
  s.type(s.freya, "/ask C-1 and now");
}

void move_end(Studio& s, std::int64_t n, std::string_view day) {
  amendment::Change change;
  change.end = *parse_date(day);
  const auto p = proposed(s, n, change);
  evolve(s.room, p);
  evolve(s.room, amendment::Approved{p.id, 1, Side::freelancer, p.change, p.terms, p.digest, s.now});
  s.room.last = std::max(s.room.last, s.now);
}

}  // namespace

// R-autoend-2
TEST_CASE("an open amendment takes the announced end back, and its decline begins a whole grace") {
  Studio s;
  s.contract();
  s.type(s.carl, "/release M-1.1");
  CHECK(c1(s).auto_end->due == at("2026-11-05T09:00Z"));
  s.now = at("2026-11-04T09:00Z");
  evolve(s.room, proposed(s, 1, {}));
  const auto asked = s.type(s.freya, "/ask C-1 why that");
  CHECK_FALSE(c1(s).auto_end);
  CHECK(has(asked.text, "\nC-1 does not end by itself for now."));
  s.now = at("2026-11-05T09:00Z");
  CHECK(s.wait(s.now).empty());
  evolve(s.room, amendment::Declined{{{1}, 1}, Side::freelancer, {}, s.now});
  CHECK(has(s.type(s.carl, "/answer Q-1 never mind").text,
            "\nEverything is paid: C-1 ends by itself on 2026-11-08 09:00Z"));
  s.now = at("2026-11-08T08:59:59.999Z");
  CHECK(s.wait(s.now).empty());
  const auto ended = s.wait(at("2026-11-08T09:00Z"));
  REQUIRE(ended.size() == 1);
  CHECK(has(ended[0].text, "C-1 \"Logo\" has ended by itself: everything is paid"));
  CHECK(c1(s).end_kind == contract::EndKind::auto_completed);
}

// R-autoend-2
TEST_CASE("a milestone that is cancelled completes what is paid, and what is only cancelled completes nothing") {
  Studio s;
  s.contract(R"(/offer title="Logo" milestones="Draft:300;Final:200" scope="3 concepts")");
  happen(s, milestone::Cancelled{{{1}, 2}});
  CHECK_FALSE(c1(s).auto_end);
  s.type(s.carl, "/release M-1.1");
  CHECK(c1(s).auto_end);
  Studio none;
  none.contract(R"(/offer title="Logo" milestones="Draft:300;Final:200" scope="3 concepts")");
  happen(none, milestone::Cancelled{{{1}, 2}});
  happen(none, milestone::Refunded{{{1}, 1}, {30'000, {}}, none.now, none.now});
  CHECK_FALSE(c1(none).auto_end);
}

// R-autoend-3
TEST_CASE("what is kept open is so until the next release") {
  Studio s;
  s.contract();
  s.type(s.carl, "/release M-1.1");
  s.type(s.freya, "/keepopen C-1");
  CHECK((c1(s).kept_open && !c1(s).auto_end));
  happen(s, milestone::Added{{{1}, 2}, "More", {5'000, {}}, {}});
  CHECK((c1(s).kept_open && !c1(s).auto_end));
  s.type(s.carl, "/fund M-1.2");
  s.now = at("2026-11-10T09:00Z");
  s.wait(s.now);
  CHECK(c1(s).state == contract::State::active);
  const auto released = s.type(s.carl, "/release M-1.2");
  CHECK((!c1(s).kept_open && c1(s).auto_end->due == at("2026-11-13T09:00Z")));
  CHECK(has(released.text, "ends by itself on 2026-11-13 09:00Z"));
  CHECK_FALSE(has(released.text, "does not end"));
}

// R-autoend-7
TEST_CASE("a moved end date ends the contract at the new one, and is recalled from its amendment on") {
  Studio s;
  s.contract(R"(/offer title="Logo" milestones="Logo:500" scope="3 concepts" end=2026-11-30)");
  s.now = at("2026-11-20T09:00Z");
  s.wait(s.now);
  move_end(s, 1, "2026-12-20");
  CHECK(contract::end_date(c1(s))->since == s.now);
  auto fired = s.wait(at("2026-12-12T00:00Z"));
  CHECK(fired.empty());
  fired = s.wait(at("2026-12-14T00:00Z"));
  REQUIRE(fired.size() == 1);
  CHECK(fired[0].subject == "C-1");
  // Another change leaves the date, and with it the acceptance of the date, as it was.
  const auto since = contract::end_date(c1(s))->since;
  s.now = at("2026-12-15T09:00Z");
  move_end(s, 2, "2026-12-20");
  CHECK(contract::end_date(c1(s))->since == since);
  // Brought forward to within the week: only the day before is left.
  move_end(s, 3, "2026-12-18");
  fired = s.wait(at("2026-12-18T23:59:59.999Z"));
  REQUIRE(fired.size() == 1);
  CHECK(has(fired[0].text, "the last day of the contract is 2026-12-18. In 1 d, on 2026-12-19 00:00Z"));
  fired = s.wait(at("2026-12-19T00:00Z"));
  REQUIRE(fired.size() == 1);
  CHECK(has(fired[0].text, "its last day was 2026-12-18"));
  CHECK(c1(s).ended_at == at("2026-12-19T00:00Z"));
}

// R-autoend-5
TEST_CASE("a paused contract does not complete, and ends on its date all the same") {
  Studio s;
  s.contract(R"(/offer title="Logo" amount=500 scope="3 concepts" end=2026-11-30)");
  s.room.contracts.at({1}).state = contract::State::paused;
  s.type(s.carl, "/release M-1.1");
  CHECK_FALSE(c1(s).auto_end);
  s.wait(at("2026-11-30T23:59:59.999Z"));
  CHECK(c1(s).state == contract::State::paused);
  s.wait(at("2026-12-01T00:00Z"));
  CHECK((c1(s).state == contract::State::ending && c1(s).end_kind == contract::EndKind::auto_end_date));
}

// R-reminder-1
TEST_CASE("an amendment is recalled to whose turn it is, and a counter begins anew") {
  Studio s;
  s.contract();
  const auto first = proposed(s, 1, {});
  evolve(s.room, first);
  auto fired = s.wait(at("2026-11-06T08:59:59.999Z"));
  CHECK(fired.empty());
  fired = s.wait(at("2026-11-06T09:00Z"));
  REQUIRE(fired.size() == 1);
  CHECK((fired[0].kind == "reminder.reminded" && fired[0].subject == "A-1.1"));
  CHECK(fired[0].text ==
        "A-1.1 \"Logo\": Freya, Carl waits for your answer to the change of C-1, v1. In 3 d, on 2026-11-09 09:00Z "
        "(10:00 Berlin / 04:00 New York), it lapses and C-1 stays as it is.\n"
        "Next, Freya: /approve A-1.1 v1, or /counter A-1.1 …, or /decline A-1.1");
  evolve(s.room, amendment::Countered{first.id,
                                      2,
                                      {},
                                      first.terms,
                                      first.digest,
                                      Side::freelancer,
                                      s.now,
                                      s.now + days(6) + std::chrono::milliseconds{1}});
  fired = s.wait(at("2026-11-11T09:00:00.001Z"));
  REQUIRE(fired.size() == 2);
  CHECK(has(fired[0].text, "Carl, Freya waits for your answer"));
  evolve(s.room, amendment::Declined{first.id, Side::client, {}, s.now});
  CHECK(s.wait(at("2026-12-30T09:00Z")).empty());
}

// R-reminder-6
TEST_CASE("a reminder stands until the next one of its deadline, and the last one until the due") {
  Studio s;
  s.type(s.carl, R"(/offer title="Logo" amount=500 scope="3 concepts")");
  s.wait(at("2026-11-29T09:00Z"));
  const auto* first = std::get_if<reminder::Reminded>(&s.last.front());
  REQUIRE(first);
  CHECK(stands_until(s.room, *first) == at("2026-12-01T09:00Z"));
  s.wait(at("2026-12-01T09:00Z"));
  const auto* second = std::get_if<reminder::Reminded>(&s.last.front());
  REQUIRE(second);
  CHECK(stands_until(s.room, *second) == at("2026-12-02T09:00Z"));
}

TEST_CASE("a room that an older program left behind is not reminded of what it is past") {
  Studio s;
  s.type(s.carl, R"(/offer title="Logo" amount=500 scope="3 concepts")");
  s.room.last = at("2026-11-30T09:00Z");
  CHECK(next_alarm(s.room)->due == at("2026-12-01T09:00Z"));
}

TEST_CASE("a completed contract of an older program is announced with whatever happens next") {
  Studio s;
  s.contract();
  s.type(s.carl, "/release M-1.1");
  s.room.contracts.at({1}).auto_end.reset();
  s.now = at("2026-11-07T09:00Z");
  const auto cleared = s.wait(s.now);
  REQUIRE(cleared.size() == 1);
  CHECK(cleared[0].text.starts_with("C-1 \"Logo\": everything is paid, so it ends by itself on 2026-11-10 09:00Z"));
}
