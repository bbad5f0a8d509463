#pragma once
#include <expected>
#include <span>
#include <string>

#include "commands/telling.hpp"
#include "workflow/facts.hpp"

// What the sources that answer queries share.
namespace commands {

using Rooms = std::span<const workflow::Room* const>;

/// What an answer may look at.
struct Asking {
  Rooms rooms;
  const Cast& cast;
  const workflow::Person& reader;
  workflow::Instant now{};
  const Beside& beside;
};
using Answered = std::expected<std::string, workflow::Rejection>;

Answered answer_to(const ListQuery&, const Asking&);
Answered answer_to(const StatusQuery&, const Asking&);
Answered answer_to(const TermsQuery&, const Asking&);
Answered answer_to(const DiffQuery&, const Asking&);
Answered answer_to(const HistoryQuery&, const Asking&);
Answered answer_to(const LedgerQuery&, const Asking&);
Answered answer_to(const BalanceQuery&, const Asking&);
Answered answer_to(const PolicyQuery&, const Asking&);
Answered answer_to(const HelpQuery&, const Asking&);
Answered answer_to(const WhoamiQuery&, const Asking&);
Answered answer_to(const InboxQuery&, const Asking&);

/// The room that has this, or null.
const workflow::Room* holding(Rooms, const workflow::AnyId&);
std::unexpected<workflow::Rejection> not_here(const workflow::AnyId&);
/// `changes requested`
std::string in_words(std::string state);
/// Whether something is a thing, or belongs to it: a milestone to its contract, a question to what it is about.
bool part_of(const workflow::Room&, const workflow::AnyId& part, const workflow::AnyId& whole);

}  // namespace commands
