#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace workflow {

/// An ISO 4217 currency and its number of decimal digits. An installation has one.
struct Currency {
  std::array<char, 4> code{'U', 'S', 'D', 0};
  int digits = 2;
  std::string_view name() const { return {code.data(), 3}; }
  bool operator==(const Currency&) const = default;
};

/// USD, EUR, GBP, JPY and the like. Empty for a code we do not know.
std::optional<Currency> currency(std::string_view code);

/// An arithmetic bug, never something a person typed: amounts are bounded where they are read.
struct MoneyError : std::logic_error {
  using std::logic_error::logic_error;
};

/// An amount in minor units (cents) of one currency. Arithmetic is checked: overflow and mixed currencies throw
/// MoneyError.
struct Money {
  std::int64_t minor = 0;
  Currency currency{};

  bool operator==(const Money&) const = default;
  bool zero() const { return minor == 0; }
};

Money operator+(Money, Money);
Money operator-(Money, Money);
Money operator-(Money);
inline Money& operator+=(Money& a, Money b) { return a = a + b; }
inline Money& operator-=(Money& a, Money b) { return a = a - b; }
std::strong_ordering operator<=>(Money, Money);

/// The part of an amount in basis points, halves rounded up: fee(g) = share(g, 1000) for ten per cent (R-ledger-2).
Money share(Money, std::int64_t bps);
/// An amount scaled by `part / whole`, rounded down.
Money scaled(Money, Money part, Money whole);

/// `650.00`, `-3.50`, with as many digits as the currency has.
std::string decimal(Money);
/// Reads `650`, `650.00`, `$650`, `650 USD` without spaces, grammar of R-money-1: 1 to 9 digits, greater than zero.
struct MoneyProblem {
  enum class What { form, currency, digits, zero, separator } what = What::form;
  std::string suggestion;  ///< a corrected amount, where there is an obvious one
};
std::variant<Money, MoneyProblem> parse_money(std::string_view, Currency);

}  // namespace workflow
