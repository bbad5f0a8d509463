#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "bot/rehearse/over_xmpp.hpp"
#include "workflow/policy.hpp"

// `parley rehearse`: scripted conversations, played and compared.
namespace bot::rehearse {

struct Options {
  std::vector<std::filesystem::path> files;  ///< scripts, or folders whose `.chat` files are played
  bool update = false;                       ///< rewrites the expected output in place
  bool words = false;                        ///< `update` writes texts, not kinds; so it does below a folder `words`
  bool show = false;                         ///< prints the whole conversation, with the words as people read them
  bool restart_every_line = false;
  workflow::Policy policy;  ///< where scripts start from, before their own `policy` lines
  std::string over;         ///< `room` or `xmpp`: through a real server; empty: in process
  XmppPlace xmpp;           ///< which, where it is `xmpp`
};

/// 0: all hold. 1: a difference. 2: a file that cannot be read. Throws where the server cannot be played on at all.
int rehearse(const Options&, std::ostream& out, std::ostream& err);

}  // namespace bot::rehearse
