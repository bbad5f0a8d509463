#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "workflow/rejection.hpp"

// From a message to its verb and its words. Knows no verb and no value.
namespace commands {

/// A message that speaks to the bot: `/verb …`, `!verb …`, `Parley: verb …`.
struct Addressed {
  std::string_view verb;  ///< as typed
  std::size_t rest = 0;   ///< where it goes on behind the verb
};
/// Empty: it is chat. A lone mark, `/ x`, `//x` and a path like `/usr/bin/x` are; `/etc` could be a verb. Works on any
/// bytes.
std::optional<Addressed> addressed(std::string_view message);

/// One word of a command.
struct Token {
  std::string key;    ///< lower case; empty for a word that stands by its position
  std::string value;  ///< unescaped
  bool quoted = false;
  std::size_t begin = 0, end = 0;  ///< in the message, quotes included
};

/// Hands out the words of a message one by one.
class Lexer {
 public:
  Lexer(std::string_view message, std::size_t at) : text_(message), at_(at) {}

  /// Skips blanks. True where nothing is left.
  bool done();
  /// The next word. USAGE for a quote that is not closed, or one that something sticks to.
  std::expected<Token, workflow::Rejection> take();
  /// What is left of this line, and of the message; both go behind it.
  std::string_view take_line();
  std::string_view take_rest();
  /// How many line ends done() has skipped before this word.
  int lines_skipped() const { return lines_; }
  std::size_t at() const { return at_; }
  std::string_view message() const { return text_; }

 private:
  std::expected<std::string, workflow::Rejection> quoted();
  std::optional<std::string> quoted_until(bool any_mark);

  std::string_view text_;
  std::size_t at_;
  int lines_ = 0;
};

/// A text as it may be typed in quotes: `"he said \"yes\""`.
std::string in_quotes(std::string_view);

}  // namespace commands
