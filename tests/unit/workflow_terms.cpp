#include <catch2/catch.hpp>

#include "workflow/terms.hpp"

// Terms by themselves: what fits together and what does not, to the day and to the cent.
using namespace workflow;

namespace {

const Policy policy{};
const Date today = *parse_date("2026-11-02");

Date day(int n) { return today + std::chrono::days{n}; }
Money usd(std::int64_t n) { return {n, {}}; }

Terms two() {
  return {.title = "Logo",
          .scope = "3 concepts",
          .amount = usd(1000),
          .milestones = {{"Draft", usd(500), day(2)}, {"Final", usd(500), day(4)}},
          .start = day(1),
          .end = day(5)};
}
Terms one() {
  return {.title = "Logo",
          .scope = "3 concepts",
          .amount = usd(1000),
          .milestones = {{"Logo", usd(1000), day(5)}},
          .start = {},
          .end = day(5)};
}
std::string misfits(const Terms& t, Date on = today) {
  const auto r = misfit(t, policy, on);
  return r ? r->why : "";
}
template <class T>
std::string why(const std::expected<T, Rejection>& r) {
  return r ? "" : r.error().why;
}
/// The detail of what is missing or wrong.
template <class T>
std::string detail(const std::expected<T, Rejection>& r) {
  return r ? "" : r.error().detail;
}
std::string fields(const Terms& from, const Terms& to) {
  std::string s;
  for (const auto& c : diff(from, to)) s += c.field + " ";
  return s;
}

}  // namespace

// R-terms-5, R-terms-6, R-terms-7, R-terms-8
TEST_CASE("terms fit together to the day and to the cent") {
  CHECK(misfits(two()).empty());
  auto t = two();
  t.amount = usd(1001);
  CHECK(misfits(t) == "terms.sum");
  t = two();
  t.milestones[0].amount = usd(policy.min_milestone - 1);
  t.amount = usd(500 + policy.min_milestone - 1);
  CHECK(misfits(t) == "terms.small_milestone");
  t = two();
  t.milestones[1].due = day(5);
  t.milestones[0].due = day(1);
  CHECK(misfits(t).empty());
  t.milestones[1].due = day(6);
  CHECK(misfits(t) == "terms.due_after_end");
  t.milestones[1].due = day(0);
  CHECK(misfits(t) == "terms.due_before_start");
  t.end = {};
  t.start = {};
  CHECK(misfits(t).empty());
  t = two();
  t.end = day(4);
  CHECK((misfits(t, day(3)).empty() && misfits(t, day(4)) == "terms.end_first"));
  t.milestones = {{"All", usd(1000), {}}};
  t.start = day(4);
  CHECK(misfits(t) == "terms.end_first");
  t.start = day(3);
  CHECK(misfits(t).empty());
}

// R-terms-1, R-terms-2
TEST_CASE("complete terms name everything that is missing") {
  CHECK(detail(complete({}, policy, today)) == "title, scope, amount");
  TermsInput in{.title = "", .scope = "", .milestones = std::vector<MilestoneTerms>{}};
  CHECK(detail(complete(in, policy, today)) == "title, scope, amount");
  in = {.title = "Logo",
        .scope = "3 concepts",
        .amount = usd(1000),
        .milestones = std::vector<MilestoneTerms>{},
        .end = day(5)};
  REQUIRE(complete(in, policy, today));
  CHECK(*complete(in, policy, today) == one());
  in.milestones = two().milestones;
  in.amount = {};
  in.start = day(0);
  REQUIRE(complete(in, policy, today));
  CHECK(complete(in, policy, today)->amount == usd(1000));
  CHECK(complete(in, policy, today)->start == day(0));
  in.start = day(-1);
  CHECK(why(complete(in, policy, today)) == "terms.start_past");
  CHECK(canonical(two()) ==
        "14:parley-terms-14:Logo10:3 concepts9:10.00 USD10:2026-11-0310:2026-11-071:2"
        "5:Draft8:5.00 USD10:2026-11-045:Final8:5.00 USD10:2026-11-06");
}

// R-terms-3, R-terms-9
TEST_CASE("changed terms") {
  CHECK(why(changed(one(), {}, policy, today)) == "terms.nothing_changed");
  CHECK(why(changed(one(), {.title = "Logo"}, policy, today)) == "terms.nothing_changed");
  // A single milestone follows the title, the amount and the end, as far as it had them.
  auto t = changed(one(), {.title = "Icon", .amount = usd(700), .end = day(9)}, policy, today);
  REQUIRE(t);
  CHECK(t->milestones == std::vector{MilestoneTerms{"Icon", usd(700), day(9)}});
  auto own = one();
  own.milestones[0] = {"Draft", usd(1000), day(3)};
  t = changed(own, {.title = "Icon", .amount = usd(700), .end = day(9)}, policy, today);
  REQUIRE(t);
  CHECK(t->milestones == std::vector{MilestoneTerms{"Draft", usd(700), day(3)}});
  // Several do not follow an amount, and are shared out anew as a proposal.
  CHECK(changed(two(), {.amount = usd(1000), .end = day(6)}, policy, today));
  auto three = two();
  three.milestones = {{"A", usd(333), {}}, {"B", usd(333), {}}, {"C", usd(334), {}}};
  const auto shared = changed(three, {.amount = usd(2000)}, policy, today);
  CHECK(why(shared) == "terms.milestones_needed");
  REQUIRE(!shared);
  CHECK(shared.error().args.at(1) == std::pair<std::string, Arg>{"milestones", "A:6.66;B:6.66;C:6.68"});
  t = changed(two(), {.milestones = one().milestones}, policy, today);
  CHECK(t);
  t = changed(two(), {.milestones = std::vector{MilestoneTerms{"All", usd(700), {}}}}, policy, today);
  REQUIRE(t);
  CHECK(t->amount == usd(700));
  CHECK(why(changed(two(), {.amount = usd(900), .milestones = one().milestones}, policy, today)) == "terms.sum");
  CHECK(changed(two(), {.scope = "4", .milestones = std::vector<MilestoneTerms>{}}, policy, today));
  // A start that has passed is refused only where it is changed, or where the terms are made anew.
  CHECK(changed(two(), {.scope = "4"}, policy, day(3)));
  CHECK(why(changed(two(), {.start = day(3)}, policy, day(3))) == "terms.due_before_start");
  CHECK(why(changed(one(), {.start = day(2)}, policy, day(3))) == "terms.start_past");
  CHECK(why(anew(two(), {.scope = "4"}, policy, day(3))) == "terms.start_past");
  CHECK((anew(two(), {}, policy, today) &&
         why(anew(two(), {.amount = usd(9)}, policy, today)) == "terms.milestones_needed"));
}

TEST_CASE("what differs between terms is named") {
  CHECK(fields(two(), two()).empty());
  CHECK(fields(one(), two()) == "milestones start ");
  auto t = one();
  t.title = "Icon";
  t.scope = "1";
  t.amount = usd(900);
  t.end = day(6);
  t.milestones = {{"Icon", usd(900), day(6)}};
  CHECK(fields(one(), t) == "title scope amount end ");
  t.milestones[0].title = "Logo";
  CHECK(fields(one(), t) == "title scope amount milestones end ");
  CHECK(fields(t, one()) == "title scope amount milestones end ");
  CHECK(milestones_line(two().milestones) == "Draft:5.00:2026-11-04;Final:5.00:2026-11-06");
}

TEST_CASE("days go with their contract, and the last one passes") {
  const auto t = undated(two());
  CHECK((!t.start && !t.end && !t.milestones[0].due && !t.milestones[1].due));
  CHECK((!end_passed(t, today, "x", "C-1") && !end_passed(two(), day(5), "x", "C-1")));
  REQUIRE(end_passed(two(), day(6), "x", "C-1"));
  CHECK((!nothing_typed({.title = "x"}) && nothing_typed({})));
}
