#include <algorithm>
#include <catch2/catch.hpp>

#include "bot/platforms/room.hpp"
#include "room_helpers.hpp"

using namespace room_test;
using bot::Incoming;

namespace {

/// A platform with its own loop, driven by the test.
class Bot {
 public:
  Bot(unsigned short port, const std::string& token, const std::string& cursor = {}, bot::RoomTuning tuning = quick())
      : platform(bot::make_room_platform(io_, "127.0.0.1", port, token, tuning)) {
    platform->start(cursor, [this] { take(); });
  }
  static bot::RoomTuning quick() {
    bot::RoomTuning tuning;
    tuning.ping = std::chrono::milliseconds(50);
    tuning.first_retry = std::chrono::milliseconds(20);
    return tuning;
  }

  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience = std::chrono::seconds(3)) {
    const auto end = std::chrono::steady_clock::now() + patience;
    io_.restart();
    while (!done() && std::chrono::steady_clock::now() < end) io_.run_one_for(std::chrono::milliseconds(10));
    return done();
  }
  void take() {
    for (Incoming& one : platform->take(taking)) got.push_back(std::move(one));
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> some;
    for (const Incoming& one : got)
      if (const T* fits = std::get_if<T>(&one)) some.push_back(*fits);
    return some;
  }
  bool up() const {
    const auto links = all<bot::Link>();
    return !links.empty() && links.back().up;
  }
  std::vector<std::string> heard() const {
    std::vector<std::string> texts;
    for (const auto& one : all<bot::Heard>()) texts.push_back(one.text);
    return texts;
  }

 private:
  boost::asio::io_context io_;

 public:
  std::size_t taking = 1000;
  std::vector<Incoming> got;
  std::unique_ptr<bot::Platform> platform;
};

}  // namespace

TEST_CASE("room adapter: backfill, then live, in order, once, after the cursor", "[room][adapter]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  const std::string token = room.token("parley", true);
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  std::vector<std::string> wanted;
  const auto say = [&](int number) {
    wanted.push_back("line " + std::to_string(number));
    ana.say({{"type", "post"}, {"channel", studio}, {"text", wanted.back()}, {"thread", "P-1"}});
  };
  for (int i = 0; i < 1200; ++i) say(i);
  ana.everything();
  std::string cursor;
  {
    Bot parley(room.port(), token);
    for (int i = 1200; i < 1300; ++i) say(i);
    ana.everything();
    REQUIRE(parley.run_until([&] { return parley.up() && parley.heard().size() == 1300; }));
    CHECK(parley.heard() == wanted);
    const auto first = parley.all<bot::Heard>().front();
    CHECK(first.channel == studio);
    CHECK(first.thread == "P-1");
    CHECK(first.user == ana.id());
    CHECK(!first.direct);
    CHECK(!first.by_bot);
    const auto members = parley.all<bot::Member>();
    CHECK(std::ranges::any_of(members, [&](const bot::Member& m) {
      return m.what == bot::Member::What::joined && m.channel == studio && m.handle == "ana" &&
             m.zone == "Europe/Berlin" && !m.is_bot;
    }));
    CHECK(std::ranges::any_of(members, [&](const bot::Member& m) { return m.direct && m.user == ana.id(); }));
    cursor = parley.platform->cursor();
  }
  say(1300);
  ana.everything();
  Bot later(room.port(), token, cursor);
  REQUIRE(later.run_until([&] { return later.up(); }));
  CHECK(later.heard() == std::vector<std::string>{"line 1300"});
}

TEST_CASE("room adapter: its posts are delivered by key and not heard; another bot's are marked", "[room][adapter]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  const std::string token = room.token("parley", true);
  Client other(room, room.token("other", true));
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  Bot parley(room.port(), token);
  parley.platform->send({bot::Post{.key = "early", .channel = studio, .text = "x"}});
  REQUIRE(parley.run_until([&] { return parley.up(); }));
  REQUIRE(parley.all<bot::Refused>().size() == 1);
  CHECK(!parley.all<bot::Refused>().front().permanent);

  parley.platform->send(
      {bot::Post{.key = "a", .channel = studio, .thread = "P-1", .kind = "proposal.proposed", .text = "one"},
       bot::Post{.key = "a", .channel = studio, .text = "again"},
       bot::Post{.key = "b", .channel = "c-nowhere", .text = "x"},
       bot::Post{.key = "c", .channel = studio, .to = ana.id(), .text = "psst"}});
  REQUIRE(parley.run_until([&] { return parley.all<bot::Delivered>().size() == 3; }));
  const auto delivered = parley.all<bot::Delivered>();
  CHECK(delivered[0].key == "a");
  CHECK(delivered[0].message == delivered[1].message);
  CHECK(delivered[2].key == "c");
  REQUIRE(parley.all<bot::Refused>().size() == 2);
  CHECK(parley.all<bot::Refused>()[1].permanent);
  CHECK(Client::text(ana.next("message"), "kind") == "proposal.proposed");
  CHECK(Client::text(ana.next("message"), "text") == "psst");

  bot::Found found, absent{bot::Found::Where::unknown, "?"};
  bool asked = false;
  parley.platform->find({.key = "a", .channel = studio}, [&](auto one) { found = one; });
  parley.platform->find({.key = "z", .channel = studio}, [&](auto one) { absent = one, asked = true; });
  REQUIRE(parley.run_until([&] { return asked; }));
  CHECK(found.where == bot::Found::Where::there);
  CHECK(found.message == delivered[0].message);
  CHECK(absent.where == bot::Found::Where::absent);

  CHECK(parley.heard().empty());
  post(other, studio, "I am a bot too", "k");
  REQUIRE(parley.run_until([&] { return !parley.heard().empty(); }));
  CHECK(parley.all<bot::Heard>().front().by_bot);

  const std::string id = post(ana, studio, "my password", "k");
  REQUIRE(parley.run_until([&] { return parley.heard().size() == 2; }));
  parley.platform->send({bot::Erase{studio, id}});
  REQUIRE(parley.run_until([&] { return !parley.all<bot::Deleted>().empty(); }));
  CHECK(parley.all<bot::Deleted>().front().message == id);
}

TEST_CASE("room adapter: comes back after the server did, and misses nothing", "[room][adapter]") {
  const Folder folder;
  auto room = std::make_unique<RunningRoom>(folder.path);
  const unsigned short port = room->port();
  const std::string token = room->token("parley", true), ana_token = room->token("ana");
  std::string studio;
  Bot parley(port, token);
  {
    Client ana(*room, ana_token);
    studio = make_room(ana, "Studio", {});
    post(ana, studio, "one", "k1");
  }
  REQUIRE(parley.run_until([&] { return parley.heard().size() == 1; }));
  room.reset();
  REQUIRE(parley.run_until([&] { return !parley.up(); }));
  room = std::make_unique<RunningRoom>(folder.path, port);
  Client ana(*room, ana_token);
  post(ana, studio, "two", "k2");
  REQUIRE(parley.run_until([&] { return parley.up(); }));
  post(ana, studio, "three", "k3");
  REQUIRE(parley.run_until([&] { return parley.heard().size() == 3; }));
  CHECK(parley.heard() == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("room adapter: in silence the server's time still goes on", "[room][adapter]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Bot parley(room.port(), room.token("parley", true));
  REQUIRE(parley.run_until([&] { return parley.all<bot::ReadThrough>().size() >= 4; }));
  const auto through = parley.all<bot::ReadThrough>();
  for (std::size_t i = 1; i < through.size(); ++i) CHECK(through[i - 1].at < through[i].at);
  CHECK(through.back().channel.empty());
}

TEST_CASE("room adapter: while too much lies untaken nothing more is read", "[room][adapter]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  const std::string token = room.token("parley", true);
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  for (int i = 0; i < 3000; ++i) ana.say({{"type", "post"}, {"channel", studio}, {"text", std::to_string(i)}});
  ana.everything();
  bot::RoomTuning tuning = Bot::quick();
  tuning.untaken = 200;
  Bot parley(room.port(), token, {}, tuning);
  parley.taking = 0;
  CHECK(!parley.run_until([&] { return parley.up(); }, std::chrono::milliseconds(300)));
  CHECK(parley.platform->take(100'000).size() < 1200);
  parley.taking = 1000;
  REQUIRE(parley.run_until([&] { return parley.up(); }));
  CHECK(parley.heard().back() == "2999");
}
