#include <catch2/catch.hpp>

#include <limits>

#include "workflow/digest.hpp"
#include "workflow/money.hpp"
#include "workflow/terms.hpp"
#include "workflow/time.hpp"

// Days, instants and amounts by themselves, up to where each rule ends.
using namespace workflow;

namespace {

constexpr Currency usd{};

Money cents(std::int64_t n) { return {n, usd}; }

/// The amount, or what is wrong with it and what was meant.
std::string read(std::string_view typed, Currency c = usd) {
  const auto got = parse_money(typed, c);
  if (const auto* money = std::get_if<Money>(&got)) return decimal(*money);
  const auto& problem = std::get<MoneyProblem>(got);
  static constexpr std::string_view names[] = {"form", "currency", "digits", "zero", "separator"};
  return std::string{names[static_cast<std::size_t>(problem.what)]} + " " + problem.suggestion;
}

}  // namespace

TEST_CASE("a day is read as it is written, and only if it exists") {
  for (const std::string s : {"1970-01-01", "2024-02-29", "2026-12-31", "9999-12-31"}) {
    INFO(s);
    REQUIRE(parse_date(s));
    CHECK(iso(*parse_date(s)) == s);
  }
  CHECK(*parse_date("1970-01-02") == Date{std::chrono::days{1}});
  for (const std::string s : {"",           "2026",       "2026-",       "2026-11",     "2026-11-",    "2026-11-0",
                              "1969-12-31", "2026-02-29", "2026-13-01",  "2026-00-10",  "2026-01-00",  "2026-04-31",
                              "2026/01-01", "2026-01/01", "2026-01-011", "2026-01-01Z", "20:6-01-01",  "202/-01-01",
                              "2026-0/-01", "-01-01",     "2026--01",    "26-01-01",    " 2026-01-01", "-026-01-01"}) {
    INFO(s);
    CHECK_FALSE(parse_date(s));
  }
}

TEST_CASE("an instant is read as it is written, and only if it exists") {
  for (const std::string s : {"2026-11-02T09:00Z", "2026-11-02T00:00Z", "1970-01-01T23:59:59.999Z",
                              "2026-11-02T09:00:01Z", "2026-11-02T09:10:00.001Z", "2026-11-02T09:59:59Z"}) {
    INFO(s);
    REQUIRE(parse_instant(s));
    CHECK(iso(*parse_instant(s)) == s);
  }
  CHECK(*parse_instant("1970-01-01T01:02:03.004Z") == Instant{Duration{3'723'004}});
  CHECK(*parse_instant("2026-11-02T09:00:00.000Z") == *parse_instant("2026-11-02T09:00Z"));
  for (const std::string tail : {"",
                                 "T",
                                 "T0",
                                 "T09",
                                 "T09:",
                                 "T09:0",
                                 "T09:00",
                                 "T09:00:00",
                                 "T09:00:00.000",
                                 "T09:00:00.00Z",
                                 "T09:00:00.0000Z",
                                 "T24:00Z",
                                 "T09:60Z",
                                 "T09:00:60Z",
                                 "T09:00:5Z",
                                 "T09:00:.1Z",
                                 "T09:00.100Z",
                                 "T09:00:00.x00Z",
                                 "T09:00ZZ",
                                 "T09:00z",
                                 "T09-00Z",
                                 " 09:00Z",
                                 "Z",
                                 "T:00Z",
                                 "T0a:00Z",
                                 "T09::00Z",
                                 "T09:0aZ",
                                 "T9:00Z",
                                 "T09:00:0aZ",
                                 "T09:00:00.Z"}) {
    INFO(tail);
    CHECK_FALSE(parse_instant("2026-11-02" + tail));
  }
  CHECK_FALSE(parse_instant("2026-02-30T09:00Z"));
  CHECK_FALSE(parse_instant("T09:00Z"));
}

TEST_CASE("an amount is read, or it is said what is wrong with it") {
  for (const char* s : {"650", "650.00", "650.0", "$650", "650USD", "USD650.00", "650$", "000000650"}) {
    INFO(s);
    CHECK(read(s) == "650.00");
  }
  CHECK((read("0.01") == "0.01" && read("999999999.99") == "999999999.99" && read("1.05") == "1.05"));
  for (const char* s :
       {"", "$", ".", "5.", ".5", "1.2.3", "-5", "5-", "1e3", "1000000000", "1:0", "1/0", "1.a", "$$5"}) {
    INFO(s);
    CHECK(read(s) == "form ");
  }
  CHECK((read("1.234") == "digits " && read("0") == "zero " && read("0.00") == "zero "));
  CHECK((read("650EUR") == "currency 650" && read("€650") == "currency 650" && read("JPY5") == "currency 5"));
  CHECK((read("1,200") == "separator 1200" && read("12,50") == "separator 12.50" && read("1,5") == "separator 1.5"));
  CHECK((read("1,200.50") == "separator 1200.50" && read("1,2000") == "separator 1.2000"));
  CHECK((read("1.200,00") == "separator 1.20000" && read("1,200,300") == "separator 1200300"));
  CHECK((read("a,5") == "separator " && read("1,200x") == "separator "));
  const auto yen = *currency("JPY"), dinar = *currency("BHD");
  CHECK((read("650", yen) == "650" && read("¥650", yen) == "650" && read("650.0", yen) == "digits "));
  CHECK((read("6.5", dinar) == "6.500" && read("6.505", dinar) == "6.505" && read("6.5055", dinar) == "digits "));
  CHECK((dinar.name() == "BHD" && dinar.code[3] == 0 && !currency("XXX") && !currency("")));
}

TEST_CASE("an amount is printed with all its digits") {
  CHECK((decimal(cents(0)) == "0.00" && decimal(cents(-5)) == "-0.05" && decimal(cents(-350)) == "-3.50"));
  CHECK(decimal(cents(std::numeric_limits<std::int64_t>::min())) == "-92233720368547758.08");
  CHECK((decimal({7, *currency("JPY")}) == "7" && decimal({7, *currency("BHD")}) == "0.007"));
}

TEST_CASE("amounts neither overflow nor mix, and their shares round as they are said to") {
  constexpr auto most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  CHECK((cents(most - 1) + cents(1) == cents(most) && cents(least + 1) - cents(1) == cents(least)));
  CHECK_THROWS_AS(cents(most) + cents(1), MoneyError);
  CHECK_THROWS_AS(cents(least) - cents(1), MoneyError);
  CHECK_THROWS_AS(-cents(least), MoneyError);
  const Money yen{1, *currency("JPY")};
  CHECK_THROWS_AS(cents(1) + yen, MoneyError);
  CHECK_THROWS_AS(cents(1) - yen, MoneyError);
  CHECK_THROWS_AS(cents(1) < yen, MoneyError);
  CHECK_THROWS_AS(scaled(cents(1), yen, cents(1)), MoneyError);
  CHECK_THROWS_AS(scaled(cents(1), cents(1), yen), MoneyError);
  CHECK((cents(1) < cents(2) && cents(2) > cents(1)));
  // A half goes up, less than a half down.
  CHECK((share(cents(5), 1000) == cents(1) && share(cents(4), 1000) == cents(0) && share(cents(15), 1000) == cents(2)));
  CHECK((share(cents(9999), 5000) == cents(5000) && share(cents(1), 4999) == cents(0)));
  CHECK((share(cents(0), 1000) == cents(0) && share(cents(7), 0) == cents(0) && share(cents(7), 10'000) == cents(7)));
  CHECK(share(cents(1'000'000'000'000), 1000) == cents(100'000'000'000));
  CHECK_THROWS_AS(share(cents(-1), 1000), MoneyError);
  CHECK_THROWS_AS(share(cents(1), -1), MoneyError);
  CHECK_THROWS_AS(share(cents(1), 10'001), MoneyError);
  CHECK((scaled(cents(10), cents(2), cents(3)) == cents(6) && scaled(cents(5), cents(3), cents(1)) == cents(15)));
  CHECK((scaled(cents(0), cents(1), cents(1)) == cents(0) && scaled(cents(1), cents(0), cents(1)) == cents(0)));
  CHECK_THROWS_AS(scaled(cents(-1), cents(1), cents(1)), MoneyError);
  CHECK_THROWS_AS(scaled(cents(1), cents(-1), cents(1)), MoneyError);
  CHECK_THROWS_AS(scaled(cents(1), cents(1), cents(0)), MoneyError);
}

TEST_CASE("a digest is that of the standard") {
  CHECK(sha256("abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(framed("über") == "5:über");
}
