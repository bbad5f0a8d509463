#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "workflow/money.hpp"
#include "workflow/time.hpp"

namespace workflow {

/// A value that a sentence may need.
using Arg = std::variant<std::monostate, std::string, std::int64_t, Money, Instant, Date, Duration>;
using Args = std::vector<std::pair<std::string, Arg>>;

/// The stable codes of everything that can be refused. CONFIRM is no refusal: the command waits for a /confirm.
enum class Code {
  USAGE,
  NOT_FOUND_HERE,
  NOT_A_PARTY,
  WRONG_ROOM,
  WRONG_ROLE,
  ACCOUNT_INACTIVE,
  STALE_VERSION,
  WRONG_STATE,
  TOO_LATE,
  TOO_EARLY,
  NOT_ELIGIBLE,
  DUPLICATE_OPEN,
  INCOMPLETE_TERMS,
  OVER_LIMIT,
  INSUFFICIENT_FUNDS,
  FEEDBACK_REQUIRED,
  CONFIRM_STALE,
  FROZEN_BY_DISPUTE,
  LOCKED,
  RATE_LIMITED,
  CONFIRM
};
std::string_view text(Code);

/// One field that differs between two versions of terms.
struct Change {
  std::string field;
  Arg from, to;
};

/// Why a command was not carried out. The words are the catalogue's: entry `refusal.WHY`, with these values in it.
struct Rejection {
  Code code = Code::USAGE;
  std::string why;     ///< key of the catalogue, e.g. `proposal.other_turn`
  Args args;           ///< values for its sentence
  std::string detail;  ///< shown in brackets behind the code: NOT_ELIGIBLE(no_payment), INCOMPLETE_TERMS(scope, amount)
  std::string rule;    ///< its id in RULES.md
  bool erase = false;  ///< the message should be removed from the room where the platform can
  /// For CONFIRM: everything the consent is bound to, as text. If it differs at /confirm, the consent is stale.
  std::string binds;
  /// For STALE_VERSION: what changed between the version typed and the current one.
  std::vector<Change> diff;
};

/// A refusal in one line, in the order: code, key of the sentence, rule.
Rejection refuse(Code, std::string why, std::string rule, Args = {}, std::string detail = {});

}  // namespace workflow
