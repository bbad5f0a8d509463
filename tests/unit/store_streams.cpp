#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "tests/unit/store_fixture.hpp"

using namespace fixture;

namespace {

/// The file as a stranger changes it, while no store has it open.
void tamper(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  char* error = nullptr;
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error);
  INFO((error ? error : ""));
  CHECK(code == SQLITE_OK);
  sqlite3_close(db);
}

}  // namespace

TEST_CASE("a room, reopened, is the room that was closed") {
  Directory d;
  Room room;
  Person client;
  World w;
  {
    store::Store s({.file = d.file()});
    store::Batch b(s);
    w = make_world(b);
    whole_contract(b, w);
    REQUIRE(propose(b, w, "m1", noon + days(2)));
    b.commit();
    room = s.room(w.room);
    client = s.person(w.client);
    s.close();
  }
  store::Store s({.file = d.file()});
  CHECK_FALSE(s.unclean());
  CHECK(s.room(w.room) == room);
  CHECK(s.person(w.client) == client);
  CHECK(client.room_as_client.at(w.freelancer) == w.room);
  CHECK(s.person(w.freelancer).room_as_freelancer.at(w.client) == w.room);
  CHECK(room.last == noon + days(2));
}

TEST_CASE("what hangs on events is there") {
  store::Store s({});
  const auto w = make_world(s);
  {
    store::Batch b(s);
    whole_contract(b, w);
    b.commit();
  }
  CHECK(s.balance({Book::ext_client, w.client.n}) == -30000);
  CHECK(s.balance({Book::escrow, 1}) == 0);
  CHECK(s.balance({Book::pending, w.freelancer.n}) == 27000);
  CHECK(s.balance({Book::fees_freelancer, 0}) == 3000);
  CHECK(s.postings(w.room).size() == 5);
  CHECK(s.room_of(AnyId{ContractId{1}}) == w.room);
  CHECK(s.room_of(AnyId{MilestoneId{ContractId{1}, 1}}) == w.room);
  CHECK_FALSE(s.room_of(AnyId{ContractId{2}}));
  CHECK(s.rooms_of(w.freelancer) == std::vector{w.room});
  const auto listed = s.listed(w.client);
  REQUIRE(listed.size() == 3);
  CHECK(text(listed[0].row.id) == "C-1");
  CHECK(listed[0].row.state == "active");
  CHECK(text(listed[1].row.id) == "M-1.1");
  CHECK(listed[1].row.state == "released");
  CHECK(text(listed[2].row.id) == "O-1");
  CHECK(s.next_due() == next_alarm(s.room(w.room))->due);
  CHECK(s.due_streams(*s.next_due(), 10) == std::vector{w.room.n});
  CHECK(s.due_streams(*s.next_due() - Duration{1}, 10).empty());
  CHECK(s.person_by_user("room", "u1") == w.client);
  CHECK(s.person_by_handle("room", "freya") == w.freelancer);
  CHECK_FALSE(s.person_by_handle("xmpp", "freya"));
  CHECK(s.user_of(w.client, "room") == "u1");
  CHECK(s.is_person(w.client.n));
  CHECK_FALSE(s.is_person(w.room.n));
  CHECK(s.verify().empty());
}

TEST_CASE("a handle is whose it became last") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  b.attempt([&] {
    const auto cause = b.order("rename", noon);
    const std::vector<Event> events{person::Changed{.id = w.client, .handle = "freya"}};
    b.record(*cause, w.client, events, w.client, noon, noon);
    return true;
  });
  b.commit();
  CHECK(s.person_by_handle("room", "freya") == w.client);
  CHECK(s.person(w.client).handle == "freya");
}

TEST_CASE("offers to strangers are counted for a day, and no longer once there is a pair") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  const auto offer = [&](PersonId to, const std::string& channel, Instant at) {
    b.attempt([&] {
      const auto cause = b.order(channel, at);
      const auto t = terms();
      const auto room = b.open_room("room", channel);
      happen(b, *cause, room,
             {offer::Sent{OfferId{b.next_id(Numbered::offer)}, w.client, to, {}, t, digest(t), at, at + days(30)}},
             w.client, at);
      return true;
    });
  };
  CHECK(b.person(w.client).cold_offers == 0);
  offer(w.freelancer, "known", noon);
  CHECK(b.person(w.client).cold_offers == 0);
  offer(PersonId{77}, "first", noon);
  offer(PersonId{78}, "second", noon + std::chrono::hours{1});
  CHECK(b.person(w.client).cold_offers == 2);
  CHECK(s.cold_offers(w.client, noon + std::chrono::hours{24}) == 1);
  CHECK(s.cold_offers(w.client, noon + std::chrono::hours{25}) == 0);
  CHECK(s.rooms_of(PersonId{77}).size() == 1);
}

TEST_CASE("an attempt that fails leaves memory and disk as they were") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  REQUIRE(propose(b, w, "m1"));
  const auto room = b.room(w.room);
  const auto count = s.events_count();
  const auto fail = [&](bool by_throw) {
    return b.attempt([&]() -> bool {
      const auto cause = b.hear("room", "studio", "m2", noon, "d");
      const auto other = b.open_room("room", "other");
      b.person(w.client).name = "spoilt";
      happen(b, *cause, w.room, {proposal::Declined{ProposalId{1}, Side::client, {}, noon}}, {}, noon);
      happen(b, *cause, w.room, {proposed(b)}, {}, noon);
      happen(b, *cause, other, {room::Fixed{other, w.freelancer, w.client}}, {}, noon);
      b.enqueue({.platform = "room", .channel = "studio", .key = "lost"});
      b.mark_sent("km1", "");
      if (by_throw) throw std::runtime_error("a bug");
      return false;
    });
  };
  CHECK_FALSE(fail(false));
  CHECK_THROWS_WITH(fail(true), "a bug");
  CHECK(b.room(w.room) == room);
  CHECK(b.person(w.client).name == "Carl");
  CHECK(b.person(w.client).room_as_freelancer.empty());
  CHECK(s.events_count() == count);
  CHECK_FALSE(s.heard("room", "studio", "m2"));
  CHECK_FALSE(s.place("room", "other"));
  CHECK(s.unsent("room").size() == 1);
  REQUIRE(propose(b, w, "m2"));
  CHECK(b.room(w.room).proposals.rbegin()->first == ProposalId{2});
  b.attempt([&] {
    b.mark_sent("km1", "srv-1");
    b.mark_dead("km2", "gone");
    return true;
  });
  b.commit();
  CHECK(s.unsent("room").empty());
  CHECK(s.verify().empty());
}

TEST_CASE("an attempt inside an attempt is given up alone") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  b.attempt([&] {
    REQUIRE(propose(b, w, "inner"));
    b.attempt([&] {
      b.order("lost", noon);
      happen(b, *b.order("cause", noon), w.room, {proposal::Declined{ProposalId{1}, Side::client, {}, noon}}, {}, noon);
      return false;
    });
    return true;
  });
  b.commit();
  CHECK(s.room(w.room).proposals.at(ProposalId{1}).state == proposal::State::pending);
  CHECK(s.heard("room", "studio", "inner"));
}

TEST_CASE("a broken invariant is never kept") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  const auto before = b.room(w.room);
  CHECK_THROWS_AS(b.attempt([&] {
    const auto cause = b.order("two", noon);
    happen(b, *cause, w.room, {proposed(b), proposed(b)}, {}, noon);
    return true;
  }),
                  std::logic_error);
  CHECK(b.room(w.room) == before);
}

TEST_CASE("a constraint is the law: no account but the outside world's goes below zero") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  CHECK_THROWS_AS(b.attempt([&] {
    const auto cause = b.order("theft", noon);
    const std::vector<Event> events{
        ledger::Posted{ContractId{1},
                       "L9",
                       {{{Book::available, 9}, Money{-1}, {}}, {{Book::pending, 9}, Money{1}, {}}},
                       {},
                       {},
                       {},
                       {}}};
    b.room(w.room);
    b.record(*cause, w.room, events, {}, noon, noon);
    return true;
  }),
                  std::logic_error);
  CHECK(s.balance({Book::pending, 9}) == 0);
}

TEST_CASE("a batch that is not committed is forgotten") {
  store::Store s({});
  const auto w = make_world(s);
  const auto before = s.room(w.room);
  {
    store::Batch b(s);
    REQUIRE(propose(b, w, "m1"));
  }
  CHECK(s.room(w.room) == before);
  CHECK(s.unsent("room").empty());
  CHECK_FALSE(s.heard("room", "studio", "m1"));
}

TEST_CASE("one commit a batch, none for questions") {
  store::Store s({});
  const auto w = make_world(s);
  const auto before = s.commits();
  {
    store::Batch b(s);
    for (int i = 0; i < 50; ++i) REQUIRE(propose(b, w, "m" + std::to_string(i)));
    b.commit();
  }
  CHECK(s.commits() == before + 1);
  {
    store::Batch b(s);
    CHECK_FALSE(b.attempt([&] {
      CHECK(b.hear("room", "studio", "question", noon, "d"));
      return false;
    }));
    CHECK_FALSE(propose(b, w, "m1"));
    b.commit();
  }
  CHECK(s.commits() == before + 1);
}

TEST_CASE("memory does not grow with the number of rooms") {
  store::Store s({.rooms_kept = 10});
  std::vector<RoomId> rooms;
  {
    store::Batch b(s);
    const auto w = make_world(b);
    b.attempt([&] {
      const auto cause = b.order("rooms", noon);
      for (int i = 0; i < 100; ++i) {
        rooms.push_back(b.open_room("room", "r" + std::to_string(i)));
        const auto t = terms();
        happen(
            b, *cause, rooms.back(),
            {offer::Sent{
                OfferId{b.next_id(Numbered::offer)}, w.client, w.freelancer, {}, t, digest(t), noon, noon + days(30)}},
            w.client, noon);
      }
      CHECK(s.folded() >= 100);  // nothing that the batch has in its hands goes
      return true;
    });
    b.commit();
  }
  CHECK(s.folded() <= 20);
  for (const auto room : rooms) CHECK(s.room(room).offers.size() == 1);
}

TEST_CASE("events and postings are never changed") {
  Directory d;
  {
    store::Store s({.file = d.file()});
    store::Batch b(s);
    whole_contract(b, make_world(b));
    b.commit();
    s.close();
  }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(d.file().c_str(), &db) == SQLITE_OK);
  for (const auto* sql : {"UPDATE event SET body = '{}'", "DELETE FROM event WHERE position = 1",
                          "UPDATE posting SET minor = 1", "DELETE FROM posting"})
    CHECK(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_CONSTRAINT);
  sqlite3_close(db);
}

TEST_CASE("what was changed behind our back is found") {
  const auto [sql, fault] = GENERATE(table<std::string, std::string>({
      {"DROP TRIGGER event_no_UPDATE; UPDATE event SET body = replace(body, '30000', '90000') "
       "WHERE kind = 'milestone.funded'",
       "it is not what was recorded"},
      {"DROP TRIGGER event_no_UPDATE; UPDATE event SET at = at + 1 WHERE kind = 'milestone.funded'",
       "it is not what was recorded"},
      {"DROP TRIGGER event_no_UPDATE; UPDATE event SET actor = 77 WHERE kind = 'milestone.funded'",
       "it is not what was recorded"},
      {"DROP TRIGGER event_no_UPDATE; UPDATE event SET prev_hash = hash WHERE kind = 'milestone.funded'",
       "it does not follow the event before it"},
      {"PRAGMA foreign_keys=OFF; DROP TRIGGER event_no_DELETE; DELETE FROM event WHERE kind = 'milestone.funded'",
       "events before this one are missing"},
      {"PRAGMA foreign_keys=OFF; DROP TRIGGER event_no_DELETE; DELETE FROM event WHERE position = (SELECT "
       "max(position) FROM event)",
       "events are missing: fewer are here than were numbered"},
  }));
  const bool clean = GENERATE(true, false);
  Directory d;
  {
    store::Store s({.file = d.file()});
    store::Batch b(s);
    whole_contract(b, make_world(b));
    b.commit();
    if (clean) s.close();
  }
  tamper(d.file(), sql);
  INFO(sql);
  const bool tail = fault.starts_with("events are missing");
  if (clean || tail) {
    store::Store s({.file = d.file()});
    CHECK(s.unclean() == !clean);
    const auto faults = s.verify();
    REQUIRE_FALSE(faults.empty());
    CHECK(faults.front().what == fault);
  } else {
    CHECK_THROWS_AS(store::Store({.file = d.file()}), store::Unknown);
  }
}

TEST_CASE("a rebuild from the events alone gives what is there") {
  Directory d;
  World w;
  {
    store::Store s({.file = d.file()});
    store::Batch b(s);
    w = make_world(b);
    whole_contract(b, w);
    for (int i = 0; i < 5; ++i) REQUIRE(propose(b, w, "m" + std::to_string(i), noon + days(2)));
    b.attempt([&] {
      const std::vector<Event> events{person::Changed{.id = w.client, .handle = "karl"}};
      b.record(*b.order("rename", noon), w.client, events, w.client, noon, noon);
      return true;
    });
    b.commit();
    const auto listed = s.listed(w.client);
    CHECK(s.rebuild());
    CHECK(s.listed(w.client).size() == listed.size());
    CHECK(s.person_by_handle("room", "karl") == w.client);
    CHECK(s.verify().empty());
    REQUIRE([&] {
      store::Batch again(s);
      const bool kept = propose(again, w, "after", noon + days(3));
      again.commit();
      return kept;
    }());
    s.close();
  }
  for (const auto* sql : {"UPDATE balance SET minor = minor + 1 WHERE book = 'pending'", "DELETE FROM deadline",
                          "UPDATE entity SET state = 'ended' WHERE noun = 'C'", "DELETE FROM party WHERE person = 1",
                          "INSERT INTO account(person, user, handle, since) VALUES (99, 'u', 'h', 1)"}) {
    INFO(sql);
    tamper(d.file(), sql);
    store::Store s({.file = d.file()});
    CHECK_FALSE(s.rebuild());
    CHECK(s.rebuild());
    s.close();
  }
}

TEST_CASE("the parts of the hash are framed as documented") {
  store::Store s({});
  const auto w = make_world(s);
  const auto events = s.events(w.room.n);
  REQUIRE(events.size() == 1);
  const auto& e = events.front();
  CHECK(e.prev_hash == std::string(64, '0'));
  CHECK(e.hash == sha256(framed("parley-event-1") + framed(std::to_string(e.stream)) + framed("1") +
                         framed(e.prev_hash) + framed("room.fixed") +
                         framed(std::to_string(e.at.time_since_epoch().count())) + framed("0") + framed(e.body))
                      .hex);
  CHECK(std::get<room::Fixed>(s.decode(e)).client == w.client);
  CHECK(s.events(0).size() == 3);
}
