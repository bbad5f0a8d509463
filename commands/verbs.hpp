#pragma once
#include <expected>
#include <vector>

#include "commands/commands.hpp"
#include "commands/grammar.hpp"

// The table of verbs, as the reader sees it.
namespace commands {

/// What makes a request of the words behind the verb.
using Make = std::expected<Request, workflow::Rejection> (*)(Lexer&, const ReadContext&);

struct Verb {
  Row row;
  Make make = nullptr;
};
const std::vector<Verb>& verbs();

/// The answer to the question of an `/end`, which has no verb.
std::expected<Request, workflow::Rejection> read_answer(Lexer&, const ReadContext&);
inline constexpr std::string_view answer_example = "stars=5 text=\"Great work\"";

/// All rows of a verb; empty: there is no such verb.
std::vector<const Verb*> rows_of(std::string_view verb);
/// Every verb once, in the order of the table.
std::vector<std::string> verb_names();

}  // namespace commands
