#include "workflow/rejection.hpp"

namespace workflow {

std::string_view text(Code c) {
  switch (c) {
    case Code::USAGE: return "USAGE";
    case Code::NOT_FOUND_HERE: return "NOT_FOUND_HERE";
    case Code::NOT_A_PARTY: return "NOT_A_PARTY";
    case Code::WRONG_ROOM: return "WRONG_ROOM";
    case Code::WRONG_ROLE: return "WRONG_ROLE";
    case Code::ACCOUNT_INACTIVE: return "ACCOUNT_INACTIVE";
    case Code::STALE_VERSION: return "STALE_VERSION";
    case Code::WRONG_STATE: return "WRONG_STATE";
    case Code::TOO_LATE: return "TOO_LATE";
    case Code::TOO_EARLY: return "TOO_EARLY";
    case Code::NOT_ELIGIBLE: return "NOT_ELIGIBLE";
    case Code::DUPLICATE_OPEN: return "DUPLICATE_OPEN";
    case Code::INCOMPLETE_TERMS: return "INCOMPLETE_TERMS";
    case Code::OVER_LIMIT: return "OVER_LIMIT";
    case Code::INSUFFICIENT_FUNDS: return "INSUFFICIENT_FUNDS";
    case Code::FEEDBACK_REQUIRED: return "FEEDBACK_REQUIRED";
    case Code::CONFIRM_STALE: return "CONFIRM_STALE";
    case Code::FROZEN_BY_DISPUTE: return "FROZEN_BY_DISPUTE";
    case Code::LOCKED: return "LOCKED";
    case Code::RATE_LIMITED: return "RATE_LIMITED";
    case Code::CONFIRM: return "CONFIRM";
  }
  return "?";
}

Rejection refuse(Code code, std::string why, std::string rule, Args args, std::string detail) {
  return {.code = code,
          .why = std::move(why),
          .args = std::move(args),
          .detail = std::move(detail),
          .rule = std::move(rule)};
}

}  // namespace workflow
