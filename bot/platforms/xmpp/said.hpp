#pragma once
#include <optional>
#include <pugixml.hpp>
#include <string>

#include "workflow/time.hpp"

// A message, live or out of an archive, as far as it can be read without knowing who is in the room.
namespace bot::xmpp {

struct Said {
  std::string from;       ///< the full address it came from
  std::string type;       ///< `groupchat`, `chat`, `error`; empty: normal
  std::string id;         ///< chosen by the sender
  std::string origin;     ///< the sender's origin-id, or `id`
  std::string stanza_id;  ///< of the archive that was named; live only
  std::string body;       ///< without the quotation in front of a reply
  bool has_body = false;
  std::string thread;
  std::string reply_to;          ///< the id of the message that it answers
  std::string replaces;          ///< it corrects the message with this `id`: never executed
  bool subject = false;          ///< a subject and no body: what a room says last when one comes in
  bool private_in_room = false;  ///< it claims to belong to a room
};
/// `archive` is the only one whose stanza-id counts: anybody can write any other.
Said read_said(pugi::xml_node message, const std::string& archive);

/// Who wrote a message of a room's archive. The room adds the real address behind whatever the author put there
/// themselves, so several answers are none.
std::optional<std::string> author_in_archive(pugi::xml_node message);

}  // namespace bot::xmpp
