#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/platform.hpp"

namespace boost::asio {
class io_context;
}

namespace bot {

/// One account on one XMPP server, and the rooms in which it works.
struct XmppConfig {
  std::string url;                 ///< `wss://chat.example.org:5281/xmpp-websocket`, or `ws://` on loopback
  std::string jid;                 ///< `parley@example.org`
  std::string password;            ///< never printed
  std::string nick = "Parley";     ///< in the rooms
  std::vector<std::string> rooms;  ///< `logo@rooms.example.org`; joined at the start, made where they are not there
  bool invitations = true;         ///< follows them into further rooms
  bool insecure = false;           ///< `ws://`, and PLAIN over it: only to an address of this machine
  std::string ca_file;             ///< PEM of the authorities to trust; empty: the system's
};

struct XmppTuning {
  std::chrono::milliseconds ping{2'000};            ///< from one round of pings to the next
  std::chrono::milliseconds silence{4'000};         ///< without an answer; then the archive is asked when live was said
  std::chrono::milliseconds first_retry{200};       ///< after a lost link; doubles ...
  std::chrono::milliseconds longest_retry{10'000};  ///< ... up to here
  std::chrono::milliseconds joining{15'000};        ///< how long a room may take to let us in
  std::chrono::milliseconds rejoin{30'000};         ///< a room that did not is asked again
  std::size_t untaken = 10'000;                     ///< reading stops while more items lie untaken
  int page = 50;                                    ///< messages asked for at once from an archive
  std::function<Instant()> wall;                    ///< the machine's clock; required
};

/// Channels are bare addresses: of rooms, and of people for their direct chats. A user is a bare address; the handle is
/// its local part where the domain is our own, else the whole. A message is the room's stanza-id. The cursor is JSON:
/// for each archive the last id and stamp.
///
/// Works only in rooms that show everybody's real address and keep an archive; in any other it says so, once, and does
/// nothing. Nothing is removed from a room (Can::deletes is false). Time is the archive's stamp. A live message has its
/// arrival by the server's clock (XEP-0202 where there is one), unless the link was cut or silent before it: then it
/// waits for what the archive says.
std::unique_ptr<Platform> make_xmpp_platform(boost::asio::io_context&, XmppConfig, XmppTuning);

/// What is wrong with a configuration, as a sentence with what was expected; empty: nothing.
std::string wrong_with(const XmppConfig&);

}  // namespace bot
