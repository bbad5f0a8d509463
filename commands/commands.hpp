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
  enum class What {
    all,
    pending,
    offers,
    contracts,
    milestones,
    amendments,
    requests,
    questions,
    refunds,
    disputes,
    tickets,
    clients
  } what = What::all;
  bool ended_too = false;                        ///< `/list contracts all`
  std::optional<workflow::ContractId> contract;  ///< whose milestones
};
struct StatusQuery {
  static constexpr std::string_view ids = "P O C M ER A CR Q";
  workflow::AnyId id;
};
struct TermsQuery {
  static constexpr std::string_view ids = "C P O";
  workflow::AnyId id;
  std::optional<workflow::Version> version;
};
struct DiffQuery {
  static constexpr std::string_view ids = "P O C";
  workflow::AnyId id;
  workflow::Version from, to;
};
struct HistoryQuery {
  static constexpr std::string_view ids = "P O C M ER A CR Q";
  workflow::AnyId id;
  std::int64_t page = 1;
};
struct LedgerQuery {
  workflow::ContractId id;
};
struct HelpQuery {
  std::optional<std::string> verb;
};
struct WhoamiQuery {};
struct BalanceQuery {};
struct PolicyQuery {
  std::optional<workflow::ContractId> id;  ///< the numbers under which it was accepted; none: the house's
};
struct InboxQuery {};
using Query = std::variant<ListQuery, StatusQuery, TermsQuery, DiffQuery, HistoryQuery, LedgerQuery, BalanceQuery,
                           PolicyQuery, HelpQuery, WhoamiQuery, InboxQuery>;
/// What a query names.
std::optional<workflow::AnyId> named(const Query&);

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

/// A line whose verb takes an id and has none, and which could be carried out if it had one.
struct LeftOut {
  std::vector<std::string> kinds;  ///< of the ids that it may be about: `P`, `M`
  bool query = false;
};
/// Nothing: an id is there, even a mistyped one, or none is needed, or an id is not all that is wrong.
std::optional<LeftOut> left_out(std::string_view text, const ReadContext&);
/// The same line with this id where it belongs.
std::string completed(std::string_view text, const workflow::AnyId&);
/// `P` of P-12.
std::string kind_of(const workflow::AnyId&);

/// Whether somebody who merely chats seems to want something changed.
bool asks_for_changes(std::string_view chat);

/// One row of the table, for help, completion, the reference and the fuzz seeds.
struct Row {
  std::string_view verb, subverb, ids;  ///< `approve`, ``, `P`
  std::string usage;                    ///< `/approve P-12 [v2] [#a1b2] [--yes]`, derived from the command's members
  std::string_view who, where, help, example;
  std::string_view group;     ///< of the overview: agree, work, end, look
  bool takes_amount = false;  ///< a number without a key is money
};
const std::vector<Row>& table();

}  // namespace commands
