#pragma once
#include <map>
#include <random>
#include <set>

#include "bot/engine.hpp"
#include "commands/notes.hpp"

// The inside of the engine, shared by its sources: `engine.cpp` takes in, `engine_left_out.cpp` finds what a line
// without an id is about, `engine_acts.cpp` carries out, `engine_queries.cpp` answers, `engine_posts.cpp` speaks,
// `engine_notices.cpp` tells whom it concerns, `engine_mail.cpp` writes to them.
namespace bot {

using store::PersonId;
using store::RoomId;

/// One message on its way through, and what was found out about it.
struct Act {
  const Heard& heard;
  Instant now{};  ///< the instant that counts: the server's stamp, held to the wall clock
  Instant wall{};
  PersonId actor;
  std::optional<store::Place> place;  ///< none: a room nobody has used yet
  store::Cause cause = 0;             ///< 0 for a query, which leaves no trace
  bool asked = false;                 ///< read as by somebody who has the question of an `/end` open
  const std::optional<std::expected<commands::Reading, workflow::Rejection>>* reading = nullptr;
};

/// A line that means to end something and says how it was: whatever else is wrong with it, it is not for the room.
bool has_feedback(const std::string& line);

struct Engine::Impl {
  store::Store& store;
  Options opt;
  std::mt19937_64 seeded;
  std::optional<store::Batch> batch;  ///< begun at the first write of a batch: a query alone makes no commit
  std::vector<Outgoing> out;
  std::string new_cursor;
  std::vector<Delivered> marks;           ///< known to be delivered: written with the next batch, or at a stop
  std::vector<store::OutboxRow> answers;  ///< to queries, not yet known to be delivered: the next commit keeps them
  bool careful = false;          ///< after an unclean start, until the backlog is through: one message a transaction
  Instant read_all{};            ///< every channel has been read up to here
  std::set<std::string> behind;  ///< but these, which nobody can read at the moment
  std::map<std::string, Instant> read;  ///< and these further
  std::set<std::string> stuck;          ///< channels in which the server refused a post for now: order is kept
  std::set<std::string> earlier;        ///< keys of posts that an earlier process may have sent
  std::set<std::string> mails;          ///< keys of mails that are not known to be sent
  std::set<std::string> doubtful;       ///< and of those that may have arrived: they are sent again as they are

  Impl(store::Store&, Options);

  // engine.cpp
  void take(const Incoming&, Instant wall);
  void heard(const Heard&, Instant wall);
  void member(const Member&, Instant wall);
  void edited(const Edited&, Instant wall);
  void removed(const Deleted&);
  void read_through(const ReadThrough&, Instant wall);
  void delivered(const Delivered&);
  bool marked(const std::string& key) const;
  bool waits_already(const std::string& key) const;
  void refused(const Refused&);
  void quarantine(const Heard&, Instant now, const std::string& what);
  bool tried_too_often(const Heard&, Instant now);
  void finish(bool last = false);
  store::Batch& writing();
  PersonId person_for(const std::string& user, const Member* seen, Instant at);
  void salt_with(const std::string& text);

  // Deadlines: every one of the stream that is due at `now`, oldest first.
  void fire_stream(std::int64_t stream, Instant through, Instant wall);
  void fire_room(RoomId, Instant now, Instant wall);
  void fire_person(PersonId, Instant now, Instant wall);
  Instant watermark(std::int64_t stream);

  // engine_acts.cpp
  struct Target {
    RoomId room;  ///< 0: the command names nothing that the actor may see
    std::optional<workflow::Rejection> refused;
  };
  void act(Act&);
  void carry_out(Act&, const commands::Reading&);
  void command(Act&, const workflow::Command&, const std::string& verb);
  void fire_elsewhere(const Act&, RoomId);
  void confirm(Act&, const commands::Confirm&);

  // engine_people.cpp
  bool personal(Act&, const workflow::Command&);
  std::optional<PersonId> whom(const workflow::Command&);
  Target moving(const Act&, const workflow::Command&);
  workflow::Here here_is(const Act&, RoomId);
  void moved(Act&, RoomId, std::span<const workflow::Event>);
  void tell_proposers(PersonId client);

  // engine_acts.cpp
  std::string open_codes(const Act&);
  void show_preview(Act&, RoomId, const workflow::Command&, const workflow::Context&, const workflow::Rejection&,
                    const std::string& verb);
  void record(Act&, RoomId, const workflow::Outcome&, Instant at);
  void refuse(Act&, RoomId, workflow::Rejection, const std::optional<workflow::AnyId>&);
  Target target(const Act&, const workflow::Command&);
  workflow::Context context(const Act&, const workflow::Room&, const workflow::Command&);
  std::optional<PersonId> offered_to(const Act&, const workflow::Room&, const workflow::offer::Send&);
  std::optional<PersonId> only_other(const Act&);

  // engine_left_out.cpp
  struct Meant {
    RoomId room;
    workflow::AnyId id;
  };
  bool fill_in(Act&, const commands::LeftOut&);
  std::vector<Meant> within_reach(const Act&, const std::vector<std::string>& kinds);
  std::vector<Meant> meant(const Act&, const commands::LeftOut&);
  bool fits(const Act&, const Meant&, workflow::Room& copy);
  void ask_which(Act&, const std::vector<Meant>&, bool query);
  void hint_changes(const Act&);

  // engine_queries.cpp
  void query(Act&, const commands::Query&);
  std::vector<RoomId> rooms_here(const Act&, bool everywhere);
  void fire_rooms(const Act&, bool everywhere);
  std::expected<std::vector<const workflow::Room*>, workflow::Rejection> visible(const Act&, const commands::Query&);
  std::optional<workflow::Rejection> misplaced(const Act&, const commands::Query&);
  commands::Beside beside(const Act&, const commands::Query&, const std::vector<const workflow::Room*>&);
  std::vector<commands::Past> past(RoomId);
  std::vector<commands::Number> numbers(const std::optional<workflow::ContractId>&);
  std::vector<commands::Client> clients(const Act&, const std::vector<const workflow::Room*>&);

  // engine_posts.cpp
  commands::Cast cast(const workflow::Room*, std::span<const workflow::Event>, PersonId reader);
  void say(store::Cause, RoomId, std::span<const workflow::Event>, const Act*, Instant effective);
  void say_fired(store::Cause, RoomId, workflow::Events, Instant effective, Instant seen);
  void post_room(store::Cause, RoomId, const commands::Note&, const Act*, std::span<const workflow::Event>,
                 Instant effective);
  void post_direct(PersonId, const commands::Note&, const Act*);
  void answer_author(const Act&, const commands::Note&, bool keep);
  void erase(const Act&);
  void enqueue(store::OutboxRow);
  bool private_here(const Act&);  ///< what is said to the author here is seen by nobody else
  std::string random_hex(std::size_t bytes);
  std::string other_party(RoomId, const workflow::AnyId&, PersonId one);

  // engine_notices.cpp
  using Concerned = std::map<PersonId, workflow::AnyId>;  ///< whom something concerns, and what of theirs
  Concerned concerned(RoomId, std::span<const workflow::Event>);
  void tell(RoomId, const commands::Note&, std::int64_t number, std::span<const workflow::Event>, const Act*,
            Instant effective);
  void put_unread(commands::Cast&, PersonId);
  void acknowledge(Act&, const commands::Ack&);

  // engine_mail.cpp
  void write_to(PersonId, RoomId, const workflow::AnyId& about, const commands::Note&, Instant at);
  void doubt_first_mails();
  void fold(std::span<const store::OutboxRow>);
};

}  // namespace bot
