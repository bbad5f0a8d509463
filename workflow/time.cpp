#include "workflow/time.hpp"

#include <array>
#include <cstdio>

namespace workflow {
namespace {

using namespace std::chrono;

/// Takes `count` digits from the front, or nothing.
std::optional<int> take_number(std::string_view& s, std::size_t count) {
  const auto digits = s.substr(0, count);
  if (digits.size() < count || digits.find_first_not_of("0123456789") != digits.npos) return {};
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  s.remove_prefix(count);
  return n;
}

bool take(std::string_view& s, char c) {
  const bool there = s.starts_with(c);
  if (there) s.remove_prefix(1);
  return there;
}

std::optional<Date> take_date(std::string_view& s) {
  const auto y = take_number(s, 4);
  if (!y || !take(s, '-')) return {};
  const auto m = take_number(s, 2);
  if (!m || !take(s, '-')) return {};
  const auto d = take_number(s, 2);
  if (!d) return {};
  const year_month_day ymd{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!ymd.ok() || *y < 1970) return {};
  return sys_days{ymd};
}

template <class... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 64> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), format, values...);
  return {buffer.data(), static_cast<std::size_t>(n)};
}

}  // namespace

std::string iso(Date d) {
  const year_month_day ymd{d};
  return print("%04d-%02u-%02u", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
               static_cast<unsigned>(ymd.day()));
}

std::string iso(Instant t) {
  const auto day = day_of(t);
  const auto ms = (t - Instant{day}).count();
  std::string s = iso(day) + print("T%02d:%02d", static_cast<int>(ms / 3'600'000), static_cast<int>(ms / 60'000 % 60));
  const int seconds = static_cast<int>(ms / 1000 % 60), rest = static_cast<int>(ms % 1000);
  if (seconds != 0 || rest != 0) s += print(":%02d", seconds);
  if (rest != 0) s += print(".%03d", rest);
  return s + "Z";
}

std::optional<Date> parse_date(std::string_view s) {
  const auto date = take_date(s);
  return s.empty() ? date : std::nullopt;
}

std::optional<Instant> parse_instant(std::string_view s) {
  const auto date = take_date(s);
  if (!date || !take(s, 'T')) return {};
  const auto h = take_number(s, 2);
  if (!h || *h > 23 || !take(s, ':')) return {};
  const auto m = take_number(s, 2);
  if (!m || *m > 59) return {};
  Instant t = Instant{*date} + hours{*h} + minutes{*m};
  if (take(s, ':')) {
    const auto sec = take_number(s, 2);
    if (!sec || *sec > 59) return {};
    t += seconds{*sec};
    if (take(s, '.')) {
      const auto ms = take_number(s, 3);
      if (!ms) return {};
      t += milliseconds{*ms};
    }
  }
  if (s != "Z") return {};
  return t;
}

}  // namespace workflow
