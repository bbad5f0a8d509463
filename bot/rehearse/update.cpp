#include "bot/rehearse/update.hpp"

#include <set>

#include "bot/rehearse/lines.hpp"

namespace bot::rehearse {
namespace {

/// What happens to the lines of a file, by their numbers.
struct Plan {
  std::set<int> gone;
  std::map<int, std::vector<std::string>> behind;
};

void plan(const Outcome& outcome, bool words, Plan& out, Changes& changes) {
  int anchor = outcome.step->last;
  for (const Pair& pair : outcome.pairs) {
    const auto* expected =
        pair.expected >= 0 ? &outcome.step->expected[static_cast<std::size_t>(pair.expected)] : nullptr;
    if (expected) anchor = expected->last;
    if (pair.holds) continue;
    if (expected)
      for (int line = expected->first; line <= expected->last; ++line) out.gone.insert(line);
    if (pair.said < 0) {
      ++changes["(removed)"];
      continue;
    }
    const Said& said = outcome.said[static_cast<std::size_t>(pair.said)];
    ++changes[said.erased ? "[erased]" : said.kind.substr(0, said.kind.find(' '))];
    for (const auto& line : written(expected_for(said, outcome.below, words)))
      out.behind[anchor].push_back("  " + line);
  }
}

}  // namespace

std::string updated(const std::string& content, const std::vector<Outcome>& outcomes, bool words, Changes& changes) {
  Plan todo;
  for (const Outcome& outcome : outcomes) plan(outcome, words, todo, changes);
  if (todo.gone.empty() && todo.behind.empty()) return content;
  std::string out;
  const bool open_end = !content.empty() && !content.ends_with('\n');
  auto lines = split(content, '\n');
  if (!open_end) lines.pop_back();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    if (!todo.gone.contains(number)) out += lines[i] + "\n";
    if (const auto found = todo.behind.find(number); found != todo.behind.end())
      for (const auto& line : found->second) out += line + "\n";
  }
  return out;
}

std::string conversation(const Played& played) {
  std::string out;
  for (const Outcome& o : played.outcomes) {
    const auto* typed = std::get_if<TypedLine>(&o.step->action);
    out += typed ? typed->who + "> " + typed->text : "line " + std::to_string(o.step->line);
    out += '\n';
    for (const Said& s : o.said)
      for (const auto& line : written(expected_for(s, o.below, true))) out += "  " + line + "\n";
  }
  return out;
}

}  // namespace bot::rehearse
