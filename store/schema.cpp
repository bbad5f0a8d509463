#include "store/impl.hpp"

namespace store {
namespace {

constexpr int application = 0x5041524C;  // "PARL"

// In a table without rowid the key's columns come first: SQLite 3.40's quick_check misreads it otherwise.
// The truth. `position` counts over everything, `seq` within a stream, `n` within what caused it.
constexpr const char* truth = R"(
CREATE TABLE event(
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  stream INTEGER NOT NULL CHECK (stream > 0),
  seq INTEGER NOT NULL CHECK (seq > 0),
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  actor INTEGER NOT NULL CHECK (actor >= 0),
  cause INTEGER NOT NULL CHECK (cause > 0),
  n INTEGER NOT NULL CHECK (n > 0),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  prev_hash TEXT NOT NULL CHECK (length(prev_hash) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  UNIQUE (stream, seq), UNIQUE (cause, n)) STRICT;
CREATE TABLE secret(
  id INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL UNIQUE CHECK (length(commitment) = 64),
  salt TEXT NOT NULL,
  text TEXT NOT NULL) STRICT;
CREATE TABLE place(
  number INTEGER PRIMARY KEY,
  platform TEXT NOT NULL, channel TEXT NOT NULL,
  room INTEGER NOT NULL DEFAULT 0, direct INTEGER NOT NULL DEFAULT 0,
  horizon INTEGER,
  UNIQUE (platform, channel), CHECK (room = 0 OR direct = 0)) STRICT;
CREATE INDEX place_room ON place(room) WHERE room <> 0;
CREATE INDEX place_direct ON place(direct) WHERE direct <> 0;
CREATE TABLE login(
  platform TEXT NOT NULL, user TEXT NOT NULL, person INTEGER NOT NULL,
  PRIMARY KEY (platform, user)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX login_person ON login(person, platform);
CREATE TABLE member(place INTEGER NOT NULL, person INTEGER NOT NULL,
  PRIMARY KEY (place, person)) STRICT, WITHOUT ROWID;
CREATE TABLE counter(name TEXT PRIMARY KEY, last INTEGER NOT NULL CHECK (last > 0)) STRICT, WITHOUT ROWID;
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
)";

// What arrives, what waits to be posted, and the rows beside the chain.
constexpr const char* traffic = R"(
CREATE TABLE inbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER, message TEXT,
  stream INTEGER, alarm TEXT, thing TEXT, due INTEGER,
  name TEXT,
  at INTEGER NOT NULL, digest TEXT, answer TEXT, poison TEXT,
  CHECK ((message IS NOT NULL) + (alarm IS NOT NULL) + (name IS NOT NULL) = 1)) STRICT;
CREATE UNIQUE INDEX inbox_message ON inbox(place, message) WHERE message IS NOT NULL;
CREATE UNIQUE INDEX inbox_alarm ON inbox(stream, due, alarm, thing) WHERE alarm IS NOT NULL;
CREATE UNIQUE INDEX inbox_name ON inbox(name) WHERE name IS NOT NULL;
CREATE TABLE attempt(place INTEGER NOT NULL, message TEXT NOT NULL, n INTEGER NOT NULL CHECK (n > 0),
  PRIMARY KEY (place, message)) STRICT, WITHOUT ROWID;
CREATE TABLE outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  platform TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, to_user TEXT NOT NULL,
  kind TEXT NOT NULL, text TEXT NOT NULL, key TEXT NOT NULL CHECK (length(key) > 0),
  dead TEXT) STRICT;
CREATE TABLE note(number INTEGER PRIMARY KEY, room INTEGER NOT NULL, cause INTEGER NOT NULL,
  text_digest TEXT NOT NULL) STRICT;
CREATE TABLE preview(
  actor INTEGER NOT NULL, platform TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, code TEXT NOT NULL,
  command TEXT NOT NULL, binds TEXT NOT NULL, lapse INTEGER NOT NULL,
  PRIMARY KEY (actor, platform, channel, thread, code)) STRICT, WITHOUT ROWID;
CREATE TABLE refusal(id INTEGER PRIMARY KEY, room INTEGER NOT NULL, entity TEXT NOT NULL, at INTEGER NOT NULL,
  actor INTEGER NOT NULL, code TEXT NOT NULL) STRICT;
CREATE INDEX refusal_room ON refusal(room);
)";

// Made from events alone; rebuild makes it again.
constexpr const char* derived = R"(
CREATE TABLE posting(
  position INTEGER NOT NULL REFERENCES event(position), k INTEGER NOT NULL,
  book TEXT NOT NULL, owner INTEGER NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL, milestone INTEGER,
  PRIMARY KEY (position, k)) STRICT, WITHOUT ROWID;
CREATE TABLE balance(
  book TEXT NOT NULL, owner INTEGER NOT NULL,
  minor INTEGER NOT NULL CHECK (minor >= 0 OR book IN ('ext_client', 'ext_freelancer')),
  currency TEXT NOT NULL,
  PRIMARY KEY (book, owner)) STRICT, WITHOUT ROWID;
CREATE TABLE pair(
  room INTEGER PRIMARY KEY, client INTEGER NOT NULL, freelancer INTEGER NOT NULL CHECK (freelancer <> client),
  UNIQUE (client, freelancer)) STRICT;
CREATE INDEX pair_freelancer ON pair(freelancer);
CREATE TABLE party(person INTEGER NOT NULL, room INTEGER NOT NULL, PRIMARY KEY (person, room)) STRICT, WITHOUT ROWID;
CREATE TABLE entity(
  noun TEXT NOT NULL CHECK (noun IN ('P', 'O', 'C', 'M', 'ER')), number INTEGER NOT NULL, part INTEGER NOT NULL,
  room INTEGER NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
  due INTEGER, client INTEGER NOT NULL, freelancer INTEGER NOT NULL, open INTEGER NOT NULL CHECK (open IN (0, 1)),
  waits_for TEXT CHECK (waits_for IN ('client', 'freelancer')), created INTEGER NOT NULL,
  PRIMARY KEY (noun, number, part)) STRICT, WITHOUT ROWID;
CREATE INDEX entity_room ON entity(room);
CREATE INDEX entity_open_offer ON entity(client, created) WHERE noun = 'O' AND open = 1;
CREATE TABLE deadline(stream INTEGER PRIMARY KEY, due INTEGER NOT NULL) STRICT;
CREATE INDEX deadline_due ON deadline(due);
CREATE TABLE account(
  person INTEGER PRIMARY KEY, user TEXT NOT NULL, handle TEXT NOT NULL,
  since INTEGER NOT NULL) STRICT;
CREATE INDEX account_handle ON account(handle);
)";

void run_script(Db& db, std::string_view script) {
  // One statement a line block: none of ours has a semicolon inside.
  for (std::size_t end; (end = script.find(';')) != std::string_view::npos; script.remove_prefix(end + 1))
    db.once(std::string{script.substr(0, end)});
}

void create(Db& db) {
  for (const auto* script : {truth, traffic, derived}) run_script(db, script);
  for (const auto* table : {"event", "posting"})
    for (const auto* act : {"UPDATE", "DELETE"}) db.once(append_only(table, act));
}

// Version 2: notices, the instant of what waits to be sent, and room in the lists for further nouns. A CHECK cannot be
// changed in place, so the list is copied into a table of the new form.
constexpr const char* second = R"(
CREATE TABLE notice(
  person INTEGER NOT NULL, note INTEGER NOT NULL, at INTEGER NOT NULL, room INTEGER NOT NULL,
  kind TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (person, note)) STRICT, WITHOUT ROWID;
ALTER TABLE outbox ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
CREATE TABLE entity_of_2(
  noun TEXT NOT NULL CHECK (noun IN ('P', 'O', 'C', 'M', 'ER', 'A', 'CR', 'Q')), number INTEGER NOT NULL,
  part INTEGER NOT NULL,
  room INTEGER NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
  due INTEGER, client INTEGER NOT NULL, freelancer INTEGER NOT NULL, open INTEGER NOT NULL CHECK (open IN (0, 1)),
  waits_for TEXT CHECK (waits_for IN ('client', 'freelancer')), created INTEGER NOT NULL,
  PRIMARY KEY (noun, number, part)) STRICT, WITHOUT ROWID;
INSERT INTO entity_of_2 SELECT noun, number, part, room, state, title, minor, currency, due, client, freelancer, open,
  waits_for, created FROM entity;
DROP TABLE entity;
ALTER TABLE entity_of_2 RENAME TO entity;
CREATE INDEX entity_room ON entity(room);
CREATE INDEX entity_open_offer ON entity(client, created) WHERE noun = 'O' AND open = 1;
)";

void to_second(Db& db) { run_script(db, second); }

/// Step n brings a file of version n to version n + 1. A step that was released is never changed.
constexpr void (*steps[])(Db&) = {create, to_second};
constexpr int version = static_cast<int>(std::size(steps));

}  // namespace

std::string append_only(const std::string& table, const std::string& act) {
  return "CREATE TRIGGER " + table + "_no_" + act + " BEFORE " + act + " ON " + table + " BEGIN SELECT RAISE(ABORT, '" +
         table + "s are never changed'); END";
}

void bring_up_to_date(Db& db) {
  const int owner = std::stoi(db.once("PRAGMA application_id"));
  const int found = std::stoi(db.once("PRAGMA user_version"));
  const bool empty = db.once("SELECT count(*) FROM sqlite_schema") == "0";
  if (owner != application && !empty) throw std::runtime_error("this file is no store of Parley's");
  if (found > version)
    throw std::runtime_error("this store was written by a newer Parley (version " + std::to_string(found) + ", here " +
                             std::to_string(version) + ")");
  if (found == version) return;
  db.begin();
  for (int step = found; step < version; ++step) steps[step](db);
  db.once("PRAGMA application_id=" + std::to_string(application));
  db.once("PRAGMA user_version=" + std::to_string(version));
  db.commit();
}

}  // namespace store
