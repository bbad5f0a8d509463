#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/unicode.hpp"

// Chat is no command (R-read-1). One kind of it is recognized all the same, because who writes "please change the
// colour" under a submission believes to have stopped the clock (R-hint-1).
namespace commands {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t looked_at = 1000;  ///< bytes of a message: who wants a change says so early

/// Lower-case words; apostrophes are left out, so that `don't` and `dont` are one.
Words words_of(std::string_view chat) {
  auto plain = compared(chat);
  for (const std::string_view mark : {"'", "\u2019"})
    for (auto at = plain.find(mark); at != std::string::npos; at = plain.find(mark)) plain.erase(at, mark.size());
  Words words(1);
  for (const char c : plain) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  return words;
}

/// Whether these words stand in the text one behind the other; `at` goes behind them.
bool stands_at(const Words& words, std::size_t& at, std::string_view phrase) {
  std::size_t n = at;
  while (!phrase.empty()) {
    const auto end = std::min(phrase.find(' '), phrase.size());
    if (n >= words.size() || words[n] != phrase.substr(0, end)) return false;
    phrase.remove_prefix(std::min(end + 1, phrase.size()));
    ++n;
  }
  at = n;
  return true;
}

bool stands_anywhere(const Words& words, std::string_view phrase) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (std::size_t at = i; stands_at(words, at, phrase)) return true;
  return false;
}

constexpr std::array<std::string_view, 11> asking{"please",      "pls",         "can you",    "could you",
                                                  "would you",   "will you",    "can we",     "could we",
                                                  "want you to", "need you to", "like you to"};
constexpr std::array<std::string_view, 8> between{"also",  "just",   "maybe",   "please",
                                                  "still", "kindly", "quickly", "you"};
constexpr std::array<std::string_view, 25> doing{
    "change", "fix",    "adjust",  "revise", "redo",    "rework",  "replace", "correct", "update",
    "edit",   "modify", "tweak",   "remove", "swap",    "resize",  "move",    "recolor", "recolour",
    "make",   "use",    "rewrite", "add",    "shorten", "improve", "revisit"};
constexpr std::array<std::string_view, 11> enough{"needs to be",   "need to be", "has to be",       "must be",
                                                  "should be",     "instead of", "needs changes",   "needs a change",
                                                  "please revise", "a revision", "another revision"};
/// Where one of these stands nothing is asked for, whatever else stands there.
constexpr std::array<std::string_view, 13> content{
    "no changes", "nothing to change", "nothing needs", "dont change",    "do not change",
    "no need",    "should be fine",    "should be ok",  "should be okay", "should be good",
    "not change", "no revision",       "should be able"};

}  // namespace

bool asks_for_changes(std::string_view chat) {
  chat = chat.substr(0, looked_at);
  for (int cut = 0; cut < 3 && !valid_utf8(chat); ++cut) chat.remove_suffix(chat.empty() ? 0 : 1);
  if (!valid_utf8(chat)) return false;
  const auto words = words_of(chat);
  const auto stands = [&](std::string_view phrase) { return stands_anywhere(words, phrase); };
  if (std::ranges::any_of(content, stands)) return false;
  if (std::ranges::any_of(enough, stands)) return true;
  for (std::size_t i = 0; i < words.size(); ++i)
    for (const auto phrase : asking) {
      std::size_t at = i;
      if (!stands_at(words, at, phrase)) continue;
      while (at < words.size() && std::ranges::find(between, words[at]) != between.end()) ++at;
      if (at < words.size() && std::ranges::find(doing, words[at]) != doing.end()) return true;
    }
  return false;
}

}  // namespace commands
