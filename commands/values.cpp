#include "commands/values.hpp"

#include <algorithm>
#include <charconv>

#include "commands/format.hpp"
#include "commands/unicode.hpp"

namespace commands {
namespace {

using workflow::Code;
using workflow::MilestoneTerms;
using workflow::Money;
using workflow::MoneyProblem;
using workflow::Rejection;

constexpr std::size_t shown_length = 60;
constexpr std::string_view form = "R-read-2", money_form = "R-money-1";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool all(std::string_view s, bool (*test)(char)) { return std::all_of(s.begin(), s.end(), test); }

std::string named(const Value& v) { return std::string{v.name.empty() ? "it" : v.name}; }

/// What is said of an amount that cannot be read.
Rejection money_problem(const MoneyProblem& p, std::string_view typed, const Value& v) {
  const auto& currency = v.context.policy->currency;
  const workflow::Args args{{"currency", std::string{currency.name()}},
                            {"digits", std::int64_t{currency.digits}},
                            {"typed", shown(shortened(typed, shown_length))}};
  switch (p.what) {
    case MoneyProblem::What::currency: return usage("usage.currency", v, args, money_form);
    case MoneyProblem::What::digits: return usage("usage.money_digits", v, args, money_form);
    case MoneyProblem::What::zero: return usage("usage.money_zero", v, args, money_form);
    case MoneyProblem::What::separator:
      if (!p.suggestion.empty() && std::holds_alternative<Money>(parse_money(p.suggestion, currency)))
        return corrected("usage.separator", v, typed, p.suggestion, money_form);
      return usage("usage.money", v, args, money_form);
    case MoneyProblem::What::form: break;
  }
  const auto whole = typed.substr(0, typed.find('.'));
  if (std::count_if(whole.begin(), whole.end(), is_digit) > 9) return usage("usage.money_big", v, args, money_form);
  return usage("usage.money", v, args, money_form);
}

/// An amount; in quotes `650 USD` may have its blank.
Problem read_money(Money& out, std::string_view typed, const Value& v) {
  if (auto p = plain_only(v)) return p;
  std::string dense = upper(typed);
  std::erase(dense, ' ');
  const auto read = parse_money(dense, v.context.policy->currency);
  if (const auto* problem = std::get_if<MoneyProblem>(&read)) return money_problem(*problem, typed, v);
  out = std::get<Money>(read);
  return {};
}

Problem read_date(workflow::Date& out, std::string_view typed, const Value& v) {
  if (auto p = plain_only(v)) return p;
  const auto today = workflow::day_of(v.context.now);
  const auto word = lower(typed);
  if (word == "today" || word == "yesterday") {
    out = word == "today" ? today : today - std::chrono::days{1};
    return {};
  }
  if (const auto date = workflow::parse_date(typed)) {
    out = *date;
    return {};
  }
  const bool formed = typed.size() == 10 && typed[4] == '-' && typed[7] == '-' &&
                      std::count_if(typed.begin(), typed.end(), is_digit) == 8;
  return usage(formed ? "usage.no_such_day" : "usage.date", v,
               {{"typed", shown(shortened(typed, shown_length))}, {"today", today}}, form);
}

bool looks_like_date(std::string_view s) {
  return lower(s) == "today" || lower(s) == "yesterday" ||
         (s.size() == 10 && s[4] == '-' && s[7] == '-' && std::count_if(s.begin(), s.end(), is_digit) == 8);
}

/// The title of a milestone: there, short enough, and without the mark that separates milestones.
Problem read_item_title(MilestoneTerms& out, std::string_view typed, const Value& v) {
  out.title = kept_text("title", typed);
  const workflow::Args args{{"item", shown(shortened(typed, shown_length))}};
  if (out.title.empty()) return usage("usage.item_title", v, args, form);
  if (out.title.find(';') != std::string::npos) return usage("usage.item_semicolon", v, args, form);
  if (code_points(out.title) > workflow::title_limit)
    return usage("usage.too_long", v,
                 {{"key", std::string{"a milestone's title"}},
                  {"most", static_cast<std::int64_t>(workflow::title_limit)},
                  {"length", static_cast<std::int64_t>(code_points(out.title))}});
  return {};
}

/// Where a comma stands between two milestones, as in `Draft:300,Final:500`: read from the right it would be one
/// milestone with a strange title and the money of the last.
std::size_t stray_comma(std::string_view item) {
  for (auto colon = item.find(':'); colon != std::string_view::npos; colon = item.find(':', colon + 1)) {
    const auto end = item.find_first_not_of("0123456789.$ ", colon + 1);
    if (end != std::string_view::npos && end > colon + 1 && item[end] == ',' &&
        item.find(':', end) != std::string_view::npos)
      return end;
  }
  return std::string_view::npos;
}

/// `Title:amount[:due]`, split from the right, so that a title may hold a colon.
Problem read_listed(MilestoneTerms& out, std::string_view item, const Value& v) {
  const auto cut = [](std::string_view& s) {
    const auto colon = s.rfind(':');
    const auto last = colon == std::string_view::npos ? std::string_view{} : trimmed(s.substr(colon + 1));
    s = s.substr(0, colon == std::string_view::npos ? 0 : colon);
    return last;
  };
  auto left = item;
  if (const auto comma = stray_comma(item); comma != std::string_view::npos)
    return usage("usage.item_comma", v, {{"item", shown(shortened(trimmed(item), shown_length))}});
  if (left.find(':') == std::string_view::npos)
    return usage("usage.item", v, {{"item", shown(shortened(trimmed(item), shown_length))}});
  auto last = cut(left);
  if (looks_like_date(last)) {
    workflow::Date due{};
    if (auto p = read_date(due, last, {v.name, Token{.key = {}, .value = std::string{last}}, v.message, v.context}))
      return p;
    out.due = due;
    last = cut(left);
  }
  const Token amount{.key = {}, .value = std::string{last}, .begin = v.token.begin, .end = v.token.end};
  if (auto p = read_money(out.amount, last, {v.name, amount, v.message, v.context})) return p;
  return read_item_title(out, trimmed(left), v);
}

}  // namespace

Rejection usage(std::string_view why, const Value& v, workflow::Args more, std::string_view rule) {
  more.emplace_back("key", named(v));
  more.emplace_back("typed", shown(shortened(v.token.value, shown_length)));
  return workflow::refuse(Code::USAGE, std::string{why}, std::string{rule.empty() ? form : rule}, std::move(more));
}

Rejection corrected(std::string_view why, const Value& v, std::string_view part, const std::string& better,
                    std::string_view rule) {
  const auto raw = v.message.substr(v.token.begin, v.token.end - v.token.begin);
  // Of a milestone the amount is meant, not the same figure in its title.
  auto at = raw.find(":" + std::string{part});
  at = at == std::string_view::npos ? raw.rfind(part) : at + 1;
  workflow::Args args;
  if (at != std::string_view::npos)
    args.emplace_back("line", std::string{v.message.substr(0, v.token.begin + at)} + better +
                                  std::string{v.message.substr(v.token.begin + at + part.size())});
  return usage(why, v, std::move(args), rule);
}

Problem plain_only(const Value& v) {
  const auto& text = v.token.value;
  if (any_hidden(text)) return usage("usage.hidden", v);
  if (!foreign_digit_in(text)) return {};
  return look_alike(v);
}

Rejection look_alike(const Value& v) {
  const auto plain = upper(compared(v.token.value));
  if (!ascii(plain)) return usage("usage.plain_digits", v);
  return corrected("usage.plain_digits", v, v.token.value, plain, form);
}

Problem read_value(Money& out, const Value& v) {
  auto problem = read_money(out, v.token.value, v);
  // Only what an end pays may be nothing at all.
  if (problem && problem->why == "usage.money_zero" && v.name == "pay") {
    out = {0, v.context.policy->currency};
    return {};
  }
  return problem;
}

Problem read_value(workflow::Date& out, const Value& v) { return read_date(out, v.token.value, v); }

Problem read_value(std::int64_t& out, const Value& v) {
  if (auto p = plain_only(v)) return p;
  const auto& s = v.token.value;
  if (s.empty() || s.size() > 9 || !all(s, is_digit)) return usage("usage.number", v);
  std::from_chars(s.data(), s.data() + s.size(), out);
  return {};
}

std::size_t limit_of(std::string_view name) {
  if (name == "title") return workflow::title_limit;
  if (name == "scope") return workflow::scope_limit;
  if (name == "text") return 2000;
  if (name == "private") return 1000;
  return workflow::reason_limit;  // reasons, notes, messages
}

std::string kept_text(std::string_view name, std::string_view s) {
  std::string text = composed(without_hidden(s));
  if (name == "title") {
    std::string line;
    for (const char c : text) {
      const bool blank = c == '\n' || c == '\t' || c == ' ';
      if (!blank || (!line.empty() && line.back() != ' ')) line += blank ? ' ' : c;
    }
    text = std::move(line);
  }
  return std::string{trimmed(text)};
}

Problem read_value(std::string& out, const Value& v) {
  out = kept_text(v.name, v.token.value);
  // A text of feedback that says nothing is the contract's to refuse: the feedback is required.
  if (out.empty() && v.name != "text") return usage("usage.empty", v);
  const auto length = code_points(out);
  if (length <= limit_of(v.name)) return {};
  return usage("usage.too_long", v,
               {{"most", static_cast<std::int64_t>(limit_of(v.name))}, {"length", static_cast<std::int64_t>(length)}});
}

Problem read_value(workflow::Phrase& out, const Value& v) { return read_value(out.words, v); }

Problem read_value(std::vector<MilestoneTerms>& out, const Value& v) {
  std::string_view left = trimmed(v.token.value);
  if (left.ends_with(';')) left.remove_suffix(1);
  if (trimmed(left).empty()) return usage("usage.item", v, {{"item", std::string{}}});
  out.clear();
  while (true) {
    const auto end = left.find(';');
    MilestoneTerms item;
    if (auto p = read_listed(item, trimmed(left.substr(0, end)), v)) return p;
    out.push_back(std::move(item));
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  if (out.size() <= workflow::milestone_limit) return {};
  return usage("usage.many_milestones", v,
               {{"most", static_cast<std::int64_t>(workflow::milestone_limit)},
                {"count", static_cast<std::int64_t>(out.size())}});
}

Problem read_item(MilestoneTerms& out, const Value& v) {
  const auto last_word = [](std::string_view s) {
    s = trimmed(s);
    const auto blank = s.find_last_of(" \t");
    return blank == std::string_view::npos ? s : s.substr(blank + 1);
  };
  const auto before = [](std::string_view s, std::string_view last) {
    return trimmed(s.substr(0, static_cast<std::size_t>(last.data() - s.data())));
  };
  std::string_view left = trimmed(v.token.value);
  const auto date = last_word(left);
  if (const auto rest = before(left, date); lower(last_word(rest)) == "by") {
    workflow::Date due{};
    const Token token{.key = {}, .value = std::string{date}};
    if (auto p = read_date(due, date, {v.name, token, v.message, v.context})) return p;
    out.due = due;
    left = before(rest, last_word(rest));
  }
  const auto amount = last_word(left);
  const Token token{.key = {}, .value = std::string{amount}, .begin = v.token.begin, .end = v.token.end};
  if (amount.empty() || amount.size() == left.size())
    return usage("usage.item_line", v, {{"item", shown(shortened(v.token.value, shown_length))}});
  if (looks_like_rate(amount)) return usage("usage.hourly", v);
  if (std::none_of(amount.begin(), amount.end(), is_digit) && !foreign_digit_in(amount))
    return usage("usage.item_line", v, {{"item", shown(shortened(v.token.value, shown_length))}});
  if (auto p = read_money(out.amount, amount, {v.name, token, v.message, v.context})) return p;
  auto title = before(left, amount);
  while (title.ends_with(':') || title.ends_with(',')) title = trimmed(title.substr(0, title.size() - 1));
  return read_item_title(out, title, v);
}

bool looks_like_version(std::string_view s) {
  return s.size() >= 2 && s.size() <= 5 && (s[0] == 'v' || s[0] == 'V') && all(s.substr(1), is_digit);
}

bool looks_like_id(std::string_view s) {
  const auto plain = compared(s);
  const auto dash = plain.find('-');
  return dash != std::string::npos && dash >= 1 && dash <= 2 && dash + 1 < plain.size() && is_digit(plain[dash + 1]) &&
         std::all_of(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(dash),
                     [](char c) { return c >= 'a' && c <= 'z'; });
}

bool looks_like_rate(std::string_view s) {
  return lower(s).ends_with("/h") && s.size() > 2 && std::any_of(s.begin(), s.end(), is_digit) &&
         s.find(' ') == std::string_view::npos;
}

bool looks_like_count(std::string_view s) { return !s.empty() && all(s, is_digit); }

Problem read_value(workflow::Version& out, const Value& v) {
  const auto& s = v.token.value;
  if (!looks_like_version(s)) return usage("usage.version", v);
  std::from_chars(s.data() + 1, s.data() + s.size(), out.n);
  return {};
}

Problem read_value(workflow::HashPrefix& out, const Value& v) {
  if (auto p = plain_only(v)) return p;
  const auto hex = lower(v.token.value).substr(1);
  if (hex.size() < 4 || hex.size() > 64 || !all(hex, is_hex)) return usage("usage.hash", v);
  out.hex = hex;
  return {};
}

Problem read_value(workflow::Handle& out, const Value& v) {
  if (any_hidden(v.token.value)) return usage("usage.hidden", v);
  const auto name = v.token.value.substr(v.token.value.starts_with('@') ? 1 : 0);
  if (name.empty() || code_points(name) > workflow::title_limit) return usage("usage.handle", v);
  out.name = name;
  return {};
}

Problem read_value(workflow::AnyId& out, const Value& v) {
  if (auto p = plain_only(v)) return p;
  const auto id = workflow::parse_id(v.token.value);
  if (!id) return usage("usage.not_id", v);
  out = *id;
  return {};
}

bool looks_like_money(std::string_view s) {
  const auto first = std::find_if(s.begin(), s.end(), is_digit);
  return first != s.end() && first - s.begin() <= 3;
}

Problem read_value(workflow::Amount& out, const Value& v) { return read_value(out.money, v); }

Problem read_value(workflow::Title& out, const Value& v) {
  Value titled = v;
  titled.name = "title";
  return read_value(out.words, titled);
}

Problem read_value(workflow::From& out, const Value& v) {
  workflow::AnyId id;
  if (auto p = read_value(id, v)) return p;
  const auto* contract = std::get_if<workflow::ContractId>(&id);
  if (!contract) return usage("usage.not_contract", v);
  out.contract = *contract;
  return {};
}

Problem read_value(workflow::Zone& out, const Value& v) {
  if (auto p = plain_only(v)) return p;
  const auto zone = zone_named(v.token.value);
  if (!zone) return usage("usage.zone", v, {{"meant", zone_like(v.token.value)}});
  out.name = *zone;
  return {};
}

Problem read_value(Page& out, const Value& v) {
  const auto& s = v.token.value;
  if (s.size() > 6 || s == std::string(s.size(), '0')) return usage("usage.page", v);
  std::from_chars(s.data(), s.data() + s.size(), out.n);
  return {};
}

Problem read_value(Word& out, const Value& v) {
  if (auto p = plain_only(v)) return p;
  const bool good = v.token.value.size() <= 16 && all(v.token.value, [](char c) {
                      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!';
                    });
  if (!good) return usage("usage.extra", v, {{"text", shown(shortened(v.token.value, 40))}});
  out.text = v.token.value;
  return {};
}

/// The N may be left out.
Problem read_value(NoteNumber& out, const Value& v) {
  if (auto p = plain_only(v)) return p;
  std::string_view digits = v.token.value;
  if (digits.starts_with("N-") || digits.starts_with("n-")) digits.remove_prefix(2);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.n);
  if (error == std::errc{} && end == digits.data() + digits.size() && out.n > 0) return {};
  return usage("usage.not_note", v);
}

}  // namespace commands
