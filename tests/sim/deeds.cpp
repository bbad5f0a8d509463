#include "tests/sim/deeds.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "tests/sim/hash.hpp"

namespace sim {
namespace {

/// Who may do what nobody is named as the doer of. Kinds that say `by` are held to that.
const std::map<std::string, std::string> doer{{"offer.sent", "client"},
                                              {"offer.revised", "client"},
                                              {"offer.withdrawn", "client"},
                                              {"offer.accepted", "freelancer"},
                                              {"offer.declined", "freelancer"},
                                              {"proposal.proposed", "freelancer"},
                                              {"proposal.withdrawn", "freelancer"},
                                              {"proposal.superseded", "freelancer"},
                                              {"proposal.taken_back", "client"},
                                              {"change_request.requested", "freelancer"},
                                              {"change_request.approved", "client"},
                                              {"change_request.declined", "client"},
                                              {"change_request.withdrawn", "freelancer"},
                                              {"milestone.funded", "client"},
                                              {"milestone.edited", "client"},
                                              {"milestone.submitted", "freelancer"},
                                              {"milestone.changes_requested", "client"},
                                              {"milestone.released", "client"},
                                              {"milestone.credit_released", "client"},
                                              {"bonus.paid", "client"}};

const std::map<std::string, std::string> prefixes{{"proposal", "P"},        {"offer", "O"},    {"change_request", "CR"},
                                                  {"contract", "C"},        {"amendment", "A"}, {"milestone", "M"},
                                                  {"escrow_refund", "ER"},  {"question", "Q"},  {"bonus", "C"}};

/// After one of these a thing is over.
const std::set<std::string> last_words{
    "proposal.declined",        "proposal.withdrawn",       "proposal.superseded",
    "proposal.expired",         "offer.accepted",           "offer.declined",           "offer.withdrawn",
    "offer.expired",            "change_request.approved",  "change_request.declined",  "change_request.withdrawn",
    "change_request.closed",    "contract.ended",           "amendment.approved",       "amendment.declined",
    "amendment.withdrawn",      "amendment.expired",        "milestone.refunded",
    "milestone.cancelled",      "escrow_refund.cancelled",  "question.answered"};

std::string noun_of(const std::string& kind) { return kind.substr(0, kind.find('.')); }

/// The version that a line names: `/accept O-1 v2`.
std::optional<std::int64_t> typed_version(const std::string& text) {
  for (auto at = text.find(" v"); at != text.npos; at = text.find(" v", at + 1)) {
    auto end = at + 2;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end > at + 2 && end < at + 8 && (end == text.size() || text[end] == ' ')) return std::stoll(text.substr(at + 2));
  }
  return {};
}

}  // namespace

std::vector<std::string> marks(const std::string& text) {
  std::vector<std::string> all;
  for (auto at = text.find("no"); at != text.npos; at = text.find("no", at + 1)) {
    auto end = at + 2;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end > at + 2 && end < text.size() && text[end] == 'x') all.push_back(text.substr(at, end + 1 - at));
  }
  return all;
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
  if (e.seq != head.seq + 1) wrong(e, "chain", "number " + std::to_string(e.seq) + " follows " + std::to_string(head.seq));
  if (e.prev_hash != (head.seq == 0 ? std::string(64, '0') : head.hash)) wrong(e, "chain", "its link is to something else");
  Hash h;
  for (const auto& part : {std::string{"parley-event-1"}, std::to_string(e.stream), std::to_string(e.seq), e.prev_hash,
                           e.kind, std::to_string(e.at), std::to_string(e.actor), e.text})
    h.add(std::to_string(part.size()) + ":" + part);
  if (h.hex() != e.hash) wrong(e, "chain", "its hash is not what it says");
  const bool of_room = !e.kind.starts_with("person.");
  if (of_room && e.at < head.at) wrong(e, "time", "it lies before what happened before it");
  head = {e.seq, std::max(head.at, e.at), e.hash};
  if (!causes_.insert({e.cause, e.n}).second) wrong(e, "once", "its cause has done this already");
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
  const auto noun = noun_of(e.kind);
  const auto prefix = prefixes.find(noun);
  if (prefix == prefixes.end()) return {};
  auto id = e.id(prefix->second);
  if (const auto thing = things_.find(id); thing != things_.end() && thing->second.pair.client != 0) return thing->second.pair;
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
    if (const auto must = doer.find(e.kind); must != doer.end()) by = must->second;
  if (e.kind == "contract.ending") by = e.word("end_kind") == "by_client" ? "client" : "freelancer";
  if ((by == "client" && !client) || (by == "freelancer" && !freelancer))
    wrong(e, "authority", user(e.actor) + " is not the " + by + ", who alone may do that");
}

/// What was agreed to is the version that was there, which is the one that was named.
void Deeds::versions(const Happened& e, const Reason& why) {
  const auto noun = noun_of(e.kind);
  const auto prefix = prefixes.find(noun);
  // What followed from something else has the contract's number, and is no version of an amendment.
  if (prefix == prefixes.end() || noun == "milestone" || e.kind == "amendment.terms_followed") return;
  auto& thing = things_[e.id(prefix->second)];
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
      wrong(e, "versions", "v" + std::to_string(e.number("version")) + " was agreed to, and v" + std::to_string(thing.version) + " is the current one");
    if (e.has("terms") && thing.terms != e.body.at("terms")) wrong(e, "versions", "other terms were agreed to than proposed");
    const auto* said = why.message.empty() || e.n != 1 ? nullptr : said_(why.channel, why.message);
    const auto named = said && !said->edited && said->text.find("confirm") == std::string::npos ? typed_version(said->text) : std::nullopt;
    if (named && *named != e.number("version"))
      wrong(e, "versions", "it was said of v" + std::to_string(*named) + " and done to v" + std::to_string(e.number("version")));
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
        wrong(e, "once", "what was said " + std::to_string(times_(mark)) + " times was done " + std::to_string(causes.size()) + " times");
    }
}

void Deeds::ends(const Happened& e) {
  const auto prefix = prefixes.find(noun_of(e.kind));
  if (prefix == prefixes.end() || e.kind.starts_with("bonus.") || e.kind == "milestone.credit_released" ||
      e.kind == "amendment.terms_followed")
    return;
  auto& thing = things_[e.id(prefix->second)];
  if (!thing.end.empty()) wrong(e, "once", "it was over before, by " + thing.end);
  if (last_words.contains(e.kind)) thing.end = e.kind;
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
