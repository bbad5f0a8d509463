#include "bot/rehearse/reader.hpp"

#include <algorithm>
#include <fstream>

#include "bot/policy.hpp"

namespace bot::rehearse {
namespace {

constexpr std::string_view default_start = "2026-11-02T09:00Z";

/// Lines that say something about the world and let no time pass: `paid` may still follow them.
bool sets_up(const Action& a) {
  return std::holds_alternative<PersonLine>(a) || std::holds_alternative<RoomLine>(a) ||
         std::holds_alternative<BindLine>(a) || std::holds_alternative<PaidLine>(a) ||
         std::holds_alternative<MemberLine>(a) || std::holds_alternative<MoveLine>(a) ||
         std::holds_alternative<HeaderLine>(a) || std::holds_alternative<EmailLine>(a);
}

std::expected<std::string, std::string> content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (std::filesystem::is_directory(path) || !in || !(text << in.rdbuf())) {
    if (std::error_code none; std::filesystem::is_regular_file(path, none) && std::filesystem::file_size(path) == 0)
      return std::string{};
    return std::unexpected("cannot be read");
  }
  return text.str();
}

/// Time only goes on: known only once the first `at` is, wherever it stands.
std::optional<Unreadable> clock_goes_back(const Script& script) {
  Instant now = script.start;
  for (const Step& step : script.steps) {
    if (const auto* pass = std::get_if<PassLine>(&step.action)) now += pass->duration;
    const auto* at = std::get_if<AtLine>(&step.action);
    if (!at) continue;
    if (at->instant < now)
      return Unreadable{step.file, step.line, "the clock stands at " + workflow::iso(now) + " and never goes back"};
    now = at->instant;
  }
  return std::nullopt;
}

}  // namespace

std::string text(const Unreadable& u) {
  return u.file + (u.line > 0 ? ":" + std::to_string(u.line) : "") + ": " + u.reason;
}

std::expected<Script, Unreadable> read(const std::filesystem::path& path, const workflow::Policy& policy) {
  const auto content = content_of(path);
  if (!content) return std::unexpected(Unreadable{path.string(), 0, content.error()});
  return read(path, *content, policy);
}

std::expected<Script, Unreadable> read(const std::filesystem::path& path, const std::string& content,
                                       const workflow::Policy& policy) {
  Script script;
  script.file = path.string();
  script.start = *workflow::parse_instant(default_start);
  script.policy = policy;
  script.policy.timer_grace = workflow::Duration{0};
  if (auto wrong = Reader(script).file(path, content, true)) return std::unexpected(*wrong);
  if (auto back = clock_goes_back(script)) return std::unexpected(*back);
  return script;
}

std::optional<Unreadable> Reader::file(const std::filesystem::path& path, const std::string& content, bool checked) {
  const auto before = std::make_tuple(file_, folder_, number_, checked_);
  file_ = path.string();
  folder_ = path.parent_path();
  number_ = 0;
  checked_ = checked;
  closed_ = true;
  open_.push_back(std::filesystem::weakly_canonical(path));
  std::istringstream lines(content);
  for (std::string each; std::getline(lines, each);) {
    ++number_;
    if (each.ends_with('\r')) each.pop_back();
    const auto done = line(each);
    if (inner_) return inner_;
    if (!done) return Unreadable{file_, number_, done.error()};
  }
  open_.pop_back();
  closed_ = true;
  std::tie(file_, folder_, number_, checked_) = before;
  return std::nullopt;
}

Reader::Result Reader::line(std::string_view text) {
  if (trimmed(text).empty()) return {};
  if (text.starts_with('#')) return comment(text.substr(1));
  if (text.starts_with("  ")) return expected(text.substr(2));
  if (text.starts_with(' ') || text.starts_with('\t'))
    return std::unexpected("what the bot says is indented by two blanks");
  if (text.starts_with("= ")) return fact(text.substr(2));
  if (text.starts_with('+')) return pass(text.substr(1));
  const auto name = text.substr(0, text.find_first_of(" >|!@:"));
  const auto rest = text.substr(name.size());
  const bool label = rest.starts_with(": ") && is_name(name);
  if (is_name(name) &&
      (label || rest.starts_with('>') || rest.starts_with('|') || rest.starts_with('!') || rest.starts_with('@')))
    return typed(text);
  auto behind = text;
  const auto word = take_word(behind);
  if (behind == "= CONFIRM") {
    if (!is_name(word)) return std::unexpected("a kept code is written code = CONFIRM");
    kept_.insert(std::string(word));
    act(KeepLine{std::string(word)});
    return {};
  }
  return keyword(word, behind);
}

Reader::Result Reader::comment(std::string_view text) {
  if (take_word(text) == "rule") script_.rules.emplace_back(take_word(text));
  return {};
}

Reader::Result Reader::expected(std::string_view text) {
  if (closed_ || script_.steps.empty())
    return std::unexpected("what the bot says stands below the line that causes it, before the facts");
  auto& list = script_.steps.back().expected;
  if (text == "|" || text.starts_with("| ")) {
    const bool goes_on =
        !list.empty() && (list.back().form == Expected::Form::text || list.back().form == Expected::Form::mail);
    if (!goes_on || list.back().last + 1 != number_)
      return std::unexpected("a line that begins with | continues the text right above it");
    list.back().lines.emplace_back(text.substr(std::min<std::size_t>(2, text.size())));
    list.back().last = number_;
    return {};
  }
  auto read = read_expected(text);
  if (!read) return std::unexpected(read.error());
  if (read->form == Expected::Form::mail && !emails_shown_)
    return std::unexpected("mails are compared below a line `show email`");
  const auto who = whose_direct_chat(read->channel);
  if (!who.empty()) {
    if (auto known = known_person(who); !known) return known;
  } else if (!read->channel.empty() && !rooms_.contains(read->channel)) {
    return std::unexpected("there is no room " + read->channel + "; write \\[ where a note begins so");
  }
  if (!read->to.empty())
    if (auto known = known_person(read->to); !known) return known;
  read->first = read->last = number_;
  list.push_back(std::move(*read));
  return {};
}

Reader::Result Reader::fact(std::string_view text) {
  auto read = read_fact(text);
  if (!read) return std::unexpected(read.error());
  if (auto known = known_names(text); !known) return known;
  act(std::move(*read));
  closed_ = true;
  return {};
}

Reader::Result Reader::pass(std::string_view text) {
  const auto duration = parse_duration(trimmed(text));
  if (!duration || duration->count() == 0) return std::unexpected("time passes as in +14d, +3h30m or +1ms");
  act(PassLine{*duration});
  return {};
}

Reader::Result Reader::typed(std::string_view text) {
  std::string label;
  if (const auto colon = text.find(": "); colon < text.find_first_of(">|!@")) {
    label = text.substr(0, colon);
    text = trimmed(text.substr(colon + 2));
    if (!labels_.insert(label).second) return std::unexpected("a message named " + label + " stands above already");
  }
  const auto who = text.substr(0, text.find_first_of(">|!@"));
  if (auto known = known_person(who); !known) return known;
  return typed_by(std::move(label), who, text.substr(std::min(who.size(), text.size())));
}

Reader::Result Reader::typed_by(std::string label, std::string_view who, std::string_view rest) {
  if (rest.empty()) return std::unexpected("a person types as in " + std::string(who) + "> text");
  if (rest.front() == '|') {
    if (!label.empty()) return std::unexpected("a name stands at the head of a message, not at its continuation");
    return more(who, rest.substr(1));
  }
  TypedLine out;
  out.who = who;
  out.label = std::move(label);
  out.pressed = rest.front() == '!';
  if (rest.front() == '@') {
    const auto end = rest.find('>');
    out.at = workflow::parse_instant(trimmed(rest.substr(1, end == rest.npos ? rest.npos : end - 1)));
    if (end == rest.npos || !out.at) return std::unexpected("typed earlier is written ana@2026-11-02T08:59Z> text");
    rest.remove_prefix(end);
  }
  rest.remove_prefix(1);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (out.pressed && trimmed(rest).empty()) return std::unexpected("a button is pressed as in ana! confirm");
  out.text = rest;
  if (auto may = may_type(who); !may) return may;
  if (auto known = known_names(rest); !known) return known;
  act(std::move(out));
  return {};
}

Reader::Result Reader::more(std::string_view who, std::string_view rest) {
  auto* above = script_.steps.empty() ? nullptr : std::get_if<TypedLine>(&script_.steps.back().action);
  if (!above || above->who != who || script_.steps.back().last + 1 != number_ || above->pressed)
    return std::unexpected("a continuation stands right below the message of the same person");
  if (auto known = known_names(rest); !known) return known;
  above->text += '\n';
  above->text += rest.starts_with(' ') ? rest.substr(1) : rest;
  script_.steps.back().last = number_;
  return {};
}

Reader::Result Reader::keyword(std::string_view word, std::string_view rest) {
  for (const auto read : {&Reader::setting, &Reader::people, &Reader::trouble}) {
    const auto done = (this->*read)(word, rest);
    if (!done) return std::unexpected(done.error());
    if (*done) return {};
  }
  return std::unexpected("`" + std::string(word) + "` begins no line of a script");
}

Reader::Result Reader::include(std::string_view rest) {
  const auto path = folder_ / std::string(rest);
  if (std::ranges::find(open_, std::filesystem::weakly_canonical(path)) != open_.end())
    return std::unexpected(std::string(rest) + " includes itself");
  const auto content = content_of(path);
  if (!content) return std::unexpected(std::string(rest) + " " + content.error());
  inner_ = file(path, *content, false);
  return {};
}

Reader::Result Reader::known_person(std::string_view name) const {
  if (people_.contains(std::string(name))) return {};
  return std::unexpected("there is no person " + std::string(name));
}

Reader::Result Reader::known_names(std::string_view text) const {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '$') continue;
    const auto rest = text.substr(i + 1);
    const auto name =
        rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"));
    if (!is_name(name) || kept_.contains(std::string(name))) continue;
    return std::unexpected("$" + std::string(name) +
                           " was not kept above; a dollar sign before a word is written \\x24");
  }
  return {};
}

Reader::Result Reader::may_type(std::string_view who) const {
  if (spot_.channel.empty()) return std::unexpected("there is no room yet");
  const auto owner = whose_direct_chat(spot_.channel);
  if (!owner.empty() && owner != who) return std::unexpected("only " + owner + " types in this direct chat");
  return {};
}

void Reader::act(Action action) {
  if (!sets_up(action)) acted_ = true;
  closed_ = false;
  script_.steps.push_back({file_, number_, number_, spot_, checked_, std::move(action), {}});
}

}  // namespace bot::rehearse
