#include "commands/telling.hpp"
#include "commands/unicode.hpp"

// The notes of one cause: the first event that has a sentence is the headline.
namespace commands {
namespace {

using namespace workflow;

/// The instant behind the first line, where it is not the instant of the message that everybody sees.
std::string with_instant(std::string text, const Telling& t, std::optional<Instant> at,
                         std::optional<Instant> typed_at) {
  if (!at || (typed_at && *typed_at == *at)) return text;
  const auto end = std::min(text.find('\n'), text.size());
  return text.insert(end, " " + t.say("note.effective", {{"at", *at}}));
}

/// What a cause means for the end by itself, as the last line of its note (R-autoend-2).
std::string about_the_end(const Telling& t) {
  if (const auto* e = t.find<contract::Completing>()) {
    const auto* c = look_up(t.room.contracts, e->id);
    const auto date = c ? contract::end_date(*c) : std::nullopt;
    const bool dated = date && date->due <= e->due;
    return "\n" + t.say(dated ? "note.contract.completing_dated" : "note.contract.completing_line",
                        with(t.about(e->id), {{"due", dated ? date->due : e->due}}));
  }
  const auto* e = t.find<contract::Resumed>();
  return e ? "\n" + t.say("note.contract.resumed_line", t.about(e->id)) : std::string{};
}

}  // namespace

std::vector<Note> notes(std::span<const Event> events, const Room& after, const Cast& cast,
                        std::optional<Instant> typed_at) {
  const Telling t{events, after, cast};
  std::vector<Note> out;
  bool room_told = false;
  for (const auto& e : events) {
    const auto told = std::visit([&](const auto& x) { return tell(t, x); }, e);
    if (!told || (room_told && !told->direct)) continue;
    if (!told->direct) room_told = true;
    const auto about = subject(e);
    Note n{.kind = told->kind.empty() ? std::string{kind(e)} : told->kind, .subject = about ? text(*about) : ""};
    n.direct = told->direct;
    n.text = with_instant(told->text, t, told->at, typed_at);
    if (!told->direct && !std::holds_alternative<contract::Completing>(e)) n.text += about_the_end(t);
    if (const auto* asked = std::get_if<person::Asked>(&e)) n.subject = text(asked->question.contract);
    if (const auto* lapsed = std::get_if<person::AskLapsed>(&e)) n.subject = text(lapsed->contract);
    out.push_back(std::move(n));
  }
  return out;
}

Note hint(std::string_view name, const Args& args) {
  const std::string key = "hint." + std::string{name};
  return {.kind = key, .subject = {}, .text = say(key, args), .direct = {}};
}

Note hint_about(std::string_view name, const Room& room, const AnyId& id, const Cast& cast) {
  const Telling t{{}, room, cast};
  const auto due = row(room, id).due;
  Note n = hint(name, {});
  n.text = t.say(n.kind, with(t.about(id), {{"due", due ? Arg{*due} : Arg{}}}));
  n.subject = text(id);
  return n;
}

std::string with_number(std::string text, std::int64_t number, std::string_view hash) {
  return std::move(text) + " · N-" + std::to_string(number) + " " + std::string{hash};
}

std::string headline(std::string_view text, std::size_t most) {
  std::string line;
  for (std::size_t at = 0; at < text.size() && text[at] != '\n';) {
    const auto from = at;
    const auto c = next_code_point(text, at);
    if (c >= 0x20 && (c < 0x7F || c > 0x9F) && !hidden(c)) line += text.substr(from, at - from);
  }
  return shortened(line, most);
}

// What never speaks by itself.
Tale tell(const Telling&, const room::Fixed&) { return {}; }
Tale tell(const Telling&, const ledger::Posted&) { return {}; }
Tale tell(const Telling&, const person::Seen&) { return {}; }
Tale tell(const Telling&, const person::Changed&) { return {}; }
Tale tell(const Telling&, const person::Answered&) { return {}; }

Tale tell(const Telling& t, const ledger::Settled& e) {
  return Told{.text = t.say("note.ledger.settled", with(t.about(e.id), {{"amount", e.amount}})), .at = t.room.last};
}

}  // namespace commands
