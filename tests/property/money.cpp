#include <rapidcheck/catch.h>
#include <catch2/catch.hpp>

#include "workflow/ledger.hpp"
#include "workflow/money.hpp"
#include "workflow/time.hpp"

using namespace workflow;

TEST_CASE("money is printed as it is read") {
  rc::prop("round trip", [] {
    const Money m{*rc::gen::inRange<std::int64_t>(1, 99'999'999'999), {}};
    const auto read = parse_money(decimal(m), {});
    RC_ASSERT(std::get<Money>(read) == m);
  });
}

TEST_CASE("a fee is never more than the gross and is rounded to the nearest cent") {
  rc::prop("share", [] {
    const Money gross{*rc::gen::inRange<std::int64_t>(0, 99'999'999'999), {}};
    const auto bps = *rc::gen::inRange<std::int64_t>(0, 10'001);
    const Money fee = share(gross, bps);
    RC_ASSERT(fee.minor >= 0 && fee <= gross);
    const auto off = fee.minor * 10'000 - gross.minor * bps;
    RC_ASSERT(off <= 5'000 && off > -5'000);
  });
}

TEST_CASE("any text read as money is money or a problem, never an exception") {
  rc::prop("strict", [](const std::string& s) {
    const auto read = parse_money(s, {});
    if (const auto* m = std::get_if<Money>(&read)) RC_ASSERT(m->minor > 0 && m->minor <= 99'999'999'999);
  });
}

TEST_CASE("ten million operations neither overflow unseen nor mix currencies") {
  std::uint64_t state = 88172645463325252ULL;
  const auto next = [&] {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  };
  Money sum{0, {}};
  int refused = 0;
  for (int i = 0; i < 10'000'000; ++i) {
    const Money m{static_cast<std::int64_t>(next()), {}};
    std::int64_t expected = 0;
    const bool over = __builtin_add_overflow(sum.minor, m.minor, &expected);
    try {
      sum += m;
      if (over || sum.minor != expected) FAIL("an overflow went unseen");
    } catch (const MoneyError&) {
      if (!over) FAIL("a sum that fits was refused");
      ++refused;
      sum = Money{0, {}};
    }
  }
  CHECK(refused > 0);
  CHECK_THROWS_AS((Money{1, {}} + Money{1, *currency("EUR")}), MoneyError);
}

TEST_CASE("instants and dates are printed as they are read") {
  rc::prop("instants", [] {
    const Instant t{std::chrono::milliseconds{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000)}};
    RC_ASSERT(parse_instant(iso(t)) == t);
    RC_ASSERT(parse_date(iso(day_of(t))) == day_of(t));
  });
}

TEST_CASE("golden roundings") {
  const Currency usd{};
  CHECK(share({26'664, usd}, 1000).minor == 2'666);
  CHECK(share({33'336, usd}, 1000).minor == 3'334);
  CHECK(share({25, usd}, 1000).minor == 3);
  CHECK(share({24, usd}, 1000).minor == 2);
}
