#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/unit/store_fixture.hpp"

using namespace fixture;

namespace {

void run(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  char* error = nullptr;
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error);
  INFO((error ? error : ""));
  CHECK(code == SQLITE_OK);
  sqlite3_free(error);
  sqlite3_close(db);
}

/// A store as version 1 left it: a contract with a released milestone, an open proposal and an open offer.
void make_version_1(const Directory& d) {
  std::ifstream in{std::filesystem::path{PARLEY_SOURCE} / "tests/unit/store_version_1.sql"};
  std::ostringstream sql;
  sql << in.rdbuf();
  run(d.file(), sql.str());
  run(d.file(),
      "INSERT INTO outbox(platform, channel, thread, to_user, kind, text, key) "
      "VALUES ('room', 'c-1', '', '', 'offer.sent O-2', 'words', 'k1')");
  std::filesystem::permissions(d.file(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

TEST_CASE("a store of version 1 is brought up to date, and nothing in it changes") {
  Directory d;
  make_version_1(d);
  {
    store::Store s({.file = d.file()});
    CHECK(s.verify().empty());
    CHECK(s.events_count() == 13);
    REQUIRE(s.unsent("room").size() == 1);
    CHECK(s.unsent("room")[0].key == "k1");
    const auto room = s.room_of(ContractId{1});
    REQUIRE(room);
    CHECK(s.room(*room).milestones.at({ContractId{1}, 1}).state == milestone::State::released);
    CHECK(s.listed(PersonId{1}).size() == 5);
    CHECK(s.rebuild());
    s.close();
  }
  // The lists take the nouns that came later, and the file is not migrated a second time.
  run(d.file(),
      "INSERT INTO entity VALUES('CR', 1, 0, 3, 'pending', 'x', 0, 'USD', NULL, 1, 2, 1, NULL, 0);"
      "DELETE FROM entity WHERE noun = 'CR'; INSERT INTO notice VALUES(1, 1, 0, 3, 'k', 'x')");
  store::Store s({.file = d.file()});
  CHECK(s.notices_unread(PersonId{1}) == 1);
}

TEST_CASE("what somebody is told of is kept once, and until it is read") {
  store::Store s({});
  const auto w = make_world(s);
  {
    store::Batch b(s);
    b.attempt([&] {
      for (const std::int64_t note : {3, 4, 7, 7}) b.notify({w.client, note, noon, w.room, "offer.sent", "x"});
      b.notify({w.freelancer, 7, noon, w.room, "offer.sent", "x"});
      return true;
    });
    b.commit();
  }
  REQUIRE(s.notices(w.client, 2).size() == 2);
  CHECK(s.notices(w.client, 2).front().note == 4);
  CHECK(s.notices(w.client, 2).back().note == 7);
  CHECK(s.notices_unread(w.client) == 3);
  store::Batch b(s);
  b.attempt([&] {
    CHECK(b.read_notices(w.client, 4) == 2);
    CHECK(b.read_notices(w.client, 4) == 0);
    return true;
  });
  b.commit();
  CHECK(s.notices_unread(w.client) == 1);
  CHECK(s.notices_unread(w.freelancer) == 1);
}
