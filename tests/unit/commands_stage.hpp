#pragma once
#include <map>
#include <string>

#include "commands/notes.hpp"
#include "workflow/room.hpp"

// A room with Carl and Freya for the tests of what is read and said: lines go in, notes come out, nothing is stored.
namespace stage {

using namespace workflow;

inline const Policy policy{};

inline Instant at(std::string_view iso) { return *parse_instant(iso); }

inline std::optional<std::expected<commands::Reading, Rejection>> read(std::string_view text, bool asked = false) {
  return commands::read(text, {at("2026-11-02T09:00Z"), &policy, asked});
}

struct Studio {
  Room room;
  Person carl{.id = {1}, .user = "u-c", .handle = "carl", .name = "Carl", .zone = "America/New_York"};
  Person freya{.id = {2}, .user = "u-f", .handle = "freya", .name = "Freya", .zone = "Europe/Berlin"};
  std::map<Numbered, std::int64_t> next;
  std::map<std::string, Secret> secrets;
  Instant now = at("2026-11-02T09:00Z");
  Events last;

  Studio() { room.id = {9}; }

  commands::Cast cast(const Person* reader = nullptr) const {
    return {{{carl.id, carl}, {freya.id, freya}},
            [this](const Digest& d) -> std::optional<Secret> {
              const auto it = secrets.find(d.hex);
              return it == secrets.end() ? std::nullopt : std::optional{it->second};
            },
            reader};
  }
  Context context(const Person* who, Place place) {
    Context ctx{.now = now, .policy = &policy, .actor = who, .client = &carl, .freelancer = &freya, .place = place};
    ctx.next_id = [this](Numbered n) { return ++next[n]; };
    ctx.salt = [] { return std::string(32, 'a'); };
    return ctx;
  }
  Outcome outcome(const Person& who, std::string_view text, Place place, bool consent, Room& on) {
    const auto reading = commands::read(text, {now, &policy, who.question.has_value()});
    if (!reading) throw std::logic_error("chat: " + std::string{text});
    if (!*reading) return {.rejection = reading->error()};
    auto ctx = context(&who, place);
    ctx.consent = consent;
    return carry_out(on, std::get<Command>((*reading)->request), ctx);
  }
  std::vector<commands::Note> told(const Outcome& o, std::optional<Instant> typed_at) {
    for (const auto& s : o.secrets) secrets[s.commitment.hex] = s;
    for (const auto& e : o.events) {
      evolve(carl, person_of(e) == carl.id ? e : Event{room::Fixed{}});
      evolve(freya, person_of(e) == freya.id ? e : Event{room::Fixed{}});
    }
    last = o.events;
    return commands::notes(o.events, room, cast(), typed_at);
  }
  /// The one note of a line, or its refusal's text.
  commands::Note type(const Person& who, std::string_view text, Place place = Place::room) {
    const auto o = outcome(who, text, place, true, room);
    if (o.rejection) return commands::refusal(*o.rejection, cast(&who));
    return told(o, now).at(0);
  }
  commands::Note preview(const Person& who, std::string_view verb, std::string_view text, Place place = Place::room) {
    Room after = room;
    const auto kept = next;
    const auto o = outcome(who, text, place, true, after);
    next = kept;
    if (o.rejection) return commands::refusal(*o.rejection, cast(&who));
    return commands::preview(verb, o.events, after, cast(&who), "7F3A", policy.confirm_ttl, now, room);
  }
  /// Fires what is due until `to`; the notes of all deadlines.
  std::vector<commands::Note> wait(Instant to) {
    std::vector<commands::Note> all;
    now = to;
    while (true) {
      const auto o = fire_due(room, context(nullptr, Place::room));
      if (o.events.empty()) return all;
      for (auto& n : told(o, {})) all.push_back(std::move(n));
    }
  }
  /// An offer accepted: C-1 with M-1.1 funded.
  void contract(std::string_view offer = R"(/offer title="Logo" amount=500 scope="3 concepts")") {
    type(carl, offer);
    type(freya, "/accept O-1 v1");
  }
};

}  // namespace stage
