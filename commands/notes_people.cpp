#include "commands/telling.hpp"

// What a person has ordered for themselves, and the room that moves.
namespace commands {

using namespace workflow;

Tale tell(const Telling& t, const room::MoveAsked& e) {
  const auto name = [&](Side side) { return t.name(side == Side::client ? *t.room.client : *t.room.freelancer); };
  return Told{.text = t.say("note.room.move_asked", {{"who", name(e.by)}, {"other", name(other(e.by))}}), .at = e.at};
}

Tale tell(const Telling& t, const room::Moved& e) {
  return Told{.text = t.say("note.room.moved",
                            {{"client", t.name(*t.room.client)}, {"freelancer", t.name(*t.room.freelancer)}}),
              .at = e.at};
}

Tale tell(const Telling& t, const person::ZoneChosen& e) {
  return Told{.text = t.say("note.person.zone_chosen", {{"zone", e.zone}}), .at = {}, .kind = {}, .direct = e.id};
}
Tale tell(const Telling& t, const person::Blocked& e) {
  return Told{.text = t.say("note.person.blocked", {{"name", t.name(e.who)}, {"handle", t.handle(e.who)}}),
              .at = {},
              .kind = {},
              .direct = e.id};
}
Tale tell(const Telling& t, const person::Unblocked& e) {
  return Told{.text = t.say("note.person.unblocked", {{"name", t.name(e.who)}}), .at = {}, .kind = {}, .direct = e.id};
}

}  // namespace commands
