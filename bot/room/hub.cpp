#include "bot/room/hub.hpp"

#include <SQLiteCpp/Exception.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "bot/room/limits.hpp"

namespace room {
namespace {

constexpr int quiet_rounds_wanted = 2;
constexpr int busy_log_pages = 10'000;
constexpr std::chrono::seconds idle_after{1};

/// After these the file itself cannot be trusted: the process ends and looks again.
bool fatal(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xFF;
  return code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

template <class Each>
void each_line(std::string_view text, Each each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

Hub::Hub(boost::asio::io_context& io, Store& store, std::function<Millis()> clock)
    : io_(io), store_(store), clock_(std::move(clock)), idle_(io) {}

void Hub::stop() {
  stopped_ = true;
  idle_.cancel();
  arrived_.clear();
  online_.clear();
}

void Hub::arrived(std::shared_ptr<Peer> peer, std::string frame) {
  if (stopped_) return;
  arrived_.push_back({std::move(peer), std::move(frame)});
  if (settling_) return;
  settling_ = true;
  boost::asio::post(io_, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->settle(0, 0);
  });
}

/// Goes round the event loop for as long as frames keep coming in, so that all of them share one transaction. It is
/// no wait: a quiet loop comes back at once.
void Hub::settle(std::size_t seen, int quiet_rounds) {
  quiet_rounds = arrived_.size() == seen ? quiet_rounds + 1 : 0;
  if (quiet_rounds >= quiet_rounds_wanted || arrived_.size() >= batch_limit) return handle_arrived();
  boost::asio::post(io_, [weak = weak_from_this(), size = arrived_.size(), quiet_rounds] {
    if (auto self = weak.lock()) self->settle(size, quiet_rounds);
  });
}

void Hub::handle_arrived() {
  settling_ = false;
  std::vector<Frame> batch = std::move(arrived_);
  arrived_.clear();
  if (!handle_together(batch))
    for (Frame& frame : batch) handle_alone(frame);
  store_.checkpoint(busy_log_pages);
  idle_later();
}

bool Hub::handle_together(std::vector<Frame>& batch) {
  try {
    for (Frame& frame : batch) handle_frame(frame);
    store_.commit();
    deliver();
    return true;
  } catch (const Unknown&) {
    throw;
  } catch (const SQLite::Exception& error) {
    if (fatal(error)) throw;
    spdlog::warn("room: a batch was taken back: {}", error.what());
  } catch (const std::exception& error) {
    spdlog::warn("room: a batch was taken back: {}", error.what());
  }
  forget();
  return false;
}

/// After a batch failed: one frame a transaction, so that only those that cannot be done are refused.
void Hub::handle_alone(Frame& frame) {
  try {
    handle_frame(frame);
    store_.commit();
    return deliver();
  } catch (const Unknown&) {
    throw;
  } catch (const SQLite::Exception& error) {
    if (fatal(error)) throw;
    forget();
    const int code = error.getErrorCode() & 0xFF;
    const bool full = code == SQLITE_FULL || code == SQLITE_READONLY || code == SQLITE_NOMEM;
    spdlog::error("room: a frame was refused: {}", error.what());
    refuse_lines(frame, full ? Failure{"full", "There is no room on the disk. Nothing was recorded.", false}
                             : Failure{"internal", "This could not be done. Nothing was recorded.", true});
  } catch (const std::exception& error) {
    forget();
    spdlog::error("room: a frame was refused: {}", error.what());
    refuse_lines(frame, {"internal", "This could not be done. Nothing was recorded.", true});
  }
  deliver();
}

void Hub::refuse_lines(const Frame& frame, const Failure& failure) {
  each_line(frame.text, [&](std::string_view line) {
    const auto asked = read_request(line);
    if (!asked) return;
    const auto* post = std::get_if<PostMessage>(&asked->request);
    answer(frame.peer, failure_line(failure, asked->ask, post ? post->key : std::string{}));
  });
}

void Hub::handle_frame(Frame& frame) {
  bool readable = true;
  each_line(frame.text, [&](std::string_view line) {
    if (!readable) return;
    auto asked = read_request(line);
    if (asked) return handle_request(frame.peer, std::move(*asked));
    if (!asked.error().closes)
      return answer(frame.peer, failure_line({"bad_frame", asked.error().why}, asked.error().ask, {}));
    readable = false;
    close(frame.peer, Close::unreadable, asked.error().why);
  });
}

void Hub::deliver() {
  for (Effect& effect : effects_) {
    if (effect.line)
      effect.peer->send(std::move(effect.line));
    else
      effect.peer->close(effect.close, std::move(effect.why));
  }
  effects_.clear();
  signed_in_now_.clear();
}

/// Takes back everything of a transaction that did not stand.
void Hub::forget() {
  store_.rollback();
  effects_.clear();
  for (const auto& peer : signed_in_now_) {
    gone(*peer);
    peer->user = {};
  }
  signed_in_now_.clear();
  for (auto& [row, peers] : online_)
    for (auto& weak : peers)
      if (auto peer = weak.lock())
        if (auto user = store_.user_by_id(peer->user.id)) peer->user = *user;
}

void Hub::gone(Peer& peer) {
  const auto found = online_.find(peer.user.row);
  if (found == online_.end()) return;
  std::erase_if(found->second, [&](const std::weak_ptr<Peer>& weak) {
    const auto other = weak.lock();
    return !other || other.get() == &peer;
  });
  if (found->second.empty()) online_.erase(found);
}

void Hub::answer(const std::shared_ptr<Peer>& peer, std::string line) {
  effects_.push_back({peer, std::make_shared<const std::string>(std::move(line)), {}, {}});
}

void Hub::close(const std::shared_ptr<Peer>& peer, Close code, std::string why) {
  effects_.push_back({peer, nullptr, code, std::move(why)});
}

void Hub::idle_later() {
  idle_.expires_after(idle_after);
  idle_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    if (cancelled) return;
    if (auto self = weak.lock()) self->store_.checkpoint(1);
  });
}

void Hub::show(const Entry& entry, const std::vector<User>& readers) {
  std::shared_ptr<const std::string> for_all[2];  // people, bots
  for (User reader : readers) {
    const auto found = online_.find(reader.row);
    if (found == online_.end()) continue;
    for (const auto& weak : found->second)
      if (const auto peer = weak.lock()) reader.bot = peer->user.bot;
    std::shared_ptr<const std::string> line;
    if (entry.kind == EntryKind::joined && entry.user.row == reader.row) {
      const auto there_before = store_.members(entry.channel.row, entry.position);
      line = std::make_shared<const std::string>(entry_line(entry, reader, &there_before));
    } else if (entry.user.row == reader.row && !entry.key.empty()) {
      line = std::make_shared<const std::string>(entry_line(entry, reader, nullptr));
    } else {
      auto& same = for_all[reader.bot ? 1 : 0];
      User anybody;
      anybody.bot = reader.bot;
      if (!same) same = std::make_shared<const std::string>(entry_line(entry, anybody, nullptr));
      line = same;
    }
    for (const auto& weak : found->second)
      if (auto peer = weak.lock()) effects_.push_back({std::move(peer), line, {}, {}});
  }
}

Position Hub::enter(Entry entry) {
  store_.begin();
  entry.at = now();
  entry.position = store_.append(entry);
  if (entry.reader != 0) {
    User reader;
    reader.row = entry.reader;
    std::vector<User> readers{entry.user};
    if (reader.row != entry.user.row) readers.push_back(reader);
    show(entry, readers);
  } else {
    show(entry, store_.members(entry.channel.row));
  }
  return entry.position;
}

void Hub::enter_joined(const Channel& channel, const User& user) {
  if (store_.membership(channel.row, user.row).value_or(false)) return;
  store_.begin();
  Entry entry{.kind = EntryKind::joined, .channel = channel, .at = now(), .user = user};
  entry.position = store_.append(entry);
  store_.set_member(channel.row, user.row, true, entry.position);
  show(entry, store_.members(channel.row));
}

void Hub::enter_renamed(const User& before, const User& after) {
  store_.begin();
  store_.set_user(after);
  Entry entry{.kind = EntryKind::renamed, .at = now(), .user = after, .was = before.handle};
  entry.position = store_.append(entry);
  std::vector<User> readers;
  for (const Row row : store_.acquaintances(after.row)) readers.emplace_back().row = row;
  show(entry, readers);
  for (const auto& weak : online_[after.row])
    if (auto peer = weak.lock()) peer->user = after;
}

Channel Hub::make_room(const std::string& name, const User* maker, const std::vector<User>& others) {
  store_.begin();
  const Channel channel = store_.add_channel(name, false, now());
  for (const User& bot : store_.everybody(true)) enter_joined(channel, bot);
  if (maker) enter_joined(channel, *maker);
  for (const User& other : others) enter_joined(channel, other);
  return channel;
}

void Hub::make_direct_chats(const User& newcomer) {
  for (const User& other : store_.everybody(!newcomer.bot)) {
    const Channel channel = store_.add_channel({}, true, now());
    enter_joined(channel, newcomer.bot ? newcomer : other);
    enter_joined(channel, newcomer.bot ? other : newcomer);
  }
}

std::expected<Invited, Failure> Hub::invite(const InviteRequest& request) {
  try {
    store_.begin();
    auto user = store_.user_by_handle(request.handle);
    if (user && user->bot != request.bot) {
      store_.rollback();
      return std::unexpected(
          Failure{"handle_taken", "@" + request.handle + (user->bot ? " is a bot" : " is a person")});
    }
    if (!user && store_.owner_of_handle(request.handle)) {
      store_.rollback();
      return std::unexpected(Failure{"handle_taken", "@" + request.handle + " was somebody's handle before"});
    }
    if (!user) {
      const std::string& name = request.name.empty() ? request.handle : request.name;
      user = store_.add_user(request.handle, name, request.zone, request.bot, now());
      user->email = request.email;
      if (!user->email.empty()) store_.set_user(*user);
      make_direct_chats(*user);
    } else if (!request.email.empty() && request.email != user->email) {
      const User before = *user;
      user->email = request.email;
      enter_renamed(before, *user);
    }
    Invited invited{user->id, random_token()};
    store_.add_token(user->row, hash(invited.token), now());
    if (!request.join_room.empty()) {
      if (const auto channel = store_.channel_by_name(request.join_room))
        enter_joined(*channel, *user);
      else
        make_room(request.join_room, nullptr, {*user});
    }
    store_.commit();
    deliver();
    idle_later();
    return invited;
  } catch (const SQLite::Exception& error) {
    if (fatal(error)) throw;
    forget();
    return std::unexpected(Failure{"full", error.what(), false});
  }
}

}  // namespace room
