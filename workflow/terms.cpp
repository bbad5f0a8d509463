#include "workflow/terms.hpp"

#include <algorithm>

namespace workflow {
namespace {

Money sum_of(const std::vector<MilestoneTerms>& milestones, Currency c) {
  Money sum{0, c};
  for (const auto& m : milestones) sum += m.amount;
  return sum;
}

template <class T>
Arg arg(const std::optional<T>& value) {
  return value ? Arg{*value} : Arg{};
}

/// The guards that hold for every set of terms, however it came to be (R-terms-5 to R-terms-8).
std::optional<Rejection> problem(const Terms& t, const Policy& policy, Date today, bool check_start) {
  const auto sum = sum_of(t.milestones, policy.currency);
  if (!(sum == t.amount))
    return refuse(Code::INCOMPLETE_TERMS, "terms.sum", "R-terms-5",
                  {{"amount", t.amount}, {"sum", sum}, {"milestones", milestones_line(t.milestones)}}, "milestones");
  for (const auto& m : t.milestones) {
    if (m.amount.minor < policy.min_milestone)
      return refuse(Code::INCOMPLETE_TERMS, "terms.small_milestone", "R-terms-6",
                    {{"title", m.title}, {"least", Money{policy.min_milestone, policy.currency}}}, "milestones");
    if (m.due && t.end && *m.due > *t.end)
      return refuse(Code::INCOMPLETE_TERMS, "terms.due_after_end", "R-terms-8",
                    {{"title", m.title}, {"due", *m.due}, {"end", *t.end}}, "milestones");
    if (m.due && t.start && *m.due < *t.start)
      return refuse(Code::INCOMPLETE_TERMS, "terms.due_before_start", "R-terms-8",
                    {{"title", m.title}, {"due", *m.due}, {"start", *t.start}}, "milestones");
  }
  if (check_start && t.start && *t.start < today)
    return refuse(Code::INCOMPLETE_TERMS, "terms.start_past", "R-terms-7", {{"start", *t.start}, {"today", today}},
                  "start");
  const Date begin = std::max(t.start.value_or(today), today);
  if (t.end && *t.end <= begin)
    return refuse(Code::INCOMPLETE_TERMS, "terms.end_first", "R-terms-8", {{"end", *t.end}, {"start", begin}}, "end");
  return {};
}

/// The single milestone that terms without milestones have.
MilestoneTerms whole(const Terms& t) { return {t.title, t.amount, t.end}; }

}  // namespace

std::string canonical(const Terms& t) {
  std::string s = framed("parley-terms-1") + framed(t.title) + framed(t.scope);
  const auto money = [](Money m) { return framed(decimal(m) + " " + std::string{m.currency.name()}); };
  const auto date = [](const std::optional<Date>& d) { return framed(d ? iso(*d) : ""); };
  s += money(t.amount) + date(t.start) + date(t.end) + framed(std::to_string(t.milestones.size()));
  for (const auto& m : t.milestones) s += framed(m.title) + money(m.amount) + date(m.due);
  return s;
}

Digest digest(const Terms& t) { return sha256(canonical(t)); }

std::vector<Change> diff(const Terms& from, const Terms& to) {
  std::vector<Change> changes;
  if (from.title != to.title) changes.push_back({"title", from.title, to.title});
  if (from.scope != to.scope) changes.push_back({"scope", from.scope, to.scope});
  if (!(from.amount == to.amount)) changes.push_back({"amount", from.amount, to.amount});
  const bool both_single = from.milestones == std::vector{whole(from)} && to.milestones == std::vector{whole(to)};
  if (!both_single && from.milestones != to.milestones)
    changes.push_back({"milestones", milestones_line(from.milestones), milestones_line(to.milestones)});
  if (from.start != to.start) changes.push_back({"start", arg(from.start), arg(to.start)});
  if (from.end != to.end) changes.push_back({"end", arg(from.end), arg(to.end)});
  return changes;
}

std::string milestones_line(const std::vector<MilestoneTerms>& milestones) {
  std::string s;
  for (const auto& m : milestones) {
    if (!s.empty()) s += ";";
    s += m.title + ":" + decimal(m.amount);
    if (m.due) s += ":" + iso(*m.due);
  }
  return s;
}

std::expected<Terms, Rejection> complete(const TermsInput& in, const Policy& policy, Date today) {
  std::string missing;
  const auto need = [&](bool there, std::string_view name) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string{name};
  };
  const bool milestones = in.milestones && !in.milestones->empty();
  need(in.title && !in.title->empty(), "title");
  need(in.scope && !in.scope->empty(), "scope");
  need(in.amount || milestones, "amount");
  if (!missing.empty())
    return std::unexpected(
        refuse(Code::INCOMPLETE_TERMS, "terms.missing", "R-terms-1", {{"missing", missing}}, missing));
  Terms t{.title = *in.title, .scope = *in.scope, .amount = {}, .milestones = {}, .start = in.start, .end = in.end};
  t.amount = in.amount ? *in.amount : sum_of(*in.milestones, policy.currency);
  t.milestones = milestones ? *in.milestones : std::vector{whole(t)};
  if (auto p = problem(t, policy, today, true)) return std::unexpected(std::move(*p));
  return t;
}

namespace {

/// The terms with what was typed put over them, whether it fits together or not.
std::expected<Terms, Rejection> overlaid(const Terms& before, const TermsInput& in, const Policy& policy) {
  Terms t = before;
  if (in.title) t.title = *in.title;
  if (in.scope) t.scope = *in.scope;
  if (in.start) t.start = in.start;
  if (in.end) t.end = in.end;
  if (in.amount) t.amount = *in.amount;
  if (in.milestones && !in.milestones->empty()) {
    t.milestones = *in.milestones;
    if (!in.amount) t.amount = sum_of(t.milestones, policy.currency);
  } else if (t.milestones.size() == 1) {
    auto& m = t.milestones[0];
    m.amount = t.amount;
    if (m.title == before.title) m.title = t.title;
    if (m.due == before.end) m.due = t.end;
  } else if (!(t.amount == before.amount)) {
    auto scaled_to = before.milestones;
    Money rest = t.amount;
    for (auto& m : scaled_to) {
      m.amount = scaled(m.amount, t.amount, before.amount);
      rest -= m.amount;
    }
    scaled_to.back().amount += rest;
    return std::unexpected(refuse(Code::INCOMPLETE_TERMS, "terms.milestones_needed", "R-terms-3",
                                  {{"amount", t.amount}, {"milestones", milestones_line(scaled_to)}}, "milestones"));
  }
  return t;
}

}  // namespace

std::expected<Terms, Rejection> changed(const Terms& before, const TermsInput& in, const Policy& policy, Date today) {
  auto t = overlaid(before, in, policy);
  if (!t) return t;
  if (*t == before) return std::unexpected(refuse(Code::USAGE, "terms.nothing_changed", "R-terms-9"));
  if (auto p = problem(*t, policy, today, t->start != before.start)) return std::unexpected(std::move(*p));
  return t;
}

std::expected<Terms, Rejection> anew(const Terms& before, const TermsInput& in, const Policy& policy, Date today) {
  auto t = overlaid(before, in, policy);
  if (!t) return t;
  if (auto p = problem(*t, policy, today, true)) return std::unexpected(std::move(*p));
  return t;
}

Terms undated(Terms t) {
  t.start.reset();
  t.end.reset();
  for (auto& m : t.milestones) m.due.reset();
  return t;
}

std::optional<Rejection> misfit(const Terms& t, const Policy& policy, Date today) {
  return problem(t, policy, today, false);
}

std::optional<Rejection> nothing_typed(const TermsInput& in) {
  if (in != TermsInput{}) return {};
  return refuse(Code::USAGE, "terms.nothing_changed", "R-terms-9");
}

std::optional<Rejection> end_passed(const Terms& t, Date today, std::string why, std::string id) {
  if (!t.end || *t.end >= today) return {};
  return refuse(Code::INCOMPLETE_TERMS, std::move(why), "R-autoend-6", {{"id", std::move(id)}, {"end", *t.end}}, "end");
}

}  // namespace workflow
