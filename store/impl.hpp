#pragma once
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/codec.hpp"
#include "store/database.hpp"
#include "store/file.hpp"
#include "store/lru.hpp"
#include "store/store.hpp"

// What a Store is made of. Private to this folder; each source file holds the members of its own theme.
namespace store {

/// The last link of a stream's chain.
struct Head {
  std::int64_t seq = 0;
  std::string hash = std::string(64, '0');
};

/// A stream folded in memory.
template <class State>
struct Folded {
  State state;
  Head head;
  Instant last{};                  ///< the latest instant of its own events
  std::optional<Instant> due;      ///< what the deadline table says
  std::int64_t offers_as_of = -1;  ///< of people: the count of changes to offers at which `has_offers` was true
  bool has_offers = false;         ///< open ones, of any age
};

/// Who, why and when, of everything that one record() appends.
struct Stamp {
  Cause cause = 0;
  std::int64_t actor = 0;
  Instant at{}, recorded_at{};
};

struct PlaceRow {
  std::int64_t number = 0;
  std::int64_t room = 0, direct = 0;
  std::optional<std::int64_t> horizon;  ///< milliseconds
};

/// An id as the lists keep it: P 12 0, M 5 2.
struct EntityKey {
  std::string noun;
  std::int64_t number = 0, part = 0;
};
EntityKey key_of(const workflow::AnyId&);
workflow::AnyId id_of(std::string_view noun, std::int64_t number, std::int64_t part);

inline std::optional<Instant> due_of(const std::optional<workflow::Alarm>& alarm) {
  return alarm ? std::optional{alarm->due} : std::nullopt;
}
std::string link_hash(std::int64_t stream, std::int64_t seq, std::string_view prev, std::string_view kind, Instant at,
                      std::int64_t actor, std::string_view body);
/// Creates the tables in a new file, checks whose file it is, and migrates an old one forward.
void bring_up_to_date(Db&);
/// Names of the tables that are made from events alone.
inline constexpr const char* derived_tables[]{"posting", "balance", "pair", "party", "entity", "deadline", "account"};
/// The law that events and postings are never changed: rebuild lifts the second for itself.
std::string append_only(const std::string& table, const std::string& act);

struct Store::Impl {
  explicit Impl(Options);

  // streams.cpp
  Folded<workflow::Room>& room(RoomId);
  Folded<workflow::Person>& person(PersonId);
  Folded<workflow::Room> load_room(RoomId);
  Folded<workflow::Person> load_person(PersonId);
  /// Appends one event; returns its position.
  std::int64_t append(std::int64_t stream, Head&, const workflow::Event&, const Stamp&);
  std::int64_t next_n(Cause);
  workflow::Person& with_cold_offers(PersonId);
  void record(RoomId, std::span<const workflow::Event>, const Stamp&);
  void record_person(PersonId, const workflow::Event&, const Stamp&);

  // derived.cpp: what hangs on events; used at the event and by rebuild
  void derive(std::int64_t position, const workflow::Event&);
  void derive_posted(std::int64_t position, const workflow::ledger::Posted&);
  void derive_pair(const workflow::room::Fixed&);
  void derive_account(std::int64_t position, const workflow::Event&);
  void list(const workflow::Room&, const workflow::AnyId&, Instant created);
  void list_all(const workflow::Room&, std::span<const workflow::Event>, Instant created);
  void set_deadline(std::int64_t stream, std::optional<Instant>& stored, std::optional<Instant> next);

  // places.cpp
  PlaceRow* place(std::string_view platform, std::string_view channel);
  PlaceRow& made_place(std::string_view platform, std::string_view channel);
  std::int64_t next_number(std::string_view counter);

  // inbox.cpp
  /// The inbox row that was just inserted, if it was: a cause that has no events yet.
  std::optional<Cause> fresh_cause(Instant at);

  // outbox.cpp
  /// The id of the unsent row with this key, which counts as unsent no more; none: there is no such row.
  std::optional<std::int64_t> take_unsent(std::string_view key);

  // lists.cpp
  std::int64_t cold_offers(PersonId client, Instant now);

  // verify.cpp
  void check_after_unclean_stop();
  void mark_clean(bool);

  // rebuild.cpp
  void replay();

  // batch.cpp
  void touch(std::int64_t stream);
  bool touched(std::int64_t stream) const;
  void drop(std::int64_t stream);
  void drop_everything();
  void undo(std::size_t mark);
  void must_write() const;
  void shrink();

  Options options;
  std::unique_ptr<LockFile> lock;  ///< none in memory
  Db db;
  bool unclean = false;
  std::int64_t commits = 0;
  Instant latest{};  ///< the latest instant heard of

  Lru<Folded<workflow::Room>> rooms;
  Lru<Folded<workflow::Person>> people;
  std::unordered_map<std::string, PlaceRow> places;          ///< by platform, NUL, channel; a bounded cache
  std::unordered_map<std::string, std::int64_t> unsent_ids;  ///< of every unsent row, by key: the table has no index
  std::optional<std::int64_t> first_lapse;                   ///< no preview lapses before it; none: not known
  bool attempts_kept = false;                                ///< there may be rows in `attempt`

  /// The batch under way: a frame for the batch itself and one for each attempt that has not ended.
  struct Frame {
    std::vector<std::int64_t> touched;
    std::size_t undo_mark = 0;
    std::int64_t changes = 0;
  };
  std::vector<Frame> frames;
  /// What `unsent_ids` held before, to be put back on a rollback.
  std::vector<std::pair<std::string, std::optional<std::int64_t>>> unsent_before;
  Cause n_cause = 0;  ///< whose events were counted last
  std::int64_t n_next = 0;
  std::int64_t offers_changed = 0;  ///< counts changes to the rows that cold offers are counted from
  /// A failed checkpoint after a good commit: told at the next batch, for the commit stands.
  std::string late_failure;
};

/// Only what the destructor must know: the frames lie in the store.
struct Batch::Impl {
  Store::Impl& store;
  bool kept = false;  ///< an attempt that wrote something was kept
  bool done = false;
};

}  // namespace store
