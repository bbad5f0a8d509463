#include "commands/lexer.hpp"

#include <array>

#include "commands/unicode.hpp"

namespace commands {
namespace {

using workflow::Code;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The size of the quotation mark at `at`: the plain one, or one that a client has made of it; 0: none stands there.
std::size_t mark_at(std::string_view s, std::size_t at, bool any) {
  if (at >= s.size()) return 0;
  if (s[at] == '"') return 1;
  if (!any) return 0;
  for (const std::string_view smart : {"\u201C", "\u201D", "\u201E", "\u201F"})
    if (s.substr(at).starts_with(smart)) return smart.size();
  return 0;
}

/// Blanks and characters that nobody sees, before the first that somebody does. Works on any bytes.
std::size_t outer_space(std::string_view s) {
  std::size_t at = 0;
  while (at < s.size()) {
    std::size_t next = at;
    const auto c = next_code_point(s, next);
    const bool blank = c == U'\u00A0' || c == U'\u3000' || (c < 0x80 && is_blank(static_cast<char>(c)));
    if (!blank && !hidden(c)) break;
    at = next;
  }
  return at;
}

/// Where a name such as `amount` is followed by `=`; 0: this word has no key.
std::size_t key_length(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && (is_letter(s[n]) || (n > 0 && (s[n] == '_' || s[n] == '.')))) ++n;
  return n > 0 && n < s.size() && s[n] == '=' ? n : 0;
}

}  // namespace

std::optional<Addressed> addressed(std::string_view message) {
  static constexpr std::string_view name = "parley:";
  std::size_t at = outer_space(message);
  const auto start = message.substr(at);
  if (start.starts_with('/') || start.starts_with('!')) {
    ++at;
  } else if (lower(start.substr(0, name.size())) == name && start.size() > name.size() &&
             is_blank(start[name.size()])) {
    at += name.size();
    at += outer_space(message.substr(at));
    if (at < message.size() && (message[at] == '/' || message[at] == '!')) ++at;
  } else {
    return {};
  }
  std::size_t end = at;
  while (end < message.size() && !is_blank(message[end])) ++end;
  const auto verb = message.substr(at, end - at);
  const bool word = !verb.empty() && (is_letter(verb.front()) || static_cast<unsigned char>(verb.front()) >= 0x80);
  if (!word || verb.find('/') != std::string_view::npos) return {};
  return Addressed{verb, end};
}

bool Lexer::done() {
  lines_ = 0;
  for (; at_ < text_.size() && is_blank(text_[at_]); ++at_)
    if (text_[at_] == '\n') ++lines_;
  return at_ >= text_.size();
}

std::expected<Token, workflow::Rejection> Lexer::take() {
  Token token{.key = {}, .value = {}, .begin = at_};
  if (const auto n = key_length(text_.substr(at_)); n > 0) {
    token.key = lower(text_.substr(at_, n));
    at_ += n + 1;
  }
  if (mark_at(text_, at_, true) > 0) {
    auto value = quoted();
    if (!value) return std::unexpected(value.error());
    token.value = std::move(*value);
    token.quoted = true;
  } else {
    const auto from = at_;
    while (at_ < text_.size() && !is_blank(text_[at_])) ++at_;
    token.value = text_.substr(from, at_ - from);
  }
  token.end = at_;
  return token;
}

/// A text that begins with the plain mark ends with one, so that it may hold “smart” ones; a client that changes marks
/// may have changed only the second, or both.
std::expected<std::string, workflow::Rejection> Lexer::quoted() {
  const auto from = at_;
  const bool plain = text_[at_] == '"';
  for (const bool any : {!plain, true}) {
    at_ = from;
    auto value = quoted_until(any);
    if (!value) continue;
    if (at_ < text_.size() && !is_blank(text_[at_]))
      return std::unexpected(workflow::refuse(Code::USAGE, "usage.after_quote", "R-read-2",
                                              {{"text", shortened(text_.substr(from, at_ - from), 40)}}));
    return *value;
  }
  return std::unexpected(
      workflow::refuse(Code::USAGE, "usage.open_quote", "R-read-2", {{"text", shortened(text_.substr(from), 40)}}));
}

std::optional<std::string> Lexer::quoted_until(bool any_mark) {
  at_ += mark_at(text_, at_, true);
  std::string value;
  while (at_ < text_.size()) {
    if (text_[at_] == '\\') {
      // A backslash takes a mark or itself literally; before anything else it is one, as in C:\new.
      const auto mark = mark_at(text_, at_ + 1, true);
      const auto taken = mark > 0 ? mark : text_.substr(at_ + 1).starts_with('\\') ? 1 : 0;
      if (taken > 0) {
        value += text_.substr(at_ + 1, taken);
        at_ += 1 + taken;
        continue;
      }
    }
    if (const auto mark = mark_at(text_, at_, any_mark); mark > 0) {
      at_ += mark;
      return value;
    }
    value += text_[at_++];
  }
  return {};
}

std::string_view Lexer::take_line() {
  const auto end = std::min(text_.find('\n', at_), text_.size());
  const auto line = text_.substr(at_, end - at_);
  at_ = end;
  return line;
}

std::string_view Lexer::take_rest() {
  const auto rest = text_.substr(at_);
  at_ = text_.size();
  return rest;
}

std::string in_quotes(std::string_view s) {
  std::string out = "\"";
  for (std::size_t at = 0; at < s.size();) {
    const auto mark = mark_at(s, at, true);
    if (mark > 0 || s[at] == '\\') out += '\\';
    const auto n = mark > 0 ? mark : 1;
    out += s.substr(at, n);
    at += n;
  }
  return out + "\"";
}

}  // namespace commands
