#include <sqlite3.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <vector>

#include "tests/unit/store_fixture.hpp"

// The disk that fails at the m-th write or sync, and memory that is not to be had at the m-th time of asking: whatever
// happens, a batch is kept whole or not at all, and nobody is told otherwise.
using namespace fixture;

namespace {

/// Counts down at every call; at zero, and from then on, it fails.
struct Countdown {
  long left = -1;  ///< negative: never
  int code = SQLITE_IOERR_WRITE;
  bool strikes() {
    if (left < 0) return false;
    if (left > 0) return --left, false;
    return true;
  }
};
Countdown writes, syncs;
long allocations_left = -1;

/// A file of the real file system, behind ours.
struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* ours(sqlite3_file* f) { return reinterpret_cast<File*>(f); }
sqlite3_file* real(sqlite3_file* f) { return ours(f)->real(); }

const sqlite3_io_methods methods{
    .iVersion = 1,  // no shared memory: EXCLUSIVE before WAL must do without
    .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* p, int n,
                sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), p, n, at); },
    .xWrite =
        [](sqlite3_file* f, const void* p, int n, sqlite3_int64 at) {
          if (!writes.strikes()) return real(f)->pMethods->xWrite(real(f), p, n, at);
          // A write that fails may have written a part.
          real(f)->pMethods->xWrite(real(f), p, n / 2, at);
          return writes.code;
        },
    .xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return real(f)->pMethods->xTruncate(real(f), n); },
    .xSync = [](sqlite3_file* f,
                int flags) { return syncs.strikes() ? syncs.code : real(f)->pMethods->xSync(real(f), flags); },
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); },
    .xLock = [](sqlite3_file* f, int n) { return real(f)->pMethods->xLock(real(f), n); },
    .xUnlock = [](sqlite3_file* f, int n) { return real(f)->pMethods->xUnlock(real(f), n); },
    .xCheckReservedLock = [](sqlite3_file* f, int* n) { return real(f)->pMethods->xCheckReservedLock(real(f), n); },
    .xFileControl = [](sqlite3_file* f, int n, void* p) { return real(f)->pMethods->xFileControl(real(f), n, p); },
    .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }};

/// The file system whose files fail on demand, in place of the real one while it lives.
struct Disk {
  sqlite3_vfs* under = sqlite3_vfs_find(nullptr);
  sqlite3_vfs vfs = *under;
  Disk() {
    vfs.zName = "failing";
    vfs.pNext = nullptr;
    vfs.pAppData = under;
    vfs.szOsFile = static_cast<int>(sizeof(File)) + under->szOsFile;
    vfs.xOpen = [](sqlite3_vfs* self, const char* name, sqlite3_file* f, int flags, int* out) {
      auto* below = static_cast<sqlite3_vfs*>(self->pAppData);
      ours(f)->base.pMethods = nullptr;
      const int code = below->xOpen(below, name, real(f), flags, out);
      if (code == SQLITE_OK) ours(f)->base.pMethods = &methods;
      return code;
    };
    sqlite3_vfs_register(&vfs, 1);
  }
  ~Disk() {
    writes = syncs = {};
    sqlite3_vfs_unregister(&vfs);
  }
};

sqlite3_mem_methods memory;
bool denied() {
  if (allocations_left < 0) return false;
  if (allocations_left > 0) return --allocations_left, false;
  return true;
}
/// Before anything uses SQLite: from then on its allocator cannot be changed.
const bool hooked = [] {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
  auto ours = memory;
  ours.xMalloc = [](int n) { return denied() ? nullptr : memory.xMalloc(n); };
  ours.xRealloc = [](void* p, int n) { return denied() ? nullptr : memory.xRealloc(p, n); };
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK;
}();

constexpr int messages = 3;

enum class End { good, full, unknown };

/// A batch of messages while something fails; then what must be true at once.
End run_batch(store::Store& s, const World& w, const Room& before) {
  End end = End::good;
  try {
    store::Batch b(s);
    try {
      for (int i = 0; i < messages; ++i) propose(b, w, "m" + std::to_string(i), noon + Duration{i});
      b.commit();
    } catch (const std::runtime_error&) {
      // Whoever goes on all the same is told again, and nothing more is executed.
      CHECK_THROWS(b.attempt([] { return true; }));
      throw;
    }
  } catch (const store::Full&) {
    end = End::full;
  } catch (const store::Unknown&) {
    end = End::unknown;
  }
  writes = syncs = {};
  allocations_left = -1;
  if (end != End::good) CHECK(s.folded() == 0);
  if (end == End::full) {
    CHECK(s.room(w.room) == before);
    CHECK_FALSE(s.heard("room", "studio", "m0"));
    CHECK(s.unsent("room").empty());
    CHECK(run_batch(s, w, before) == End::good);  // there is room again
  }
  if (end == End::unknown) CHECK_THROWS_AS(store::Batch(s), store::Unknown);
  return end;
}

/// After a death at this moment: all of the batch is there or none of it.
void check_reopened(const std::filesystem::path& file, const World& w, const Room& before, End end) {
  store::Store s({.file = file});
  CHECK(s.unclean());
  CHECK(s.verify().empty());
  const bool kept = s.heard("room", "studio", "m0");
  for (int i = 1; i < messages; ++i) CHECK(s.heard("room", "studio", "m" + std::to_string(i)) == kept);
  CHECK(s.unsent("room").size() == (kept ? messages : 0));
  CHECK(s.room(w.room).proposals.size() == (kept ? messages : 0));
  if (!kept) CHECK(s.room(w.room) == before);
  if (end != End::unknown) CHECK(kept);  // good, or good at the second try
  CHECK(s.rebuild());
}

/// Runs the batch with `arm(m)` for m = 0, 1, … until nothing fails any more. Returns what came of it.
std::vector<End> sweep(const std::function<void(long)>& arm, long step = 1) {
  std::vector<End> ends;
  for (long m = 0; m < 20'000; m += step) {
    INFO("m = " << m);
    Directory d;
    World w;
    {
      store::Store s({.file = d.file()});
      w = make_world(s);
      const Room before = s.room(w.room);
      arm(m);
      ends.push_back(run_batch(s, w, before));
      // No close: the process dies here.
      if (ends.back() == End::good) return ends;
    }
    Room before;
    {
      before.id = w.room;
      evolve(before, room::Fixed{w.room, w.client, w.freelancer});
      before.last = noon;
    }
    check_reopened(d.file(), w, before, ends.back());
  }
  FAIL("it never came to an end");
  return ends;
}

}  // namespace

TEST_CASE("no room on the disk at the m-th write: nothing is kept, and it goes on when there is room") {
  Disk disk;
  const auto ends = sweep([](long m) { writes = {.left = m, .code = SQLITE_FULL}; });
  REQUIRE(ends.size() > 3);
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) CHECK(ends[i] == End::full);
}

TEST_CASE("the disk fails at the m-th write: the outcome is unknown, but whole") {
  Disk disk;
  const auto ends = sweep([](long m) { writes = {.left = m, .code = SQLITE_IOERR_WRITE}; });
  REQUIRE(ends.size() > 3);
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) CHECK(ends[i] == End::unknown);
}

TEST_CASE("the disk fails at the m-th sync: the outcome is unknown, but whole") {
  Disk disk;
  const auto ends = sweep([](long m) { syncs = {.left = m, .code = SQLITE_IOERR_FSYNC}; });
  REQUIRE(ends.size() > 1);
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) CHECK(ends[i] == End::unknown);
}

TEST_CASE("no memory at the m-th time of asking: the batch is whole or not at all") {
  REQUIRE(hooked);
  const auto ends = sweep([](long m) { allocations_left = m; }, 7);
  REQUIRE(ends.size() > 10);
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) CHECK(ends[i] == End::unknown);
}

TEST_CASE("no room at message k of n: the whole batch is gone, and the next one is good") {
  constexpr int many = 12;
  Directory d;
  World w;
  {
    store::Store s({.file = d.file()});
    w = make_world(s);
    s.close();
  }
  std::vector<int> failed_at;
  for (auto pages = static_cast<std::int64_t>(std::filesystem::file_size(d.file()) / 4096);; ++pages) {
    INFO("pages " << pages);
    store::Store s({.file = d.file(), .most_pages = pages});
    const Room before = s.room(w.room);
    int k = 0;
    {
      store::Batch b(s);
      const auto one = [&] {
        return b.attempt([&] {
          const auto message = "m" + std::to_string(k);
          propose(b, w, message);
          b.enqueue({.platform = "room", .channel = "studio", .text = std::string(9000, 'x'), .key = message});
          return true;
        });
      };
      try {
        for (; k < many; ++k) one();
      } catch (const store::Full&) {
        failed_at.push_back(k);
        CHECK(s.folded() == 0);
        CHECK_THROWS_AS(one(), store::Full);
        CHECK_THROWS_AS(b.commit(), store::Full);
      }
      if (k == many) break;
    }
    CHECK(s.room(w.room) == before);
    CHECK(s.events_count() == 3);
    CHECK(s.unsent("room").empty());
    for (int i = 0; i <= k; ++i) CHECK_FALSE(s.heard("room", "studio", "m" + std::to_string(i)));
    s.close();
  }
  for (int k = 0; k < many; ++k) {
    INFO("k = " << k);
    CHECK(std::count(failed_at.begin(), failed_at.end(), k) > 0);
  }
}
