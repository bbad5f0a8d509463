#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "bot/platforms/xmpp/xmpp.hpp"
#include "bot/url.hpp"

namespace bot::xmpp {

/// One thing that is wrong with a configuration.
struct Wrong {
  std::string key;       ///< as in parley.toml
  std::size_t room = 0;  ///< which of `rooms`, where that is the key
  std::string what;      ///< a clause with what was expected: `an address like "…" is expected, not "…"`
};

/// Everything that is wrong, key by key. Never holds a password.
std::vector<Wrong> all_wrong_with(const XmppConfig&);

/// Where the server is; the path is at least a slash. The one reading of `url` for whoever checks and whoever connects.
std::optional<ServerUrl> server_of(std::string_view url);

}  // namespace bot::xmpp
