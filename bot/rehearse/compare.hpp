#pragma once
#include <map>
#include <string>
#include <vector>

#include "bot/rehearse/script.hpp"

// What was said against what should have been said.
namespace bot::rehearse {

/// One thing that the bot said, with the names of the script.
struct Said {
  std::string channel, thread;
  std::string to;    ///< the only reader, or empty
  std::string kind;  ///< `proposal.countered P-1`, `refusal STALE_VERSION`
  std::string text;
  bool erased = false;  ///< it removed a message there
};

/// The line that is compared with.
struct Below {
  Spot spot;
  std::string author;                       ///< who typed; empty: nobody, or several
  bool header = false;                      ///< compare note numbers and short hashes too
  bool by_channel = false;                  ///< order counts within a channel only
  std::map<std::string, std::string> kept;  ///< what `$name` stands for
};

/// Literal first; if it differs and ends in ` (glob)` or ` (re)`, as a pattern.
bool line_matches(const std::string& expected, const std::string& said);
/// ` · N-12 a1b2c3` at the end of a note, cut off.
std::string without_header(const std::string& text);
/// May this line of the script stand for that? `more`: further lines of the note are covered by a `...` below it.
bool matches(const Expected&, const Said&, const Below&, bool more = false);

/// A pair of expected and said, by their numbers in the two lists; -1: the other has no partner.
struct Pair {
  int expected = -1, said = -1;
  bool holds = false;
  bool operator==(const Pair&) const = default;
};
/// The pairing with the fewest differences, in order. `...` lines are pairs that hold, without a partner.
std::vector<Pair> align(const std::vector<Expected>&, const std::vector<Said>&, const Below&);

/// How a script would say it: a kind or a refusal, or with `words` the text.
Expected expected_for(const Said&, const Below&, bool words);
/// One line, for a difference.
std::string brief(const Said&, const Below&, bool words);
std::string brief(const Expected&);

}  // namespace bot::rehearse
