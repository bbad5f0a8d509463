#include <catch2/catch.hpp>

#include "bot/policy.hpp"

TEST_CASE("durations are written with units from large to small") {
  using namespace std::chrono;
  CHECK(bot::parse_duration("30d") == workflow::days(30));
  CHECK(bot::parse_duration("3h30m") == hours{3} + minutes{30});
  CHECK(bot::parse_duration("1ms") == milliseconds{1});
  CHECK(bot::parse_duration("1d2h3m4s5ms") == workflow::days(1) + hours{2} + minutes{3} + seconds{4} + milliseconds{5});
  for (const char* bad :
       {"", "d", "30", "30x", "-1d", "1m1h", "1h1h", "1.5h", "36526d", "999999999999d", "9999999999999d"})
    CHECK_FALSE(bot::parse_duration(bad));
}

TEST_CASE("every member of the policy can be set by its name") {
  workflow::Policy p;
  CHECK_FALSE(bot::set_policy(p, "end_undo", "72h"));
  CHECK_FALSE(bot::set_policy(p, "fee_bps", "250"));
  CHECK_FALSE(bot::set_policy(p, "confirm_over", "0"));
  CHECK_FALSE(bot::set_policy(p, "min_milestone", "7.50"));
  CHECK_FALSE(bot::set_policy(p, "agency_may_propose", "yes"));
  CHECK(p.end_undo == std::chrono::hours{72});
  CHECK((p.fee_bps == 250 && p.confirm_over == 0 && p.min_milestone == 750 && p.agency_may_propose));
  CHECK_FALSE(bot::set_policy(p, "currency", "JPY"));
  CHECK(p.currency.digits == 0);
}

TEST_CASE("what cannot be set is told in words") {  // R-policy-1
  workflow::Policy p;
  CHECK(bot::set_policy(p, "nothing", "1") ==
        "one of the numbers in deploy/parley.toml.example is expected, not nothing");
  CHECK(bot::set_policy(p, "fee_bps", "-1") == "fee_bps=-1: a whole number from 0 to 10000 is expected");
  CHECK(bot::set_policy(p, "min_milestone", "1,50") ==
        "min_milestone=1,50: an amount in USD above zero like 1000.00 is expected");
  CHECK(bot::set_policy(p, "agency_may_propose", "maybe") == "agency_may_propose=maybe: yes or no is expected");
  CHECK(bot::set_policy(p, "currency", "XXX") ==
        "currency=XXX: a currency that Parley knows, like USD, EUR or JPY, is expected");
  CHECK(p == workflow::Policy{});
}
