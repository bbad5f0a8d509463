#include "tests/sim/judge.hpp"

#include <algorithm>
#include <cstdlib>

#include "commands/commands.hpp"
#include "tests/sim/knowledge.hpp"

namespace sim {
namespace {

/// The number of a note: ` · N-12 a1b2c3` at its end.
std::int64_t number_in(const std::string& text) {
  const auto at = text.rfind(" · N-");
  return at == text.npos ? 0 : std::atoll(text.c_str() + at + std::string{" · N-"}.size());
}

/// The amounts behind a mark, in minor units: `gets $270.50 on`.
std::vector<std::int64_t> amounts(const std::string& text, const std::string& before, const std::string& after) {
  std::vector<std::int64_t> all;
  for (auto at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
    auto end = at + before.size();
    std::int64_t minor = 0;
    int decimals = -1;
    for (; end < text.size() &&
           (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.' || text[end] == ',');
         ++end) {
      if (text[end] == ',') continue;
      if (text[end] == '.') {
        if (end + 1 >= text.size() || !std::isdigit(static_cast<unsigned char>(text[end + 1]))) break;
        decimals = 0;
        continue;
      }
      minor = minor * 10 + (text[end] - '0');
      if (decimals >= 0) ++decimals;
    }
    for (int i = std::max(0, decimals); i < 2; ++i) minor *= 10;
    if (text.compare(end, after.size(), after) == 0) all.push_back(minor);
  }
  return all;
}

/// By how much one channel may be read ahead of another while the connection stands.
constexpr std::int64_t way = 60'000;

/// A verb that leaves a trace, as a person types it. What reads otherwise is nobody's order.
bool is_order(const std::string& text) {
  if (!text.starts_with('/')) return false;
  const auto verb = text.substr(1, text.find_first_of(" \n") - 1);
  return std::ranges::any_of(commands::table(), [&](const auto& r) { return r.verb == verb && r.group != "look"; });
}

}  // namespace

void Tally::add(const Tally& other) {
  for (const auto& [k, n] : other.events) events[k] += n;
  for (const auto& [k, n] : other.refusals) refusals[k] += n;
  for (const auto& [k, n] : other.deadlines) deadlines[k] += n;
}

Judge::Judge(MemoryDisk& disk, std::function<std::string()> file, const workflow::Policy& policy)
    : record_(disk, std::move(file)),
      books_(faults_),
      promises_(faults_, policy),
      deeds_(
          faults_,
          [this](const std::string& channel, const std::string& message) -> const Spoken* {
            const auto found = spoken_.find({channel, message});
            return found == spoken_.end() ? nullptr : &found->second;
          },
          [this](const std::string& mark) { return times_[mark]; },
          [this](const std::string& channel, const Spoken& said) { return confirmed(channel, said); }),
      guards_(faults_),
      inboxes_(faults_) {}

void Judge::typed(const bot::Incoming& what) {
  if (const auto* edited = std::get_if<bot::Edited>(&what)) spoken_[{edited->channel, edited->message}].edited = true;
  const auto* h = std::get_if<bot::Heard>(&what);
  if (!h) return;
  if (spoken_.contains({h->channel, h->message})) return;  // it only arrives again
  spoken_[{h->channel, h->message}] = {h->user, h->text, h->sent_at.time_since_epoch().count(), h->direct, false};
  for (const auto& mark : marks(h->text)) {
    ++times_[mark];
    speakers_[mark].insert(h->user);
  }
  // What is said of somebody in a feedback is sealed from the moment it is typed, and what is private for ever.
  if (h->direct && h->text.find("text=\"") != std::string::npos) {
    const auto text = h->text.find("text=\""), hidden = h->text.find("private=\"");
    for (const auto& mark : marks(h->text.substr(text))) secrets_[mark] = h->user;
    if (hidden != std::string::npos)
      for (const auto& mark : marks(h->text.substr(hidden, h->text.find('"', hidden + 9) - hidden)))
        private_marks_.insert(mark);
  }
}

void Judge::heard(const bot::Incoming& what) {
  if (const auto* h = std::get_if<bot::Heard>(&what)) first_read_.try_emplace({h->channel, h->message}, h->edited);
}

void Judge::said(const bot::Outgoing& out) {
  const auto* post = std::get_if<bot::Post>(&out);
  if (!post) return;
  given_[post->key] = post->kind;
  committed(*post);
  if (post->kind.starts_with("query.balance")) {
    look();
    balance(*post);
  }
  if (post->kind.starts_with("refusal ")) ++tally_.refusals[post->kind.substr(8, post->kind.find('(') - 8)];
}

/// What is given out is in the store already; of many notes some are looked up at once.
void Judge::committed(const bot::Post& post) {
  const auto number = number_in(post.text);
  if (number == 0 || !post.to.empty() || post.kind.starts_with("refusal") || post.kind.starts_with("query.")) return;
  if (++noted_ % 25 != 0) return;
  look();
  if (!notes_.contains(number))
    faults_.add("commit", "N-" + std::to_string(number) + " goes out, and the store knows nothing of it");
}

/// What somebody is told of their money is what the journals say.
void Judge::balance(const bot::Post& post) {
  const auto user = post.to.empty() ? "u-" + post.channel.substr(post.channel.find(':') + 1) : post.to;
  const auto mine = books_.of(deeds_.person(user));
  const auto first = post.text.substr(0, post.text.find('\n'));
  const auto all = amounts(first, "$", " ");
  const std::vector<std::int64_t> must{mine.available, mine.pending, mine.escrow, mine.transit};
  if (all == must) return;
  std::string says;
  for (const auto n : must) says += " " + std::to_string(n);
  faults_.add("money", user + " is told \"" + first + "\", and the journals say" + says +
                           " (available, pending, escrow, transit)");
}

void Judge::preview(const bot::Post& post) {
  ++tally_.refusals["CONFIRM"];
  const auto user = !post.to.empty() ? post.to : "u-" + post.channel.substr(post.channel.find(':') + 1);
  if (const auto code = code_in(post.text)) previews_[user][*code] = version_in(post.text);
}

/// Where no code is typed only one preview can be meant; more than one and it is not known here which.
std::optional<std::int64_t> Judge::confirmed(const std::string&, const Spoken& said) const {
  const auto all = previews_.find(said.user);
  if (all == previews_.end()) return {};
  for (const auto& [code, version] : all->second)
    if (said.text.find(code) != std::string::npos) return version;
  return {};
}

void Judge::sealed(const bot::Post& post, const std::string& id) {
  for (const auto& mark : marks(post.text)) {
    const auto found = secrets_.find(mark);
    if (found == secrets_.end() || post.kind.starts_with("contract.ended")) {
      if (private_marks_.contains(mark) && found != secrets_.end())
        faults_.add("sealed", "private words are shown: " + mark + " in " + id);
      continue;
    }
    const auto reader = !post.to.empty()                  ? post.to
                        : post.channel.starts_with("dm:") ? "u-" + post.channel.substr(3)
                                                          : "";
    const bool own = speakers_[mark].contains(reader);
    if (!own)
      faults_.add("sealed", "the words of " + found->second + " are shown in " + post.channel + ": " + post.kind);
  }
}

void Judge::shown(const bot::Post& post, const std::string& id) {
  shown_.insert(post.key);
  if (post.kind.starts_with("preview.")) preview(post);
  sealed(post, id);
  const auto number = number_in(post.text);
  const bool note = number != 0 && post.to.empty() && !post.kind.starts_with("refusal");
  if (!note) return;
  if (!note_texts_.emplace(number, post.text).second)
    faults_.add("notes", "N-" + std::to_string(number) + " was posted twice");
  auto& last = last_note_[post.channel];
  if (number < last)
    faults_.add("notes",
                "N-" + std::to_string(number) + " stands behind N-" + std::to_string(last) + " in " + post.channel);
  last = std::max(last, number);
}

void Judge::cause(const Reason& r) {
  reasons_[r.id] = r;
  if (!r.poison.empty()) faults_.add("handling", "the handling of " + r.message + " failed inside: " + r.poison);
  if (!r.alarm.empty()) {
    ++tally_.deadlines[r.alarm];
    fired_[r.stream][{r.alarm, r.thing}] = r.due;
  }
  if (!r.message.empty() && !r.message.ends_with("~edited")) {
    if (!handled_.emplace(std::pair{r.channel, r.message}, r.id).second)
      faults_.add("once", r.message + " in " + r.channel + " was handled twice");
  }
}

void Judge::notes(const Written& w) {
  for (const auto& n : w.notes) {
    notes_[n.number] = n;
    ++notes_of_[n.cause];
  }
}

/// What had been changed when it was first read is nobody's order: what was typed is not known.
void Judge::edits(const Happened& e, const Reason& why) {
  const auto first = first_read_.find({why.channel, why.message});
  if (first != first_read_.end() && first->second)
    faults_.add("edits", why.message + " was changed before it was read, and did " + e.kind);
}

/// The parties of what a note tells of first, without who caused it.
void Judge::inboxes(const Written& w, const Whose& whose) {
  for (const auto& note : w.notes) {
    const auto found = whose.find(note.cause);
    if (found == whose.end()) continue;
    const auto& [pair, actor] = found->second;
    for (const auto person : {pair.client, pair.freelancer})
      if (person != actor) inboxes_.concerns(note.number, person);
  }
  for (const auto& r : w.reasons)
    if (r.answer == "notices.read")
      if (const auto s = spoken_.find({r.channel, r.message}); s != spoken_.end())
        inboxes_.read_by(deeds_.person(s->second.user));
  inboxes_.compare(w);
}

void Judge::refusals(const Written& w) {
  for (const auto& [room, channel] : w.room_channels)
    if (auto& in = room_in_.try_emplace(channel, room).first->second; in != room) in = 0;
  for (const auto& r : w.reasons) {
    const auto s = spoken_.find({r.channel, r.message});
    const auto room = room_in_.find(r.channel);
    if (s != spoken_.end() && !s->second.edited && room != room_in_.end() && room->second != 0)
      guards_.answered(r, s->second, deeds_.person(s->second.user), room->second);
  }
}

/// A line in a direct chat may be faster than one in the room, and fires what is due; but not by more than the way
/// takes. What is read after a deadline was otherwise typed after it.
void Judge::overtaken(const Written& w) {
  for (const auto& r : w.reasons)
    if (!r.message.empty() && !r.message.ends_with("~edited"))
      for (const auto& [room, channel] : w.room_channels)
        if (channel == r.channel)
          for (const auto& [key, due] : fired_[room])
            if (const auto* s = spoken_.contains({r.channel, r.message}) ? &spoken_[{r.channel, r.message}] : nullptr;
                s && s->at + way < due &&
                std::ranges::any_of(
                    w.reasons,
                    [&](const Reason& f) {
                      return f.id < r.id && f.stream == room && f.alarm == key.first && f.thing == key.second &&
                             f.due == due;
                    }))
              faults_.add("deadline", r.message + " was typed before " + key.first + " of " + key.second +
                                          " was due, and read after it fired");
}

void Judge::look() {
  const auto w = record_.read();
  for (const auto& r : w.reasons) cause(r);
  notes(w);
  Whose whose;
  std::int64_t last = 0;
  for (const auto& e : w.events) {
    if (last != 0 && last != e.cause) books_.close(last);
    last = e.cause;
    const auto why = reasons_.find(e.cause);
    if (why == reasons_.end()) {
      faults_.add("once", "event " + std::to_string(e.position) + " has no cause");
      continue;
    }
    ++tally_.events[e.kind];
    kinds_[e.cause].insert(e.kind);
    if (!e.kind.starts_with("person.")) room_of_cause_[e.cause] = e.stream;
    edits(e, why->second);
    // What was typed in the other room before may have come from a time when it was nobody's.
    if (e.kind == "room.moved") room_in_[why->second.channel] = 0;
    guards_.take(e, why->second);
    deeds_.take(e, why->second);
    // As of now: the room may belong to others when the rest has been read.
    if (const auto pair = e.kind.starts_with("person.") ? std::nullopt : deeds_.pair_of(e))
      whose.try_emplace(e.cause, *pair, e.actor);
    books_.take(e);
    if (why->second.name.empty())
      promises_.take(e, !why->second.alarm.empty());
    else if (!e.kind.starts_with("person."))
      promises_.take(e, true);
  }
  if (last != 0) books_.close(last);
  if (!w.events.empty() || !w.balances.empty()) books_.compare(w);
  inboxes(w, whose);
  refusals(w);
  overtaken(w);
}

bool Judge::mattered(const std::string& channel, const std::string& message) const {
  const auto cause = handled_.find({channel, message});
  return cause != handled_.end() && kinds_.contains(cause->second);
}

/// What a note says somebody gets is what was put into their pending money.
void Judge::payments() {
  for (const auto& [number, text] : note_texts_) {
    const auto note = notes_.find(number);
    if (note == notes_.end()) continue;
    const auto told = amounts(text, " gets $", " on ");
    if (std::multiset<std::int64_t>(told.begin(), told.end()) != books_.paid(note->second.cause) &&
        text.find('"' + std::string{" gets $"}) == std::string::npos)
      faults_.add("money",
                  "N-" + std::to_string(number) + " tells of other payments than were made: " + text.substr(0, 300));
  }
}

void Judge::close(workflow::Instant now) {
  look();
  promises_.close(now.time_since_epoch().count());
  payments();
  for (const auto& [number, note] : notes_)
    if (!note_texts_.contains(number)) faults_.add("notes", "N-" + std::to_string(number) + " was never posted");
  for (const auto& [number, text] : note_texts_) {
    const auto note = notes_.find(number);
    if (note == notes_.end())
      faults_.add("notes", "N-" + std::to_string(number) + " was posted, and the store knows nothing of it");
  }
  for (const auto& [id, r] : reasons_) {
    const auto n = notes_of_.contains(id) ? notes_of_[id] : 0;
    if (n > 1) faults_.add("notes", std::to_string(n) + " notes tell of cause " + std::to_string(id));
    if (!r.message.empty() && room_of_cause_.contains(id) && n == 0)
      faults_.add("notes",
                  "no note tells of cause " + std::to_string(id) + ", " + r.message + ": " + *kinds_[id].begin());
  }
  for (const auto& [key, kind] : given_)
    if (!shown_.contains(key) && !kind.starts_with("query."))
      faults_.add("notes", "a post was given out and never shown: " + kind);
  for (const auto& [where, s] : spoken_)
    if (is_order(s.text) && !s.edited && !handled_.contains(where))
      faults_.add("once", where.second + " in " + where.first + " was never handled: " + s.text.substr(0, 100));
}

}  // namespace sim
