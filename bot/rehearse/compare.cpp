#include "bot/rehearse/compare.hpp"

#include <algorithm>
#include <regex>

#include "bot/rehearse/lines.hpp"

namespace bot::rehearse {
namespace {

constexpr std::string_view refusal_mark = "refusal ";

/// `*` is any text, `?` one character, a backslash takes the next literally.
bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (escaped ? pattern[p + 1] == text[t]
                       : p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      p += escaped ? 2 : 1;
      ++t;
      // A character of several bytes counts as one.
      if (!escaped && pattern[p - 1] == '?')
        while (t < text.size() && (static_cast<unsigned char>(text[t]) & 0xC0U) == 0x80U) ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool regular(const std::string& pattern, const std::string& text) {
  try {
    return std::regex_match(text, std::regex(pattern));
  } catch (const std::regex_error&) {
    return false;
  }
}

/// Three dots behind backslashes, one of which is only there so that they are taken literally.
bool dotted(const std::string& line) {
  return line.starts_with('\\') && line.substr(std::min(line.size(), line.find_first_not_of('\\'))) == "...";
}

/// `...` inside a note stands for any number of its lines, `\...` for three dots.
bool lines_match(const std::vector<std::string>& wanted, std::size_t w, const std::vector<std::string>& said,
                 std::size_t s, bool more) {
  if (w == wanted.size()) return s == said.size() || more;
  if (w > 0 && wanted[w] == "...")
    return lines_match(wanted, w + 1, said, s, more) || (s < said.size() && lines_match(wanted, w, said, s + 1, more));
  const std::string line = w > 0 && dotted(wanted[w]) ? wanted[w].substr(1) : wanted[w];
  return s < said.size() && line_matches(line, said[s]) && lines_match(wanted, w + 1, said, s + 1, more);
}

bool same_place(const Expected& e, const Said& s, const Below& below) {
  const auto& channel = e.channel.empty() ? below.spot.channel : e.channel;
  if (s.channel != channel || (e.thread && s.thread != *e.thread)) return false;
  const auto owner = whose_direct_chat(s.channel);
  if (!owner.empty()) return e.to.empty() || e.to == owner;
  return s.to == e.to;
}

bool refusal_matches(const Expected& e, const Said& s, const Below& below) {
  if (!s.kind.starts_with(refusal_mark)) return false;
  const auto code = s.kind.substr(refusal_mark.size());
  if (e.lines.front() != code && e.lines.front() != code.substr(0, code.find('('))) return false;
  if (!e.channel.empty() && e.channel != s.channel) return false;
  if (e.thread && *e.thread != s.thread) return false;
  const auto reader = s.to.empty() ? whose_direct_chat(s.channel) : s.to;
  const auto wanted = e.to.empty() ? below.author : e.to;
  return wanted.empty() || reader == wanted;
}

/// Without a body only the subject counts.
bool mail_matches(const Expected& e, const Said& s, const Below& below) {
  if (s.channel != mailbox(e.to)) return false;
  std::vector<std::string> wanted;
  for (const auto& line : e.lines) wanted.push_back(expand_names(line, below.kept));
  return lines_match(wanted, 0, split(s.text, '\n'), 0, wanted.size() == 1);
}

bool kind_matches(const std::string& wanted, const std::string& kind) {
  if (wanted == kind) return true;
  return wanted.find(' ') == std::string::npos && kind.substr(0, kind.find(' ')) == wanted;
}

/// Costs of a pairing: a pair that differs is cheaper than one missing and one too many.
constexpr int unpaired = 2, differs = 3;

struct Table {
  Table(std::size_t rows, std::size_t columns) : columns_(columns), cells_(rows * columns) {}
  int& at(std::size_t i, std::size_t j) { return cells_[i * columns_ + j]; }

 private:
  std::size_t columns_;
  std::vector<int> cells_;
};

bool gap(const Expected& e) { return e.form == Expected::Form::anything; }

/// What the rest from (i, j) costs, seen from its first choice.
struct Choice {
  enum class Take { pair, skip_expected, skip_said, end } take = Take::end;
  int cost = 0;
  bool holds = false;
};
Choice choose(const std::vector<Expected>& e, const std::vector<Said>& s, const Below& below, std::size_t i,
              std::size_t j, Table& cost) {
  if (i == e.size() && j == s.size()) return {};
  Choice best{Choice::Take::end, 1 << 29, false};
  const auto offer = [&](Choice::Take take, int price, bool holds) {
    if (price < best.cost) best = {take, price, holds};
  };
  const bool any = i < e.size() && gap(e[i]);
  if (i < e.size() && j < s.size() && !any) {
    const bool holds = matches(e[i], s[j], below, i + 1 < e.size() && gap(e[i + 1]));
    offer(Choice::Take::pair, cost.at(i + 1, j + 1) + (holds ? 0 : differs), holds);
  }
  if (i < e.size()) offer(Choice::Take::skip_expected, cost.at(i + 1, j) + (any ? 0 : unpaired), any);
  if (j < s.size()) offer(Choice::Take::skip_said, cost.at(i, j + 1) + (any ? 0 : unpaired), any);
  return best;
}

std::vector<Pair> align_in_order(const std::vector<Expected>& e, const std::vector<Said>& s, const Below& below) {
  Table cost(e.size() + 1, s.size() + 1);
  for (std::size_t i = e.size() + 1; i-- > 0;)
    for (std::size_t j = s.size() + 1; j-- > 0;) cost.at(i, j) = choose(e, s, below, i, j, cost).cost;
  std::vector<Pair> out;
  for (std::size_t i = 0, j = 0; i < e.size() || j < s.size();) {
    const Choice choice = choose(e, s, below, i, j, cost);
    const int left = static_cast<int>(i), right = static_cast<int>(j);
    if (choice.take == Choice::Take::pair) out.push_back({left, right, choice.holds});
    if (choice.take == Choice::Take::skip_expected) out.push_back({left, -1, choice.holds});
    if (choice.take == Choice::Take::skip_said) out.push_back({-1, right, choice.holds});
    if (choice.take != Choice::Take::skip_said) ++i;
    if (choice.take != Choice::Take::skip_expected) ++j;
  }
  return out;
}

}  // namespace

bool line_matches(const std::string& expected, const std::string& said) {
  constexpr std::string_view globbed = " (glob)", regexed = " (re)";
  if (expected == said) return true;
  if (expected.ends_with(globbed)) return glob(expected.substr(0, expected.size() - globbed.size()), said);
  if (expected.ends_with(regexed)) return regular(expected.substr(0, expected.size() - regexed.size()), said);
  return false;
}

std::string without_header(const std::string& text) {
  static const std::regex header{" · N-[0-9]+ [0-9a-f]{4,64}$"};
  const auto last = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  return text.substr(0, last) + std::regex_replace(text.substr(last), header, "");
}

bool matches(const Expected& e, const Said& s, const Below& below, bool more) {
  switch (e.form) {
    case Expected::Form::anything: return true;
    case Expected::Form::erased: return s.erased && same_place(e, s, below);
    case Expected::Form::refusal: return !s.erased && refusal_matches(e, s, below);
    case Expected::Form::kind:
      return !s.erased && same_place(e, s, below) && kind_matches(expand_names(e.lines.front(), below.kept), s.kind);
    case Expected::Form::mail: return mail_matches(e, s, below);
    case Expected::Form::text: break;
  }
  if (s.erased || !same_place(e, s, below)) return false;
  std::vector<std::string> wanted;
  for (const auto& line : e.lines) wanted.push_back(expand_names(line, below.kept));
  const std::string text = below.header ? s.text : without_header(s.text);
  // A single line that is a pattern may stand for a note of several lines.
  if (wanted.size() == 1 && line_matches(wanted.front(), text)) return true;
  return lines_match(wanted, 0, split(text, '\n'), 0, more);
}

std::vector<Pair> align(const std::vector<Expected>& e, const std::vector<Said>& s, const Below& below) {
  if (!below.by_channel) return align_in_order(e, s, below);
  const auto channel_of = [&](const Expected& each) {
    // A refusal reaches its author in place or in the direct chat: it is looked for where it was said.
    if (each.form == Expected::Form::refusal && each.channel.empty())
      for (const auto& said : s)
        if (matches(each, said, below)) return said.channel;
    if (each.form == Expected::Form::mail) return mailbox(each.to);
    return each.channel.empty() ? below.spot.channel : each.channel;
  };
  std::map<std::string, std::pair<std::vector<int>, std::vector<int>>> channels;
  for (std::size_t j = 0; j < s.size(); ++j) channels[s[j].channel].second.push_back(static_cast<int>(j));
  for (std::size_t i = 0; i < e.size(); ++i)
    if (!gap(e[i])) channels[channel_of(e[i])];
  for (std::size_t i = 0; i < e.size(); ++i)
    for (auto& [name, lists] : channels)
      if (gap(e[i]) || channel_of(e[i]) == name) lists.first.push_back(static_cast<int>(i));
  std::vector<Pair> out;
  for (const auto& [name, lists] : channels) {
    std::vector<Expected> some_expected;
    std::vector<Said> some_said;
    for (const int i : lists.first) some_expected.push_back(e[static_cast<std::size_t>(i)]);
    for (const int j : lists.second) some_said.push_back(s[static_cast<std::size_t>(j)]);
    for (Pair pair : align_in_order(some_expected, some_said, below)) {
      if (pair.expected >= 0) pair.expected = lists.first[static_cast<std::size_t>(pair.expected)];
      if (pair.said >= 0) pair.said = lists.second[static_cast<std::size_t>(pair.said)];
      out.push_back(pair);
    }
  }
  return out;
}

Expected expected_for(const Said& s, const Below& below, bool words) {
  Expected out;
  if (s.channel == mailbox(s.to)) {
    out.form = Expected::Form::mail;
    out.to = s.to;
    out.lines = split(s.text, '\n');
    if (!words) out.lines.resize(1);
    return out;
  }
  if (s.channel != below.spot.channel) out.channel = s.channel;
  if (whose_direct_chat(s.channel).empty()) out.to = s.to;
  if (s.erased) {
    out.form = Expected::Form::erased;
  } else if (words || s.kind.empty()) {
    out.lines = split(below.header ? s.text : without_header(s.text), '\n');
  } else if (s.kind.starts_with(refusal_mark)) {
    out.form = Expected::Form::refusal;
    out.lines = {s.kind.substr(refusal_mark.size())};
    const auto reader = s.to.empty() ? whose_direct_chat(s.channel) : s.to;
    if (reader == below.author) out.channel.clear();
    if (reader == below.author) out.to.clear();
  } else {
    out.form = Expected::Form::kind;
    out.lines = {s.kind};
  }
  return out;
}

std::string brief(const Expected& e) {
  std::string out;
  for (const auto& line : written(e)) out += (out.empty() ? "" : " ⏎ ") + line;
  return out;
}

std::string brief(const Said& s, const Below& below, bool words) {
  std::string out = brief(expected_for(s, below, words));
  // The kind alone says little where something unexpected was said.
  if (!words && !s.erased) out += "  (" + std::regex_replace(without_header(s.text), std::regex("\n"), " ⏎ ") + ")";
  return out;
}

}  // namespace bot::rehearse
