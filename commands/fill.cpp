#include <algorithm>

#include "commands/grammar.hpp"
#include "commands/suggest.hpp"
#include "commands/unicode.hpp"

// From words to the parts of a command. One word after the other finds its part; what finds none is USAGE.
namespace commands {
namespace {

using workflow::Code;
using workflow::Rejection;

constexpr std::string_view form = "R-read-2", lines_form = "R-read-5";

/// `--yes`, also where a client has made a dash of the two hyphens.
std::string_view flag_of(std::string_view word) {
  for (const std::string_view mark : {"--", "\u2014", "\u2013"})
    if (word.starts_with(mark)) return word.substr(mark.size());
  return {};
}

class Filler {
 public:
  Filler(std::vector<Slot>& parts, Bare bare, Lexer& lexer, const ReadContext& context)
      : slots_(parts), bare_(bare), lexer_(lexer), context_(context) {}

  Problem run() {
    while (!lexer_.done()) {
      first_line_ = first_line_ && lexer_.lines_skipped() == 0;
      if (bare_ == Bare::terms && lexer_.lines_skipped() > 0) {
        auto taken = line();
        if (!taken) return taken.error();
        if (*taken) continue;
      }
      auto token = lexer_.take();
      if (!token) return token.error();
      if (auto p = word(*token)) return p;
    }
    if (auto p = finish_lines()) return p;
    for (const auto& s : slots_)
      if (s.required && !s.given)
        return workflow::refuse(Code::USAGE, "usage.missing", std::string{form},
                                {{"key", s.stand == Stand::amount ? s.name : s.shape}});
    return {};
  }

 private:
  /// A key, a flag or a version behind a character that nobody sees would be taken for free words.
  static bool disguised(const Token& token) {
    if (token.quoted || !any_hidden(token.value)) return false;
    const auto plain = without_hidden(token.value);
    Lexer lexer{plain, 0};
    const auto seen = lexer.take();
    return seen &&
           (!seen->key.empty() || looks_like_version(plain) || plain.starts_with('#') || !flag_of(plain).empty());
  }

  Problem word(const Token& token) {
    if (disguised(token)) return usage("usage.hidden", {"", token, lexer_.message(), context_});
    if (!token.key.empty()) return keyed(token);
    if (const auto flag = flag_of(token.value); !token.quoted && !flag.empty()) return flagged(token, flag);
    return positional(token);
  }

  Problem set(Slot& s, const Token& token) {
    if (s.given)
      return workflow::refuse(Code::USAGE, "usage.repeated", std::string{form},
                              {{"key", s.stand == Stand::key ? s.name : s.shape}});
    s.given = true;
    return s.set({s.name, token, lexer_.message(), context_});
  }

  Slot* find(Stand stand) {
    for (auto& s : slots_)
      if (s.stand == stand) return &s;
    return nullptr;
  }
  Slot* named(std::string_view name) {
    for (auto& s : slots_)
      if ((s.stand == Stand::key || s.stand == Stand::phrase || s.stand == Stand::title || s.stand == Stand::amount) &&
          s.name == name)
        return &s;
    return nullptr;
  }

  Problem keyed(const Token& token) {
    if (auto* s = named(token.key)) {
      if (token.value.empty() && !token.quoted)
        return workflow::refuse(Code::USAGE, "usage.no_value", std::string{form}, {{"key", token.key}});
      return set(*s, token);
    }
    const bool terms = named("milestones") != nullptr;
    if (terms && (token.key == "rate" || token.key == "limit" || token.key == "manual"))
      return workflow::refuse(Code::USAGE, "usage.hourly", std::string{form}, {{"key", token.key}});
    std::vector<std::string> known;
    for (const auto& s : slots_)
      if (s.stand == Stand::key || s.stand == Stand::phrase) known.push_back(s.name);
    workflow::Args args{{"key", token.key}, {"keys", joined(known)}};
    if (const auto meant = nearest(token.key, known); !meant.empty()) {
      args.emplace_back("meant", meant);
      const auto text = lexer_.message();
      args.emplace_back("line", std::string{text.substr(0, token.begin)} + meant +
                                    std::string{text.substr(token.begin + token.key.size())});
    }
    return workflow::refuse(Code::USAGE, known.empty() ? "usage.no_keys" : "usage.unknown_key", std::string{form},
                            args);
  }

  Problem flagged(const Token& token, std::string_view flag) {
    auto* s = find(Stand::yes);
    if (s && lower(flag) == "yes") return set(*s, token);
    // In free words a dash is a dash.
    if (auto* phrase = find(Stand::phrase); phrase && !phrase->given) return positional(token);
    return workflow::refuse(Code::USAGE, "usage.flag", std::string{form},
                            {{"typed", shown(shortened(token.value, 40))}});
  }

  Problem positional(const Token& token) {
    if (auto* s = find(Stand::id); s && !s->given) return set(*s, token);
    const auto& v = token.value;
    const auto takes = [&](Stand stand) -> Slot* {
      if (token.quoted) return nullptr;
      const auto s = std::ranges::find_if(slots_, [&](const Slot& x) { return x.stand == stand && !x.given; });
      return s == slots_.end() ? nullptr : &*s;
    };
    if (auto* s = takes(Stand::version); s && looks_like_version(v)) return set(*s, token);
    if (auto* s = takes(Stand::hash); s && v.starts_with('#')) return set(*s, token);
    if (auto* s = takes(Stand::handle); s && (v.starts_with('@') || s->required)) return set(*s, token);
    if (auto* s = takes(Stand::word)) return set(*s, token);
    if (auto* s = takes(Stand::page); s && looks_like_count(v)) return set(*s, token);
    if (auto* s = find(Stand::title); s && !s->given) return set(*s, token);
    if (auto* s = takes(Stand::amount); s && (s->required || looks_like_money(v))) return set(*s, token);
    if (auto* s = find(Stand::phrase); s && !s->given) return phrase(*s, token);
    if (bare_ == Bare::reason && !token.quoted)
      if (auto* s = named("reason"); !s->given) return set(*s, token);
    if (bare_ == Bare::terms) return title(token);
    return extra(token);
  }

  Problem extra(const Token& token) {
    return workflow::refuse(
        Code::USAGE, "usage.extra", std::string{form},
        {{"text", shown(shortened(token.value, 40))}, {"blanks", std::string{token.quoted ? "" : "yes"}}});
  }

  /// Free words to the end of the message; in quotes they are one word like any other.
  Problem phrase(Slot& s, const Token& token) {
    if (token.quoted) return set(s, token);
    const auto rest = lexer_.take_rest();
    Token all = token;
    all.value += rest;
    all.end = token.end + rest.size();
    return set(s, all);
  }

  /// The words of the first line up to its first key or flag are the title.
  Problem title(const Token& token) {
    auto* s = named("title");
    if (!first_line_ || s->given) return extra(token);
    // `/propose C-5 amount=900` means the terms of C-5, and no title.
    if (auto* from = named("from"); from && !from->given && !token.quoted && looks_like_id(token.value))
      return set(*from, token);
    Token all = token;
    while (!token.quoted) {
      Lexer ahead = lexer_;
      if (ahead.done() || ahead.lines_skipped() > 0) break;
      const auto next = ahead.take();
      if (!next || !next->key.empty() || next->quoted || !flag_of(next->value).empty()) break;
      if (looks_like_rate(next->value)) return hourly(next->value);
      lexer_ = ahead;
      all.value += " " + next->value;
      all.end = next->end;
    }
    return set(*s, all);
  }

  static Problem hourly(std::string_view what) {
    return workflow::refuse(Code::USAGE, "usage.hourly", std::string{form}, {{"key", std::string{shown(what)}}});
  }

  /// A line behind the first: a milestone, scope, or keys, which are left to the words. False: it was keys.
  std::expected<bool, Rejection> line() {
    Lexer ahead = lexer_;
    const auto begin = ahead.at();
    const auto text = trimmed(ahead.take_line());
    for (const std::string_view mark : {"- ", "* ", "\u2022 ", "\u2013 ", "\u2014 "}) {
      if (!text.starts_with(mark)) continue;
      const Token token{.key = {},
                        .value = std::string{trimmed(text.substr(mark.size()))},
                        .begin = begin,
                        .end = begin + text.size()};
      workflow::MilestoneTerms item;
      if (auto p = read_item(item, {"milestones", token, lexer_.message(), context_})) return std::unexpected(*p);
      items_.push_back(std::move(item));
      lexer_ = ahead;
      return true;
    }
    Lexer word = lexer_;
    const auto token = word.take();
    if (!token || !token->key.empty() || (!token->quoted && !flag_of(token->value).empty())) return false;
    if (looks_like_rate(text)) return std::unexpected(*hourly(text));
    if (!scope_.empty()) scope_ += lexer_.lines_skipped() > 1 ? "\n\n" : "\n";
    scope_ += text;
    lexer_ = ahead;
    return true;
  }

  /// What the lines said becomes the parts that the keys would have set.
  Problem finish_lines() {
    const auto twice = [](std::string_view key) {
      return workflow::refuse(Code::USAGE, "usage.repeated", std::string{lines_form}, {{"key", std::string{key}}});
    };
    if (!scope_.empty()) {
      auto* s = named("scope");
      if (s->given) return twice("scope");
      if (auto p = set(*s, {.key = {}, .value = scope_, .quoted = true})) return p;
    }
    if (items_.empty()) return {};
    auto* s = named("milestones");
    if (s->given) return twice("milestones");
    if (items_.size() > workflow::milestone_limit)
      return workflow::refuse(Code::USAGE, "usage.many_milestones", std::string{lines_form},
                              {{"most", static_cast<std::int64_t>(workflow::milestone_limit)},
                               {"count", static_cast<std::int64_t>(items_.size())}});
    return set(*s, {.key = {}, .value = workflow::milestones_line(items_), .quoted = true});
  }

  std::vector<Slot>& slots_;
  Bare bare_;
  Lexer& lexer_;
  const ReadContext& context_;
  bool first_line_ = true;
  std::string scope_;
  std::vector<workflow::MilestoneTerms> items_;
};

}  // namespace

Problem fill(std::vector<Slot>& parts, Bare bare, Lexer& lexer, const ReadContext& context) {
  return Filler{parts, bare, lexer, context}.run();
}

std::string usage_line(std::string_view verb, std::string_view subverb, const std::vector<Slot>& parts) {
  std::string s = "/" + std::string{verb};
  if (!subverb.empty()) s += " " + std::string{subverb};
  // What stands by its position first, then keys, and `--yes` at the end.
  for (const auto wanted : {0, 1, 2})
    for (const auto& part : parts) {
      const int rank = part.stand == Stand::key ? 1 : part.stand == Stand::yes ? 2 : 0;
      if (rank == wanted) s += part.required ? " " + part.shape : " [" + part.shape + "]";
    }
  return s;
}

}  // namespace commands
