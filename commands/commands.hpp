#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workflow/event.hpp"
#include "workflow/policy.hpp"
#include "workflow/rejection.hpp"
#include "workflow/room.hpp"

// The room's language, inwards: from a line that somebody typed to a command, a query or a refusal.
namespace commands {

/// `/confirm [CODE]`
struct Confirm {
  std::optional<std::string> code;  ///< upper case
};

/// `/ack [N-881]`: what `/inbox` shows is read, all of it or up to that note.
struct Ack {
  std::optional<std::int64_t> through;
};

// Queries: they change nothing and leave no trace.
struct ListQuery {
  enum class What { all, pending, offers, contracts } what = What::all;
  bool ended_too = false;  ///< `/list contracts all`
};
struct StatusQuery {
  workflow::AnyId id;
};
struct LedgerQuery {
  workflow::ContractId id;
};
struct HelpQuery {
  std::optional<std::string> verb;
};
struct WhoamiQuery {};
struct InboxQuery {};
using Query = std::variant<ListQuery, StatusQuery, LedgerQuery, HelpQuery, WhoamiQuery, InboxQuery>;

/// Something that was understood.
using Request = std::variant<workflow::Command, Confirm, Query, Ack>;

struct Reading {
  std::string verb;  ///< lower case, as the table spells it: `approve`
  Request request;
};

/// What the reader needs to know of the place: dates as `today`, the currency, and whether the typist is in a direct
/// chat where `/end` has asked a question, so that a line `stars=5 text="…"` is its answer.
struct ReadContext {
  workflow::Instant now{};
  const workflow::Policy* policy = nullptr;
  bool question_open = false;
};

/// Nothing: it is chat, no command, and gets no answer. Otherwise the request, or USAGE with what was expected and one
/// example (args `expected`, `example`; sometimes `line`: the corrected line).
std::optional<std::expected<Reading, workflow::Rejection>> read(std::string_view text, const ReadContext&);

/// One row of the table, for help, completion, the reference and the fuzz seeds.
struct Row {
  std::string_view verb, subverb, ids;  ///< `approve`, ``, `P`
  std::string usage;                    ///< `/approve P-12 [v2] [#a1b2] [--yes]`, derived from the command's members
  std::string_view who, where, help, example;
  std::string_view group;  ///< of the overview: agree, work, end, look
};
const std::vector<Row>& table();

}  // namespace commands
