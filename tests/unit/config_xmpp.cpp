#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <regex>

#include "bot/config.hpp"
#include "bot/platforms/xmpp/config.hpp"
#include "engine_talk.hpp"

namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using Lines = std::vector<std::string>;

const std::string password = "correct horse battery";

struct Place : talk::Folder {
  Place() { write("secret", password + "\n"); }
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path / name) << content;
    return path / name;
  }
  auto read(const std::string& content) const { return bot::read_config(write("parley.toml", content)); }
  /// What is wrong with a file of this content, each line without the folder.
  Lines wrong(const std::string& content) const {
    const auto config = read(content);
    if (config) return {};
    Lines lines;
    for (const auto& line : config.error().lines) {
      CAPTURE(content, line);
      CHECK(line.find(password) == line.npos);
      CHECK(line.starts_with(path.string()));
      lines.push_back(line.substr(path.string().size() + 1));
    }
    return lines;
  }
  std::string only(const std::string& content) const {
    const auto lines = wrong(content);
    CAPTURE(content, lines);
    REQUIRE(lines.size() == 1);
    return lines[0];
  }
};

/// A good table in lines 1 to 4, with one key left out or written otherwise.
std::string with(const std::string& key, const std::string& line) {
  std::string out = "[xmpp]\n";
  for (const auto& [name, good] :
       {std::pair<std::string, std::string>{"url", R"("wss://chat.example.org:5281/xmpp-websocket")"},
        {"jid", R"("parley@example.org")"},
        {"password_file", R"("secret")"}})
    if (name != key) out += name + " = " + good + "\n";
  return out + line + "\n";
}

std::string url(const std::string& value, const std::string& further = {}) {
  return with("url", "url = \"" + value + "\"\n" + further);
}

}  // namespace

TEST_CASE("xmpp config: a table with everything, and one with what is needed", "[config][xmpp]") {
  const Place place;
  place.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  const auto all =
      place.read(with("",
                      "nick = \"Ada L.\"\nrooms = [\"logo@rooms.example.org\", \"shop@rooms.example.org\"]\n"
                      "invitations = false\ninsecure = false\nca_file = \"ca.pem\""));
  REQUIRE(all);
  REQUIRE(all->xmpp);
  CHECK(all->xmpp->url == "wss://chat.example.org:5281/xmpp-websocket");
  CHECK(all->xmpp->jid == "parley@example.org");
  CHECK(all->xmpp->password == password);
  CHECK(all->xmpp->nick == "Ada L.");
  CHECK(all->xmpp->rooms == Lines{"logo@rooms.example.org", "shop@rooms.example.org"});
  CHECK_FALSE(all->xmpp->invitations);
  CHECK_FALSE(all->xmpp->insecure);
  CHECK(all->xmpp->ca_file == (place.path / "ca.pem").string());

  const auto least = place.read(with("", ""));
  REQUIRE(least);
  CHECK(least->xmpp->nick == "Parley");
  CHECK(least->xmpp->rooms.empty());
  CHECK(least->xmpp->invitations);
  CHECK_FALSE(least->xmpp->insecure);
  CHECK(least->xmpp->ca_file.empty());
  CHECK_FALSE(place.read("[policy]\n")->xmpp);
}

TEST_CASE("xmpp config: the password is the first line, whatever ends it", "[config][xmpp]") {
  const Place place;
  for (const char* content : {" two  words ", " two  words \n", " two  words \r\n", " two  words \nmore\n"}) {
    place.write("own", content);
    const auto config = place.read(with("password_file", "password_file = \"own\""));
    REQUIRE(config);
    CHECK(config->xmpp->password == " two  words ");
  }
}

TEST_CASE("xmpp config: what is missing is told with the line of the table", "[config][xmpp]") {
  const Place place;
  CHECK(place.wrong("\n[xmpp]\n") ==
        Lines{R"(parley.toml:2: xmpp.url is missing: a server like "wss://chat.example.org:5281/xmpp-websocket" is )"
              "expected",
              R"(parley.toml:2: xmpp.jid is missing: an account's address like "parley@example.org" is expected)",
              R"(parley.toml:2: xmpp.password_file is missing: a file like "xmpp-password" is expected)"});
  CHECK(place.only(with("jid", "")).starts_with("parley.toml:1: xmpp.jid is missing"));
}

TEST_CASE("xmpp config: a password file that holds none", "[config][xmpp]") {
  const Place place;
  place.write("empty", "");
  place.write("later", "\n" + password + "\n");
  place.write("return", "\r\n" + password + "\n");
  place.write("escape", "correct\x1b[1mhorse\n");
  place.write("tab", "correct\thorse\n");
  for (const char* file : {"nowhere", "empty", "later", ".", "return", "escape", "tab"}) {
    const auto line = place.only(with("password_file", "password_file = \"" + std::string{file} + "\""));
    CHECK_THAT(line, StartsWith("parley.toml:4: xmpp.password_file: a file ") && Contains("expected"));
    CHECK_THAT(line, !Contains("horse"));
  }
  // Whoever writes the password itself there does not read it on the screen.
  CHECK_THAT(place.only(with("password_file", "password_file = \"" + password + "\"")), !Contains("horse"));
  CHECK_THAT(place.only(with("password_file", "password_file = [\"horse\"]")), !Contains("horse"));
  CHECK_THAT(place.only(with("password_file", "password_file = 77123")),
             StartsWith("parley.toml:4: xmpp.password_file") && !Contains("77123"));
  CHECK_THAT(place.only(with("", "password = \"horse\"")),
             StartsWith("parley.toml:5: xmpp.password: the password itself never stands here") && !Contains("horse"));
  CHECK_THAT(place.only(with("", "pasword = \"horse\"")),
             StartsWith("parley.toml:5: xmpp.pasword: one of ") && !Contains("horse"));
}

TEST_CASE("xmpp config: who we are is one bare address", "[config][xmpp]") {
  const Place place;
  for (const char* jid :
       {"parley", "@example.org", "parley@", "a@b@c", "parley@example.org/desk", "Parley@example.org",
        "parley@Example.org", "parley@example.org/", "xmpp:parley@example.org", "par ley@example.org"}) {
    CAPTURE(jid);
    CHECK_THAT(place.only(with("jid", "jid = \"" + std::string{jid} + "\"")),
               StartsWith(R"(parley.toml:4: xmpp.jid: an account's address like "parley@example.org")"));
  }
  CHECK_THAT(place.only(with("jid", "jid = 5")), Contains("expected, not 5"));
  CHECK_THAT(place.only(with("jid", "jid = \"\"")), StartsWith("parley.toml:4: xmpp.jid:"));
  CHECK_THAT(place.only(with("jid", "jid = \"parley:horse@example.org\"")),
             StartsWith("parley.toml:4: xmpp.jid: an account's address") && !Contains("horse"));
}

TEST_CASE("xmpp config: what we are called in a room", "[config][xmpp]") {
  const Place place;
  for (const std::string& nick : {std::string{}, std::string(121, 'a'), std::string{" Parley"}, std::string{"Parley "},
                                  std::string{"Par\\u0007ley"}, std::string{"Par\\nley"}}) {
    CAPTURE(nick);
    CHECK_THAT(place.only(with("", "nick = \"" + nick + "\"")),
               StartsWith("parley.toml:5: xmpp.nick: a name of 1 to 120 bytes like \"Parley\""));
  }
  CHECK(place.read(with("", "nick = \"" + std::string(120, 'a') + "\"")));
  CHECK(place.read(with("", "nick = \"P\\u00e4rley / @ <3\"")));
  CHECK_THAT(place.only(with("", "nick = true")), StartsWith("parley.toml:5: xmpp.nick: a name"));
}

TEST_CASE("xmpp config: rooms are a list of bare addresses, each once", "[config][xmpp]") {
  const Place place;
  CHECK_THAT(place.only(with("", "rooms = \"logo@rooms.example.org\"")),
             StartsWith(R"(parley.toml:5: xmpp.rooms: a list of rooms like ["logo@rooms.example.org"] is expected)"));
  for (const char* room :
       {"logo", "rooms.example.org", "logo@rooms.example.org/Parley", "Logo@rooms.example.org", ""}) {
    CAPTURE(room);
    CHECK_THAT(place.only(with("", "rooms = [\"good@rooms.example.org\",\n\"" + std::string{room} + "\"]")),
               StartsWith("parley.toml:6: xmpp.rooms: a room's address like \"logo@rooms.example.org\""));
  }
  // Each is told by its own line, also behind one that is no text.
  const auto lines =
      place.wrong(with("", "rooms = [\n7,\n\"a@r.org\",\n\"x\",\n\"a@r.org\",\n\"b@r.org\"\n]\ninvitations = false"));
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[0], StartsWith("parley.toml:6: xmpp.rooms: a room's address") && Contains("not 7"));
  CHECK_THAT(lines[1], StartsWith("parley.toml:8: xmpp.rooms: a room's address") && Contains("not \"x\""));
  CHECK(lines[2] == "parley.toml:9: xmpp.rooms: every room is expected once, and \"a@r.org\" stands there twice");
}

TEST_CASE("xmpp config: without rooms and invitations there is nowhere to work", "[config][xmpp]") {
  const Place place;
  CHECK_THAT(place.only(with("", "rooms = []\ninvitations = false")),
             StartsWith("parley.toml:6: xmpp.invitations: false leaves nowhere to work"));
  CHECK_THAT(place.only(with("", "invitations = false")), StartsWith("parley.toml:5: xmpp.invitations: false leaves"));
  // What hangs on a key that cannot be read is not told as well.
  CHECK_THAT(place.only(with("", "rooms = 3\ninvitations = false")), StartsWith("parley.toml:5: xmpp.rooms: a list"));
  for (const char* key : {"invitations", "insecure"})
    for (const char* value : {"\"yes\"", "1", "[true]"}) {
      CAPTURE(key, value);
      CHECK_THAT(place.only(with("", std::string{key} + " = " + value)),
                 StartsWith("parley.toml:5: xmpp." + std::string{key} + ": true or false is expected"));
    }
}

TEST_CASE("xmpp config: the url of a server", "[config][xmpp]") {
  const Place place;
  for (const char* bad :
       {"chat.example.org", "https://chat.example.org/ws", "xmpp://chat.example.org", "wss://", "wss://host:0/ws",
        "wss://host:70000/ws", "wss://ho st/ws", "wss://host/ws?token=1", "wss://host/ws#x", "wss:/host"}) {
    CAPTURE(bad);
    CHECK_THAT(place.only(url(bad)), StartsWith("parley.toml:4: xmpp.url: a server like \"wss://"));
  }
  CHECK_THAT(place.only(with("url", "url = [\"wss://p:horse@h\"]")),
             StartsWith("parley.toml:4: xmpp.url: a server") && !Contains("horse"));
  for (const char* holds :
       {"wss://parley:horse@chat.example.org/ws", "wss://parley:ho rse@chat.example.org", "ws://horse@127.0.0.1/ws",
        "parley:horse@chat.example.org", "wss://chat.example.org/horse@"}) {
    CAPTURE(holds);
    CHECK_THAT(place.only(url(holds)), StartsWith("parley.toml:4: xmpp.url: who signs in stands in `jid`") &&
                                           !Contains("horse") && !Contains("rse"));
  }
  const auto server = bot::xmpp::server_of("wss://chat.example.org");
  REQUIRE(server);
  CHECK((server->host == "chat.example.org" && server->port == 443 && server->path == "/"));
  CHECK(bot::xmpp::server_of("ws://[::1]/a/b")->path == "/a/b");
  CHECK(bot::xmpp::server_of("ws://[::1]/a/b")->port == 80);
}

TEST_CASE("xmpp config: what is not encrypted stays on this machine, and is asked for", "[config][xmpp]") {
  const Place place;
  for (const char* good : {"ws://127.0.0.1:5280/ws", "ws://localhost:5280/ws", "ws://[::1]:5280/ws"}) {
    CAPTURE(good);
    const auto config = place.read(url(good, "insecure = true"));
    REQUIRE(config);
    CHECK(config->xmpp->insecure);
    CHECK_THAT(place.only(url(good)),
               StartsWith("parley.toml:4: xmpp.url: ws:// is not encrypted; wss:// is expected"));
    CHECK_THAT(place.only(url(good, "insecure = false")), StartsWith("parley.toml:4: xmpp.url: ws://"));
    // Whether it is asked for is not known: only that is told.
    CHECK_THAT(place.only(url(good, "insecure = \"on\"")), StartsWith("parley.toml:5: xmpp.insecure: true or false"));
  }
  CHECK_THAT(place.only(url("wss://127.0.0.1/ws", "insecure = true")),
             StartsWith("parley.toml:5: xmpp.insecure: true contradicts a url that begins with wss"));
  for (const char* far : {"ws://chat.example.org/ws", "ws://127.evil.example/ws", "ws://localhost.example.org/ws",
                          "ws://10.0.0.1/ws", "ws://0.0.0.0/ws"}) {
    CAPTURE(far);
    CHECK_THAT(place.only(url(far, "insecure = true")),
               StartsWith("parley.toml:5: xmpp.insecure: what is not encrypted is only for a server on this machine"));
    CHECK_THAT(place.only(url(far)), StartsWith("parley.toml:4: xmpp.url: what is not encrypted is only for a server"));
  }
  CHECK_THAT(place.only(url("ws://127.0.0.1.example.org/ws", "insecure = true")),
             StartsWith("parley.toml:4: xmpp.url: a server like"));
}

TEST_CASE("xmpp config: every mistake is told at once, by line", "[config][xmpp]") {
  const Place place;
  const auto lines = place.wrong(
      "[xmpp]\nurl = \"https://x\"\njid = \"x\"\npassword_file = \"nowhere\"\nnick = \"\"\nrooms = [\"x\"]\n"
      "invitations = 1\ninsecure = 2\nca_file = \"nowhere.pem\"\nroom = \"x\"\n");
  REQUIRE(lines.size() == 9);
  std::size_t line = 2;
  for (const char* key :
       {"url", "jid", "password_file", "nick", "rooms", "invitations", "insecure", "ca_file", "room"}) {
    CHECK_THAT(lines[line - 2], StartsWith("parley.toml:" + std::to_string(line) + ": xmpp." + key + ": "));
    ++line;
  }
  CHECK_THAT(lines.back(), Contains("did you mean rooms?"));
}

TEST_CASE("xmpp config: the program's own check names the server, and never the password", "[config][xmpp]") {
  const Place place;
  const auto check = [&](const std::string& content) {
    const auto file = place.write("parley.toml", content).string();
    FILE* pipe = ::popen((std::string(PARLEY_BINARY) + " check-config " + file + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string out;
    std::array<char, 4096> some{};
    while (const auto n = std::fread(some.data(), 1, some.size(), pipe)) out.append(some.data(), n);
    const int status = ::pclose(pipe);
    CHECK(out.find("horse") == out.npos);
    return std::pair{WIFEXITED(status) ? WEXITSTATUS(status) : -1, out};
  };
  const auto [good, told] = check(with("", "rooms = [\"logo@rooms.example.org\"]"));
  CHECK(good == 0);
  CHECK_THAT(told, Contains("parley@example.org") && Contains("wss://chat.example.org:5281/xmpp-websocket") &&
                       Contains("in 1 room"));
  const auto [bad, why] = check(url("wss://parley:horse@chat.example.org/ws"));
  CHECK(bad == 78);
  CHECK_THAT(why, Contains(":4: xmpp.url: "));
  const auto [none, nothing] = check("[policy]\n");
  CHECK(none == 0);
  CHECK_THAT(nothing, Contains("no [xmpp]"));
}

TEST_CASE("xmpp config: the example's table is good and has every key", "[config][xmpp]") {
  const Place place;
  place.write("xmpp-password", password + "\n");
  place.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  std::ifstream in(PARLEY_SOURCE "/deploy/parley.toml.example");
  const std::string example{std::istreambuf_iterator<char>(in), {}};
  const auto begin = example.find("# [xmpp]\n");
  REQUIRE(begin != example.npos);
  const std::regex commented(R"((^|\n)# (\[xmpp\]|[a-z_]+ = .*))");
  const auto table = std::regex_replace(example.substr(begin), commented, "$1$2");
  const auto config = place.read(table);
  if (!config) FAIL(config.error().lines.at(0));
  REQUIRE(config->xmpp);
  for (const char* key : {"url", "jid", "password_file", "nick", "rooms", "invitations", "insecure", "ca_file"})
    CHECK_THAT(table, Contains("\n" + std::string{key} + " = "));
  const bot::XmppConfig usual;
  CHECK(config->xmpp->nick == usual.nick);
  CHECK(config->xmpp->invitations == usual.invitations);
  CHECK(config->xmpp->insecure == usual.insecure);
}
