#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/rehearse/script.hpp"

// The parts that lines of a script are made of. What is wrong with one is told in words.
namespace bot::rehearse {

using Wrong = std::string;

bool is_name(std::string_view);  ///< a letter, then letters, digits, `_` and `-`
/// Cuts the first word off, and the blanks behind it.
std::string_view take_word(std::string_view& rest);
std::string_view trimmed(std::string_view);
std::vector<std::string> split(std::string_view text, char at);

/// `tz=Europe/Berlin name="Ana B."`
using Values = std::vector<std::pair<std::string, std::string>>;
std::expected<Values, Wrong> read_values(std::string_view);

/// What stands behind the two blanks of an expected line; a continuation (`| …`) is the reader's business.
std::expected<Expected, Wrong> read_expected(std::string_view);
/// The line that says so, without the two blanks: the reverse of read_expected.
std::vector<std::string> written(const Expected&);
/// `= P-1 state=pending`, without the `= `.
std::expected<FactLine, Wrong> read_fact(std::string_view);

}  // namespace bot::rehearse
