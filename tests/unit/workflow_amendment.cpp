#include <catch2/catch.hpp>

#include "commands_stage.hpp"
#include "workflow/amendment_change.hpp"

using namespace workflow;

namespace {

/// A contract as its acceptance leaves it, except that nothing is funded.
stage::Studio unfunded() {
  stage::Studio s;
  s.contract(R"(/offer title="Logo" amount=500 scope="3 concepts")");
  s.room.milestones.at({{1}, 1}).state = milestone::State::planned;
  return s;
}

}  // namespace

// R-amendment-5
TEST_CASE("the only milestone of a contract is not left out") {
  auto s = unfunded();
  const auto note = s.type(s.carl, "/milestone drop M-1.1");
  CHECK(note.subject == "INCOMPLETE_TERMS(milestones)");
  CHECK(note.text.find("/end C-1") != std::string::npos);
}

// R-amendment-9
TEST_CASE("a single milestone follows the title and the end of its contract") {
  auto s = unfunded();
  const auto after = amendment::applied(s.room, {1},
                                        {.what = amendment::What::terms,
                                         .milestone = {},
                                         .title = "Logo and icons",
                                         .scope = {},
                                         .amount = {},
                                         .due = {},
                                         .end = parse_date("2026-12-31")});
  CHECK(after.milestones.front() == MilestoneTerms{"Logo and icons", after.amount, after.end});
  CHECK(after.amount == Money{50000, {}});
}

// R-amendment-4
TEST_CASE("only a due day that is moved later needs no answer") {
  const Date day = *parse_date("2026-12-01");
  Terms before{.title = "Logo", .scope = "3 concepts", .amount = {900, {}}, .milestones = {}, .start = {}, .end = {}};
  before.milestones = {{"Draft", {500, {}}, day}, {"Final", {400, {}}, {}}};
  CHECK_FALSE(amendment::only_later(before, before));
  auto after = before;
  after.milestones[0].due = day + std::chrono::days{1};
  CHECK(amendment::only_later(before, after));
  CHECK_FALSE(amendment::only_later(after, before));
  after.milestones[1].due = day;
  CHECK_FALSE(amendment::only_later(before, after));
  after = before;
  after.milestones[0] = {"Draft 2", {500, {}}, day + std::chrono::days{1}};
  CHECK_FALSE(amendment::only_later(before, after));
  after.milestones.pop_back();
  CHECK_FALSE(amendment::only_later(before, after));
}

// R-amendment-8
TEST_CASE("an approved amendment is a terms version of its contract, and the accepted one stays") {
  stage::Studio s;
  s.contract(R"(/offer title="Logo" milestones="Draft:300;Final:500:2026-12-01" scope="3 concepts")");
  s.type(s.freya, "/milestone edit M-1.2 amount=450");
  s.type(s.carl, "/approve A-1.1 v1");
  s.type(s.carl, "/milestone edit M-1.2 due=2026-12-08");
  const auto& c = s.room.contracts.at({1});
  REQUIRE(c.versions.size() == 3);
  CHECK(c.versions[0].digest == s.room.offers.at({1}).digest);
  CHECK_FALSE(c.versions[0].from);
  CHECK(c.versions[1].from == AmendmentId{{1}, 1});
  CHECK(c.versions[1].digest == s.room.amendments.at({{1}, 1}).current().digest);
  CHECK_FALSE(c.versions[2].from);
  CHECK(c.digest == digest(c.terms));
  CHECK(c.terms.amount == Money{75000, {}});
  CHECK(c.terms.milestones[1].due == parse_date("2026-12-08"));
  CHECK_FALSE(broken_invariant(s.room));
}

TEST_CASE("what a contract's terms and its amendments may not be") {
  stage::Studio s;
  s.contract(R"(/offer title="Logo" milestones="Draft:300;Final:500" scope="3 concepts")");
  s.type(s.freya, "/milestone edit M-1.2 amount=450");
  const auto broken = [&](auto spoil) {
    Room room = s.room;
    spoil(room);
    const auto b = broken_invariant(room);
    return b ? b->sentence : std::string{};
  };
  CHECK(broken([](Room&) {}).empty());
  CHECK(broken([](Room& r) { r.contracts.at({1}).digest.hex[0] ^= 1; }) == "the terms of C-1 are not its last version");
  CHECK(broken([](Room& r) { r.contracts.at({1}).versions[0].digest.hex[0] ^= 1; }) ==
        "the first terms of C-1 are not those that were accepted");
  CHECK(broken([](Room& r) { r.milestones.at({{1}, 2}).amount.minor += 1; }) ==
        "the milestones of C-1 do not add up to its amount");
  CHECK(broken([](Room& r) { r.milestones.at({{1}, 2}).title = "Last"; }) ==
        "the milestones of C-1 are not those of its terms");
  CHECK(broken([](Room& r) {
          auto& c = r.contracts.at({1});
          c.terms.scope = "Less";
          c.digest = digest(c.terms);
          c.versions.push_back({c.terms, c.digest, {}, {}});
        }) == "the terms of C-1 changed without an amendment");
  CHECK(broken([](Room& r) {
          auto& c = r.contracts.at({1});
          c.versions.push_back({c.terms, c.digest, {}, AmendmentId{{1}, 1}});
        }) == "the terms of C-1 are not those that A-1.1 approved");
  CHECK(broken([](Room& r) { r.amendments[{{1}, 2}] = r.amendments.at({{1}, 1}); }) ==
        "two amendments of C-1 are open");
}
