#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bot/rehearse/script.hpp"
#include "bot/rehearse/stage.hpp"

namespace bot::rehearse {

/// Where people and the bot meet.
struct XmppPlace {
  std::string url;                   ///< `ws://127.0.0.1:5280/xmpp-websocket`, or `wss://`
  std::string domain = "localhost";  ///< of the accounts, which are made by registration (XEP-0077)
  std::string rooms;                 ///< domain of the rooms; empty: `rooms.` before that of the accounts
  std::function<Instant()> wall;     ///< the machine's clock; required
};

/// What is wrong with a place, as a sentence with what was expected; empty: nothing.
std::string wrong_with(const XmppPlace&);

/// One XMPP server for many scripts, each on a stage of its own. A person of a script is the account of that name, the
/// password is `rehearsal`; the bot has an account that this object makes and removes. Rooms are made anew for each
/// script and destroyed after it, so others may use the server meanwhile, further rehearsals too.
class XmppStages {
 public:
  explicit XmppStages(XmppPlace);
  ~XmppStages();
  XmppStages(const XmppStages&) = delete;
  XmppStages& operator=(const XmppStages&) = delete;

  std::unique_ptr<Stage> stage(const Script&);

  struct Shared;

 private:
  std::unique_ptr<Shared> shared_;
};

}  // namespace bot::rehearse
