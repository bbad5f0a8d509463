#pragma once
#include <string>
#include <string_view>
#include <vector>

// What somebody probably meant.
namespace commands {

/// How many letters must be put in, left out, changed or swapped with their neighbour to come from one to the other.
std::size_t distance(std::string_view, std::string_view);
/// The known word nearest to what was typed, if it is near enough to be meant; otherwise empty.
std::string nearest(std::string_view typed, const std::vector<std::string>& known);
/// `a, b, c`
std::string joined(const std::vector<std::string>&, std::string_view between = ", ");

}  // namespace commands
