#include <openssl/rand.h>

#include "bot/engine_impl.hpp"
#include "workflow/digest.hpp"

// What the bot says, and where: the room's note, the author's private reply, the question in the direct chat.
namespace bot {

using workflow::Room;

namespace {

constexpr std::string_view erase_kind = "erase";

std::string kind_and_subject(const commands::Note& n) { return n.subject.empty() ? n.kind : n.kind + " " + n.subject; }

/// What every chat server takes in one message, with room for the number behind it.
constexpr std::size_t longest_post = 15'000;

/// A text that no server would take is cut between two characters, and says so.
std::string fitting(std::string text) {
  if (text.size() <= longest_post) return text;
  auto end = longest_post;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

Post post_of(const store::OutboxRow& row) {
  return {
      .key = row.key, .channel = row.channel, .thread = row.thread, .to = row.to, .kind = row.kind, .text = row.text};
}

}  // namespace

std::string Engine::Impl::random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (opt.seed) {
    for (char& c : raw) c = static_cast<char>(seeded());
  } else if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) != 1) {
    throw std::runtime_error("no randomness is to be had");
  }
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const char c : raw) {
    hex += digits[static_cast<unsigned char>(c) >> 4];
    hex += digits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

/// Everybody whom a note about these events in this room may name.
commands::Cast Engine::Impl::cast(const Room* room, std::span<const workflow::Event> events, PersonId reader) {
  commands::Cast c;
  const auto add = [&](PersonId id) {
    if (id.n != 0) c.people.try_emplace(id, store.person(id));
  };
  add(reader);
  if (room) {
    if (room->fixed()) add(*room->client), add(*room->freelancer);
    for (const auto& [id, offer] : room->offers) add(offer.client), add(offer.freelancer);
  }
  for (const auto& e : events)
    if (const auto person = workflow::person_of(e)) add(*person);
  c.words = [this](const workflow::Digest& d) { return store.secret(d); };
  if (reader.n != 0) c.reader = &c.people.at(reader);
  return c;
}

void Engine::Impl::say(store::Cause cause, RoomId id, std::span<const workflow::Event> events, const Act* a,
                       Instant effective) {
  Room none;
  const Room& room = id.n != 0 ? store.room(id) : none;
  const bool on_time = a && a->heard.sent_at == effective;
  const auto people = cast(&room, events, {});
  for (const auto& note : commands::notes(events, room, people, on_time ? std::optional{effective} : std::nullopt)) {
    if (note.direct)
      post_direct(*note.direct, note, a);
    else
      post_room(cause, id, note, a, events, effective);
  }
}

/// A reminder that comes late tells the time that is left when it comes. Where the deadline itself or a later reminder
/// of it is due by then, it would only be noise: it stays on record without a note (R-reminder-6).
void Engine::Impl::say_fired(store::Cause cause, RoomId id, workflow::Events events, Instant effective, Instant seen) {
  if (auto* reminded = std::get_if<workflow::reminder::Reminded>(&events.front())) {
    if (seen >= workflow::stands_until(store.room(id), *reminded)) return;
    reminded->left = std::chrono::round<std::chrono::minutes>(reminded->due - seen);
  }
  say(cause, id, events, nullptr, effective);
}

/// A note goes where the command was typed; a deadline's, or what a direct chat caused, into the thread (R-note-2).
void Engine::Impl::post_room(store::Cause cause, RoomId id, const commands::Note& note, const Act* a,
                             std::span<const workflow::Event> events, Instant effective) {
  const auto place = store.place_of(id);
  if (!place) return;
  std::string thread;
  if (a && !a->heard.direct) {
    thread = a->heard.thread;
  } else if (opt.can.threads) {
    for (const auto& e : events)
      if (const auto about = workflow::subject(e); about && thread.empty()) thread = thread_of(store.room(id), *about);
  }
  const auto hash = workflow::sha256(note.text).brief(6);
  const auto number = writing().number_note(cause, id, hash);
  enqueue({.platform = opt.platform,
           .channel = a && !a->heard.direct ? a->heard.channel : place->channel,
           .thread = thread,
           .kind = kind_and_subject(note),
           .text = commands::with_number(fitting(note.text), number, hash)});
  tell(id, note, number, events, a, effective);
}

void Engine::Impl::post_direct(PersonId person, const commands::Note& note, const Act* a) {
  const auto direct = store.direct_of(person);
  if (!direct && a) {
    answer_author(*a, note, true);
    return;
  }
  if (direct)
    enqueue({.platform = opt.platform,
             .channel = direct->channel,
             .kind = kind_and_subject(note),
             .text = fitting(note.text)});
}

bool Engine::Impl::private_here(const Act& a) {
  return a.heard.direct || opt.can.private_replies || store.direct_of(a.actor);
}

/// To the author alone: in place where the server can, else in their direct chat, else in the room.
void Engine::Impl::answer_author(const Act& a, const commands::Note& note, bool keep) {
  store::OutboxRow row{.platform = opt.platform,
                       .channel = a.heard.channel,
                       .thread = a.heard.thread,
                       .kind = kind_and_subject(note),
                       .text = fitting(note.text)};
  if (!a.heard.direct && opt.can.private_replies) {
    row.to = a.heard.user;
  } else if (!a.heard.direct) {
    if (const auto direct = store.direct_of(a.actor)) {
      row.channel = direct->channel;
      row.thread.clear();
    }
  }
  if (keep) {
    enqueue(std::move(row));
    return;
  }
  row.key = random_hex(16);
  out.push_back(post_of(row));
  answers.push_back(std::move(row));
}

void Engine::Impl::erase(const Act& a) {
  if (!opt.can.deletes) return;
  enqueue({.platform = opt.platform,
           .channel = a.heard.channel,
           .kind = std::string{erase_kind},
           .text = a.heard.message,
           .key = "erase:" + a.heard.channel + ":" + a.heard.message});
}

void Engine::Impl::enqueue(store::OutboxRow row) {
  if (row.key.empty()) row.key = random_hex(16);
  writing().enqueue(row);
  if (stuck.contains(row.channel)) return;  // it follows what the server would not take, in order
  if (row.kind == erase_kind)
    out.push_back(Erase{row.channel, row.text});
  else
    out.push_back(post_of(row));
}

/// Whom somebody shares a room with: what a room is called by to its parties.
std::string Engine::Impl::other_party(RoomId id, const workflow::AnyId& about, PersonId one) {
  const auto both = workflow::parties(store.room(id), about);
  if (!both) return {};
  return store.person(both->client == one ? both->freelancer : both->client).name;
}

std::vector<Post> Engine::unsent() {
  impl_->stuck.clear();
  std::vector<Post> posts;
  for (const auto& row : impl_->store.unsent(impl_->opt.platform))
    if (row.kind != erase_kind && !impl_->marked(row.key)) {
      posts.push_back(post_of(row));
      posts.back().again = impl_->earlier.contains(row.key);
    }
  for (const auto& row : impl_->answers) posts.push_back(post_of(row));
  return posts;
}

std::vector<Erase> Engine::unerased() {
  std::vector<Erase> erasures;
  for (const auto& row : impl_->store.unsent(impl_->opt.platform))
    if (row.kind == erase_kind && !impl_->marked(row.key)) erasures.push_back({row.channel, row.text});
  return erasures;
}

Post Engine::as_repeat(Post p) const {
  p.text = commands::hint("repeat", {}).text + " " + p.text;
  return p;
}

}  // namespace bot
