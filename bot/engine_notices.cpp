#include <limits>

#include "bot/engine_impl.hpp"

// Notices: whom a room's note concerns and who did not cause it himself, is told of it (R-notice-1).
namespace bot {
namespace {

constexpr std::int64_t most_shown = 20;
/// Of a note only its first line is kept for `/inbox`: the rest stands in the room.
constexpr std::size_t notice_length = 200;

}  // namespace

/// The parties of what the note is about; those of anything else that changed with it only while they are here, for
/// somebody who left does not go on reading of other people's business.
Engine::Impl::Concerned Engine::Impl::concerned(RoomId id, std::span<const workflow::Event> events) {
  Concerned found;
  const auto& room = store.room(id);
  std::optional<std::vector<PersonId>> here;
  bool first = true;
  for (const auto& e : events) {
    const auto about = workflow::subject(e);
    const auto both = about ? workflow::parties(room, about) : std::nullopt;
    if (!both) continue;
    for (const auto party : {both->client, both->freelancer}) {
      if (party.n == 0 || found.contains(party)) continue;
      if (!first && !here) here = store.members(opt.platform, store.place_of(id)->channel);
      if (first || std::find(here->begin(), here->end(), party) != here->end()) found.emplace(party, *about);
    }
    first = false;
  }
  return found;
}

void Engine::Impl::tell(RoomId id, const commands::Note& note, std::int64_t number,
                        std::span<const workflow::Event> events, const Act* a, Instant effective) {
  for (const auto& [person, about] : concerned(id, events)) {
    if (a && person == a->actor) continue;
    writing().notify({.person = person,
                      .note = number,
                      .at = effective,
                      .room = id,
                      .kind = note.kind,
                      .text = commands::headline(note.text, notice_length)});
    write_to(person, id, about, note, effective);
  }
}

void Engine::Impl::put_unread(commands::Cast& cast, PersonId person) {
  for (auto& n : store.notices(person, most_shown)) cast.unread.push_back({n.note, n.at, std::move(n.text)});
  cast.unread_in_all = store.notices_unread(person);
}

void Engine::Impl::acknowledge(Act& a, const commands::Ack& c) {
  const auto n = writing().read_notices(a.actor, c.through.value_or(std::numeric_limits<std::int64_t>::max()));
  writing().set_answer(a.cause, "notices.read");
  answer_author(a, n == 0 ? commands::hint("acked_none", {}) : commands::hint("acked", {{"n", n}}), true);
}

}  // namespace bot
