#include "tests/sim/knowledge.hpp"

#include <algorithm>
#include <cctype>

namespace sim {
namespace {

bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool word(char c) { return upper(c) || lower(c) || digit(c) || c == '_'; }

/// `O-12`, `M-5.1` at this place; its length, or 0.
std::size_t id_at(const std::string& t, std::size_t at) {
  if (at > 0 && (word(t[at - 1]) || t[at - 1] == '-')) return 0;
  std::size_t i = at;
  while (i < t.size() && upper(t[i])) ++i;
  if (i == at || i - at > 2 || i >= t.size() || t[i] != '-') return 0;
  std::size_t end = ++i;
  while (i < t.size() && digit(t[i])) ++i;
  if (i == end) return 0;
  if (i + 1 < t.size() && t[i] == '.' && digit(t[i + 1])) {
    ++i;
    while (i < t.size() && digit(t[i])) ++i;
  }
  return i - at;
}

std::string trimmed(std::string s) {
  const auto last = s.find_last_not_of(" ,.;:)");
  return last == s.npos ? std::string{} : s.substr(0, last + 1);
}

}  // namespace

void Knowledge::learn(const std::string& t, From from) {
  std::string last;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (const auto n = id_at(t, i)) {
      last = t.substr(i, n);
      const auto kind = last.substr(0, last.find('-'));
      if (kind == "N") {
        note_ = std::max(note_, std::atoi(last.c_str() + 2));
      } else {
        auto& all = ids_[kind];
        const bool known = std::ranges::find(all, last) != all.end();
        if (from != From::answer || !known) {
          std::erase(all, last);
          all.push_back(last);
        }
        if (all.size() > 12) all.pop_front();
      }
      i += n - 1;
    } else if (t[i] == 'v' && i > 0 && t[i - 1] == ' ' && i + 1 < t.size() && digit(t[i + 1]) && !last.empty()) {
      versions_[last] = std::max(versions_[last], std::atoi(t.c_str() + i + 1));
    } else if (t[i] == '#' && i + 4 < t.size() && !last.empty()) {
      std::size_t end = i + 1;
      while (end < t.size() && (digit(t[end]) || (t[end] >= 'a' && t[end] <= 'f'))) ++end;
      if (end - i > 4) hashes_[last] = t.substr(i, end - i);
    }
  }
  learn_reasons(t);
}

void Knowledge::over(const std::string& id) {
  auto& all = ids_[id.substr(0, id.find('-'))];
  if (std::erase(all, id) > 0) all.push_front(id);
}

void Knowledge::learn_reasons(const std::string& t) {
  for (const std::string mark : {"Yours are: ", "with one of ", "reason="})
    for (auto at = t.find(mark); at != t.npos; at = t.find(mark, at + 1)) {
      std::size_t i = at + mark.size();
      while (i < t.size()) {
        const auto from = i;
        while (i < t.size() && (lower(t[i]) || t[i] == '_')) ++i;
        if (i - from > 3) reasons_.insert(t.substr(from, i - from));
        if (mark == "reason=" || t.compare(i, 2, ", ") != 0) break;
        i += 2;
      }
    }
}

std::optional<std::string> Knowledge::id(const std::string& kinds, Chance& chance) const {
  std::vector<const std::deque<std::string>*> known;
  for (std::size_t i = 0; i < kinds.size();) {
    const auto end = std::min(kinds.find(' ', i), kinds.size());
    const auto found = ids_.find(kinds.substr(i, end - i));
    if (found != ids_.end()) known.push_back(&found->second);
    i = end + 1;
  }
  if (known.empty()) return {};
  const auto& all = *chance.of(known);
  const auto n = static_cast<std::int64_t>(all.size());
  return all[static_cast<std::size_t>(n - 1 - std::min({chance.below(n), chance.below(n), chance.below(n)}))];
}

int Knowledge::version(const std::string& id) const {
  const auto found = versions_.find(id);
  return found == versions_.end() ? 1 : std::max(1, found->second);
}

std::string Knowledge::hash(const std::string& id) const {
  const auto found = hashes_.find(id);
  return found == hashes_.end() ? "#a1b2" : found->second;
}

std::vector<Invitation> invitations(const std::string& text) {
  std::vector<Invitation> all;
  std::size_t from = 0;
  while (from < text.size()) {
    const auto end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    from = end + 1;
    std::string who;
    if (line.starts_with("Next, ")) who = line.substr(6, std::min(line.find_first_of(":,", 6), line.size()) - 6);
    if (who == "either of you") who.clear();
    for (std::size_t at = 0; (at = line.find('/', at)) != line.npos; ++at) {
      if (at + 2 >= line.size() || !lower(line[at + 1]) || (at > 0 && line[at - 1] != ' ')) continue;
      std::size_t stop = line.size();
      for (const char* mark : {" · ", " for those", " says", " first", " in the", ", ", " pays ", " asks ", " to ",
                               " until", " or ", " when ", " if ", " before ", " reads", "; ", " (", ". "})
        stop = std::min(stop, line.find(mark, at));
      auto typed = trimmed(line.substr(at, stop - at));
      // Whose line it is can stand right before it: `yours is /decline`, `Carl may wait, ask with /nudge`.
      all.push_back({who, std::move(typed)});
    }
  }
  return all;
}

std::optional<std::string> code_in(const std::string& text) {
  const auto at = text.find("/confirm ");
  if (at == text.npos) return {};
  std::size_t end = at + 9;
  while (end < text.size() && (digit(text[end]) || upper(text[end]))) ++end;
  if (end == at + 9) return {};
  return text.substr(at + 9, end - at - 9);
}

}  // namespace sim
