#include "bot/policy.hpp"

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <charconv>
#include <type_traits>

#include "commands/suggest.hpp"

namespace bot {
namespace {

using workflow::Currency;
using workflow::Duration;
using workflow::Money;
using workflow::Policy;

/// Members that hold minor units: written as decimals.
constexpr std::array<std::string_view, 2> money_members{"confirm_over", "min_milestone"};

constexpr std::int64_t second = 1000, hour = 3600 * second, day = 24 * hour;
constexpr std::int64_t longest = 36'525 * day;

/// What a number may be, ends included, in the member's own unit (milliseconds, minor units, as counted).
struct Bounds {
  std::string_view name;
  std::int64_t least, most;
};
/// A member that does not stand here is above zero: a rate of 0 would forbid, a duration of 0 would be over at once.
constexpr std::array bounds{
    Bounds{"timer_grace", 0, hour},            // 0 where server and machine have one clock
    Bounds{"confirm_ttl", second, day},        // a consent is to be fresh
    Bounds{"confirm_over", 0, INT64_MAX},      // 0: everything asks first
    Bounds{"fee_bps", 0, 10'000},              // nobody pays more than the amount
    Bounds{"diary_lock", 1, 7 * day},          // a week is locked before the next one ends
    Bounds{"timer_max", 1, day},               // a timer belongs to a day
    Bounds{"cold_offers_a_day", 1, 10'000},    //
    Bounds{"change_request_rate", 1, 10'000},  //
    Bounds{"dispute_response", 1, 260},        // business days: a year
};

Bounds bounds_of(std::string_view name, PolicyKind kind) {
  const auto found = std::ranges::find(bounds, name, &Bounds::name);
  if (found != bounds.end()) return *found;
  return {name, 1, kind == PolicyKind::duration ? longest : INT64_MAX};
}

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
/// Large to small. `ms` stands before `m`, which begins like it.
constexpr std::array<Unit, 5> units{Unit{"d", day}, Unit{"h", hour}, Unit{"ms", 1}, Unit{"m", 60 * second},
                                    Unit{"s", second}};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n < 0) return std::nullopt;
  return n;
}

/// Calls `act` with the member of that name, by reference. False: there is none.
template <class P, class Act>
bool with_member(P& policy, std::string_view name, Act act) {
  bool found = false;
  boost::mp11::mp_for_each<boost::describe::describe_members<Policy, boost::describe::mod_public>>([&](auto member) {
    if (name != member.name) return;
    found = true;
    act(policy.*member.pointer);
  });
  return found;
}

template <class Member>
PolicyKind kind_of(std::string_view name) {
  using M = std::remove_cvref_t<Member>;
  if constexpr (std::is_same_v<M, Duration>) return PolicyKind::duration;
  if constexpr (std::is_same_v<M, bool>) return PolicyKind::truth;
  if constexpr (std::is_same_v<M, Currency>) return PolicyKind::currency;
  return std::ranges::find(money_members, name) != money_members.end() ? PolicyKind::money : PolicyKind::count;
}

/// Milliseconds; anything past the longest is one past it. Empty: no duration at all.
std::optional<std::int64_t> milliseconds(std::string_view text) {
  std::int64_t sum = 0, smaller_than = longest;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || digits > 12) return std::nullopt;
    const std::int64_t n = *number(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto* const unit = std::ranges::find_if(units, [&](const Unit& u) { return text.starts_with(u.name); });
    if (unit == units.end() || unit->milliseconds >= smaller_than) return std::nullopt;
    smaller_than = unit->milliseconds;
    sum = n > longest / unit->milliseconds ? longest + 1 : std::min(longest + 1, sum + n * unit->milliseconds);
    text.remove_prefix(unit->name.size());
  }
  return sum;
}

/// Minor units. parse_money reads what people type in a contract, where nothing is never meant; here 0 may be.
std::optional<std::int64_t> minor_units(std::string_view text, Currency currency) {
  const auto parsed = workflow::parse_money(text, currency);
  if (const auto* money = std::get_if<Money>(&parsed)) return money->minor;
  const bool zero = std::get<workflow::MoneyProblem>(parsed).what == workflow::MoneyProblem::What::zero;
  return zero ? std::optional<std::int64_t>{0} : std::nullopt;
}

/// A number in the member's own unit, of the right form and perhaps out of bounds.
std::optional<std::int64_t> counted(PolicyKind kind, std::string_view value, Currency currency) {
  if (kind == PolicyKind::duration) return milliseconds(value);
  if (kind == PolicyKind::money) return minor_units(value, currency);
  return number(value);
}

bool put(bool& member, const Policy&, std::string_view, std::string_view value) {
  if (value != "yes" && value != "no") return false;
  member = value == "yes";
  return true;
}

bool put(Currency& member, const Policy&, std::string_view, std::string_view value) {
  const auto known = workflow::currency(value);
  if (known) member = *known;
  return known.has_value();
}

template <class Number>
bool put(Number& member, const Policy& policy, std::string_view name, std::string_view value) {
  const auto kind = kind_of<Number>(name);
  const auto n = counted(kind, value, policy.currency);
  const auto [_, least, most] = bounds_of(name, kind);
  if (!n || *n < least || *n > most) return false;
  member = Number{*n};
  return true;
}

std::string text_of(Duration d, const Policy&, std::string_view) { return duration_text(d); }
std::string text_of(bool b, const Policy&, std::string_view) { return b ? "yes" : "no"; }
std::string text_of(const Currency& c, const Policy&, std::string_view) { return std::string{c.name()}; }
std::string text_of(std::int64_t n, const Policy& policy, std::string_view name) {
  if (kind_of<std::int64_t>(name) == PolicyKind::money) return workflow::decimal({n, policy.currency});
  return std::to_string(n);
}

std::string bounded_duration(const Bounds& b, auto quoted) {
  return "a duration from " + quoted(duration_text(Duration{b.least})) + " to " +
         quoted(duration_text(Duration{b.most}));
}

std::string bounded_count(const Bounds& b) {
  return b.most == INT64_MAX ? "a whole number from " + std::to_string(b.least)
                             : "a whole number from " + std::to_string(b.least) + " to " + std::to_string(b.most);
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto sum = milliseconds(text);
  if (!sum || *sum > longest) return std::nullopt;
  return Duration{*sum};
}

std::string duration_text(Duration d) {
  std::string text;
  std::int64_t left = d.count();
  // In the order of their size, which the table of units is not.
  for (const std::size_t i : {0U, 1U, 3U, 4U, 2U}) {
    const auto& unit = units.at(i);
    if (left < unit.milliseconds) continue;
    text += std::to_string(left / unit.milliseconds) + std::string{unit.name};
    left %= unit.milliseconds;
  }
  return text.empty() ? "0s" : text;
}

const std::vector<std::string>& policy_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    boost::mp11::mp_for_each<boost::describe::describe_members<Policy, boost::describe::mod_public>>(
        [&](auto member) { all.emplace_back(member.name); });
    return all;
  }();
  return names;
}

std::optional<PolicyKind> policy_kind(std::string_view name) {
  std::optional<PolicyKind> kind;
  const Policy any;
  with_member(any, name, [&](const auto& member) { kind = kind_of<decltype(member)>(name); });
  return kind;
}

bool put_policy(Policy& policy, std::string_view name, std::string_view value) {
  bool done = false;
  with_member(policy, name, [&](auto& member) { done = put(member, policy, name, value); });
  return done;
}

std::string policy_expected(const Policy& policy, std::string_view name, std::string_view value, Style style) {
  const auto quoted = [style](const std::string& text) { return style == Style::file ? '"' + text + '"' : text; };
  const auto kind = policy_kind(name).value();
  const auto limits = bounds_of(name, kind);
  switch (kind) {
    case PolicyKind::duration:
      if (milliseconds(value)) return bounded_duration(limits, quoted);
      return "a duration like " + quoted("30d") + ", " + quoted("72h") + " or " + quoted("10m");
    case PolicyKind::money: {
      const auto example = std::get<Money>(workflow::parse_money("1000", policy.currency));
      return "an amount in " + std::string{policy.currency.name()} + (limits.least > 0 ? " above zero" : "") +
             " like " + quoted(workflow::decimal(example));
    }
    case PolicyKind::count: return bounded_count(limits);
    case PolicyKind::truth: return style == Style::file ? "true or false" : "yes or no";
    case PolicyKind::currency:
      return "a currency that Parley knows, like " + quoted("USD") + ", " + quoted("EUR") + " or " + quoted("JPY") +
             ",";
  }
  return {};
}

std::string did_you_mean(const std::string& there_is_no, std::string_view typed,
                         const std::vector<std::string>& known) {
  const auto near = commands::nearest(typed, known);
  return there_is_no + (near.empty() ? "" : "; did you mean " + near + "?");
}

std::optional<std::string> set_policy(Policy& policy, std::string_view name, std::string_view value) {
  if (!policy_kind(name))
    return did_you_mean("one of the numbers in deploy/parley.toml.example is expected, not " + std::string(name), name,
                        policy_names());
  if (put_policy(policy, name, value)) return std::nullopt;
  return std::string(name) + "=" + std::string(value) + ": " + policy_expected(policy, name, value, Style::plain) +
         " is expected";
}

std::string_view Origins::of(std::string_view name) const {
  const auto found = given.find(name);
  return found == given.end() ? std::string_view{"default"} : std::string_view{found->second};
}

std::vector<PolicyLine> policy_lines(const Policy& policy, const Origins& origins) {
  std::vector<PolicyLine> lines;
  for (const auto& name : policy_names())
    with_member(policy, name, [&](const auto& member) {
      lines.push_back({name, text_of(member, policy, name), std::string{origins.of(name)}});
    });
  return lines;
}

}  // namespace bot
