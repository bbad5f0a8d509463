#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/policy.hpp"

// The numbers of the house as an operator writes them: in `parley.toml`, behind `--policy`, in a script. One reader of
// values and one table of bounds serve all three, so that none of them takes what another refuses.
namespace bot {

/// `30d`, `3h30m`, `90s`, `1ms`: numbers with d, h, m, s or ms, each unit at most once and from large to small. Empty
/// for anything else, and for more than 100 years.
std::optional<workflow::Duration> parse_duration(std::string_view);
/// The shortest such text, `0s` for none: parse_duration reads it back.
std::string duration_text(workflow::Duration);

enum class PolicyKind { duration, money, count, truth, currency };

/// Every member's name, in the order of workflow::Policy.
const std::vector<std::string>& policy_names();
/// How a member is written. Empty: there is no such member.
std::optional<PolicyKind> policy_kind(std::string_view name);

/// Sets one member: durations as above, money as decimals in major units of the policy's currency (so the currency is
/// set first), whole numbers, `yes` and `no`. False, and nothing is set: the name, the form or the bounds are wrong.
bool put_policy(workflow::Policy&, std::string_view name, std::string_view value);

/// In a file strings stand in quotes, and a truth is `true` or `false`.
enum class Style { plain, file };

/// What a known member takes, in words that `value` was not: `a duration like "30d", "72h" or "10m"`, or its bounds
/// where only they are missed: `a whole number from 0 to 10000`.
std::string policy_expected(const workflow::Policy&, std::string_view name, std::string_view value, Style);
/// `there is no …; did you mean offer_ttl?`, with a hint only where one is near.
std::string did_you_mean(const std::string& there_is_no, std::string_view typed, const std::vector<std::string>& known);

/// put_policy with a sentence: what is wrong and what was expected, or nothing.
std::optional<std::string> set_policy(workflow::Policy&, std::string_view name, std::string_view value);

/// Where each number comes from: `parley.toml:12` or `--policy`. The file without its folder, because people in the
/// chat read this.
struct Origins {
  std::map<std::string, std::string, std::less<>> given;  ///< by the member's name; who is not in it was not given

  /// `default` for what was not given.
  std::string_view of(std::string_view name) const;
  bool operator==(const Origins&) const = default;
};

struct PolicyLine {
  std::string name, value, origin;  ///< `offer_ttl`, `30d`, `parley.toml:12`
  bool operator==(const PolicyLine&) const = default;
};

/// Every member with its value as put_policy reads it back, in the order of workflow::Policy (R-policy-2).
std::vector<PolicyLine> policy_lines(const workflow::Policy&, const Origins&);

}  // namespace bot
