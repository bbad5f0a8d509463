#include "bot/rehearse/lines.hpp"

#include <algorithm>

namespace bot::rehearse {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The person of `email ana: subject`, or nothing.
std::string_view written_to(std::string_view text) {
  constexpr std::string_view head = "email ";
  if (!text.starts_with(head)) return {};
  const auto name = text.substr(head.size(), text.find(": ") == text.npos ? 0 : text.find(": ") - head.size());
  return is_name(name) ? name : std::string_view{};
}

/// A mark at the head of an expected text means something; one that is meant literally takes a backslash before it.
bool needs_backslash(std::string_view text) {
  return text.empty() || !written_to(text).empty() || text == "..." ||
         std::string_view("<!@[|\\ ").find(text.front()) != std::string_view::npos;
}

/// `[studio]`, `[dm ana]`, `[thread P-1]`, `[erased]`.
std::expected<void, Wrong> read_bracket(std::string_view inside, Expected& out) {
  if (inside == "erased") {
    out.form = Expected::Form::erased;
  } else if (inside.starts_with("dm ") && is_name(inside.substr(3))) {
    out.channel = direct_chat(std::string(inside.substr(3)));
  } else if (inside.starts_with("thread ")) {
    out.thread = std::string(inside.substr(7));
  } else if (is_name(inside)) {
    out.channel = std::string(inside);
  } else {
    return std::unexpected("[" + std::string(inside) +
                           "] is no room, `dm NAME`, `thread ID` or `erased`; write \\[ where a note begins so");
  }
  return {};
}

std::expected<void, Wrong> read_body(std::string_view text, Expected& out) {
  if (text == "...") {
    out.form = Expected::Form::anything;
    return {};
  }
  if (text.starts_with('<')) {
    if (!text.ends_with('>') || text.size() < 3) return std::unexpected("a kind is written <proposal.countered P-1>");
    out.form = Expected::Form::kind;
    out.lines = {std::string(text.substr(1, text.size() - 2))};
    return {};
  }
  if (text.starts_with('!')) {
    const auto code = text.substr(1, text.find('(') == std::string_view::npos ? text.npos : text.find('(') - 1);
    const bool good =
        !code.empty() && std::ranges::all_of(code, [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); });
    if (!good) return std::unexpected("a refusal is written !STALE_VERSION");
    out.form = Expected::Form::refusal;
    out.lines = {std::string(text.substr(1))};
    return {};
  }
  if (const auto who = written_to(text); !who.empty()) {
    out.form = Expected::Form::mail;
    out.to = who;
    out.lines = {std::string(text.substr(text.find(": ") + 2))};
    return {};
  }
  if (text.starts_with('\\')) text.remove_prefix(1);
  out.lines = {std::string(text)};
  return {};
}

}  // namespace

std::string direct_chat(const std::string& person) { return "dm:" + person; }
std::string mailbox(const std::string& person) { return "mail:" + person; }
std::string whose_direct_chat(const std::string& channel) {
  return channel.starts_with("dm:") ? channel.substr(3) : std::string{};
}

bool is_name(std::string_view text) {
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const auto word = rest.substr(0, rest.find(' '));
  rest = trimmed(rest.substr(word.size()));
  return word;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (;;) {
    const auto cut = text.find(at);
    out.emplace_back(text.substr(0, cut));
    if (cut == std::string_view::npos) return out;
    text.remove_prefix(cut + 1);
  }
}

std::expected<Values, Wrong> read_values(std::string_view rest) {
  Values out;
  rest = trimmed(rest);
  while (!rest.empty()) {
    const auto equals = rest.find('=');
    const auto name = rest.substr(0, equals);
    if (equals == std::string_view::npos || !is_name(name))
      return std::unexpected("NAME=VALUE is expected, not `" + std::string(rest) + "`");
    rest.remove_prefix(equals + 1);
    std::string value;
    if (rest.starts_with('"')) {
      const auto close = rest.find('"', 1);
      if (close == std::string_view::npos) return std::unexpected("a quotation mark is not closed");
      value = rest.substr(1, close - 1);
      rest = trimmed(rest.substr(close + 1));
    } else {
      value = take_word(rest);
    }
    out.emplace_back(name, value);
  }
  return out;
}

std::expected<Expected, Wrong> read_expected(std::string_view text) {
  Expected out;
  while (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos)
      return std::unexpected("a bracket is not closed; write \\[ where a note begins so");
    if (auto read = read_bracket(text.substr(1, close - 1), out); !read) return std::unexpected(read.error());
    text = text.substr(close + 1);
    if (text.starts_with(' ')) text.remove_prefix(1);
    if (out.form != Expected::Form::erased) continue;
    if (!text.empty()) return std::unexpected("nothing stands behind [erased]");
    return out;
  }
  if (text.starts_with('@')) {
    const auto name = text.substr(1, text.find(' ') == std::string_view::npos ? text.npos : text.find(' ') - 1);
    if (!is_name(name)) return std::unexpected("a private reply is written @ana and what it says");
    out.to = name;
    text = text.substr(std::min(text.size(), name.size() + 2));
  }
  if (auto read = read_body(text, out); !read) return std::unexpected(read.error());
  return out;
}

std::vector<std::string> written(const Expected& e) {
  std::string head;
  if (!e.channel.empty()) {
    const auto who = whose_direct_chat(e.channel);
    head += "[" + (who.empty() ? e.channel : "dm " + who) + "] ";
  }
  if (e.thread) head += "[thread " + *e.thread + "] ";
  if (e.form == Expected::Form::mail)
    head += "email " + e.to + ": ";
  else if (!e.to.empty())
    head += "@" + e.to + " ";
  switch (e.form) {
    case Expected::Form::anything: return {head + "..."};
    case Expected::Form::erased: return {head + "[erased]"};
    case Expected::Form::kind: return {head + "<" + e.lines.front() + ">"};
    case Expected::Form::refusal: return {head + "!" + e.lines.front()};
    case Expected::Form::text:
    case Expected::Form::mail: break;
  }
  std::vector<std::string> out;
  const bool text = e.form == Expected::Form::text;
  for (const auto& line : e.lines) {
    if (out.empty()) {
      out.push_back(head + (text && needs_backslash(line) ? "\\" : "") + line);
    } else {
      const bool dots = line.substr(std::min(line.size(), line.find_first_not_of('\\'))) == "...";
      out.push_back(line.empty() ? "|" : (dots ? "| \\" : "| ") + line);
    }
  }
  return out;
}

std::expected<FactLine, Wrong> read_fact(std::string_view rest) {
  FactLine out;
  rest = trimmed(rest);
  while (!rest.empty()) {
    auto after = rest;
    const auto word = take_word(after);
    if (word.find('=') != std::string_view::npos) break;
    if (word == "absent" && after.empty() && !out.subject.empty()) {
      out.absent = true;
      return out;
    }
    out.subject += (out.subject.empty() ? "" : " ") + std::string(word);
    rest = after;
  }
  if (out.subject.empty()) return std::unexpected("a fact names a subject, as in = P-1 state=pending");
  auto values = read_values(rest);
  if (!values) return std::unexpected(values.error());
  if (values->empty()) return std::unexpected("a fact names a field, as in = P-1 state=pending, or says absent");
  out.fields = std::move(*values);
  return out;
}

}  // namespace bot::rehearse
