#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "workflow/policy.hpp"

// The numbers of the house as an operator writes them, in a configuration or in a script.
namespace bot {

/// `30d`, `3h30m`, `90s`, `1ms`: numbers with d, h, m, s or ms, each unit at most once and from large to small. Empty
/// for anything else, and for more than 100 years.
std::optional<workflow::Duration> parse_duration(std::string_view);

/// Sets one member of the policy by its name: durations as above, money as decimals of the policy's currency, whole
/// numbers, `yes` and `no`. What is wrong, in words, or nothing.
std::optional<std::string> set_policy(workflow::Policy&, std::string_view name, std::string_view value);

}  // namespace bot
