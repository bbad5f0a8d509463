#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "bot/room/store.hpp"
#include "room_helpers.hpp"

using namespace room_test;

namespace {

std::string text(const json::object& frame, const char* name) { return Client::text(frame, name); }

json::array entries(const json::object& page) { return page.at("entries").as_array(); }

bool has_text(const std::deque<json::object>& frames, const std::string& wanted) {
  return std::ranges::any_of(frames, [&](const json::object& frame) { return text(frame, "text") == wanted; });
}

}  // namespace

TEST_CASE("room: a right token comes in, a wrong one does not, nor anything before it", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  CHECK(text(ana.welcome.at("me").as_object(), "handle") == "ana");
  CHECK(text(ana.welcome.at("me").as_object(), "zone") == "Europe/Berlin");

  Client stranger(room.port());
  stranger.say({{"type", "sign_in"}, {"token", "not-a-token"}});
  CHECK(text(stranger.next("error"), "code") == "not_signed_in");
  CHECK(!stranger.closed().empty());

  Client hasty(room.port());
  hasty.say({{"type", "rooms"}});
  CHECK(text(hasty.next("error"), "code") == "not_signed_in");
  CHECK(!hasty.closed().empty());
}

TEST_CASE("room: a new token for a known handle is the same user", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client first(room, room.token("ana"));
  Client second(room, room.token("ana"));
  CHECK(first.id() == second.id());
  CHECK(!room::request_invite(folder.path, {.handle = "ana", .bot = true}));
  CHECK(room::request_invite(folder.path, {.handle = "Ana!"}).error().exit_code == 64);
}

TEST_CASE("room: nobody there to invite is 69", "[room]") {
  const Folder folder;
  CHECK(room::request_invite(folder.path, {.handle = "ana"}).error().exit_code == 69);
}

TEST_CASE("room: bots are in every room that a person makes, and in a direct chat with everybody", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client parley(room, room.token("parley", true));
  Client ana(room, room.token("ana"));
  Client bob(room, room.token("bob"));
  const std::string studio = make_room(ana, "Studio", {"bob"});
  const auto joined = parley.next("joined", [&](const json::object& j) { return text(j, "channel") == studio; });
  CHECK(text(joined.at("user").as_object(), "handle") == "parley");
  post(ana, studio, "hello", "k");
  CHECK(text(parley.next("message"), "text") == "hello");
  CHECK(text(bob.next("message"), "text") == "hello");

  Client again(room.port());
  again.say({{"type", "sign_in"}, {"token", room.token("ana")}});
  const auto direct = again.next("room", [](const json::object& r) { return r.contains("direct"); });
  CHECK(direct.at("members").as_array().size() == 2);
  CHECK(text(ana.ask({{"type", "leave"}, {"channel", text(direct, "id")}}), "code") == "direct");
}

TEST_CASE("room: a bot that comes into a room later hears who is there, and nothing of before", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  post(ana, studio, "before", "k1");
  Client parley(room, room.token("parley", true, "Studio"));
  post(ana, studio, "after", "k2");
  const auto page = parley.ask({{"type", "history"}, {"after", 0}, {"limit", 100}});
  bool met = false;
  for (const auto& value : entries(page)) {
    const auto& entry = value.as_object();
    CHECK(text(entry, "text") != "before");
    if (text(entry, "type") == "joined" && text(entry, "channel") == studio)
      met = met || entry.at("room").at("members").at(0).at("handle") == "ana";
  }
  CHECK(met);
  CHECK(text(entries(page).back().as_object(), "text") == "after");
}

TEST_CASE("room: the history after a cursor comes in pages, in order and with stamps that never step back", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  for (int i = 0; i < 25; ++i) post(ana, studio, "line " + std::to_string(i), "k" + std::to_string(i));
  std::int64_t after = ana.welcome.at("position").as_int64(), at = 0;
  int seen = 0;
  for (bool more = true; more;) {
    const auto page = ana.ask({{"type", "history"}, {"after", after}, {"limit", 10}});
    for (const auto& value : entries(page)) {
      const auto& entry = value.as_object();
      CHECK(entry.at("position").as_int64() > after);
      CHECK(entry.at("at").as_int64() >= at);
      after = entry.at("position").as_int64();
      at = entry.at("at").as_int64();
      if (text(entry, "type") == "message") CHECK(text(entry, "text") == "line " + std::to_string(seen++));
    }
    more = page.contains("more");
    after = page.at("next").as_int64();
  }
  CHECK(seen == 25);
  const auto back = ana.ask({{"type", "history"}, {"channel", studio}, {"limit", 5}});
  REQUIRE(entries(back).size() == 5);
  CHECK(text(entries(back).back().as_object(), "text") == "line 24");
}

TEST_CASE("room: the same key twice is one message, and it can be found", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  Client bob(room, room.token("bob"));
  const std::string studio = make_room(ana, "Studio", {"bob"});
  const std::string id = post(ana, studio, "once", "key-1");
  ana.say({{"type", "post"}, {"channel", studio}, {"text", "twice"}, {"key", "key-1"}});
  CHECK(text(ana.next("posted"), "id") == id);
  CHECK(text(ana.ask({{"type", "find"}, {"key", "key-1"}}), "id") == id);
  CHECK(!ana.ask({{"type", "find"}, {"key", "key-2"}}).contains("id"));
  CHECK(!bob.ask({{"type", "find"}, {"key", "key-1"}}).contains("id"));
  const std::string other = post(bob, studio, "bob's own", "key-1");
  CHECK(other != id);
  CHECK(!has_text(bob.everything(), "twice"));
}

TEST_CASE("room: a private reply is seen by its reader and its author alone", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client parley(room, room.token("parley", true));
  Client ana(room, room.token("ana"));
  Client bob(room, room.token("bob"));
  const std::string studio = make_room(ana, "Studio", {"bob"});
  parley.say({{"type", "post"},
              {"channel", studio},
              {"text", "psst"},
              {"key", "p"},
              {"to", ana.id()},
              {"kind", "preview.approve"}});
  parley.everything();  // what a client says leaves while the test waits for it
  const auto seen = ana.next("message");
  CHECK(text(seen, "text") == "psst");
  CHECK(text(seen, "kind") == "preview.approve");
  CHECK(seen.at("private").as_bool());
  CHECK(!seen.contains("key"));
  CHECK(!has_text(bob.everything(), "psst"));
  CHECK(json::serialize(bob.ask({{"type", "history"}, {"channel", studio}})).find("psst") == std::string::npos);
  CHECK(json::serialize(bob.ask({{"type", "history"}, {"after", 0}})).find("psst") == std::string::npos);
  CHECK(text(bob.ask({{"type", "delete"}, {"id", text(seen, "id")}}), "code") == "no_such_message");
  ana.say({{"type", "post"}, {"channel", studio}, {"text", "I too"}, {"key", "p"}, {"to", bob.id()}});
  CHECK(text(ana.next("error"), "code") == "bots_only");
}

TEST_CASE("room: somebody else's room answers like one that does not exist", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  Client eve(room, room.token("eve"));
  const std::string studio = make_room(ana, "Studio", {});
  const std::string id = post(ana, studio, "secret", "k");
  for (const std::string& channel : {studio, std::string("c-0000000000000000")}) {
    for (const json::object& frame : {json::object{{"type", "history"}, {"channel", channel}},
                                      json::object{{"type", "post"}, {"channel", channel}, {"text", "x"}},
                                      json::object{{"type", "join"}, {"channel", channel}},
                                      json::object{{"type", "leave"}, {"channel", channel}}}) {
      CHECK(text(eve.ask(frame), "code") == "no_such_channel");
    }
  }
  CHECK(text(eve.ask({{"type", "delete"}, {"id", id}}), "code") == "no_such_message");
  CHECK(text(eve.ask({{"type", "delete"}, {"id", "m-999999"}}), "code") == "no_such_message");
  CHECK(json::serialize(eve.ask({{"type", "history"}, {"after", 0}})).find("secret") == std::string::npos);
  CHECK(!has_text(eve.everything(), "secret"));
}

TEST_CASE("room: who left sees no more, and may come again", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  Client bob(room, room.token("bob"));
  const std::string studio = make_room(ana, "Studio", {"bob"});
  CHECK(text(bob.ask({{"type", "leave"}, {"channel", studio}}), "type") == "done");
  CHECK(text(ana.next("left").at("user").as_object(), "handle") == "bob");
  post(ana, studio, "without bob", "k");
  CHECK(!has_text(bob.everything(), "without bob"));
  CHECK(text(bob.ask({{"type", "post"}, {"channel", studio}, {"text", "x"}}), "code") == "no_such_channel");
  CHECK(text(bob.ask({{"type", "join"}, {"channel", studio}}), "type") == "done");
  post(ana, studio, "welcome back", "k2");
  CHECK(has_text(bob.everything(), "welcome back"));
}

TEST_CASE("room: a deleted message loses its text everywhere", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client parley(room, room.token("parley", true));
  Client ana(room, room.token("ana"));
  Client bob(room, room.token("bob"));
  const std::string studio = make_room(ana, "Studio", {"bob"});
  const std::string id = post(ana, studio, "regretted", "k");
  CHECK(text(bob.ask({{"type", "delete"}, {"id", id}}), "code") == "not_yours");
  CHECK(text(ana.ask({{"type", "delete"}, {"id", id}}), "type") == "done");
  CHECK(text(bob.next("deleted"), "id") == id);
  const auto page = json::serialize(bob.ask({{"type", "history"}, {"channel", studio}}));
  CHECK(page.find("regretted") == std::string::npos);
  CHECK(page.find("\"deleted\":true") != std::string::npos);
  const std::string other = post(bob, studio, "for the bot to delete", "k");
  CHECK(text(parley.ask({{"type", "delete"}, {"id", other}}), "type") == "done");
}

TEST_CASE("room: a rename is part of the history, and a handle stays its user's", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  Client bob(room, room.token("bob"));
  const std::string studio = make_room(ana, "Studio", {"bob"});
  CHECK(text(ana.ask({{"type", "rename"}, {"handle", "anna"}, {"name", "Anna"}}), "type") == "done");
  const auto live = bob.next("renamed");
  CHECK(text(live, "was") == "ana");
  CHECK(text(live.at("user").as_object(), "handle") == "anna");
  CHECK(text(live.at("user").as_object(), "id") == ana.id());
  CHECK(text(bob.ask({{"type", "rename"}, {"handle", "ana"}}), "code") == "handle_taken");
  CHECK(text(bob.ask({{"type", "rename"}, {"handle", "аna"}}), "code") == "bad_handle");  // a Cyrillic first letter
  CHECK(text(bob.ask({{"type", "rename"}, {"name", "Ana\u202E"}}), "code") == "bad_name");
  const auto page = bob.ask({{"type", "history"}, {"after", 0}});
  CHECK(text(entries(page).back().as_object(), "type") == "renamed");
}

TEST_CASE("room: a restart keeps everything, and no token is in the file", "[room]") {
  const Folder folder;
  std::string token, studio;
  json::object before;
  {
    const RunningRoom room(folder.path);
    token = room.token("ana");
    Client ana(room, token);
    studio = make_room(ana, "Studio", {});
    post(ana, studio, "kept", "k");
    before = ana.ask({{"type", "history"}, {"after", 0}});
    CHECK_THROWS_AS(room::Store(folder.path), room::Held);
  }
  for (const char* name : {"room.db", "room.db-wal"}) {
    std::ifstream file(folder.path / name, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    CHECK(bytes.find(token) == std::string::npos);
  }
  struct stat about{};
  REQUIRE(::stat((folder.path / "room.db").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  REQUIRE(::stat(folder.path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
  const RunningRoom room(folder.path);
  Client ana(room, token);
  auto after = ana.ask({{"type", "history"}, {"after", 0}});
  after["ask"] = before["ask"];
  CHECK(json::serialize(after) == json::serialize(before));
  CHECK(text(ana.ask({{"type", "find"}, {"key", "k"}}), "type") == "found");
}

TEST_CASE("room: an address is shown to bots, and to no person", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client bot(room, room.token("parley", true));
  Client bob(room, room.token("bob"));
  const auto invite = [&](const std::string& email) {
    return room::request_invite(folder.path, {.handle = "ana", .email = email, .join_room = "Studio"});
  };
  REQUIRE(invite("ana@example.test"));
  CHECK_FALSE(invite("no address"));
  CHECK_FALSE(invite("a@b\r\nc@d"));
  const std::string studio = make_room(bob, "Attic", {"ana"});
  const auto emails = [](Client& who) {
    std::vector<std::string> found;
    const auto page = who.ask({{"type", "history"}, {"after", 0}});
    for (const auto& each : entries(page))
      if (const auto* user = each.as_object().if_contains("user"); user && user->is_object())
        if (const auto email = text(user->as_object(), "email"); !email.empty()) found.push_back(email);
    return found;
  };
  CHECK(emails(bob).empty());
  CHECK(emails(bot).size() == 3);  // the direct chat, and both rooms
  REQUIRE(invite("off"));
  const auto told = bob.next("renamed");
  CHECK_FALSE(told.at("user").as_object().contains("email"));
  CHECK(text(bot.next("renamed").at("user").as_object(), "email") == "off");
  CHECK(emails(bot).back() == "off");
}
