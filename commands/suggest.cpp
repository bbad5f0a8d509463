#include "commands/suggest.hpp"

#include <algorithm>
#include <limits>

#include "commands/unicode.hpp"

namespace commands {

std::size_t distance(std::string_view from, std::string_view to) {
  const auto a = letters(from), b = letters(to);
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t same = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + same});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string nearest(std::string_view typed, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 40;  // nobody mistypes a word into a sentence
  const auto word = compared(typed);
  if (word.empty() || code_points(word) > longest) return {};
  std::string best;
  auto least = std::numeric_limits<std::size_t>::max();
  for (const auto& k : known) {
    const auto far = distance(word, k);
    const std::size_t most = k.size() <= 4 ? 1 : 2;
    if (far > most || far >= least) continue;
    best = k;
    least = far;
  }
  if (!best.empty() || word.size() < 3) return best;
  for (const auto& k : known)
    if (k.starts_with(word)) return k;  // `/with`
  return {};
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string s;
  for (const auto& w : words) s += (s.empty() ? "" : std::string{between}) + w;
  return s;
}

}  // namespace commands
