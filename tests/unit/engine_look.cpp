#include <catch2/catch.hpp>

#include "engine_talk.hpp"

using namespace talk;
using bot::Engine;

namespace {

Post only(Engine& engine, const std::string& who, const std::string& text, const std::string& message) {
  const std::vector<Incoming> one{typed(who, text, message)};
  const auto out = posts(engine.handle(one, morning));
  REQUIRE(out.size() == 1);
  return out[0];
}

bool says(const Post& p, std::string_view part) { return p.text.find(part) != std::string::npos; }

}  // namespace

// R-query-6
TEST_CASE("the house tells where its numbers come from, a contract those it was accepted under") {
  store::Store store({});
  {
    Engine engine(store, {.seed = 1});
    agree(engine);
  }
  workflow::Policy later;
  later.fee_bps = 500;
  Engine engine(store, {.policy = later, .origins = {{{"fee_bps", "parley.toml:12"}}}, .seed = 1});
  const auto house = only(engine, "ana", "/policy", "m-3");
  CHECK(says(house, "\nfee_bps = 500 (parley.toml:12)"));
  CHECK(says(house, "\nreview_period = 14d (default)"));
  const auto own = only(engine, "ana", "/policy C-1", "m-4");
  CHECK(says(own, "\nfee_bps = 1000, for new contracts 500"));
  CHECK(says(own, "\nreview_period = 14d\n"));
}

// R-query-5
TEST_CASE("a balance is not told where others would read it") {
  store::Store store({});
  Engine engine(store, {.can = {.private_replies = false}, .seed = 1});
  const std::vector<Incoming> people{
      bot::Member{.channel = "studio", .user = "u-cy", .handle = "cy", .name = "cy", .at = morning}};
  engine.handle(people, morning);
  const auto out = only(engine, "cy", "/balance", "m-1");
  CHECK(out.kind == "refusal WRONG_ROOM");
  CHECK(out.channel == "studio");
}

// R-id-1
TEST_CASE("a query without its id leaves no trace either, and a command without its id happens once") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  agree(engine);
  const auto commits = store.commits();
  CHECK(only(engine, "ana", "/status", "m-3").kind == "query.status C-1");
  CHECK(store.commits() == commits);
  CHECK(only(engine, "ana", "/submit draft.zip v2", "m-4").kind == "milestone.submitted M-1.1");
  const std::vector<Incoming> again{typed("ana", "/submit draft.zip v2", "m-4")};
  CHECK(engine.handle(again, morning).empty());
  const auto& m = store.room(*store.room_of(workflow::MilestoneId{{1}, 1})).milestones.at({{1}, 1});
  CHECK(m.submission == "draft.zip v2");
}

// R-hint-1
TEST_CASE("chat about changes costs nothing where nothing is submitted, and is answered once where something is") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  agree(engine);
  const auto commits = store.commits();
  const std::vector<Incoming> chat{typed("bob", "please change the colour", "m-3")};
  CHECK(engine.handle(chat, morning).empty());
  CHECK(store.commits() == commits);
  only(engine, "ana", "/submit draft.zip", "m-4");
  const auto hint = only(engine, "bob", "please change the colour", "m-5");
  CHECK(hint.kind == "hint.changes M-1.1");
  CHECK(hint.to == "u-bob");
  Engine after_the_restart(store, {.seed = 1});
  for (const char* id : {"m-5", "m-6"}) {
    const std::vector<Incoming> again{typed("bob", "please change the colour", id)};
    CHECK(posts(after_the_restart.handle(again, morning)).empty());
  }
}
