#include <catch2/catch.hpp>
#include <set>

#include "engine_talk.hpp"

using namespace talk;
using bot::Delivered;
using bot::Engine;
using bot::Mail;
using bot::Refused;

namespace {

/// Bob and Ana, both with an address.
void with_addresses(Engine& engine) {
  auto all = people();
  for (auto& one : all)
    if (auto* m = std::get_if<bot::Member>(&one)) m->email = m->handle + "@example.test";
  engine.handle(all, morning);
}

/// Offers and withdrawals, each of which is a mail to Ana.
std::vector<bot::Outgoing> say(Engine& engine, int from, int many) {
  std::vector<bot::Outgoing> out;
  for (int i = from; i < from + many; ++i) {
    const auto text = i % 2 == 0 ? std::string{R"(/offer @ana title="Job" amount=100 scope="Some work")"}
                                 : "/withdraw O-" + std::to_string(i / 2 + 1);
    const std::vector<Incoming> one{typed("bob", text, "m-" + std::to_string(i), morning + std::chrono::minutes{i})};
    for (auto& each : engine.handle(one, morning + std::chrono::hours{1})) out.push_back(std::move(each));
  }
  return out;
}

std::vector<Mail> mails(const std::vector<bot::Outgoing>& out) {
  std::vector<Mail> found;
  for (const auto& one : out)
    if (const auto* mail = std::get_if<Mail>(&one)) found.push_back(*mail);
  return found;
}

const Engine::Options with_mail{.mail = true, .seed = 1};

}  // namespace

TEST_CASE("a mail is no post, and its delivery is recorded at once") {
  store::Store store({});
  Engine engine(store, with_mail);
  with_addresses(engine);
  const auto out = say(engine, 0, 1);
  REQUIRE(mails(out).size() == 1);
  CHECK(mails(out)[0].to == "ana@example.test");
  for (const auto& post : engine.unsent()) CHECK(post.key != mails(out)[0].key);
  REQUIRE(engine.unsent_mail().size() == 1);
  const auto before = store.commits();
  const std::vector<Incoming> done{Delivered{mails(out)[0].key, {}}};
  engine.handle(done, morning);
  CHECK(store.commits() == before + 1);
  CHECK(engine.unsent_mail().empty());
}

TEST_CASE("without a mail server nothing is queued for one") {
  store::Store store({});
  Engine engine(store, {.seed = 1});
  with_addresses(engine);
  CHECK(mails(say(engine, 0, 2)).empty());
  CHECK(engine.unsent_mail().empty());
}

// R-notice-7
TEST_CASE("many mails to one person become one, under one key; a digest is taken into the next") {
  store::Store store({});
  Engine engine(store, with_mail);
  with_addresses(engine);
  say(engine, 0, 5);
  engine.fold_mail();
  CHECK(engine.unsent_mail().size() == 5);
  say(engine, 5, 1);
  engine.fold_mail();
  auto all = engine.unsent_mail();
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "Parley: 6 notices while no mail could be sent");
  const auto key = all[0].key;
  engine.fold_mail();
  CHECK(engine.unsent_mail()[0].key == key);
  say(engine, 6, 2);
  engine.fold_mail();
  all = engine.unsent_mail();
  REQUIRE(all.size() == 1);
  CHECK(all[0].key != key);
  CHECK(all[0].subject == "Parley: 8 notices while no mail could be sent");
  CHECK(all[0].at == morning + std::chrono::minutes{7});
}

TEST_CASE("a mail that may have arrived is not folded, and goes again under its own key") {
  store::Store store({});
  Engine engine(store, with_mail);
  with_addresses(engine);
  const auto first = mails(say(engine, 0, 8)).front().key;
  const std::vector<Incoming> cut{Refused{first, false, "cut", true}};
  engine.handle(cut, morning);
  engine.fold_mail();
  const auto all = engine.unsent_mail();
  REQUIRE(all.size() == 2);
  CHECK(all[0].key == first);
  CHECK(all[1].subject.find("7 notices") != std::string::npos);
}

TEST_CASE("after a death the first mail of each person counts as one that may have arrived") {
  Folder folder;
  std::string first;
  {
    store::Store store({.file = folder.file()});
    Engine engine(store, with_mail);
    with_addresses(engine);
    first = mails(say(engine, 0, 8)).front().key;
  }
  store::Store store({.file = folder.file()});
  REQUIRE(store.unclean());
  Engine engine(store, with_mail);
  engine.fold_mail();
  const auto all = engine.unsent_mail();
  REQUIRE(all.size() == 2);
  CHECK(all[0].key == first);
  CHECK(all[1].body.find("\n- 2026-11-02 09:07Z: O-4") != std::string::npos);
}

TEST_CASE("a mail nobody will take is a dead letter without its text") {
  store::Store store({});
  Engine engine(store, with_mail);
  with_addresses(engine);
  const auto key = mails(say(engine, 0, 1)).front().key;
  const std::vector<Incoming> refused{Refused{key, true, "550 no such user"}};
  engine.handle(refused, morning);
  CHECK(engine.unsent_mail().empty());
  REQUIRE(store.dead_letters().size() == 1);
  CHECK(store.dead_letters()[0].reason == "550 no such user");
  CHECK(store.dead_letters()[0].to == "ana@example.test");
  CHECK(store.waiting().dead == 1);
}

TEST_CASE("an address comes with the person, changes, and is taken away") {
  store::Store store({});
  Engine engine(store, with_mail);
  with_addresses(engine);
  const auto ana = store.person_by_handle("room", "ana").value();
  CHECK(store.person(ana).email == "ana@example.test");
  bot::Member m{.what = bot::Member::What::renamed, .user = "u-ana", .handle = "ana", .name = "ana", .at = morning};
  const auto now = [&](const std::string& email) {
    m.email = email;
    m.at += std::chrono::minutes{1};
    const std::vector<Incoming> one{m};
    engine.handle(one, morning);
    return store.person(ana).email;
  };
  CHECK(now("") == "ana@example.test");
  CHECK(now("new@example.test") == "new@example.test");
  CHECK(now("off").empty());
  CHECK(now("").empty());
}
