#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/commands.hpp"
#include "commands/lexer.hpp"
#include "workflow/terms.hpp"
#include "workflow/typed.hpp"

// How each kind of value is read. A reader writes its value, or says what is wrong with it.
namespace commands {

using Problem = std::optional<workflow::Rejection>;

/// A value in its place: the name of its key, its text, and the message around it for a corrected line.
struct Value {
  std::string_view name;  ///< empty where it stands by its position
  const Token& token;
  std::string_view message;
  const ReadContext& context;
};

/// A bare word that is a value by itself: the code of `/confirm`, the verb of `/help`.
struct Word {
  std::string text;
  bool operator==(const Word&) const = default;
};

/// `2` behind what a list of pages is about.
struct Page {
  std::int64_t n = 1;
  bool operator==(const Page&) const = default;
};
/// The number of a note, as `N-881` at its end.
struct NoteNumber {
  std::int64_t n = 0;
  bool operator==(const NoteNumber&) const = default;
};

/// USAGE about one value: `why` gets the name and the text as they may be shown.
workflow::Rejection usage(std::string_view why, const Value&, workflow::Args more = {}, std::string_view rule = {});
/// The same, where a part of the value should have been typed differently.
workflow::Rejection corrected(std::string_view why, const Value&, std::string_view part, const std::string& better,
                              std::string_view rule);

/// Only 0 to 9 and nothing hidden may stand in an id, an amount, a date, a version or a hash.
Problem plain_only(const Value&);
/// USAGE for characters that only look like plain ones, with the line as it should be where that is clear.
workflow::Rejection look_alike(const Value&);

Problem read_value(workflow::Money&, const Value&);
Problem read_value(workflow::Date&, const Value&);
Problem read_value(std::int64_t&, const Value&);
Problem read_value(std::string&, const Value&);
Problem read_value(std::vector<workflow::MilestoneTerms>&, const Value&);
Problem read_value(workflow::Version&, const Value&);
Problem read_value(workflow::HashPrefix&, const Value&);
Problem read_value(workflow::Handle&, const Value&);
Problem read_value(workflow::Phrase&, const Value&);
Problem read_value(workflow::AnyId&, const Value&);
Problem read_value(workflow::Amount&, const Value&);
Problem read_value(workflow::Title&, const Value&);
Problem read_value(workflow::From&, const Value&);
Problem read_value(workflow::Zone&, const Value&);
Problem read_value(Word&, const Value&);
Problem read_value(Page&, const Value&);
Problem read_value(NoteNumber&, const Value&);

/// `Draft 300 by 2026-11-09`, as in a line of the plain form.
Problem read_item(workflow::MilestoneTerms&, const Value&);
/// Text as it is kept: composed, without hidden characters, in one line if it is a title.
std::string kept_text(std::string_view name, std::string_view);
/// The most code points that the value of this key may have.
std::size_t limit_of(std::string_view name);

/// `v2`, `#a1b2`, `@ana` by their looks; `ER-3`, `CR-1` as something that means an id.
bool looks_like_version(std::string_view);
bool looks_like_id(std::string_view);
/// Begins with a digit, or with a sign or a code before one: `300`, `$300`, `1,200`.
bool looks_like_money(std::string_view);
/// Nothing but digits.
bool looks_like_count(std::string_view);
/// `45/h`: an hourly rate.
bool looks_like_rate(std::string_view);

}  // namespace commands
