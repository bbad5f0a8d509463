#pragma once
#include <boost/describe.hpp>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "workflow/digest.hpp"
#include "workflow/policy.hpp"
#include "workflow/rejection.hpp"

namespace workflow {

/// One stage of the work as agreed: what, how much (minor units), and by which day, if one was named.
struct MilestoneTerms {
  std::string title;
  Money amount;
  std::optional<Date> due;
  bool operator==(const MilestoneTerms&) const = default;
};
BOOST_DESCRIBE_STRUCT(MilestoneTerms, (), (title, amount, due))

/// What the two sides agree on. Complete: title, scope, at least one milestone, milestones sum to the amount
/// (R-terms-1).
struct Terms {
  std::string title;
  std::string scope;
  Money amount;
  std::vector<MilestoneTerms> milestones;
  std::optional<Date> start;
  std::optional<Date> end;  ///< inclusive: the contract ends at 00:00Z of the next day
  bool operator==(const Terms&) const = default;
};
BOOST_DESCRIBE_STRUCT(Terms, (), (title, scope, amount, milestones, start, end))

/// What a person typed of them: the whole of a proposal or offer, or the changes of a counter.
struct TermsInput {
  std::optional<std::string> title;
  std::optional<std::string> scope;
  std::optional<Money> amount;
  std::optional<std::vector<MilestoneTerms>> milestones;
  std::optional<Date> start;
  std::optional<Date> end;
  bool operator==(const TermsInput&) const = default;
};
BOOST_DESCRIBE_STRUCT(TermsInput, (), (title, scope, amount, milestones, start, end))

/// The exact text that is hashed: every field, each with its length, in a fixed order.
std::string canonical(const Terms&);
/// SHA-256 of the canonical text: shown to both sides and bound at acceptance (R-terms-4).
Digest digest(const Terms&);

std::vector<Change> diff(const Terms& from, const Terms& to);

/// Complete terms from what was typed, or INCOMPLETE_TERMS naming what is missing, or what does not fit together.
/// No milestones: one, titled as the contract, for the whole amount, due at the end (R-terms-2).
std::expected<Terms, Rejection> complete(const TermsInput&, const Policy&, Date today);
/// Terms with changes. A single milestone follows a changed amount; several do not: INCOMPLETE_TERMS(milestones) with a
/// line scaled in proportion (R-terms-3). Nothing changed: USAGE.
std::expected<Terms, Rejection> changed(const Terms&, const TermsInput&, const Policy&, Date today);
/// Terms made anew with changes, or with none; the rest as in `changed`, and a start that has passed has to be given
/// anew.
std::expected<Terms, Rejection> anew(const Terms&, const TermsInput&, const Policy&, Date today);
/// Without their days, which belonged to the earlier contract (R-proposal-16).
Terms undated(Terms);
/// Terms that were complete once and do not fit together any more: their end has come.
std::optional<Rejection> misfit(const Terms&, const Policy&, Date today);
/// A change that names no term at all: USAGE, whatever it would change (R-terms-9).
std::optional<Rejection> nothing_typed(const TermsInput&);
/// Terms whose last day has passed cannot be agreed on any more: INCOMPLETE_TERMS(end), with `why` and the id of what
/// has them (R-autoend-6).
std::optional<Rejection> end_passed(const Terms&, Date today, std::string why, std::string id);
/// `Draft:300.00:2026-12-01;Final:500.00`, as it may be typed.
std::string milestones_line(const std::vector<MilestoneTerms>&);

/// Limits in code points; longer is USAGE before it gets here.
inline constexpr std::size_t title_limit = 100, scope_limit = 3000, reason_limit = 500, milestone_limit = 20;

}  // namespace workflow
