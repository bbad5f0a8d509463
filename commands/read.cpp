#include <algorithm>
#include <array>

#include "commands/suggest.hpp"
#include "commands/unicode.hpp"
#include "commands/verbs.hpp"

// From what somebody typed to exactly one of: nothing, a request, USAGE.
namespace commands {
namespace {

using workflow::Args;
using workflow::Code;
using workflow::Rejection;

constexpr std::size_t message_limit = 4000;

Rejection usage_of(std::string why, Args args = {}, std::string rule = "R-read-2") {
  return workflow::refuse(Code::USAGE, std::move(why), std::move(rule), std::move(args));
}

/// What is wrong with a message as a text, whatever it says.
std::optional<Rejection> text_problem(std::string_view typed) {
  if (!valid_utf8(typed)) return usage_of("usage.utf8");
  if (const auto n = code_points(typed); n > message_limit)
    return usage_of("usage.too_long", {{"key", std::string{"a message"}},
                                       {"most", static_cast<std::int64_t>(message_limit)},
                                       {"length", static_cast<std::int64_t>(n)}});
  if (const auto c = control_in(plain_spaces(typed))) return usage_of("usage.control", {{"typed", shown(utf8(*c))}});
  return {};
}

/// Adds what was expected and one example, where the problem has none of its own.
Rejection with_example(Rejection r, const std::vector<const Verb*>& rows) {
  std::vector<std::string> expected;
  for (const auto* v : rows) expected.push_back(v->row.usage);
  r.args.emplace_back("expected", joined(expected, "\n"));
  if (!rows.empty()) r.args.emplace_back("example", std::string{rows.front()->row.example});
  return r;
}

Rejection unknown_verb(std::string_view message, const Addressed& to) {
  Args args{{"verb", shown(shortened(to.verb, 30))}};
  auto meant = nearest(to.verb, verb_names());
  for (const auto& v : verbs())
    if (v.row.subverb == lower(to.verb)) meant = std::string{v.row.verb} + " " + std::string{v.row.subverb};
  auto r = usage_of("usage.unknown_verb", std::move(args), "R-read-4");
  if (meant.empty()) return r;
  r.args.emplace_back("meant", meant);
  const auto at = static_cast<std::size_t>(to.verb.data() - message.data());
  r.args.emplace_back("line",
                      std::string{trimmed(message.substr(0, at))} + meant + std::string{message.substr(to.rest)});
  return r;
}

/// `/offer Revise my thesis` has a title: where words without a key may follow the verb, a subverb that takes an id is
/// one only before an id, a key, or nothing.
bool means_subverb(const Verb& v, const std::vector<const Verb*>& rows, Lexer ahead) {
  const bool titles = std::any_of(rows.begin(), rows.end(), [](auto* r) { return r->row.subverb.empty(); });
  if (!titles || v.row.ids.empty() || ahead.done()) return true;
  const auto next = ahead.take();
  return next && (!next->key.empty() || looks_like_id(next->value));
}

/// The row with the longest subverb that the next words spell, and goes behind them; none: they spell no subverb.
const Verb* by_subverb(const std::vector<const Verb*>& rows, Lexer& lexer) {
  const Verb* found = nullptr;
  Lexer ahead = lexer;
  std::string words;
  for (int n = 0; n < 2 && !ahead.done(); ++n) {
    const auto token = ahead.take();
    if (!token || !token->key.empty() || token->quoted) break;
    words += (words.empty() ? "" : " ") + lower(token->value);
    for (const auto* v : rows)
      if (v->row.subverb == words && means_subverb(*v, rows, ahead)) {
        found = v;
        lexer = ahead;
      }
  }
  return found;
}

bool takes_kind(const Row& row, std::string_view kind) {
  for (std::size_t at = 0; at < row.ids.size();) {
    const auto end = std::min(row.ids.find(' ', at), row.ids.size());
    if (row.ids.substr(at, end - at) == kind) return true;
    at = end + 1;
  }
  return false;
}

std::string kinds_of(const std::vector<const Verb*>& rows) {
  std::vector<std::string> kinds;
  for (const auto* v : rows)
    for (const std::string_view kind : {"P", "O", "C", "M", "A", "ER", "CR", "Q"})
      if (takes_kind(v->row, kind)) kinds.push_back(std::string{kind} + (kind == "M" || kind == "A" ? "-n.n" : "-n"));
  return joined(kinds, ", ");
}

/// The row for the kind of id that was typed.
std::expected<const Verb*, Rejection> by_id(const std::vector<const Verb*>& rows, Lexer ahead,
                                            const ReadContext& context) {
  const std::string verb{rows.front()->row.verb};
  const Args args{{"verb", verb}, {"takes", kinds_of(rows)}};
  if (ahead.done()) return std::unexpected(usage_of("usage.no_id", args));
  const auto token = ahead.take();
  if (!token) return std::unexpected(token.error());
  if (!token->key.empty()) return std::unexpected(usage_of("usage.no_id", args));
  if (looks_like_id(token->value)) {
    const Value v{"", *token, ahead.message(), context};
    if (auto p = plain_only(v)) return std::unexpected(std::move(*p));
    if (!ascii(token->value)) return std::unexpected(look_alike(v));
  }
  auto with_typed = args;
  with_typed.emplace_back("typed", shown(shortened(token->value, 40)));
  if (!looks_like_id(token->value)) return std::unexpected(usage_of("usage.no_id", with_typed));
  const auto kind = upper(std::string_view{token->value}.substr(0, token->value.find('-')));
  for (const auto* v : rows)
    if (takes_kind(v->row, kind)) return v;
  std::vector<std::string> about;
  for (const auto& v : verbs()) {
    const auto name = "/" + std::string{v.row.verb} + (v.row.subverb.empty() ? "" : " " + std::string{v.row.subverb});
    if (v.row.group != "look" && takes_kind(v.row, kind) && std::ranges::find(about, name) == about.end())
      about.push_back(name);
  }
  with_typed.emplace_back("verbs", joined(about));
  return std::unexpected(usage_of("usage.id_kind", with_typed));
}

std::expected<Reading, Rejection> reading(std::string_view message, const Addressed& to, const ReadContext& context) {
  const auto verb = lower(to.verb);
  const auto rows = rows_of(verb);
  if (rows.empty()) return std::unexpected(unknown_verb(message, to));
  Lexer lexer{message, to.rest};
  const Verb* row = by_subverb(rows, lexer);
  if (!row) {
    std::vector<const Verb*> plain;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(plain), [](auto* v) { return v->row.subverb.empty(); });
    if (plain.empty()) return std::unexpected(with_example(usage_of("usage.subverb", {{"verb", verb}}), rows));
    row = plain.front();
    if (!row->row.ids.empty()) {
      const auto chosen = by_id(plain, lexer, context);
      if (!chosen) return std::unexpected(with_example(chosen.error(), plain));
      row = *chosen;
    }
  }
  auto request = row->make(lexer, context);
  if (!request) {
    // `/list x` may have meant any of its forms; a form that takes an id is told from the others by it.
    const auto free = std::count_if(rows.begin(), rows.end(), [](auto* r) { return r->row.ids.empty(); });
    const bool several = free > 1 && row->row.ids.empty();
    return std::unexpected(with_example(std::move(request.error()), several ? rows : std::vector{row}));
  }
  return Reading{verb, std::move(*request)};
}

/// Letters that ids begin with, those of nouns to come included.
bool id_letters(std::string_view s) {
  static constexpr std::array<std::string_view, 18> known{"p",  "o", "c", "m",  "a",  "er", "cr", "q", "rf",
                                                          "rq", "d", "s", "hd", "te", "j",  "b",  "t", "n"};
  return std::ranges::find(known, s) != known.end();
}

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Something that was perhaps meant as an id: `P-12`, `p12`, `M5.1`, `P 12`, `#12`, and where no money can be meant
/// `12`. Nothing is filled in for it: who mistypes an id means a certain thing (R-id-4).
bool meant_as_id(const Token& token, std::string_view next, bool takes_amount) {
  if (token.quoted) return looks_like_id(token.value) && token.value.find(' ') == std::string::npos;
  if (looks_like_id(token.value)) return true;
  const auto word = compared(without_hidden(token.value));
  std::string_view left = word;
  if (left.starts_with('#')) left.remove_prefix(1);
  std::size_t letters = 0;
  while (letters < left.size() && left[letters] >= 'a' && left[letters] <= 'z') ++letters;
  const auto rest = left.substr(letters);
  if (rest.starts_with('-') && rest.size() <= 4) return id_letters(left.substr(0, letters));
  const bool marks = std::ranges::all_of(rest, [](char c) { return digit(c) || std::string_view{".-_:"}.contains(c); });
  if (!marks || (letters > 0 && !id_letters(left.substr(0, letters)))) return false;
  if (letters > 0 && rest.empty()) return !next.empty() && std::ranges::all_of(next, digit);
  return letters > 0 || (!takes_amount && std::ranges::any_of(rest, digit) && !word.starts_with('-'));
}

/// A line that has no id where one would stand.
struct Gap {
  std::string message;
  std::size_t at = 0;
  std::vector<const Verb*> rows;  ///< that take one there
};

std::optional<Gap> gap(std::string_view typed) {
  Gap g{.message = plain_spaces(typed)};
  const auto to = addressed(g.message);
  if (!to || text_problem(typed)) return {};
  const auto rows = rows_of(lower(to->verb));
  Lexer lexer{g.message, to->rest};
  const Verb* chosen = by_subverb(rows, lexer);
  g.at = lexer.at();
  const std::string_view subverb = chosen ? chosen->row.subverb : "";
  std::ranges::copy_if(rows, std::back_inserter(g.rows),
                       [&](auto* v) { return v->row.subverb == subverb && !v->row.ids.empty(); });
  if (g.rows.empty()) return {};
  if (lexer.done()) return g;
  const auto token = lexer.take();
  if (!token) return {};
  if (!token->key.empty()) return g;
  const auto next = lexer.done() ? std::expected<Token, Rejection>{Token{}} : lexer.take();
  const bool amount = std::ranges::any_of(g.rows, [](auto* v) { return v->row.takes_amount; });
  if (meant_as_id(*token, next ? std::string_view{next->value} : std::string_view{}, amount)) return {};
  return g;
}

std::string filled(const Gap& g, std::string_view id) {
  return g.message.substr(0, g.at) + " " + std::string{id} + g.message.substr(g.at);
}

/// A line `stars=5 text="…"` where a question is open.
bool is_answer(std::string_view message, const ReadContext& context) {
  if (!context.question_open) return false;
  const auto start = lower(trimmed(message).substr(0, 6));
  return start == "stars=" || start.starts_with("text=");
}

}  // namespace

std::string kind_of(const workflow::AnyId& id) {
  const auto all = text(id);
  return all.substr(0, all.find('-'));
}

std::optional<LeftOut> left_out(std::string_view typed, const ReadContext& context) {
  const auto g = gap(typed);
  if (!g) return {};
  LeftOut left;
  for (const std::string kind : {"P", "O", "C", "M", "A", "ER", "CR", "Q"}) {
    if (std::ranges::none_of(g->rows, [&](auto* v) { return takes_kind(v->row, kind); })) continue;
    const auto reading = read(filled(*g, kind + (kind == "M" || kind == "A" ? "-1.1" : "-1")), context);
    if (!reading || !*reading) continue;
    left.kinds.push_back(kind);
    left.query = std::holds_alternative<Query>((*reading)->request);
  }
  return left.kinds.empty() ? std::nullopt : std::optional{left};
}

std::string completed(std::string_view typed, const workflow::AnyId& id) {
  const auto g = gap(typed);
  return g ? filled(*g, text(id)) : std::string{typed};
}

std::optional<workflow::AnyId> named(const Query& q) {
  return std::visit(
      [](const auto& x) -> std::optional<workflow::AnyId> {
        if constexpr (requires { x.id; })
          return x.id;
        else if constexpr (requires { x.contract; })
          return x.contract;
        else
          return {};
      },
      q);
}

std::optional<std::expected<Reading, Rejection>> read(std::string_view typed, const ReadContext& context) {
  const bool answer = is_answer(typed, context);
  if (!answer && !addressed(typed)) return {};
  if (auto p = text_problem(typed)) return std::unexpected(std::move(*p));
  const auto message = plain_spaces(typed);
  if (!answer) {
    const auto to = addressed(message);
    if (!to) return {};
    return reading(message, *to, context);
  }
  Lexer lexer{message, 0};
  auto request = read_answer(lexer, context);
  if (request) return Reading{"end", std::move(*request)};
  request.error().args.emplace_back("example", std::string{answer_example});
  return std::unexpected(std::move(request.error()));
}

}  // namespace commands
