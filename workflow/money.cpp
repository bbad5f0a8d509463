#include "workflow/money.hpp"

#include <algorithm>

namespace workflow {
namespace {

struct Known {
  std::string_view code, sign;
  int digits;
};
constexpr std::array<Known, 12> known{{{"USD", "$", 2},
                                       {"EUR", "€", 2},
                                       {"GBP", "£", 2},
                                       {"JPY", "¥", 0},
                                       {"CHF", "", 2},
                                       {"CAD", "", 2},
                                       {"AUD", "", 2},
                                       {"PLN", "", 2},
                                       {"SEK", "", 2},
                                       {"NOK", "", 2},
                                       {"INR", "₹", 2},
                                       {"BHD", "", 3}}};

void same(Money a, Money b) {
  if (!(a.currency == b.currency)) throw MoneyError("amounts of two currencies");
}

__extension__ using Wide = __int128;

Money narrowed(Wide minor, Currency c) {
  if (minor > INT64_MAX || minor < INT64_MIN) throw MoneyError("an amount past 64 bits");
  return {static_cast<std::int64_t>(minor), c};
}

std::int64_t power_of_ten(int n) {
  std::int64_t p = 1;
  for (int i = 0; i < n; ++i) p *= 10;
  return p;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a sign or code of any currency from the front or the back; tells which.
std::optional<std::string_view> take_currency(std::string_view& s) {
  for (const auto& k : known) {
    for (const auto mark : {k.code, k.sign}) {
      if (mark.empty()) continue;
      if (s.starts_with(mark)) {
        s.remove_prefix(mark.size());
        return k.code;
      }
      if (s.ends_with(mark)) {
        s.remove_suffix(mark.size());
        return k.code;
      }
    }
  }
  return {};
}

/// What somebody who typed `1,200` or `12,50` probably meant.
std::string without_commas(std::string_view s) {
  std::string out{s};
  const auto comma = out.rfind(',');
  if (comma == std::string::npos) return {};
  const bool decimal = out.find('.') == std::string::npos && out.size() - comma - 1 != 3;
  if (decimal) out[comma] = '.';
  std::erase(out, ',');
  const bool clean = std::all_of(out.begin(), out.end(), [](char c) { return is_digit(c) || c == '.'; });
  return clean ? out : std::string{};
}

}  // namespace

std::optional<Currency> currency(std::string_view code) {
  for (const auto& k : known)
    if (k.code == code) return Currency{{code[0], code[1], code[2], 0}, k.digits};
  return {};
}

Money operator+(Money a, Money b) {
  same(a, b);
  return narrowed(Wide{a.minor} + b.minor, a.currency);
}
Money operator-(Money a, Money b) {
  same(a, b);
  return narrowed(Wide{a.minor} - b.minor, a.currency);
}
Money operator-(Money a) { return narrowed(-Wide{a.minor}, a.currency); }
std::strong_ordering operator<=>(Money a, Money b) {
  same(a, b);
  return a.minor <=> b.minor;
}

Money share(Money m, std::int64_t bps) {
  if (m.minor < 0 || bps < 0 || bps > 10'000) throw MoneyError("a share of nothing");
  return narrowed((Wide{m.minor} * bps + 5000) / 10'000, m.currency);
}

Money scaled(Money m, Money part, Money whole) {
  same(m, part);
  same(m, whole);
  if (m.minor < 0 || part.minor < 0 || whole.minor <= 0) throw MoneyError("a proportion of nothing");
  return narrowed(Wide{m.minor} * part.minor / whole.minor, m.currency);
}

std::string decimal(Money m) {
  const auto unit = power_of_ten(m.currency.digits);
  const bool negative = m.minor < 0;
  const auto size = negative ? -static_cast<std::uint64_t>(m.minor) : static_cast<std::uint64_t>(m.minor);
  std::string s = (negative ? "-" : "") + std::to_string(size / static_cast<std::uint64_t>(unit));
  if (m.currency.digits == 0) return s;
  std::string cents = std::to_string(size % static_cast<std::uint64_t>(unit));
  return s + "." + std::string(static_cast<std::size_t>(m.currency.digits) - cents.size(), '0') + cents;
}

std::variant<Money, MoneyProblem> parse_money(std::string_view s, Currency c) {
  using What = MoneyProblem::What;
  const auto code = take_currency(s);
  if (code && *code != c.name()) return MoneyProblem{What::currency, std::string{s}};
  if (s.find(',') != std::string_view::npos) return MoneyProblem{What::separator, without_commas(s)};
  const auto dot = s.find('.');
  const auto whole = s.substr(0, dot), rest = dot == std::string_view::npos ? std::string_view{} : s.substr(dot + 1);
  const auto all_digits = [](std::string_view part) { return std::all_of(part.begin(), part.end(), is_digit); };
  if (whole.empty() || whole.size() > 9 || !all_digits(whole)) return MoneyProblem{What::form, {}};
  if (dot != std::string_view::npos && (rest.empty() || !all_digits(rest))) return MoneyProblem{What::form, {}};
  if (rest.size() > static_cast<std::size_t>(c.digits)) return MoneyProblem{What::digits, {}};
  std::int64_t minor = 0;
  for (const char d : whole) minor = minor * 10 + (d - '0');
  for (int i = 0; i < c.digits; ++i) {
    const auto at = static_cast<std::size_t>(i);
    minor = minor * 10 + (at < rest.size() ? rest[at] - '0' : 0);
  }
  if (minor == 0) return MoneyProblem{What::zero, {}};
  return Money{minor, c};
}

}  // namespace workflow
