#include "tests/sim/taught.hpp"

namespace sim::taught {

const std::map<std::string, std::string>& prefixes() {
  static const std::map<std::string, std::string> all{
      {"proposal", "P"},  {"offer", "O"},    {"change_request", "CR"}, {"contract", "C"}, {"amendment", "A"},
      {"milestone", "M"}, {"question", "Q"}, {"escrow_refund", "ER"},  {"bonus", "C"}};
  return all;
}

std::string noun_of(const std::string& kind) { return kind.substr(0, kind.find('.')); }

std::string thing_of(const Happened& e) {
  const auto found = prefixes().find(noun_of(e.kind));
  if (found == prefixes().end()) return {};
  // Two that are named after another noun's thing.
  if (e.kind == "milestone.credit_released" || e.kind == "amendment.terms_followed") return e.id("C");
  return e.id(found->second);
}

const std::map<std::string, std::string>& doers() {
  static const std::map<std::string, std::string> all{{"offer.sent", "client"},
                                                      {"offer.revised", "client"},
                                                      {"offer.withdrawn", "client"},
                                                      {"offer.accepted", "freelancer"},
                                                      {"offer.declined", "freelancer"},
                                                      {"proposal.proposed", "freelancer"},
                                                      {"proposal.withdrawn", "freelancer"},
                                                      {"proposal.superseded", "freelancer"},
                                                      {"proposal.taken_back", "client"},
                                                      {"change_request.requested", "freelancer"},
                                                      {"change_request.approved", "client"},
                                                      {"change_request.declined", "client"},
                                                      {"change_request.withdrawn", "freelancer"},
                                                      {"milestone.funded", "client"},
                                                      {"milestone.edited", "client"},
                                                      {"milestone.submitted", "freelancer"},
                                                      {"milestone.changes_requested", "client"},
                                                      {"milestone.released", "client"},
                                                      {"milestone.credit_released", "client"},
                                                      {"bonus.paid", "client"}};
  return all;
}

const std::set<std::string>& last_words() {
  static const std::set<std::string> all{
      "proposal.declined",     "proposal.withdrawn",      "proposal.superseded",     "proposal.expired",
      "offer.accepted",        "offer.declined",          "offer.withdrawn",         "offer.expired",
      "change_request.closed", "change_request.approved", "change_request.declined", "change_request.withdrawn",
      "contract.ended",        "amendment.approved",      "amendment.declined",      "amendment.withdrawn",
      "amendment.expired",     "milestone.refunded",      "milestone.cancelled",     "escrow_refund.cancelled",
      "question.answered"};
  return all;
}

const std::set<std::string>& afterwards() {
  static const std::set<std::string> all{"bonus.paid", "milestone.credit_released", "amendment.terms_followed"};
  return all;
}

const std::set<std::string>& journals() {
  static const std::set<std::string> all{"L1", "L1b", "L2", "L2b", "L3", "L5a", "L5b", "L7"};
  return all;
}

const std::map<std::string, std::string>& recalled() {
  static const std::map<std::string, std::string> all{
      {"proposal.expire", "proposal"},          {"offer.expire", "offer"},         {"milestone.auto_release", "review"},
      {"escrow_refund.auto_approve", "refund"}, {"amendment.expire", "amendment"}, {"contract.end_date", "end date"}};
  return all;
}

const std::set<std::string>& before_account() {
  // Feedback in a room is refused as something for another place; a preview is stale whoever confirms it.
  static const std::set<std::string> all{"USAGE",      "NOT_A_PARTY",      "NOT_FOUND_HERE",    "WRONG_ROOM",
                                         "WRONG_ROLE", "ACCOUNT_INACTIVE", "FEEDBACK_REQUIRED", "CONFIRM_STALE"};
  return all;
}

}  // namespace sim::taught
