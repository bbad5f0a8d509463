#include <algorithm>

#include "bot/room/hub.hpp"
#include "bot/room/limits.hpp"
#include "bot/room/names.hpp"

// What each request does. A channel that one is not in and a channel that does not exist give the same answer.
namespace room {
namespace {

const Failure no_such_channel{"no_such_channel", "There is no such room."};
const Failure no_such_message{"no_such_message", "There is no such message."};

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};

/// Gathers a page of entries until it is long enough.
class Page {
 public:
  Page(Store& store, const User& reader, int limit) : store_(store), reader_(reader), limit_(limit) {}

  bool add(const Entry& entry) {
    if (lines_.size() >= static_cast<std::size_t>(limit_) || bytes_ > page_bytes_limit) return !(cut_ = true);
    const bool own_joining = entry.kind == EntryKind::joined && entry.user.row == reader_.row;
    std::vector<User> there_before;
    if (own_joining) there_before = store_.members(entry.channel.row, entry.position);
    lines_.push_back(entry_line(entry, reader_, own_joining ? &there_before : nullptr));
    bytes_ += lines_.back().size();
    last_ = entry.position;
    return true;
  }
  bool cut() const { return cut_; }
  Position last() const { return last_; }
  std::vector<std::string>& lines() { return lines_; }

 private:
  Store& store_;
  const User& reader_;
  int limit_;
  std::vector<std::string> lines_;
  std::size_t bytes_ = 0;
  Position last_ = 0;
  bool cut_ = false;
};

}  // namespace

struct Hub::Handler {
  Hub& hub;
  const std::shared_ptr<Peer>& peer;
  std::optional<std::int64_t> ask;

  using Outcome = std::expected<void, Failure>;
  Store& store() { return hub.store_; }
  const User& me() { return peer->user; }
  Outcome done(const std::string& channel = {}) { return hub.answer(peer, done_line(ask, channel)), Outcome{}; }
  static std::unexpected<Failure> no(std::string code, std::string text) {
    return std::unexpected(Failure{std::move(code), std::move(text)});
  }

  std::optional<Channel> my_channel(const std::string& id) {
    auto channel = store().channel_by_id(id);
    if (channel && !store().membership(channel->row, me().row).value_or(false)) channel.reset();
    return channel;
  }

  std::expected<std::vector<User>, Failure> users(const std::vector<std::string>& handles) {
    std::vector<User> found;
    for (std::string handle : handles) {
      if (handle.starts_with('@')) handle.erase(0, 1);
      auto user = store().user_by_handle(handle);
      if (!user) return no("no_such_user", "There is nobody called @" + handle + ".");
      found.push_back(std::move(*user));
    }
    return found;
  }

  void list_rooms() {
    for (const Membership& mine : store().memberships(me().row))
      hub.answer(peer, room_line(mine.channel, mine.here ? store().members(mine.channel.row) : std::vector<User>{},
                                 !mine.here, me().bot));
  }

  Outcome operator()(const SignIn& asked) {
    if (me().row != 0) return no("bad_frame", "You are signed in already.");
    const auto user = store().user_by_token(hash(asked.token));
    if (!user) return no("not_signed_in", "This link is not valid, or no longer.");
    peer->user = *user;
    hub.online_[user->row].push_back(peer);
    hub.signed_in_now_.push_back(peer);
    if (asked.rooms) list_rooms();
    hub.answer(peer, welcome_line(*user, store().id(), store().head(), hub.now()));
    return {};
  }

  Outcome operator()(const Ping&) {
    hub.answer(peer, pong_line(ask, hub.now(), store().head()));
    return {};
  }

  Outcome operator()(const ListRooms&) {
    list_rooms();
    return done();
  }

  Outcome operator()(const LoadHistory& asked) {
    Page page(store(), me(), asked.limit);
    const auto add = [&](const Entry& entry) { return page.add(entry); };
    if (!asked.channel.empty()) {
      const auto channel = my_channel(asked.channel);
      if (!channel) return std::unexpected(no_such_channel);
      store().before(me(), channel->row, asked.before, add);
      std::ranges::reverse(page.lines());
      hub.answer(peer, history_line(page.lines(), asked.channel, page.last(), page.cut(), ask));
      return {};
    }
    const Position until = std::min(asked.until, store().head());
    const Position end = until - asked.after > page_span ? asked.after + page_span : until;
    store().after(me(), asked.after, end, add);
    const Position next = page.cut() ? page.last() : std::max(asked.after, end);
    hub.answer(peer, history_line(page.lines(), {}, next, next < until, ask));
    return {};
  }

  Outcome operator()(const PostMessage& asked) {
    if (asked.text.size() > text_limit) return no("too_long", "A message may have 16 KiB at most.");
    if (asked.text.empty()) return no("empty", "There is nothing in it.");
    if (!valid_label(asked.thread) || !valid_label(asked.key) || !valid_kind(asked.kind))
      return no("bad_frame", "A thread and a key are at most 64 plain characters without a space, a kind 128.");
    if (!me().bot && (!asked.to.empty() || !asked.kind.empty()))
      return no("bots_only", "Only a bot may post to one reader, or a kind of note.");
    const auto channel = my_channel(asked.channel);
    if (!channel) return std::unexpected(no_such_channel);
    if (!asked.key.empty()) {
      if (const auto known = store().find_key(me().row, asked.key)) {
        hub.answer(peer, posted_line(asked.key, *known, ask));
        return {};
      }
    }
    Entry entry{.channel = *channel,
                .user = me(),
                .thread = asked.thread,
                .text = asked.text,
                .note = asked.kind,
                .key = asked.key};
    if (!asked.to.empty()) {
      const auto reader = store().user_by_id(asked.to);
      if (!reader || !store().membership(channel->row, reader->row).value_or(false))
        return no("no_such_user", "This reader is not in the room.");
      entry.reader = reader->row;
      entry.reader_id = reader->id;
    }
    const Position position = hub.enter(std::move(entry));
    if (asked.key.empty() && ask) hub.answer(peer, posted_line({}, position, ask));
    return {};
  }

  Outcome operator()(const FindKey& asked) {
    hub.answer(peer, found_line(asked.key, store().find_key(me().row, asked.key), ask));
    return {};
  }

  Outcome operator()(const DeleteMessage& asked) {
    const auto message = store().message(read_message_id(asked.id));
    if (!message || !store().membership(message->channel.row, me().row).value_or(false))
      return std::unexpected(no_such_message);
    const bool own = message->user.row == me().row;
    if (!own && message->reader != 0 && message->reader != me().row) return std::unexpected(no_such_message);
    if (!own && !me().bot) return no("not_yours", "Only your own messages can be deleted.");
    if (!message->erased) {
      hub.store_.begin();
      store().erase(message->position);
      hub.enter({.kind = EntryKind::deleted,
                 .channel = message->channel,
                 .user = me(),
                 .reader = message->reader,
                 .reader_id = message->reader_id,
                 .about = message->position});
    }
    return done();
  }

  Outcome operator()(const CreateRoom& asked) {
    if (!valid_name(asked.name)) return no("bad_name", "A room's name has 1 to 120 bytes and no control characters.");
    const auto others = users(asked.handles);
    if (!others) return std::unexpected(others.error());
    if (others->size() + store().everybody(true).size() >= members_limit)
      return no("too_many", "A room holds 200 members at most.");
    const User maker = me();
    return done(hub.make_room(asked.name, &maker, *others).id);
  }

  Outcome operator()(const JoinRoom& asked) {
    const auto channel = store().channel_by_id(asked.channel);
    const auto membership = channel ? store().membership(channel->row, me().row) : std::nullopt;
    if (!membership) return std::unexpected(no_such_channel);
    if (asked.handles.empty()) {
      hub.enter_joined(*channel, me());
      return done(channel->id);
    }
    if (!*membership) return std::unexpected(no_such_channel);
    if (channel->direct) return no("direct", "A direct chat stays between the two.");
    const auto others = users(asked.handles);
    if (!others) return std::unexpected(others.error());
    if (store().members(channel->row).size() + others->size() > members_limit)
      return no("too_many", "A room holds 200 members at most.");
    for (const User& other : *others) hub.enter_joined(*channel, other);
    return done(channel->id);
  }

  Outcome operator()(const LeaveRoom& asked) {
    const auto channel = my_channel(asked.channel);
    if (!channel) return std::unexpected(no_such_channel);
    if (channel->direct) return no("direct", "A direct chat cannot be left.");
    const Position position = hub.enter({.kind = EntryKind::left, .channel = *channel, .user = me()});
    store().set_member(channel->row, me().row, false, position);
    return done(channel->id);
  }

  Outcome operator()(const Rename& asked) {
    const User before = me();
    User after = before;
    after.handle = asked.handle.value_or(before.handle);
    after.name = asked.name.value_or(before.name);
    after.zone = asked.zone.value_or(before.zone);
    if (!valid_handle(after.handle))
      return no("bad_handle", "A handle has 1 to 32 of a-z, 0-9, dot, dash and underscore.");
    if (!valid_name(after.name)) return no("bad_name", "A name has 1 to 120 bytes and no control characters.");
    if (!valid_zone(after.zone)) return no("bad_zone", "A zone looks like Europe/Berlin.");
    if (store().owner_of_handle(after.handle).value_or(before.row) != before.row)
      return no("handle_taken", "@" + after.handle + " is taken.");
    const bool same = after.handle == before.handle && after.name == before.name && after.zone == before.zone;
    if (!same) hub.enter_renamed(before, after);
    return done();
  }
};

void Hub::handle_request(const std::shared_ptr<Peer>& peer, Asked asked) {
  Handler handler{*this, peer, asked.ask};
  const bool signing_in = std::holds_alternative<SignIn>(asked.request);
  if (peer->user.row == 0 && !signing_in) {
    answer(peer, failure_line({"not_signed_in", "Sign in first."}, asked.ask, {}));
    return close(peer, Close::refused, "sign in first");
  }
  const auto outcome = std::visit(handler, asked.request);
  if (outcome) return;
  const auto* post = std::get_if<PostMessage>(&asked.request);
  answer(peer, failure_line(outcome.error(), asked.ask, post ? post->key : std::string{}));
  if (peer->user.row == 0) close(peer, Close::refused, "not signed in");
}

}  // namespace room
