#include "bot/engine.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "engine_talk.hpp"

using namespace talk;
using bot::Engine;

TEST_CASE("one batch is one commit, whatever its size") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  const auto all = people();
  engine.handle(all, morning);
  std::vector<Incoming> batch;
  for (int i = 0; i < 60; ++i) batch.push_back(typed("bob", "/withdraw O-9", "m-" + std::to_string(i)));
  const auto before = store.commits();
  CHECK(posts(engine.handle(batch, morning)).size() == 60);
  CHECK(store.commits() == before + 1);
}

TEST_CASE("a query makes no commit and is answered to its author alone") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  agree(engine);
  const auto before = store.commits();
  const std::vector<Incoming> query{typed("ana", "/status C-1", "m-3")};
  const auto out = posts(engine.handle(query, morning));
  REQUIRE(out.size() == 1);
  CHECK(out[0].to == "u-ana");
  CHECK(out[0].kind == "query.status C-1");
  CHECK(store.commits() == before);
}

TEST_CASE("a message that arrives again does nothing") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  agree(engine);
  const auto events = store.events_count();
  const std::vector<Incoming> again{typed("ana", "/accept O-1 v1 --yes", "m-2"),
                                    typed("ana", "/accept O-1 v1 --yes", "m-2")};
  CHECK(engine.handle(again, morning).empty());
  CHECK(store.events_count() == events);
}

// R-clock-4
TEST_CASE("a stamp over a minute ahead of the wall counts as the wall, and fires nothing") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  agree(engine);
  const auto far = morning + workflow::days(400);
  const std::vector<Incoming> items{typed("ana", "/submit M-1.1 draft.zip", "m-3", far), bot::ReadThrough{"", far}};
  const auto out = posts(engine.handle(items, morning));
  REQUIRE(out.size() == 1);
  CHECK(out[0].kind == "milestone.submitted M-1.1");
  const auto& m = store.room(*store.room_of(workflow::MilestoneId{{1}, 1})).milestones.at({{1}, 1});
  CHECK(m.state == workflow::milestone::State::submitted);
  CHECK(m.review.due == morning + workflow::days(14));
}

// R-once-4
TEST_CASE("a message whose handling fails is set aside, and the room goes on") {
  store::Store store({});
  workflow::Policy impossible;
  impossible.fee_bps = 20'000;  // a fee of twice the money: the release cannot be computed
  Engine engine(store, {.policy = impossible, .seed = 1});
  agree(engine);
  const auto events = store.events_count();
  const std::vector<Incoming> items{typed("bob", "/release M-1.1", "m-3"),
                                    typed("ana", "/submit M-1.1 draft.zip", "m-4")};
  const auto out = posts(engine.handle(items, morning));
  REQUIRE(out.size() == 2);
  CHECK(out[0].kind == "hint.poisoned");
  CHECK(out[0].to == "u-bob");
  CHECK(out[1].kind == "milestone.submitted M-1.1");
  CHECK(store.events_count() == events + 1);
  CHECK(store.poisoned("room", "studio", "m-3").has_value());
  CHECK(engine.handle(std::vector<Incoming>{items[0]}, morning).empty());
}

// R-once-5
TEST_CASE("a message that kills the process is set aside after its third try") {
  const Folder folder;
  {
    store::Store store({.file = folder.file()});
    Engine engine(store, {.seed = 1});
    agree(engine);
  }
  const std::vector<Incoming> deadly{typed("ana", "/submit M-1.1 draft.zip", "m-3")};
  int deaths = 0;
  std::vector<Post> out;
  for (int life = 0; life < 6 && out.empty(); ++life) {
    store::Store store({.file = folder.file()});
    REQUIRE(store.unclean());
    int commits = 0;
    Engine engine(store, {.seed = 1, .before_commit = [&] {
                            if (++commits == 2 && deaths < 3) throw std::runtime_error("killed here");
                          }});
    try {
      out = posts(engine.handle(deadly, morning));
    } catch (const std::runtime_error&) {
      ++deaths;
    }
  }
  CHECK(deaths == 3);
  REQUIRE(out.size() == 1);
  CHECK(out[0].kind == "hint.poisoned");
}

TEST_CASE("what was committed and not delivered is handed out again after a death, and not when it was delivered") {
  const Folder folder;
  std::string key;
  {
    store::Store store({.file = folder.file()});
    Engine engine(store, {.seed = 1});
    const auto all = people();
    engine.handle(all, morning);
    const std::vector<Incoming> offer{typed("bob", R"(/offer title="Logo" amount=100 scope="Three concepts")", "m-1")};
    key = posts(engine.handle(offer, morning)).at(0).key;
  }
  {
    store::Store store({.file = folder.file()});
    Engine engine(store, {.seed = 1});
    const auto waiting = engine.unsent();
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].key == key);
    const std::vector<Incoming> delivered{bot::Delivered{key, "m-2"}};
    engine.handle(delivered, morning);
    CHECK(engine.unsent().empty());
    engine.flush();
    store.close();
  }
  store::Store store({.file = folder.file()});
  CHECK_FALSE(store.unclean());
  Engine engine(store, {.seed = 1});
  CHECK(engine.unsent().empty());
}

TEST_CASE("what follows a post that the server refused waits behind it") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  const auto all = people();
  engine.handle(all, morning);
  const std::vector<Incoming> first{typed("bob", R"(/offer title="Logo" amount=100 scope="Three concepts")", "m-1")};
  const auto refused = posts(engine.handle(first, morning)).at(0);
  const std::vector<Incoming> second{bot::Refused{refused.key, false, "busy"}, typed("ana", "/decline O-1", "m-2")};
  CHECK(engine.handle(second, morning).empty());
  const auto both = engine.unsent();
  REQUIRE(both.size() == 2);
  CHECK(both[0].key == refused.key);
  CHECK(both[1].kind == "offer.declined O-1");
}

TEST_CASE("the cursor rides in the batch, and in a commit of its own at a stop") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  engine.set_cursor("c-1");
  agree(engine);
  CHECK(store.cursor("room") == "c-1");
  engine.set_cursor("c-2");
  const std::vector<Incoming> query{typed("ana", "/status C-1", "m-3")};
  engine.handle(query, morning);
  CHECK(store.cursor("room") == "c-1");
  engine.flush();
  CHECK(store.cursor("room") == "c-2");
}

TEST_CASE("words of sealed feedback are in no row until they are revealed, but in the one kept for them") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  agree(engine);
  Heard end = typed("bob", R"(/end C-1 reason=budget stars=3 text="Quetzalcoatl was late" --yes)", "m-5");
  end.channel = "dm:bob";
  end.direct = true;
  const auto out = posts(engine.handle(std::vector<Incoming>{end}, morning));
  REQUIRE(out.size() == 1);
  CHECK(out[0].text.find("Quetzalcoatl") == std::string::npos);
  for (const auto& e : store.events(0)) CHECK(e.body.find("Quetzalcoatl") == std::string::npos);
  const auto later = morning + workflow::days(14);
  const auto revealed = posts(engine.handle(std::vector<Incoming>{bot::ReadThrough{"", later}}, later));
  bool told = false;
  for (const auto& p : revealed) told = told || p.text.find("Quetzalcoatl") != std::string::npos;
  CHECK(told);
}

TEST_CASE("a full disk records nothing of the batch, posts nothing of it, and is over when there is room") {
  const Folder folder;
  std::vector<Incoming> batch;
  for (int i = 0; i < 400; ++i)
    batch.push_back(typed("bob", R"(/offer title="Logo" amount=100 scope=")" + std::string(2'000, 's') + "\"",
                          "f-" + std::to_string(i)));
  workflow::Policy generous;
  generous.cold_offers_a_day = 10'000;
  std::int64_t before = 0;
  {
    store::Store store({.file = folder.file(), .most_pages = 120});
    Engine engine(store, {.policy = generous, .seed = 1});
    agree(engine);
    before = store.events_count();
    const auto waiting = engine.unsent().size();
    engine.set_cursor("behind all of it");
    CHECK_THROWS_AS(engine.handle(batch, morning), store::Full);
    engine.flush();
    CHECK(store.cursor("room").empty());
    CHECK(store.events_count() == before);
    CHECK(engine.unsent().size() == waiting);
    const std::vector<Incoming> small{typed("ana", "/submit M-1.1 draft.zip", "m-9")};
    CHECK(posts(engine.handle(small, morning)).size() == 1);
    CHECK(store.verify().empty());
  }
  store::Store store({.file = folder.file()});
  CHECK(store.events_count() == before + 1);
  Engine engine(store, {.policy = generous, .seed = 1});
  engine.handle(std::vector<Incoming>{bot::ReadThrough{"", morning}}, morning);
  CHECK(posts(engine.handle(batch, morning)).size() == batch.size());
}

TEST_CASE("nobody is named as the actor of what a deadline, the server or an operator does to an account") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  agree(engine);
  const std::vector<Incoming> ends{typed("bob", "/end C-1 reason=completed", "m-3")};
  engine.handle(ends, morning);
  const auto lapse = morning + workflow::days(2);
  const std::vector<Incoming> silence{bot::ReadThrough{"", lapse}};
  engine.handle(silence, lapse);
  engine.set_account({.user = "u-bob", .handle = "bob", .name = "Bob", .billing_ok = false}, lapse);
  std::map<std::string, std::int64_t> actors;
  for (const auto& e : store.events(0)) actors[e.kind] = e.actor;
  CHECK(actors.at("person.asked") == store.person_by_user("room", "u-bob")->n);
  CHECK(actors.at("person.ask_lapsed") == 0);
  CHECK(actors.at("person.changed") == 0);
}
