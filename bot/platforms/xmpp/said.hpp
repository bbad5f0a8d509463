#pragma once
#include <functional>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "workflow/time.hpp"

// A message, live or out of an archive, as far as it can be read without knowing who is in the room.
namespace bot::xmpp {

/// A name in a body, from which the author's client has taken the @ (XEP-0372): `Ana M.`, typed as `@Ana M.`.
struct Mention {
  std::size_t at = 0, length = 0;  ///< bytes of the body
  std::string who;                 ///< the address of a person, or of a place in the room: `ROOM/nick`
};

struct Said {
  std::string from;       ///< the full address it came from
  std::string type;       ///< `groupchat`, `chat`, `error`; empty: normal
  std::string id;         ///< chosen by the sender
  std::string origin;     ///< the sender's origin-id, or `id`
  std::string stanza_id;  ///< of the archive that was named; live only
  std::string body;       ///< without the quotation in front of a reply
  bool has_body = false;
  std::vector<Mention> mentions = {};  ///< the last one first
  std::string thread;
  std::string reply_to;          ///< the id of the message that it answers
  std::string replaces;          ///< it corrects the message with this `id`: never executed
  bool subject = false;          ///< a subject and no body: what a room says last when one comes in
  bool private_in_room = false;  ///< it claims to belong to a room
};
/// `archive` is the only one whose stanza-id counts: anybody can write any other.
Said read_said(pugi::xml_node message, const std::string& archive);

/// The body as it was typed, with `@ana` where a client wrote `Ana M.` and whom that means. `handle` knows the handle
/// that belongs to an address; nothing: what is there stays.
std::string as_typed(const Said&, const std::function<std::optional<std::string>(const Mention&)>& handle);

/// Who wrote a message of a room's archive. The room adds the real address behind whatever the author put there
/// themselves, so several answers are none.
std::optional<std::string> author_in_archive(pugi::xml_node message);
/// That answer stands behind the room's own id of the author (XEP-0421), where nobody but the room can write.
bool author_behind_id(pugi::xml_node message);

}  // namespace bot::xmpp
