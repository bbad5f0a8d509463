#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/knowledge.hpp"

// Lines that people type. They come from the rows of the command table alone, its usage and its examples, so that a new
// verb is typed from the day it has a row.
namespace sim {

/// How somebody types.
struct Manner {
  int wrong = 0;        ///< percent of values that are other than they should be
  bool direct = false;  ///< in the direct chat, where feedback may be said
};

class Lines {
 public:
  /// Some rows are typed far more often than others, by everybody of a world: what is rare in one is common in another.
  Lines(Chance& chance, bool haggling);

  /// A line of a row drawn from the table; with `side` (client, freelancer) mostly one for that side.
  std::string any(const Knowledge&, Instant now, const Manner&, std::string_view side,
                  const std::vector<std::string>& people);
  /// A line of this row.
  std::string of(std::size_t row, const Knowledge&, Instant now, const Manner&, const std::vector<std::string>& people);
  std::string chosen(const std::vector<std::string>& invited);
  /// An invitation with words in the place of its dots.
  std::string filled(std::string line, const Knowledge&, Instant now, const std::vector<std::string>& people);
  /// The answer to the question of an `/end`.
  std::string feedback();
  std::string chat();
  /// The line as somebody types it who wants to see what breaks.
  std::string twisted(std::string line);
  /// Words that nobody has said before, so that what comes of them is known by them.
  std::string words();

 private:
  struct Part {
    std::string text;
    bool optional = false;
  };
  struct Typing {
    const Knowledge& known;
    Instant now;
    const Manner& manner;
    const std::vector<std::string>& people;
    std::string ids;  ///< kinds that the row takes
    std::string id;   ///< that was typed
    bool created = false;
  };
  static std::vector<Part> parts(const std::string& usage);
  std::string value(const std::string& shape, Typing&);
  std::string keyed(const std::string& key, const std::string& shape, Typing&);
  std::string an_id(const std::string& kinds, Typing&);
  std::string amount(bool wrong);
  std::string day(Instant now, bool wrong);
  std::string milestones(Instant now);
  bool wanted(const std::string& token, const Typing&, bool in_end);

  Chance& chance_;
  int said_ = 0;
  std::vector<std::size_t> favourites_;
  std::string favourite_verb_;
  bool haggling_;
};

}  // namespace sim
