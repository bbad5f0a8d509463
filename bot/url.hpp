#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace bot {

/// A server as a setting names it: `wss://chat.example.org:5281/xmpp-websocket`.
struct ServerUrl {
  std::string scheme;
  std::string host;  ///< a name or a numeric address, without brackets
  unsigned short port = 0;
  std::string path;              ///< as written; empty or begins with a slash
  bool on_this_machine = false;  ///< a loopback address, or `localhost`
};

struct Scheme {
  std::string_view name;
  unsigned short usual_port;
};

/// Nothing: that is no url of one of these schemes, or it says more than a host, a port and a path.
std::optional<ServerUrl> read_server_url(std::string_view, std::initializer_list<Scheme>);

}  // namespace bot
