#include "store/impl.hpp"

// Making every derived table again from the events, in the order in which they were recorded.
namespace store {
namespace {

/// One digest over all rows of a table, in the order of its key.
std::string contents(Db& db, const std::string& table) {
  const auto key = db.once("SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info('" + table +
                           "') WHERE pk > 0 ORDER BY pk)");
  std::string digest;
  db.each("SELECT * FROM " + table + " ORDER BY " + key, [&](const Rows& row) {
    std::string all = digest;
    for (int c = 0; c < row.columns(); ++c) all += row.null(c) ? "-" : workflow::framed(row.view(c));
    digest = workflow::sha256(all).hex;
  });
  return digest;
}

std::vector<std::string> contents(Db& db) {
  std::vector<std::string> all;
  for (const auto* table : derived_tables) all.push_back(contents(db, table));
  return all;
}

/// The streams as they were after each event.
struct Replay {
  std::map<std::int64_t, Folded<workflow::Room>> rooms;
  std::map<std::int64_t, Folded<workflow::Person>> people;
};

}  // namespace

bool Store::rebuild() {
  auto& s = *impl_;
  if (!s.frames.empty()) throw std::logic_error("a rebuild inside a batch");
  s.drop_everything();
  s.db.begin();
  try {
    const auto before = contents(s.db);
    s.db.once("DROP TRIGGER posting_no_DELETE");
    for (const auto* table : derived_tables) s.db.once("DELETE FROM " + std::string{table});
    s.db.once(append_only("posting", "DELETE"));
    s.replay();
    const bool same = contents(s.db) == before;
    s.db.commit();
    ++s.commits;
    s.drop_everything();
    return same;
  } catch (...) {
    s.db.rollback();
    s.drop_everything();
    throw;
  }
}

void Store::Impl::replay() {
  Replay all;
  // A command's events are recorded together after the room has taken them all; so the lists are made when the next
  // event is of something else.
  std::vector<workflow::Event> together;
  Recorded last;
  const auto flush = [&] {
    if (together.empty()) return;
    auto& f = all.rooms.at(last.stream);
    list_all(f.state, together, last.at);
    set_deadline(last.stream, f.due, due_of(workflow::next_alarm(f.state)));
    together.clear();
  };
  auto rows = db.rows("SELECT position, stream, at, cause, kind, body FROM event ORDER BY position");
  while (rows.next()) {
    const Recorded r{
        .position = rows.integer(0), .stream = rows.integer(1), .at = rows.instant(2), .cause = rows.integer(3)};
    const auto event = store::decode(rows.view(4), rows.view(5));
    const bool of_person = workflow::person_of(event).has_value();
    if (!of_person && (r.stream != last.stream || r.cause != last.cause || r.at != last.at)) flush();
    derive(r.position, event);
    if (of_person) {
      auto& f = all.people[r.stream];
      workflow::evolve(f.state, event);
      set_deadline(r.stream, f.due, due_of(workflow::next_alarm(f.state)));
      continue;
    }
    auto& f = all.rooms[r.stream];
    f.state.id = RoomId{r.stream};
    workflow::evolve(f.state, event);
    f.state.last = std::max(f.state.last, r.at);
    together.push_back(event);
    last = r;
  }
  flush();
  // What no event named as its own would have been forgotten at its time as well: then the tables differ.
  for (const auto& [stream, f] : all.rooms)
    for (const auto& id : workflow::everything(f.state)) list(f.state, id, f.state.last);
}

}  // namespace store
