#include "commands/telling.hpp"

namespace commands {

using namespace workflow;

std::string code_of(const Rejection& r) {
  return std::string{text(r.code)} + (r.detail.empty() ? "" : "(" + r.detail + ")");
}

namespace {

bool names(const Args& args, std::string_view key) {
  for (const auto& [name, value] : args)
    if (name == key && value != Arg{std::string{}}) return true;
  return false;
}

/// One form only: a verb with several rows is told by its example.
const std::string* word(const Args& args, std::string_view name) {
  for (const auto& [key, value] : args)
    if (key == name) return std::get_if<std::string>(&value);
  return nullptr;
}

/// Twice the same line helps nobody.
bool same(const Args& args, std::string_view a, std::string_view b) {
  const auto* x = word(args, a);
  const auto* y = word(args, b);
  return x && y && *x == *y;
}

bool one_form(const Args& args) {
  for (const auto& [name, value] : args)
    if (name == "expected") {
      const auto* form = std::get_if<std::string>(&value);
      return form && !form->empty() && form->find('\n') == std::string::npos;
    }
  return false;
}

}  // namespace

Note refusal(const Rejection& r, const Cast& cast) {
  const Zones zones = cast.reader ? Zones{cast.reader->zone} : Zones{};
  auto args = r.args;
  args.emplace_back("code", code_of(r));
  args.emplace_back("rule", r.rule);
  args.emplace_back("changes", changes(r.diff));
  const std::string why = "refusal." + r.why;
  std::string s = say(has_words(why) ? why : "code." + std::string{text(r.code)}, args, zones);
  const auto line = [&](std::string_view key) { s += "\n" + say(key, args, zones); };
  if (!r.diff.empty()) line("refusal.changed");
  // A line that is corrected is the example; otherwise the form of the verb and one line that can be typed.
  if (r.code == Code::USAGE && names(args, "line")) {
    line("refusal.line");
  } else if (r.code == Code::USAGE) {
    if (one_form(args)) line("refusal.form");
    if (names(args, "example") && !same(args, "example", "expected")) line("refusal.example");
  }
  s += " · " + say(r.rule.empty() ? "refusal.end_no_rule" : "refusal.end", args, zones);
  return {.kind = "refusal", .subject = code_of(r), .text = std::move(s), .direct = {}};
}

}  // namespace commands
