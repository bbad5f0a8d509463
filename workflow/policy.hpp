#pragma once
#include <boost/describe.hpp>

#include "workflow/money.hpp"
#include "workflow/time.hpp"

namespace workflow {

/// Every number of the house that an operator may set. What concerns a contract is copied into it at acceptance, those
/// included that only a later noun will read. A number that an older copy does not have is what it is here.
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
  std::int64_t cold_offers_a_day = 5;    ///< offers to people one has no contract with
  std::int64_t change_request_rate = 3;  ///< an hour, by one side: counters of a proposal, change requests of an offer
  bool agency_may_propose = false;
  Duration change_request_window = days(7);  ///< after an offer was sent
  Duration autoend_grace = std::chrono::hours{72};
  Duration amendment_ttl = days(7);
  Duration nudge_every = std::chrono::hours{24};
  Duration overdue_every = days(7);                 ///< between two notes about a milestone past its due day
  Duration diary_lock = std::chrono::hours{12};     ///< after the end of the week
  Duration hours_review = std::chrono::hours{108};  ///< from the charge on
  Duration hourly_available = days(16);             ///< from the start of the week on
  Duration hours_dispute_response = days(3);
  Duration support_hours_review = days(10);
  std::int64_t dispute_response = 5;  ///< business days
  Duration mediation = days(30);
  Duration recommendation_answer = days(7);
  Duration arbitration_join = days(7);
  Duration arbitration_award = days(30);
  Duration refund_window = days(180);
  Duration bonus_window = days(365);
  Duration feedback_reply = days(28);
  Duration feedback_change = days(14);
  Duration ticket_reopen = days(7);
  Duration timer_max = std::chrono::hours{12};
  bool operator==(const Policy&) const = default;
};
BOOST_DESCRIBE_STRUCT(Policy, (),
                      (currency, proposal_ttl, offer_ttl, review_period, security_period, escrow_refund_response,
                       refund_settlement, end_undo, end_answer, confirm_ttl, timer_grace, confirm_over, min_milestone,
                       fee_bps, cold_offers_a_day, change_request_rate, agency_may_propose, change_request_window,
                       autoend_grace, amendment_ttl, nudge_every, overdue_every, diary_lock, hours_review,
                       hourly_available, hours_dispute_response, support_hours_review, dispute_response, mediation,
                       recommendation_answer, arbitration_join, arbitration_award, refund_window, bonus_window,
                       feedback_reply, feedback_change, ticket_reopen, timer_max))

}  // namespace workflow
