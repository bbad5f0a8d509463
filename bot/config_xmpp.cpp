#include <fstream>

#include "bot/config_reader.hpp"
#include "bot/platforms/xmpp/config.hpp"

namespace bot::config {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> xmpp_keys{"url",   "jid",         "password_file", "nick",
                                         "rooms", "invitations", "insecure",      "ca_file"};

/// Types and files are looked at here; what the values have to be, the adapter says.
class XmppReader : TableReader {
 public:
  XmppReader(const Table& table, const fs::path& folder, Findings& findings)
      : TableReader("xmpp", table, folder, findings) {}

  XmppConfig read() {
    only_keys(xmpp_keys);
    if (const auto* e = text("url", R"(a server like "wss://chat.example.org:5281/xmpp-websocket")", true))
      xmpp_.url = e->value;
    if (const auto* e = text("jid", R"(an account's address like "parley@example.org")", true)) xmpp_.jid = e->value;
    if (const auto* e = text("password_file", R"(a file like "xmpp-password")", true)) password(*e);
    if (const auto* e = text("nick", R"(a name of 1 to 120 bytes like "Parley")")) xmpp_.nick = e->value;
    if (const auto* e = text("ca_file", R"(a file like "ca.pem")")) xmpp_.ca_file = file(*e, "a certificate").string();
    if (const auto* e = table_.find("rooms")) rooms(*e);
    xmpp_.invitations = truth("invitations").value_or(true);
    xmpp_.insecure = truth("insecure").value_or(false);
    together();
    return xmpp_;
  }

 private:
  void password(const Entry& e) {
    const auto path = file(e, "the password");
    std::ifstream in(path);
    std::getline(in, xmpp_.password);
    if (xmpp_.password.ends_with('\r')) xmpp_.password.pop_back();
  }

  void rooms(const Entry& e) {
    if (e.type != Entry::Type::list) return expected(e, R"(a list of rooms like ["logo@rooms.example.org"])");
    for (const auto& room : e.items) {
      if (room.type != Entry::Type::text) {
        expected(room, R"(a room's address like "logo@rooms.example.org")");
        continue;
      }
      xmpp_.rooms.push_back(room.value);
      room_lines_.push_back(room.line);
    }
  }

  /// Nobody reads twice what is wrong with one key; and what hangs on a key that cannot be read is not known.
  void together() {
    const bool encryption_known = !bad("insecure"), rooms_known = !bad("rooms");
    std::vector<xmpp::Wrong> wrong;
    for (auto& one : xmpp::all_wrong_with(xmpp_)) {
      const bool hangs =
          one.key == "url" ? !encryption_known && xmpp::server_of(xmpp_.url) : one.key == "invitations" && !rooms_known;
      if (!hangs && (one.key == "rooms" || !bad(one.key))) wrong.push_back(std::move(one));
    }
    for (const auto& one : wrong) {
      const auto* e = table_.find(one.key);
      const int line = one.key == "rooms" ? room_lines_.at(one.room) : e ? e->line : table_.line;
      add(one.key, line, ": " + one.what);
    }
  }

  XmppConfig xmpp_;
  std::vector<int> room_lines_;
};

}  // namespace

void read_xmpp(const Table& table, const fs::path& folder, Config& config, Findings& findings) {
  config.xmpp = XmppReader(table, folder, findings).read();
}

}  // namespace bot::config
