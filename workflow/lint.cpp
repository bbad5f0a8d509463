#include "workflow/lint.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace workflow {
namespace {

/// A scope below `short_scope` code points says too little, whatever it says; from `long_scope` on it is believed to
/// name what is delivered.
constexpr std::size_t short_scope = 20, long_scope = 60;

constexpr std::array<std::string_view, 11> vague{
    "etc",          "asap",         "tbd",       "tba",        "and so on",          "and so forth",
    "and the like", "as discussed", "as agreed", "or similar", "as soon as possible"};
/// Beginnings of words that say when something is done.
constexpr std::array<std::string_view, 9> ends_of_work{"round",  "revision", "iteration", "correction", "accept",
                                                       "approv", "criteri",  "test",      "done when"};
/// Beginnings of words that say what somebody gets.
constexpr std::array<std::string_view, 26> things{
    "one ", "two ", "three ",   "four ",  "five ", "six ",  "seven ", "eight ", "nine ",
    "ten ", "file", "document", "report", "page",  "draft", "source", "code ",  "pdf ",
    "svg ", "png ", "jpg ",     "html ",  "docx ", "video", "slides", "logo"};

std::size_t code_points(std::string_view s) {
  return static_cast<std::size_t>(
      std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// ` word word word `: lower case, one blank where anything else stood, so that a word is found between two blanks.
std::string plain_words(std::string_view s) {
  std::string out = " ";
  for (const char c : s) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool part = upper || (c >= 'a' && c <= 'z') || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (part)
      out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    else if (out.back() != ' ')
      out += ' ';
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

template <class List>
bool begins_with_one(const std::string& words, const List& list) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view beginning) {
    return words.find(" " + std::string{beginning}) != std::string::npos;
  });
}

/// The vague words that come first; empty: there are none.
std::string vague_in(const std::string& words) {
  std::size_t first = std::string::npos;
  std::string_view found;
  for (const auto w : vague)
    if (const auto at = words.find(" " + std::string{w} + " "); at < first) {
      first = at;
      found = w;
    }
  return std::string{found};
}

bool names_a_thing(const std::string& scope, const std::string& words) {
  const auto length = code_points(scope);
  if (length < short_scope) return false;
  return length >= long_scope || std::any_of(scope.begin(), scope.end(), is_digit) || begins_with_one(words, things);
}

}  // namespace

std::vector<Unsaid> lint(const Terms& t) {
  const auto words = plain_words(t.scope);
  std::vector<Unsaid> open;
  if (!t.end) open.push_back({"end", {}});
  if (auto found = vague_in(words); !found.empty()) open.push_back({"vague", std::move(found)});
  if (!names_a_thing(t.scope, words)) open.push_back({"deliverable", {}});
  if (!begins_with_one(words, ends_of_work)) open.push_back({"done", {}});
  const auto undated = [](const MilestoneTerms& m) { return !m.due; };
  if (t.milestones.size() > 1 && std::any_of(t.milestones.begin(), t.milestones.end(), undated))
    open.push_back({"due", {}});
  return open;
}

}  // namespace workflow
