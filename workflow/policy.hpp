#pragma once
#include <boost/describe.hpp>

#include "workflow/money.hpp"
#include "workflow/time.hpp"

namespace workflow {

/// Every number of the house that an operator may set. What concerns a contract is copied into it at acceptance.
/// Durations in milliseconds, money in minor units of `currency`, fees in basis points.
struct Policy {
  Currency currency{};
  Duration proposal_ttl = days(30);
  Duration offer_ttl = days(30);
  Duration review_period = days(14);
  Duration security_period = days(5);
  Duration escrow_refund_response = days(7);
  Duration refund_settlement = days(3);
  Duration end_undo = days(14);
  Duration end_answer = std::chrono::hours{24};
  Duration confirm_ttl = std::chrono::minutes{10};
  Duration timer_grace = std::chrono::seconds{5};
  std::int64_t confirm_over = 100'000;  ///< from this amount on, fund and release ask first
  std::int64_t min_milestone = 500;
  std::int64_t fee_bps = 1000;
  std::int64_t cold_offers_a_day = 5;  ///< offers to people one has no contract with
  std::int64_t counters_an_hour = 3;   ///< by one side on one proposal
  bool agency_may_propose = false;
  bool operator==(const Policy&) const = default;
};
BOOST_DESCRIBE_STRUCT(Policy, (),
                      (currency, proposal_ttl, offer_ttl, review_period, security_period, escrow_refund_response,
                       refund_settlement, end_undo, end_answer, confirm_ttl, timer_grace, confirm_over, min_milestone,
                       fee_bps, cold_offers_a_day, counters_an_hour, agency_may_propose))

}  // namespace workflow
