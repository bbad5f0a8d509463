#include "workflow/time.hpp"

#include <array>
#include <cstdio>

namespace workflow {
namespace {

using namespace std::chrono;

/// `count` digits at `at`, or nothing.
std::optional<int> digits(std::string_view s, std::size_t at, std::size_t count) {
  if (at + count > s.size()) return {};
  int n = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (s[i] < '0' || s[i] > '9') return {};
    n = n * 10 + (s[i] - '0');
  }
  return n;
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
  const auto y = digits(s, 0, 4), m = digits(s, 5, 2), d = digits(s, 8, 2);
  if (s.size() != 10 || !y || !m || !d || s[4] != '-' || s[7] != '-' || *y < 1970) return {};
  const year_month_day ymd{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!ymd.ok()) return {};
  return sys_days{ymd};
}

std::optional<Instant> parse_instant(std::string_view s) {
  if (s.size() < 17 || s.back() != 'Z' || s[10] != 'T' || s[13] != ':') return {};
  const auto date = parse_date(s.substr(0, 10));
  const auto h = digits(s, 11, 2), m = digits(s, 14, 2);
  if (!date || !h || !m || *h > 23 || *m > 59) return {};
  Instant t = Instant{*date} + hours{*h} + minutes{*m};
  auto rest = s.substr(16);
  if (rest.size() >= 4 && rest[0] == ':') {
    const auto sec = digits(rest, 1, 2);
    if (!sec || *sec > 59) return {};
    t += seconds{*sec};
    rest.remove_prefix(3);
    if (rest.size() == 5 && rest[0] == '.') {
      const auto ms = digits(rest, 1, 3);
      if (!ms) return {};
      t += milliseconds{*ms};
      rest.remove_prefix(4);
    }
  }
  if (rest != "Z") return {};
  return t;
}

}  // namespace workflow
