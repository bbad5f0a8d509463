#include "bot/policy.hpp"

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <charconv>
#include <type_traits>

namespace bot {
namespace {

using workflow::Duration;
using workflow::Policy;

/// Members that hold minor units: written as decimals.
constexpr std::array<std::string_view, 2> money_members{"confirm_over", "min_milestone"};

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
/// Large to small. `ms` stands before `m`, which begins like it.
constexpr std::array<Unit, 5> units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"ms", 1}, Unit{"m", 60'000},
                                    Unit{"s", 1000}};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

std::optional<std::string> put(Duration& member, std::string_view value, const Policy&, bool) {
  const auto parsed = parse_duration(value);
  if (!parsed) return "a duration is written like 30d, 72h or 10m";
  member = *parsed;
  return std::nullopt;
}

std::optional<std::string> put(std::int64_t& member, std::string_view value, const Policy& policy, bool is_money) {
  if (!is_money) {
    const auto parsed = number(value);
    if (!parsed) return "a whole number is expected";
    member = *parsed;
    return std::nullopt;
  }
  if (value.find_first_not_of("0.") == std::string_view::npos && !value.empty() && value.front() == '0') {
    member = 0;
    return std::nullopt;
  }
  const auto parsed = workflow::parse_money(value, policy.currency);
  if (const auto* money = std::get_if<workflow::Money>(&parsed)) {
    member = money->minor;
    return std::nullopt;
  }
  return "an amount is written like 650.00";
}

std::optional<std::string> put(bool& member, std::string_view value, const Policy&, bool) {
  if (value != "yes" && value != "no") return "yes or no is expected";
  member = value == "yes";
  return std::nullopt;
}

std::optional<std::string> put(workflow::Currency& member, std::string_view value, const Policy&, bool) {
  const auto known = workflow::currency(value);
  if (!known) return "this currency is not known";
  member = *known;
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  constexpr std::int64_t most = 36'525LL * 86'400'000;
  std::int64_t sum = 0, smaller_than = most + 1;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || digits > 12) return std::nullopt;
    const std::int64_t n = *number(text.substr(0, digits));
    text.remove_prefix(digits);
    const Unit* unit = nullptr;
    for (const Unit& u : units)
      if (!unit && text.starts_with(u.name)) unit = &u;
    if (!unit || unit->milliseconds >= smaller_than || n > most / unit->milliseconds) return std::nullopt;
    smaller_than = unit->milliseconds;
    sum += n * unit->milliseconds;
    if (sum > most) return std::nullopt;
    text.remove_prefix(unit->name.size());
  }
  return Duration{sum};
}

std::optional<std::string> set_policy(Policy& policy, std::string_view name, std::string_view value) {
  std::optional<std::string> wrong = "there is no policy named " + std::string(name);
  boost::mp11::mp_for_each<boost::describe::describe_members<Policy, boost::describe::mod_public>>([&](auto member) {
    if (name != member.name) return;
    bool is_money = false;
    for (const auto each : money_members) is_money = is_money || each == name;
    wrong = put(policy.*member.pointer, value, policy, is_money);
    if (wrong) wrong = std::string(name) + "=" + std::string(value) + ": " + *wrong;
  });
  return wrong;
}

}  // namespace bot
