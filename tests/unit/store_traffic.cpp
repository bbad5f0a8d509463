#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/store_fixture.hpp"

using namespace fixture;

namespace {
mode_t mode(const std::filesystem::path& p) {
  struct stat s{};
  REQUIRE(::stat(p.c_str(), &s) == 0);
  return s.st_mode & 0777;
}
}  // namespace

TEST_CASE("a message is heard once, a deadline fires once, an order is carried out once") {
  Directory d;
  World w;
  const Alarm alarm{noon, "P-1", "proposal.expire"};
  store::Cause first = 0;
  {
    store::Store s({.file = d.file()});
    w = make_world(s);
    store::Batch b(s);
    b.attempt([&] {
      first = b.hear("room", "studio", "m1", noon, "d").value();
      CHECK_FALSE(b.hear("room", "studio", "m1", noon, "d"));
      CHECK(b.hear("room", "elsewhere", "m1", noon, "d"));
      CHECK(b.hear("xmpp", "studio", "m1", noon, "d"));
      CHECK(b.fire(w.room.n, alarm));
      CHECK_FALSE(b.fire(w.room.n, alarm));
      CHECK(b.fire(w.room.n, {noon + Duration{1}, "P-1", "proposal.expire"}));
      CHECK(b.fire(w.client.n, alarm));
      CHECK(b.order("fixture", noon));
      CHECK_FALSE(b.order("fixture", noon));
      return true;
    });
    b.commit();
    s.close();
  }
  store::Store s({.file = d.file()});
  CHECK(s.heard("room", "studio", "m1"));
  store::Batch b(s);
  b.attempt([&] {
    CHECK_FALSE(b.hear("room", "studio", "m1", noon, "d"));
    CHECK_FALSE(b.fire(w.room.n, alarm));
    CHECK_FALSE(b.order("fixture", noon));
    CHECK(b.hear("room", "studio", "m2", noon, "d").value() > first);
    return true;
  });
}

TEST_CASE("a cause cannot be recorded twice, and counts over all streams it touches") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  b.attempt([&] {
    const auto cause = b.order("both", noon);
    const EndQuestion q{.contract = ContractId{1}, .room = w.room, .asked = noon, .lapse = noon + days(1)};
    happen(b, *cause, w.room, {proposed(b), person::Asked{w.client, q}}, w.client, noon);
    const std::vector<Event> more{person::Changed{.id = w.freelancer, .name = "F."}};
    b.record(*cause, w.freelancer, more, w.client, noon, noon);
    return true;
  });
  b.commit();
  const auto all = s.events(0);
  REQUIRE(all.size() == 6);
  for (std::int64_t i = 0; i < 3; ++i) CHECK(all[static_cast<std::size_t>(3 + i)].n == i + 1);
  CHECK(s.person(w.client).question);
  CHECK(s.due_streams(noon + days(1), 5) == std::vector{w.client.n});
}

TEST_CASE("behind the horizon everything is known, and nothing is kept") {
  store::Store s({});
  store::Batch b(s);
  const auto hear = [&](const std::string& m, Instant at) {
    return b.attempt([&] { return b.hear("room", "studio", m, at, "d").has_value(); });
  };
  for (int i = 0; i < 10; ++i) REQUIRE(hear("m" + std::to_string(i), noon + Duration{i}));
  b.attempt([&] {
    CHECK(b.prune_inbox("room", "studio", noon + Duration{4}, 3) == 3);
    CHECK(b.prune_inbox("room", "studio", noon + Duration{4}) == 2);
    CHECK(b.prune_inbox("room", "studio", noon) == 0);
    return true;
  });
  CHECK_FALSE(s.heard("room", "studio", "m4"));
  CHECK(s.heard("room", "studio", "m5"));
  CHECK_FALSE(hear("m4", noon + Duration{4}));
  CHECK_FALSE(hear("never seen", noon + Duration{4}));
  CHECK_FALSE(hear("m5", noon + Duration{5}));
  CHECK(hear("new", noon + Duration{5}));
}

TEST_CASE("how often a message was tried outlives a crash") {
  Directory d;
  for (std::int64_t i = 1; i <= 3; ++i) {
    store::Store s({.file = d.file()});
    CHECK(s.unclean() == (i > 1));
    store::Batch b(s);
    b.attempt([&] {
      CHECK(b.attempts("room", "studio", "m1") == i);
      return true;
    });
    b.commit();
  }
  store::Store s({.file = d.file()});
  {
    store::Batch b(s);
    b.attempt([&] {
      const auto cause = b.hear("room", "studio", "m1", noon, "d");
      b.poison(*cause, "it kills us");
      return true;
    });
    b.commit();
  }
  CHECK(s.poisoned("room", "studio", "m1") == "it kills us");
  CHECK_FALSE(s.poisoned("room", "studio", "m2"));
}

TEST_CASE("previews, refusals, secrets, notes, members and cursors are kept") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  const store::Preview p{.code = "7F3A",
                         .actor = w.client,
                         .platform = "room",
                         .channel = "studio",
                         .thread = "",
                         .command = "/fund M-1.1",
                         .binds = sha256("x"),
                         .lapse = noon + Duration{10}};
  b.attempt([&] {
    b.keep(p);
    b.keep(p);
    CHECK(s.previews(w.client, "room", "studio", "", noon).size() == 1);
    CHECK(s.preview(w.client, "room", "studio", "", "7F3A")->binds == p.binds);
    CHECK_FALSE(s.preview(w.freelancer, "room", "studio", "", "7F3A"));
    CHECK(s.previews(w.client, "room", "studio", "", p.lapse).empty());
    b.prune_previews(noon);
    CHECK(s.preview(w.client, "room", "studio", "", "7F3A"));
    b.prune_previews(p.lapse);
    CHECK_FALSE(s.preview(w.client, "room", "studio", "", "7F3A"));
    b.keep(p);
    b.drop(p);
    CHECK_FALSE(s.preview(w.client, "room", "studio", "", "7F3A"));
    b.refuse(w.room, {.entity = "P-2", .at = noon, .actor = w.client, .code = "TOO_LATE"});
    const Secret secret{sha256("commitment"), "salt", "words"};
    b.keep(secret);
    CHECK(s.secret(secret.commitment)->text == "words");
    const auto cause = b.order("note", noon);
    CHECK(b.number_note(*cause, w.room, "digest") == 1);
    CHECK(b.number_note(*cause, w.room, "digest") == 2);
    b.joined("room", "studio", w.freelancer);
    b.joined("room", "studio", w.client);
    b.joined("room", "studio", w.client);
    CHECK(s.members("room", "studio") == std::vector{w.client, w.freelancer});
    b.left("room", "studio", w.client);
    CHECK(s.members("room", "studio") == std::vector{w.freelancer});
    b.set_cursor("room", "a");
    b.set_cursor("room", "b");
    CHECK(s.cursor("room") == "b");
    CHECK(s.cursor("xmpp").empty());
    b.set_direct("room", "dm", w.client);
    CHECK(s.direct_of(w.client)->channel == "dm");
    CHECK(s.place_of(w.room)->channel == "studio");
    CHECK(s.places("room").size() == 2);
    CHECK(b.open_room("room", "studio") == w.room);
    return true;
  });
  b.commit();
  CHECK(s.refusals(w.room).at(0).code == "TOO_LATE");
  CHECK(s.note(2)->room == w.room);
  CHECK_FALSE(s.note(3));
}

TEST_CASE("unsent posts are in order, and outlive a crash") {
  Directory d;
  {
    store::Store s({.file = d.file()});
    store::Batch b(s);
    b.attempt([&] {
      for (const auto* key : {"a", "b", "c"})
        b.enqueue({.platform = "room", .channel = "studio", .to = "u1", .kind = "k", .text = "words", .key = key});
      return true;
    });
    b.commit();
  }
  store::Store s({.file = d.file()});
  CHECK(s.unclean());
  store::Batch b(s);
  b.attempt([&] {
    b.mark_sent("b", "srv");
    b.mark_sent("b", "srv");
    b.mark_sent("unknown", "srv");
    return true;
  });
  b.commit();
  const auto unsent = s.unsent("room");
  REQUIRE(unsent.size() == 2);
  CHECK(unsent[0].key == "a");
  CHECK(unsent[1].key == "c");
  CHECK(unsent[1].to == "u1");
}

TEST_CASE("a write outside attempt(), or of a room not asked for, is a bug") {
  store::Store s({});
  const auto w = make_world(s);
  store::Batch b(s);
  CHECK_THROWS_AS(b.order("x", noon), std::logic_error);
  CHECK_THROWS_AS(b.attempt([&] {
    const std::vector<Event> events{proposed(b)};
    b.record(*b.order("x", noon), w.room, events, {}, noon, noon);
    return true;
  }),
                  std::logic_error);
}

TEST_CASE("a second store is turned away and told by whom") {
  Directory d;
  store::Store s({.file = d.file()});
  CHECK_THROWS_AS(store::Store({.file = d.file()}), store::Held);
  CHECK_THROWS_WITH(store::Store({.file = d.file()}),
                    Catch::Contains("is held by process " + std::to_string(::getpid())));
  const auto child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      store::Store other({.file = d.file()});
    } catch (const store::Held&) {
      code = 73;
    } catch (...) {
    }
    ::_exit(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 73);
}

TEST_CASE("the mark of an unclean stop") {
  Directory d;
  {
    store::Store s({.file = d.file()});
  }
  {
    store::Store looking({.file = d.file(), .create = false});
    CHECK(looking.unclean());
    looking.close();
  }
  {
    store::Store s({.file = d.file()});
    CHECK(s.unclean());
    s.close();
  }
  store::Store s({.file = d.file()});
  CHECK_FALSE(s.unclean());
}

TEST_CASE("the file is ours alone") {
  Directory d;
  const auto inside = d.path / "data" / "parley.db";
  {
    store::Store s({.file = inside});
    make_world(s);
    CHECK(mode(inside.parent_path()) == 0700);
    for (const auto& entry : std::filesystem::directory_iterator(inside.parent_path())) {
      INFO(entry.path());
      CHECK(mode(entry.path()) == 0600);
      CHECK(entry.path().extension() != ".db-shm");
    }
  }
  ::chmod(inside.c_str(), 0644);
  CHECK_THROWS_WITH(store::Store({.file = inside}), Catch::Contains("is open to others"));
  ::chmod(inside.c_str(), 0600);
  ::chmod(inside.parent_path().c_str(), 0755);
  CHECK_THROWS_WITH(store::Store({.file = inside}), Catch::Contains("is open to others"));
  ::chmod(inside.parent_path().c_str(), 0700);
  std::filesystem::create_symlink(inside, d.path / "link.db");
  CHECK_THROWS_WITH(store::Store({.file = d.path / "link.db"}), Catch::Contains("symbolic link"));
  CHECK_THROWS_WITH(store::Store({.file = d.path / "none.db", .create = false}), Catch::Contains("does not exist"));
  std::ofstream(d.path / "notes.txt") << std::string(5000, 'x');
  ::chmod((d.path / "notes.txt").c_str(), 0600);
  CHECK_THROWS(store::Store({.file = d.path / "notes.txt"}));
}

TEST_CASE("the log is used again after an idle moment") {
  Directory d;
  store::Store s({.file = d.file()});
  const auto w = make_world(s);
  std::uintmax_t largest = 0;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 20; ++i) {
      store::Batch b(s);
      REQUIRE(propose(b, w, std::to_string(round) + "." + std::to_string(i)));
      b.commit();
    }
    s.checkpoint_some();
    const auto size = std::filesystem::file_size(d.file().string() + "-wal");
    if (round < 6) largest = std::max(largest, size);
    if (round >= 6) CHECK(size <= largest + largest / 2);
  }
}
