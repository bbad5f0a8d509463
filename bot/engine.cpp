#include "bot/engine.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "bot/engine_impl.hpp"
#include "workflow/digest.hpp"

namespace bot {
namespace {

/// A server's stamp further ahead than this is not believed (R-clock-4).
constexpr auto trust = std::chrono::seconds{60};
constexpr std::size_t most_marks = 1000;

Instant believed(Instant stamp, Instant wall) { return stamp > wall + trust ? wall : stamp; }

}  // namespace

Engine::Impl::Impl(store::Store& s, Options o) : store(s), opt(std::move(o)), careful(s.unclean()) {
  for (const auto& row : store.unsent(opt.platform)) earlier.insert(row.key);
  if (careful) doubt_first_mails();
}

store::Batch& Engine::Impl::writing() {
  if (!batch) batch.emplace(store);
  return *batch;
}

void Engine::Impl::salt_with(const std::string& text) {
  if (!opt.seed) return;
  const auto hex = workflow::sha256(std::to_string(*opt.seed) + ":" + text).hex;
  seeded.seed(std::stoull(hex.substr(0, 16), nullptr, 16));
}

void Engine::Impl::take(const Incoming& item, Instant wall) {
  struct {
    Impl& engine;
    Instant wall;
    void operator()(const Heard& x) const { engine.heard(x, wall); }
    void operator()(const Member& x) const { engine.member(x, wall); }
    void operator()(const Edited& x) const { engine.edited(x, wall); }
    void operator()(const Deleted& x) const { engine.removed(x); }
    void operator()(const ReadThrough& x) const { engine.read_through(x, wall); }
    void operator()(const Delivered& x) const { engine.delivered(x); }
    void operator()(const Refused& x) const { engine.refused(x); }
    void operator()(const Link& x) const {
      if (x.up) engine.careful = false;
    }
  } const one{*this, wall};
  std::visit(one, item);
}

/// A user of the server as a person of ours: made at the first sight, changed when the server says so.
PersonId Engine::Impl::person_for(const std::string& user, const Member* seen, Instant at) {
  auto known = store.person_by_user(opt.platform, user);
  if (!known) {
    workflow::person::Seen e{{}, user, seen ? seen->handle : user, seen ? seen->name : user, seen ? seen->zone : ""};
    if (e.name.empty()) e.name = e.handle;
    const auto cause = writing().order("seen:" + opt.platform + ":" + user, at);
    known = writing().open_person(cause.value(), opt.platform, std::move(e), at);
  }
  if (!seen) return *known;
  const auto& p = store.person(*known);
  const auto email = seen->email == "off" ? std::string{} : seen->email;
  workflow::person::Changed change{.id = *known};
  if (!seen->handle.empty() && seen->handle != p.handle) change.handle = seen->handle;
  if (!seen->name.empty() && seen->name != p.name) change.name = seen->name;
  if (!seen->zone.empty() && !p.zone_chosen && seen->zone != p.zone) change.zone = seen->zone;
  if (!seen->email.empty() && email != p.email) change.email = email;
  if (!change.handle && !change.name && !change.zone && !change.email) return *known;
  const auto key =
      workflow::sha256(user + seen->handle + "\n" + seen->name + "\n" + seen->zone + "\n" + seen->email).hex;
  const auto cause = writing().order("seen:" + opt.platform + ":" + key + workflow::iso(at), at);
  const workflow::Event e = std::move(change);
  if (cause) writing().record(*cause, *known, {&e, 1}, {}, at, at);
  return *known;
}

void Engine::Impl::member(const Member& m, Instant wall) {
  if (m.is_bot) return;
  const Instant at = believed(m.at, wall);
  writing().attempt([&] {
    const auto person = person_for(m.user, &m, at);
    if (m.channel.empty()) return true;
    if (m.direct) writing().set_direct(opt.platform, m.channel, person);
    if (m.what == Member::What::joined) writing().joined(opt.platform, m.channel, person);
    if (m.what == Member::What::left) writing().left(opt.platform, m.channel, person);
    return true;
  });
}

void Engine::Impl::heard(const Heard& h, Instant wall) {
  if (h.by_bot || store.heard(opt.platform, h.channel, h.message)) return;
  const auto known = store.person_by_user(opt.platform, h.user);
  Act a{.heard = h, .now = believed(h.sent_at, wall), .wall = wall, .actor = known.value_or(PersonId{})};
  a.asked = h.direct && known && store.person(*known).question;
  const auto reading = commands::read(h.text, {a.now, &opt.policy, a.asked});
  if (!reading && a.asked) {
    salt_with(h.channel + "/" + h.message);
    const auto& question = *store.person(*known).question;
    answer_author(a, commands::hint("end_answer", {{"id", text(question.contract)}, {"lapse", question.lapse}}), false);
    return;
  }
  if (!reading) {  // chat
    if (known && !h.direct && commands::asks_for_changes(h.text)) hint_changes(a);
    return;
  }
  a.reading = &reading;
  salt_with(h.channel + "/" + h.message);
  if (careful && tried_too_often(h, a.now)) return;
  const auto left = commands::left_out(h.text, {a.now, &opt.policy, a.asked});
  if (known && !h.edited && left && left->query) {
    a.place = store.place(opt.platform, h.channel);
    if (fill_in(a, *left)) return;
  }
  if (known && !h.edited && *reading && std::holds_alternative<commands::Query>((*reading)->request)) {
    a.place = store.place(opt.platform, h.channel);
    query(a, std::get<commands::Query>((*reading)->request));
    return;
  }
  try {
    writing().attempt([&] {
      const auto cause = writing().hear(opt.platform, h.channel, h.message, a.now, workflow::sha256(h.text).hex);
      if (!cause) return true;
      a.cause = *cause;
      a.actor = person_for(h.user, nullptr, a.now);
      a.place = store.place(opt.platform, h.channel);
      if (h.direct && !a.place) writing().set_direct(opt.platform, h.channel, a.actor);
      if (!h.direct && !a.place) writing().open_room(opt.platform, h.channel);
      a.place = store.place(opt.platform, h.channel);
      act(a);
      return true;
    });
  } catch (const store::Full&) {
    throw;
  } catch (const store::Unknown&) {
    throw;
  } catch (const std::exception& e) {
    quarantine(h, a.now, e.what());
  }
}

/// A message whose handling throws would throw again: it is set aside at once, and its author told (R-once-4).
void Engine::Impl::quarantine(const Heard& h, Instant now, const std::string& what) {
  spdlog::error("quarantined message={} channel={}: {}", h.message, h.channel, what);
  writing().attempt([&] {
    const auto cause = writing().hear(opt.platform, h.channel, h.message, now, workflow::sha256(h.text).hex);
    if (!cause) return true;
    writing().poison(*cause, what);
    Act a{.heard = h, .now = now, .actor = person_for(h.user, nullptr, now), .cause = *cause};
    answer_author(a, commands::hint("poisoned", {}), true);
    return true;
  });
}

/// After an unclean start every message of the backlog counts its tries, outside the transaction that handles it, so
/// that one that kills the process is set aside after the third (R-once-5).
bool Engine::Impl::tried_too_often(const Heard& h, Instant now) {
  std::int64_t tries = 0;
  writing().attempt([&] {
    tries = writing().attempts(opt.platform, h.channel, h.message);
    return true;
  });
  if (tries <= 3) {
    finish();
    return false;
  }
  quarantine(h, now, "its handling did not end, three times");
  return true;
}

/// What is changed after it was sent is never carried out; who changed a command is told once (R-once-3).
void Engine::Impl::edited(const Edited& e, Instant wall) {
  if (!store.heard(opt.platform, e.channel, e.message)) return;
  const auto known = store.person_by_user(opt.platform, e.user);
  const std::string key = e.message + "~edited";
  if (!known || store.heard(opt.platform, e.channel, key)) return;
  salt_with(e.channel + "/" + key);
  const Heard h{.channel = e.channel, .thread = e.thread, .message = key, .user = e.user, .text = {}, .sent_at = e.at};
  writing().attempt([&] {
    const auto cause = writing().hear(opt.platform, e.channel, key, believed(e.at, wall), {});
    Act a{.heard = h, .now = believed(e.at, wall), .actor = *known, .cause = cause.value_or(0)};
    answer_author(a, commands::hint("edited", {}), true);
    return true;
  });
}

void Engine::Impl::removed(const Deleted& d) {
  const std::string key = "erase:" + d.channel + ":" + d.message;
  for (const auto& row : store.unsent(opt.platform))
    if (row.key == key && !marked(key)) marks.push_back({key, d.message});
}

/// A delivery by itself is no reason to commit: its mark rides in the next batch. Too many marks are one, and so is a
/// mail's, because nobody could tell us after a death that it was sent.
void Engine::Impl::delivered(const Delivered& d) {
  if (std::erase_if(answers, [&](const auto& row) { return row.key == d.key; }) > 0) return;
  marks.push_back(d);
  if (marks.size() >= most_marks || mails.contains(d.key)) writing();
}

/// In rehearsal a query that is delivered again is answered under the key it had.
bool Engine::Impl::waits_already(const std::string& key) const {
  if (!opt.seed) return false;
  const auto waiting = store.unsent(opt.platform);
  return std::any_of(waiting.begin(), waiting.end(), [&](const auto& row) { return row.key == key; });
}

bool Engine::Impl::marked(const std::string& key) const {
  return std::any_of(marks.begin(), marks.end(), [&](const auto& d) { return d.key == key; });
}

void Engine::Impl::refused(const Refused& r) {
  if (!r.permanent && mails.contains(r.key)) {
    if (r.maybe) doubtful.insert(r.key);
    return;
  }
  if (!r.permanent) {
    for (const auto& row : store.unsent(opt.platform))
      if (row.key == r.key) stuck.insert(row.channel);
    return;
  }
  spdlog::error("{} refused for good key={}: {}", mails.contains(r.key) ? "mail" : "post", r.key, r.reason);
  if (std::erase_if(answers, [&](const auto& row) { return row.key == r.key; }) > 0) return;
  writing().attempt([&] {
    writing().mark_dead(r.key, r.reason);
    return true;
  });
}

/// How far every channel that may command this stream has been read: its own, and its parties' direct chats.
Instant Engine::Impl::watermark(std::int64_t stream) {
  const auto of = [&](const std::optional<store::Place>& place) {
    if (!place) return read_all;
    const auto it = read.find(place->channel);
    const auto alone = it == read.end() ? Instant{} : it->second;
    return behind.contains(place->channel) ? alone : std::max(read_all, alone);
  };
  if (store.is_person(stream)) return of(store.direct_of(PersonId{stream}));
  Instant least = of(store.place_of(RoomId{stream}));
  const auto& room = store.room(RoomId{stream});
  for (const auto& party : {room.client, room.freelancer})
    if (party) least = std::min(least, of(store.direct_of(*party)));
  return least;
}

void Engine::Impl::read_through(const ReadThrough& r, Instant wall) {
  if (r.at > wall + trust) {
    spdlog::warn("the server's time {} is over a minute ahead: deadlines are held", workflow::iso(r.at));
    return;
  }
  if (r.channel.empty()) {
    // A channel that falls behind keeps what was true of it until now.
    for (const auto& channel : r.except)
      if (!behind.contains(channel)) read[channel] = std::max(read[channel], read_all);
    behind = {r.except.begin(), r.except.end()};
  }
  auto& mark = r.channel.empty() ? read_all : read[r.channel];
  mark = std::max(mark, r.at);
  while (true) {
    bool fired = false;
    for (const auto stream : store.due_streams(r.at, 100)) {
      const Instant through = std::min(watermark(stream), r.at);
      const auto before = store.next_due();
      fire_stream(stream, through, wall);
      fired = fired || store.next_due() != before;
    }
    if (!fired) return;
  }
}

/// A deadline that fails would fail again: its stream is left as it is and the operator told; the others go on.
void Engine::Impl::fire_stream(std::int64_t stream, Instant through, Instant wall) {
  try {
    writing().attempt([&] {
      if (store.is_person(stream))
        fire_person(PersonId{stream}, through, wall);
      else
        fire_room(RoomId{stream}, through, wall);
      return true;
    });
  } catch (const store::Full&) {
    throw;
  } catch (const store::Unknown&) {
    throw;
  } catch (const std::exception& e) {
    spdlog::error("the deadlines of stream {} are held: {}", stream, e.what());
  }
}

void Engine::Impl::fire_room(RoomId id, Instant now, Instant wall) {
  while (true) {
    auto& room = writing().room(id);
    const auto alarm = workflow::next_alarm(room);
    if (!alarm || alarm->due > now) return;
    salt_with(std::to_string(id.n) + alarm->id + alarm->kind + workflow::iso(alarm->due));
    const auto cause = writing().fire(id.n, *alarm);
    if (!cause) throw std::logic_error("the deadline " + alarm->kind + " of " + alarm->id + " fired before");
    workflow::Context ctx{.now = alarm->due, .policy = &opt.policy};
    ctx.next_id = [&](workflow::Numbered n) { return writing().next_id(n); };
    ctx.salt = [&] { return random_hex(16); };
    const auto outcome = workflow::fire_due(room, ctx);
    if (outcome.rejection || outcome.events.empty())
      throw std::logic_error("the deadline " + alarm->kind + " of " + alarm->id + " could not be carried out");
    writing().record(*cause, id, outcome.events, {}, alarm->due, wall);
    for (const auto& secret : outcome.secrets) writing().keep(secret);
    say_fired(*cause, id, outcome.events, alarm->due, std::max(now, wall));
  }
}

void Engine::Impl::fire_person(PersonId id, Instant now, Instant wall) {
  while (true) {
    auto person = writing().person(id);
    const auto alarm = workflow::next_alarm(person);
    if (!alarm || alarm->due > now) return;
    salt_with(std::to_string(id.n) + alarm->id + alarm->kind + workflow::iso(alarm->due));
    const auto cause = writing().fire(id.n, *alarm);
    if (!cause) throw std::logic_error("the deadline " + alarm->kind + " of " + alarm->id + " fired before");
    const auto room = store.room_of(person.question->contract).value_or(RoomId{});
    const auto events = workflow::fire_due(person, alarm->due);
    writing().record(*cause, id, events, {}, alarm->due, wall);
    say(*cause, room, events, nullptr, alarm->due);
  }
}

/// What the commit carries besides: marks of delivery; answers to queries that nobody is known to have, because the
/// cursor moves past their questions; and in the last transaction of a batch the cursor itself.
void Engine::Impl::finish(bool last) {
  if (!batch) return;
  const bool moves = last && !new_cursor.empty();
  if (moves || !marks.empty() || !answers.empty())
    writing().attempt([&] {
      for (const auto& d : marks) writing().mark_sent(d.key, d.message);
      for (const auto& row : answers)
        if (!waits_already(row.key)) writing().enqueue(row);
      if (moves) writing().set_cursor(opt.platform, new_cursor);
      return true;
    });
  if (opt.before_commit) opt.before_commit();
  batch->commit();
  batch.reset();
  for (const auto& d : marks)
    if (mails.erase(d.key) > 0) doubtful.erase(d.key);
  marks.clear();
  answers.clear();
}

Engine::Engine(store::Store& store, Options options) : impl_(std::make_unique<Impl>(store, std::move(options))) {}
Engine::~Engine() = default;

std::vector<Outgoing> Engine::handle(std::span<const Incoming> items, Instant wall) {
  auto& e = *impl_;
  e.out.clear();
  const bool careful = e.careful;
  const auto marks = e.marks;
  const auto answers = e.answers;
  try {
    for (const auto& item : items) {
      e.take(item, wall);
      if (e.careful) e.finish();
    }
    if (careful && !e.new_cursor.empty()) e.writing();  // every item had a commit of its own: so has the cursor
    e.finish(true);
  } catch (...) {
    e.batch.reset();
    e.out.clear();
    e.marks = marks;
    e.answers = answers;
    e.new_cursor.clear();  // what lies before it has not been handled
    throw;
  }
  return std::move(e.out);
}

std::optional<Instant> Engine::next_due() const { return impl_->store.next_due(); }
void Engine::set_cursor(std::string cursor) { impl_->new_cursor = std::move(cursor); }
void Engine::flush() {
  impl_->writing();
  impl_->finish(true);
}
void Engine::rest() {
  if (!impl_->marks.empty()) flush();
}

std::vector<Outgoing> Engine::set_account(const Account& a, Instant at) {
  auto& e = *impl_;
  e.out.clear();
  e.writing().attempt([&] {
    const Member seen{.user = a.user, .handle = a.handle, .name = a.name, .zone = a.zone.value_or(""), .at = at};
    const auto id = e.person_for(a.user, &seen, at);
    const auto& p = e.store.person(id);
    workflow::person::Changed change{.id = id};
    if (a.email && *a.email != p.email) change.email = a.email;
    if (a.kind && *a.kind != p.kind) change.account = a.kind;
    if (a.status && *a.status != p.status) change.status = a.status;
    if (a.billing_ok && *a.billing_ok != p.billing_ok) change.billing_ok = a.billing_ok;
    if (!change.email && !change.account && !change.status && !change.billing_ok) return true;
    e.salt_with("account:" + a.user + ":" + std::to_string(e.store.events_count()));
    const auto cause = e.writing().order("account:" + e.random_hex(16), at);
    const workflow::Event event = change;
    e.writing().record(cause.value(), id, {&event, 1}, {}, at, at);
    if (change.status || change.account) e.tell_proposers(id);
    return true;
  });
  e.finish();
  return std::move(e.out);
}

std::optional<std::string> Engine::bind(const std::string& channel, const std::string& client_user,
                                        const std::string& freelancer_user, Instant at) {
  auto& e = *impl_;
  std::optional<std::string> refused;
  e.writing().attempt([&] {
    const auto client = e.person_for(client_user, nullptr, at);
    const auto freelancer = e.person_for(freelancer_user, nullptr, at);
    const auto place = e.store.place(e.opt.platform, channel);
    const RoomId id = place ? place->room : e.writing().open_room(e.opt.platform, channel);
    auto& room = e.writing().room(id);
    workflow::Context ctx{.now = at, .policy = &e.opt.policy, .client = &e.store.person(client)};
    const auto outcome = workflow::carry_out(room, workflow::room::Bind{client, freelancer}, ctx);
    if (outcome.rejection) {
      refused = commands::refusal(*outcome.rejection, {}).text;
      return false;
    }
    const auto cause = e.writing().order("bind:" + e.opt.platform + ":" + channel, at);
    e.writing().record(cause.value(), id, outcome.events, {}, at, at);
    return true;
  });
  e.finish();
  return refused;
}

}  // namespace bot
