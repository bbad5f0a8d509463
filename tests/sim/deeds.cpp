#include "tests/sim/deeds.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "tests/sim/hash.hpp"
#include "tests/sim/taught.hpp"

namespace sim {

std::vector<std::string> marks(const std::string& text) {
  std::vector<std::string> all;
  for (auto at = text.find("no"); at != text.npos; at = text.find("no", at + 1)) {
    auto end = at + 2;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end > at + 2 && end < text.size() && text[end] == 'x') all.push_back(text.substr(at, end + 1 - at));
  }
  return all;
}

std::optional<std::int64_t> version_in(const std::string& text) {
  for (auto at = text.find(" v"); at != text.npos; at = text.find(" v", at + 1)) {
    auto end = at + 2;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end > at + 2 && end < at + 8 && (end == text.size() || text.find_first_of(" :,;.", end) == end))
      return std::stoll(text.substr(at + 2));
  }
  return {};
}

void Deeds::wrong(const Happened& e, const char* promise, const std::string& what) {
  faults_.add(promise, "event " + std::to_string(e.position) + " " + e.kind + " " + e.word("id") +
                           (e.number("id") ? std::to_string(e.number("id")) : "") + ": " + what);
}

std::int64_t Deeds::person(const std::string& user) const {
  const auto found = people_.find(user);
  return found == people_.end() ? 0 : found->second;
}

std::string Deeds::user(std::int64_t person) const {
  const auto found = users_.find(person);
  return found == users_.end() ? "" : found->second;
}

/// Each stream counts from one, time in it never steps back, and each link is the digest of all before it.
void Deeds::chain(const Happened& e) {
  auto& head = heads_[e.stream];
  if (e.seq != head.seq + 1)
    wrong(e, "chain", "number " + std::to_string(e.seq) + " follows " + std::to_string(head.seq));
  if (e.prev_hash != (head.seq == 0 ? std::string(64, '0') : head.hash))
    wrong(e, "chain", "its link is to something else");
  Hash h;
  for (const auto& part : {std::string{"parley-event-1"}, std::to_string(e.stream), std::to_string(e.seq), e.prev_hash,
                           e.kind, std::to_string(e.at), std::to_string(e.actor), e.text})
    h.add(std::to_string(part.size()) + ":" + part);
  if (h.hex() != e.hash) wrong(e, "chain", "its hash is not what it says");
  const bool of_room = !e.kind.starts_with("person.");
  if (of_room && e.at < head.at) wrong(e, "time", "it lies before what happened before it");
  head = {e.seq, std::max(head.at, e.at), e.hash};
  if (!causes_.insert({e.cause, e.n}).second) wrong(e, "once", "its cause has done this already");
  if (recorded_.emplace(e.cause, e.recorded_at).first->second != e.recorded_at)
    wrong(e, "once", "its cause had its effect before, at another time");
}

/// The instant of what somebody ordered is the server's stamp; only where the room is past it already, the room's.
void Deeds::order(const Happened& e, const Reason& why) {
  if (!why.message.empty()) {
    const auto* said = said_(why.channel, why.message);
    if (!said) return wrong(e, "authority", "nobody ever said " + why.message + " in " + why.channel);
    if (e.actor == 0 || user(e.actor) != said->user)
      wrong(e, "authority", said->user + " said it, and it was recorded as of " + user(e.actor));
    if (said->edited && why.at > said->at) return;
    const auto stamp = why.at;
    if (stamp != said->at) wrong(e, "time", "the message was stamped otherwise");
    if (e.at < stamp) wrong(e, "time", "it lies before the message that caused it");
  } else if (!why.alarm.empty()) {
    if (e.actor != 0) wrong(e, "authority", "a deadline has no actor");
    if (e.at != why.due) wrong(e, "deadline", "a deadline's effect is not stamped with its due");
    if (e.recorded_at < why.due) wrong(e, "deadline", "it was recorded before it was due");
  }
}

std::optional<Deeds::Pair> Deeds::pair_of(const Happened& e) const {
  const auto noun = taught::noun_of(e.kind);
  const auto id = taught::thing_of(e);
  if (id.empty()) return {};
  if (const auto thing = things_.find(id); thing != things_.end() && thing->second.pair.client != 0)
    return thing->second.pair;
  if (noun == "milestone" || noun == "amendment")
    if (const auto c = things_.find("C-" + e.word("id").substr(0, e.word("id").find('.'))); c != things_.end())
      return c->second.pair;
  const auto room = rooms_.find(e.stream);
  return room == rooms_.end() ? std::nullopt : std::optional{room->second};
}

/// The first thing that a message does is done by one of the two whom it concerns, and by the one who may.
void Deeds::authority(const Happened& e, const Reason& why) {
  if (why.message.empty() || e.cause == headline_) return;
  headline_ = e.cause;
  if (e.kind.starts_with("person.")) {
    if (e.stream != e.actor) wrong(e, "authority", "it is recorded of somebody else than who ordered it");
    return;
  }
  const auto pair = pair_of(e);
  if (!pair) return;
  const bool client = e.actor == pair->client, freelancer = e.actor == pair->freelancer;
  if (!client && !freelancer) return wrong(e, "authority", user(e.actor) + " is no party of it");
  auto by = e.word("by");
  if (by.empty())
    if (const auto must = taught::doers().find(e.kind); must != taught::doers().end()) by = must->second;
  if (e.kind == "contract.ending") by = e.word("end_kind") == "by_client" ? "client" : "freelancer";
  if ((by == "client" && !client) || (by == "freelancer" && !freelancer))
    wrong(e, "authority", user(e.actor) + " is not the " + by + ", who alone may do that");
}

/// What was agreed to is the version that was there, which is the one that was named.
void Deeds::versions(const Happened& e, const Reason& why) {
  const auto noun = taught::noun_of(e.kind);
  const auto id = taught::thing_of(e);
  if (id.empty() || noun == "milestone" || taught::afterwards().contains(e.kind)) return;
  auto& thing = things_[id];
  thing.stream = e.stream;
  if (e.kind == "offer.sent" || e.kind == "contract.started") {
    thing.pair = {e.number("client"), e.number("freelancer")};
    if (thing.version != 0 && e.kind == "offer.sent") wrong(e, "once", "it was made before");
  }
  if (e.kind == "contract.started") {
    const auto& offer = things_["O-" + std::to_string(e.number("offer"))];
    if (offer.terms != e.body.at("terms")) wrong(e, "versions", "its terms are not those of its offer");
    thing.version = 1;
    return;
  }
  const bool answered = e.kind == "proposal.approved" || e.kind == "offer.accepted" || e.kind == "amendment.approved";
  if (answered) {
    if (e.number("version") != thing.version)
      wrong(e, "versions",
            "v" + std::to_string(e.number("version")) + " was agreed to, and v" + std::to_string(thing.version) +
                " is the current one");
    if (e.has("terms") && thing.terms != e.body.at("terms"))
      wrong(e, "versions", "other terms were agreed to than proposed");
    const auto* said = why.message.empty() || e.n != 1 ? nullptr : said_(why.channel, why.message);
    const auto named = !said || said->edited                             ? std::nullopt
                       : said->text.find("confirm") != std::string::npos ? shown_(why.channel, *said)
                                                                         : version_in(said->text);
    if (named && *named != e.number("version"))
      wrong(e, "versions",
            "it was said of v" + std::to_string(*named) + " and done to v" + std::to_string(e.number("version")));
  } else if (e.has("terms") && noun != "contract" && noun != "change_request") {
    const auto version = e.has("version") ? e.number("version") : 1;
    const bool back = e.kind == "proposal.taken_back";
    if (!back && version != thing.version + 1)
      wrong(e, "versions", "v" + std::to_string(version) + " follows v" + std::to_string(thing.version));
    thing.version = version;
    thing.terms = e.body.at("terms");
  }
  if (e.kind == "offer.sent" && e.number("from") != 0)
    if (const auto& from = things_["P-" + std::to_string(e.number("from"))]; from.terms != e.body.at("terms"))
      wrong(e, "versions", "its terms are not those of the proposal that was approved");
}

/// What somebody says once comes of it once. Terms are copied on purpose; what only speaks is not.
void Deeds::once(const Happened& e) {
  for (const auto* name : {"message", "words", "what", "reason", "note"})
    for (const auto& mark : marks(e.word(name))) {
      if (e.kind == "milestone.funded" || e.kind == "contract.ending") continue;
      auto& causes = words_[e.kind + " " + mark];
      if (causes.insert(e.cause).second && causes.size() > times_(mark))
        wrong(e, "once",
              "what was said " + std::to_string(times_(mark)) + " times was done " + std::to_string(causes.size()) +
                  " times");
    }
}

void Deeds::ends(const Happened& e) {
  const auto id = taught::thing_of(e);
  if (id.empty() || taught::afterwards().contains(e.kind)) return;
  auto& thing = things_[id];
  if (!thing.end.empty()) wrong(e, "once", "it was over before, by " + thing.end);
  if (taught::last_words().contains(e.kind)) thing.end = e.kind;
}

void Deeds::take(const Happened& e, const Reason& why) {
  if (e.kind == "person.seen") {
    if (!people_.emplace(e.word("user"), e.stream).second) wrong(e, "once", e.word("user") + " has an account already");
    users_[e.stream] = e.word("user");
  }
  chain(e);
  order(e, why);
  if (e.kind == "room.fixed") {
    if (rooms_.contains(e.stream)) wrong(e, "once", "the room's pair was fixed before");
    rooms_[e.stream] = {e.number("client"), e.number("freelancer")};
  }
  versions(e, why);
  authority(e, why);
  ends(e);
  once(e);
}

}  // namespace sim
