#include "bot/platforms/xmpp/config.hpp"

#include <algorithm>

#include "bot/platforms/xmpp/jid.hpp"
#include "commands/unicode.hpp"

namespace bot::xmpp {
namespace {

constexpr const char* url_form = R"(a server like "wss://chat.example.org:5281/xmpp-websocket")";
constexpr const char* near_url = R"("ws://127.0.0.1:5280/xmpp-websocket")";
constexpr std::size_t longest_nick = 120;
constexpr std::size_t longest_shown = 60;

std::string expected(const std::string& form, const std::string& value) {
  return form + " is expected, not \"" + commands::shortened(value, longest_shown) + '"';
}

/// `who@where`. Servers write both in small letters, and addresses are compared byte by byte.
bool bare_address(const std::string& text) {
  const auto jid = read_jid(text);
  return jid && !jid->local.empty() && jid->resource.empty() && !text.ends_with('/') && commands::lower(text) == text;
}

class Look {
 public:
  explicit Look(const XmppConfig& config) : config_(config) {}

  std::vector<Wrong> all() {
    url();
    account();
    if (config_.password.empty() || commands::control_in(config_.password) || config_.password.contains('\t'))
      add("password_file", "a file whose first line is the password is expected");
    if (config_.nick.empty() || config_.nick.size() > longest_nick || !read_jid("a@b/" + config_.nick) ||
        commands::trimmed(config_.nick) != config_.nick)
      add("nick", expected(R"(a name of 1 to 120 bytes like "Parley")", config_.nick));
    rooms();
    return std::move(found_);
  }

 private:
  void add(std::string key, std::string what, std::size_t room = 0) {
    found_.push_back({std::move(key), room, std::move(what)});
  }

  void account() {
    if (bare_address(config_.jid)) return;
    const std::string form =
        R"(an account's address like "parley@example.org", in small letters and with nothing behind)";
    // Not shown where a colon stands in it, for there may be a password behind: `parley:…@example.org`.
    add("jid", config_.jid.contains(':') ? form + " is expected" : expected(form, config_.jid));
  }

  void url() {
    if (config_.url.contains('@'))
      // Not shown: there may be a password in it.
      return add("url", std::string{"who signs in stands in `jid` and `password_file`, not in the url; "} + url_form +
                            " is expected");
    const auto server = server_of(config_.url);
    if (!server) return add("url", expected(url_form, config_.url));
    if (server->scheme == "wss") {
      if (config_.insecure)
        add("insecure",
            std::string{"true contradicts a url that begins with wss; "} + near_url + " is expected with it");
    } else if (!server->on_this_machine) {
      add(config_.insecure ? "insecure" : "url", std::string{"what is not encrypted is only for a server on this "
                                                             "machine, like "} +
                                                     near_url + "; wss:// is expected for " + server->host);
    } else if (!config_.insecure) {
      add("url", "ws:// is not encrypted; wss:// is expected, or `insecure = true` for a server on this machine");
    }
  }

  void rooms() {
    for (std::size_t i = 0; i < config_.rooms.size(); ++i) {
      const auto& room = config_.rooms[i];
      const auto here = config_.rooms.begin() + static_cast<std::ptrdiff_t>(i);
      if (!bare_address(room))
        add("rooms",
            expected(R"(a room's address like "logo@rooms.example.org", in small letters and with nothing behind)",
                     room),
            i);
      else if (std::find(config_.rooms.begin(), here, room) != here)
        add("rooms",
            "every room is expected once, and \"" + commands::shortened(room, longest_shown) + "\" stands there twice",
            i);
    }
    if (config_.rooms.empty() && !config_.invitations)
      add("invitations",
          "false leaves nowhere to work without `rooms`; rooms = [\"logo@rooms.example.org\"] is expected beside it");
  }

  const XmppConfig& config_;
  std::vector<Wrong> found_;
};

}  // namespace

std::vector<Wrong> all_wrong_with(const XmppConfig& config) { return Look(config).all(); }

std::optional<ServerUrl> server_of(std::string_view url) {
  auto server = read_server_url(url, {{"wss", 443}, {"ws", 80}});
  if (server && server->path.empty()) server->path = "/";
  return server;
}

}  // namespace bot::xmpp

namespace bot {

std::string wrong_with(const XmppConfig& config) {
  const auto all = xmpp::all_wrong_with(config);
  return all.empty() ? "" : all.front().key + ": " + all.front().what;
}

}  // namespace bot
