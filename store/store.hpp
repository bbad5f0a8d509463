#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/facts.hpp"
#include "workflow/room.hpp"

// Everything Parley remembers: streams of events with their hash chain, and beside them, written in the same
// transaction, the inbox, the outbox, deadlines, balances and lists. Instants are milliseconds UTC, money minor units.
namespace store {

using workflow::Instant;
using workflow::PersonId;
using workflow::RoomId;

/// Another process holds the store. Exit 73.
struct Held : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The disk failed, the file is damaged, or a COMMIT's outcome is unknown: post nothing, exit 75, let the inbox decide.
struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// No room on the disk, or it is read-only: nothing was recorded, the outer transaction is gone. Try later.
struct Full : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Options {
  std::filesystem::path file;     ///< empty: in memory
  std::size_t rooms_kept = 2000;  ///< LRU bound of folded rooms; people likewise
  std::int64_t most_pages = 0;    ///< bound of the file in pages of 4 KiB, 0: none; at the bound the disk is Full
  bool create = true;             ///< false: the file must exist (inspect, verify, rebuild)
};

/// Why something was recorded: the id of an inbox row, never handed out again.
using Cause = std::int64_t;

/// A post that waits for the chat server, or a mail for the mail server. FIFO per channel.
struct OutboxRow {
  std::int64_t id = 0;
  std::string platform, channel, thread, to, kind, text;
  std::string key;  ///< 128 random bits, hex
  Instant at{};     ///< of a mail: when it was queued
};

/// What no server would ever take: everything but its text, which is gone.
struct DeadLetter {
  std::string platform, channel, to, kind, key;
  Instant at{};
  std::string reason;
};

/// How much lies in the outbox.
struct Waiting {
  std::int64_t waiting = 0, dead = 0;
  std::optional<Instant> oldest;  ///< of what waits and has an instant
};

/// That somebody is told of a note. Once it is read nothing is left of it here: the note lies in its room.
struct Notice {
  PersonId person;
  std::int64_t note = 0;  ///< its number
  Instant at{};
  RoomId room;
  std::string kind, text;
};

/// A preview that may be confirmed. It is used once, by its actor, in the channel and thread where it was shown.
struct Preview {
  std::string code;  ///< `7F3A`
  PersonId actor;
  std::string platform, channel, thread;
  std::string command;     ///< the text as typed
  workflow::Digest binds;  ///< of everything the consent is bound to
  Instant lapse{};
};

struct Place {
  std::string platform, channel;
  RoomId room;      ///< 0 in a direct chat
  PersonId direct;  ///< whose direct chat; 0 in a room
};

struct Refusal {
  std::string entity;  ///< `P-2`, may be empty
  Instant at{};
  PersonId actor;
  std::string code;
};

/// A numbered note: which room it stood in, why, and the digest of its text.
struct Note {
  std::int64_t number = 0;
  RoomId room;
  Cause cause = 0;
  std::string text_digest;
};

/// A recorded event as it lies in the store.
struct Recorded {
  std::int64_t position = 0, stream = 0, seq = 0;
  Instant at{}, recorded_at{};
  std::int64_t actor = 0;  ///< a person's number, 0: the system
  Cause cause = 0;
  std::int64_t n = 0;
  std::string kind, body, prev_hash, hash;
};

/// Where a stream's chain stops being good.
struct ChainFault {
  std::int64_t stream = 0, seq = 0;
  std::string what;
};

/// A row of somebody's lists.
struct Listed {
  workflow::Row row;
  RoomId room;
};

class Batch;

/// One open store: one connection, one thread. Opening takes the file for this process alone (Held otherwise),
/// checks it (after an unclean stop: quick_check and the last 1,000 links of the chain), and migrates it forward.
class Store {
 public:
  explicit Store(Options);
  ~Store();
  Store(const Store&) = delete;

  /// True if the last process did not close it: unsent posts must be looked up before they are posted again.
  bool unclean() const;
  /// Marks it closed in order, and closes it: nothing may be asked afterwards. The destructor alone leaves it unclean.
  /// With `create` false the mark stays as it was found: a tool that looks does not answer for the bot.
  void close();

  // Reading outside a batch (queries). Folded rooms and people stay valid until the next Batch ends.
  const workflow::Room& room(RoomId);
  const workflow::Person& person(PersonId);
  std::optional<PersonId> person_by_user(std::string_view platform, std::string_view user);
  std::optional<PersonId> person_by_handle(std::string_view platform, std::string_view handle);
  std::string user_of(PersonId, std::string_view platform);
  std::optional<Place> place(std::string_view platform, std::string_view channel);
  std::vector<Place> places(std::string_view platform);
  std::optional<Place> place_of(RoomId);
  std::optional<Place> direct_of(PersonId);
  /// People now in a channel who are no bots, in order of their numbers.
  std::vector<PersonId> members(std::string_view platform, std::string_view channel);
  std::optional<RoomId> room_of(const workflow::AnyId&);
  /// Open offers of this client, made within the 24 h before `now`, to people with whom no pair of theirs is fixed.
  /// Store::person() and Batch::person() fill Person::cold_offers with this as of the latest instant heard of.
  std::int64_t cold_offers(PersonId client, Instant now);
  /// Rooms in which this person is or was a party, in order of their numbers.
  std::vector<RoomId> rooms_of(PersonId);
  /// Everything in which this person is or was a party, by noun and number.
  std::vector<Listed> listed(PersonId);
  std::optional<Preview> preview(PersonId actor, std::string_view platform, std::string_view channel,
                                 std::string_view thread, std::string_view code);
  /// The previews somebody has open in a place; `/confirm` without a code means the only one.
  std::vector<Preview> previews(PersonId actor, std::string_view platform, std::string_view channel,
                                std::string_view thread, Instant now);
  std::optional<workflow::Secret> secret(const workflow::Digest& commitment);
  /// Streams whose earliest deadline is due at `now`, earliest first; and the earliest instant of all.
  std::vector<std::int64_t> due_streams(Instant now, std::size_t most);
  std::optional<Instant> next_due();
  bool is_person(std::int64_t stream);
  std::string cursor(std::string_view platform);
  std::vector<OutboxRow> unsent(std::string_view platform);
  std::vector<DeadLetter> dead_letters();
  Waiting waiting();
  /// The newest of what this person has not read, the newest last; and how many there are in all.
  std::vector<Notice> notices(PersonId, std::int64_t most);
  std::int64_t notices_unread(PersonId);
  std::vector<Refusal> refusals(RoomId);
  std::optional<Note> note(std::int64_t number);
  std::vector<workflow::Posting> postings(RoomId);
  std::vector<Recorded> events(std::int64_t stream);  ///< 0: of all streams, by position
  workflow::Event decode(const Recorded&);
  std::int64_t balance(const workflow::Account&);  ///< minor units, over all rooms
  std::int64_t events_count();
  /// The number that next_id would hand out, taken from nobody: for previews.
  std::int64_t peek_id(workflow::Numbered);
  /// A message with this key was handled already. Those pruned behind the horizon are no longer known by their key.
  bool heard(std::string_view platform, std::string_view channel, std::string_view message);
  std::optional<std::string> poisoned(std::string_view platform, std::string_view channel, std::string_view message);

  /// Reads every chain from its first link. Empty: all good.
  std::vector<ChainFault> verify();
  /// Makes every derived table again from events in `position` order. True: the result is what was there before.
  bool rebuild();
  /// COMMITs made since opening, for the measurement of one sync per batch.
  std::int64_t commits() const;
  /// Rooms and people that lie folded in memory.
  std::size_t folded() const;

  /// To be called when nothing is waiting: copies the write-ahead log into the file if 1 MiB or more of it lies there,
  /// so that the log is used again from its beginning. A commit does the same only when the log is past 32 MiB. What
  /// one call copies is bounded by the log, and so by how often it is called. Throws Full and Unknown.
  void checkpoint_some();

 private:
  friend class Batch;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The one write transaction, and everything done in memory on its behalf: BEGIN IMMEDIATE at birth, and unless
/// commit() has returned, the destructor rolls back and forgets. Every write happens inside attempt().
class Batch {
 public:
  explicit Batch(Store&);
  ~Batch();
  Batch(const Batch&) = delete;

  /// Runs `act` inside a savepoint. If it returns false, or throws anything but Full and Unknown, all it wrote is
  /// rolled back, and the streams it touched are folded again when next asked for; a throw is passed on after that.
  /// Before the savepoint is released every touched room is asked for a broken invariant (a std::logic_error).
  /// Throws Full or Unknown when SQLite has given up the outer transaction: the batch is dead, post nothing.
  bool attempt(const std::function<bool()>& act);

  // Streams, to be changed only through workflow::carry_out, fire_due and evolve, then recorded.
  workflow::Room& room(RoomId);
  workflow::Person& person(PersonId);
  /// The room was changed in memory by something that was then refused: it is folded again when next asked for.
  void forget(RoomId);
  RoomId open_room(std::string_view platform, std::string_view channel);
  /// The room lies in this channel from now on; what it leaves is a place of nobody's, under a fresh number.
  void move_room(RoomId, std::string_view platform, std::string_view channel);
  /// Makes the account (events person.seen) under a fresh number.
  PersonId open_person(Cause, std::string_view platform, workflow::person::Seen, Instant at);
  void set_direct(std::string_view platform, std::string_view channel, PersonId);

  /// A new inbox row, or none when this message was heard before, or is stamped at or before the horizon of its
  /// channel. `digest` is of the text; the text is not kept.
  std::optional<Cause> hear(std::string_view platform, std::string_view channel, std::string_view message, Instant at,
                            std::string_view digest);
  /// An inbox row for a deadline that fires: (stream, alarm). It can fire once.
  std::optional<Cause> fire(std::int64_t stream, const workflow::Alarm&);
  /// An inbox row for something an operator or a fixture orders, under a name of its own.
  std::optional<Cause> order(std::string_view name, Instant at);

  /// Appends events to their streams (person events to the person's, the others to this room's) and updates what
  /// hangs on them: hash chain, postings and balances, pairs, lists, deadlines. The room is already evolved, and was
  /// asked for in this attempt; people are evolved here. Room::last becomes what a fold will find: the latest `at` of
  /// the room's own events.
  void record(Cause, RoomId, std::span<const workflow::Event>, std::optional<PersonId> actor, Instant at,
              Instant recorded_at);
  /// The same for events of one person only; `person` is evolved here. No actor: a deadline, the server or an operator.
  void record(Cause, PersonId, std::span<const workflow::Event>, std::optional<PersonId> actor, Instant at,
              Instant recorded_at);
  void keep(const workflow::Secret&);
  /// A number for the next event, note or entity: a row changed in this transaction.
  std::int64_t next_id(workflow::Numbered);

  std::int64_t number_note(Cause, RoomId, std::string_view text_digest);
  void enqueue(OutboxRow);
  void mark_sent(std::string_view key, std::string_view message);  ///< blanks the text
  void mark_dead(std::string_view key, std::string_view reason);
  void notify(const Notice&);  ///< once for each person and note
  /// Those up to this number are read. Returns how many were not.
  std::int64_t read_notices(PersonId, std::int64_t through);
  void keep(const Preview&);  ///< an actor's equal code in the same place is replaced
  void drop(const Preview&);
  void prune_previews(Instant now);
  void refuse(RoomId, const Refusal&);
  void set_answer(Cause, std::string_view code);  ///< what the inbox remembers of the answer: a kind or a code
  void poison(Cause, std::string_view what);
  /// Remembers that this message's handling is being tried; returns how often it was. Kept across a crash.
  std::int64_t attempts(std::string_view platform, std::string_view channel, std::string_view message);
  void set_cursor(std::string_view platform, std::string_view cursor);
  /// Moves the channel's horizon up to `before` and removes the inbox rows of its messages stamped at or before it,
  /// at most `most` of them; returns how many. Such a message is answered by hear() as known from now on.
  std::int64_t prune_inbox(std::string_view platform, std::string_view channel, Instant before,
                           std::int64_t most = 1000);
  void joined(std::string_view platform, std::string_view channel, PersonId);
  void left(std::string_view platform, std::string_view channel, PersonId);

  /// Ends the batch. Throws Full (nothing was kept) or Unknown. A batch in which nothing was kept makes no COMMIT.
  void commit();

 private:
  void check();
  void release();
  void roll_back();
  void end();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace store
