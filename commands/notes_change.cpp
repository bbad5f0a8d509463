#include "commands/telling.hpp"

namespace commands {

using namespace workflow;

/// The terms an offer has now are those that the request wants changed: it is closed when they are changed otherwise.
Tale tell(const Telling& t, const change_request::Requested& e) {
  const auto* o = look_up(t.room.offers, e.offer);
  if (!o) return {};
  return Told{.text = t.say("note.change.requested", with(t.about(e.id), {{"version", e.version},
                                                                          {"changes", changes(diff(o->terms, e.terms))},
                                                                          {"due", o->expire.due}})),
              .at = e.at};
}

Tale tell(const Telling& t, const change_request::Approved& e) {
  const auto* o = look_up(t.room.offers, e.offer);
  if (!o || o->earlier.empty()) return {};
  return Told{.text = t.say("note.change.approved",
                            with(t.about(e.id), {{"version", o->version},
                                                 {"hash", o->digest.brief()},
                                                 {"changes", changes(diff(o->earlier.back().terms, o->terms))},
                                                 {"due", o->expire.due}})) +
                      unsaid(t, o->terms),
              .at = e.at};
}

/// The offer that a change request leaves as it is.
static Args offer_of(const Telling& t, ChangeRequestId id) {
  auto args = t.about(id);
  const auto* c = look_up(t.room.change_requests, id);
  const auto* o = c ? look_up(t.room.offers, c->offer) : nullptr;
  if (!o) return args;
  return with(std::move(args), {{"version", o->version}, {"due", o->expire.due}});
}

Tale tell(const Telling& t, const change_request::Declined& e) {
  return Told{.text = t.say("note.change.declined", with(offer_of(t, e.id), {{"reason", e.reason.value_or("")}})),
              .at = e.at};
}

Tale tell(const Telling& t, const change_request::Withdrawn& e) {
  return Told{.text = t.say("note.change.withdrawn", offer_of(t, e.id)), .at = e.at};
}

Tale tell(const Telling&, const change_request::Closed&) { return {}; }  // a line of what closed it

}  // namespace commands
