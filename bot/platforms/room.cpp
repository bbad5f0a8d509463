#include "bot/platforms/room.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "bot/link.hpp"

namespace bot {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Position = std::int64_t;

constexpr int page_of_history = 500;

std::string text(const json::object& frame, std::string_view name) {
  const json::value* found = frame.if_contains(name);
  const json::string* value = found ? found->if_string() : nullptr;
  return value ? std::string(value->data(), value->size()) : std::string();
}

std::int64_t number(const json::object& frame, std::string_view name) {
  const json::value* found = frame.if_contains(name);
  const std::int64_t* value = found ? found->if_int64() : nullptr;
  return value ? *value : 0;
}

bool flag(const json::object& frame, std::string_view name) {
  const json::value* found = frame.if_contains(name);
  return found && found->is_bool() && found->get_bool();
}

const json::object& object(const json::object& frame, std::string_view name) {
  static const json::object none;
  const json::value* found = frame.if_contains(name);
  const json::object* value = found ? found->if_object() : nullptr;
  return value ? *value : none;
}

const json::array& array(const json::object& frame, std::string_view name) {
  static const json::array none;
  const json::value* found = frame.if_contains(name);
  const json::array* value = found ? found->if_array() : nullptr;
  return value ? *value : none;
}

Instant instant(std::int64_t ms) { return Instant{std::chrono::milliseconds{ms}}; }

Member member_of(const json::object& user, Member::What what, const json::object& entry) {
  return {what,
          text(entry, "channel"),
          text(user, "id"),
          text(user, "handle"),
          text(user, "name"),
          text(user, "zone"),
          instant(number(entry, "at")),
          flag(user, "bot"),
          flag(entry, "direct"),
          text(user, "email")};
}

class RoomPlatform final : public Platform {
 public:
  RoomPlatform(asio::io_context& io, std::string host, unsigned short port, std::string token, RoomTuning tuning)
      : io_(io),
        host_(std::move(host)),
        port_(port),
        token_(std::move(token)),
        tuning_(tuning),
        retry_(io),
        ping_(io),
        retry_after_(tuning.first_retry) {}

  std::string name() const override { return "room"; }
  Can can() const override { return {}; }  // messages are never edited here, so no edit goes unannounced
  void start(std::string cursor, std::function<void()> wake) override;
  std::vector<Incoming> take(std::size_t most) override;
  std::string cursor() const override { return store_.empty() ? "" : store_ + ":" + std::to_string(taken_); }
  void send(std::vector<Outgoing>) override;
  void find(const Post&, std::function<void(Found)> found) override;
  void stop() override;

 private:
  enum class State { away, signing_in, catching_up, up };
  struct Item {
    Incoming what;
    Position position;  ///< the cursor once it has been taken
  };
  struct Search {
    std::string key;
    std::function<void(Found)> found;
  };

  void connect();
  void lost(const std::string& why);
  void frame(std::string_view text);
  void line(std::string_view text);
  void welcome(const json::object&);
  void history(const json::object&);
  void ask_for_page();
  void caught_up();
  void live(json::object entry);
  void entry(const json::object&);
  void joined(const json::object&);
  void message(const json::object&);
  void failure(const json::object&);
  void found(const json::object&);
  void say(const json::object& frame) { link_->send(json::serialize(frame)); }
  void post(const Post&);
  void push(Incoming what) { items_.push_back({std::move(what), received_}); }
  void read_through();
  void ping_later();
  bool signed_in() const { return state_ == State::catching_up || state_ == State::up; }

  asio::io_context& io_;
  std::string host_;
  unsigned short port_;
  std::string token_;
  RoomTuning tuning_;
  std::function<void()> wake_;
  std::unique_ptr<WebLink> link_;
  asio::steady_timer retry_, ping_;
  std::chrono::milliseconds retry_after_;
  State state_ = State::away;
  bool stopped_ = false;
  std::string me_;

  std::string store_;      ///< whose positions these are
  Position received_ = 0;  ///< everything up to here lies in items_ or was taken
  Position taken_ = 0;
  Position until_ = 0;             ///< the backfill ends here
  bool page_wanted_ = false;       ///< as soon as enough was taken
  std::deque<json::object> held_;  ///< live entries behind the backfill
  std::deque<Item> items_;
  std::int64_t stamp_ = 0;  ///< newest of the server, ms
  std::int64_t told_ = 0;   ///< newest that was yielded as ReadThrough
  std::int64_t at_last_ping_ = 0;
  std::int64_t asks_ = 0;
  std::unordered_map<std::int64_t, Search> searches_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  ///< posted calls look whether we still are
};

void RoomPlatform::start(std::string cursor, std::function<void()> wake) {
  wake_ = std::move(wake);
  const std::size_t colon = cursor.find(':');
  if (colon != std::string::npos) {
    store_ = cursor.substr(0, colon);
    received_ = taken_ = std::strtoll(cursor.c_str() + colon + 1, nullptr, 10);
  }
  connect();
  ping_later();
}

void RoomPlatform::connect() {
  state_ = State::signing_in;
  WebLink::Options options{.host = host_, .port = port_, .path = "/ws", .subprotocol = "parley.room.1", .lines = true};
  WebLink::Handlers handlers;
  handlers.opened = [this] { say({{"type", "sign_in"}, {"token", token_}, {"rooms", false}}); };
  handlers.frame = [this](std::string_view text) { frame(text); };
  handlers.closed = [this](const std::string& why) { lost(why); };
  link_ = std::make_unique<WebLink>(io_, std::move(options), std::move(handlers));
}

void RoomPlatform::lost(const std::string& why) {
  const bool was_in = signed_in();
  state_ = State::away;
  held_.clear();
  page_wanted_ = false;
  link_.reset();
  if (stopped_) return;
  if (was_in) spdlog::warn("room: the link went down: {}", why);
  retry_.expires_after(retry_after_);
  retry_after_ = std::min(retry_after_ * 2, tuning_.longest_retry);
  retry_.async_wait([this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code cancelled) {
    if (!cancelled && !alive.expired()) connect();
  });
  if (!was_in) return;
  push(Link{false});
  wake_();
}

void RoomPlatform::stop() {
  stopped_ = true;
  retry_.cancel();
  ping_.cancel();
  if (link_) link_->close();
}

std::vector<Incoming> RoomPlatform::take(std::size_t most) {
  std::vector<Incoming> out;
  out.reserve(std::min(most, items_.size()));
  while (out.size() < most && !items_.empty()) {
    taken_ = std::max(taken_, items_.front().position);
    out.push_back(std::move(items_.front().what));
    items_.pop_front();
  }
  if (link_ && items_.size() <= tuning_.untaken / 2) {
    link_->pause(false);
    if (page_wanted_) ask_for_page();
  }
  return out;
}

void RoomPlatform::send(std::vector<Outgoing> all) {
  bool refused = false;
  for (Outgoing& out : all) {
    const Post* post = std::get_if<Post>(&out);
    if (signed_in() && post) {
      this->post(*post);
    } else if (const Erase* erase = std::get_if<Erase>(&out); signed_in() && erase) {
      say({{"type", "delete"}, {"id", erase->message}});
    } else if (post) {
      push(Refused{post->key, false, "there is no link to the room"});
      refused = true;
    }
  }
  if (!refused) return;
  asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) wake_();
  });
}

void RoomPlatform::post(const Post& post) {
  json::object frame{{"type", "post"}, {"channel", post.channel}, {"text", post.text}, {"key", post.key}};
  if (!post.thread.empty()) frame["thread"] = post.thread;
  if (!post.to.empty()) frame["to"] = post.to;
  if (!post.kind.empty()) frame["kind"] = post.kind;
  say(frame);
}

void RoomPlatform::find(const Post& post, std::function<void(Found)> found) {
  const std::int64_t ask = ++asks_;
  if (signed_in()) say({{"type", "find"}, {"key", post.key}, {"ask", ask}});
  searches_.emplace(ask, Search{post.key, std::move(found)});
}

void RoomPlatform::frame(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (state_ == State::up) read_through();
  if (items_.size() > tuning_.untaken && link_) link_->pause(true);
  if (!items_.empty()) wake_();
}

void RoomPlatform::line(std::string_view text_) {
  json::error_code error;
  json::value parsed = json::parse(text_, error);
  if (error || !parsed.is_object()) return spdlog::error("room: a frame that is not JSON was left out");
  json::object& frame = parsed.get_object();
  const std::string type = text(frame, "type");
  if (type == "message" || type == "joined" || type == "left" || type == "renamed" || type == "deleted")
    return live(std::move(frame));
  if (type == "pong") stamp_ = std::max(stamp_, number(frame, "now"));
  if (type == "posted" && frame.contains("key")) push(Delivered{text(frame, "key"), text(frame, "id")});
  if (type == "history") history(frame);
  if (type == "found") found(frame);
  if (type == "error") failure(frame);
  if (type == "welcome") welcome(frame);
}

void RoomPlatform::welcome(const json::object& frame) {
  const std::string store = text(frame, "store");
  const Position head = number(frame, "position");
  if (store != store_) {
    // Another store's positions and messages: what lies here of the old one no longer means anything.
    items_.clear();
    store_ = store;
    received_ = taken_ = 0;
  }
  received_ = std::min(received_, head);
  until_ = head;
  me_ = text(object(frame, "me"), "id");
  stamp_ = std::max(stamp_, number(frame, "now"));
  state_ = State::catching_up;
  for (const auto& [ask, search] : searches_) say({{"type", "find"}, {"key", search.key}, {"ask", ask}});
  if (received_ < until_)
    ask_for_page();
  else
    caught_up();
}

void RoomPlatform::ask_for_page() {
  page_wanted_ = items_.size() > tuning_.untaken / 2;
  if (page_wanted_) return;
  say({{"type", "history"}, {"after", received_}, {"until", until_}, {"limit", page_of_history}});
}

void RoomPlatform::history(const json::object& frame) {
  if (state_ != State::catching_up) return;
  std::int64_t last = 0;
  for (const json::value& value : array(frame, "entries")) {
    if (!value.is_object()) continue;
    entry(value.get_object());
    last = number(value.get_object(), "at");
  }
  received_ = std::max(received_, number(frame, "next"));
  if (last > told_) {
    told_ = last;
    push(ReadThrough{{}, instant(last)});
  }
  if (flag(frame, "more") || received_ < until_)
    ask_for_page();
  else
    caught_up();
}

void RoomPlatform::caught_up() {
  for (const json::object& one : held_) entry(one);
  held_.clear();
  state_ = State::up;
  retry_after_ = tuning_.first_retry;
  push(Link{true});
}

void RoomPlatform::live(json::object one) {
  if (state_ == State::up) return entry(one);
  if (state_ != State::catching_up) return;
  held_.push_back(std::move(one));
  if (held_.size() <= tuning_.untaken) return;
  // Too much to keep: the backfill goes on until here instead.
  until_ = number(held_.back(), "position");
  held_.clear();
}

/// One line of the history, backfilled or live. Those that were seen already are left out.
void RoomPlatform::entry(const json::object& one) {
  const Position position = number(one, "position");
  if (position <= received_) return;
  stamp_ = std::max(stamp_, number(one, "at"));
  const std::string type = text(one, "type");
  if (type == "joined") joined(one);
  received_ = position;
  if (type == "message") message(one);
  if (type == "joined") push(member_of(object(one, "user"), Member::What::joined, one));
  if (type == "left") push(member_of(object(one, "user"), Member::What::left, one));
  if (type == "renamed") push(member_of(object(one, "user"), Member::What::renamed, one));
  if (type == "deleted") push(Deleted{text(one, "channel"), text(one, "id"), instant(number(one, "at"))});
}

/// Our own joining tells who was there before.
void RoomPlatform::joined(const json::object& one) {
  for (const json::value& value : array(object(one, "room"), "members"))
    if (value.is_object()) push(member_of(value.get_object(), Member::What::joined, one));
}

void RoomPlatform::message(const json::object& one) {
  if (text(one, "user") == me_) {
    if (one.contains("key")) push(Delivered{text(one, "key"), text(one, "id")});
    return;
  }
  if (flag(one, "deleted")) return;  // its text is gone; the deletion follows as an entry of its own
  push(Heard{.channel = text(one, "channel"),
             .thread = text(one, "thread"),
             .message = text(one, "id"),
             .user = text(one, "user"),
             .text = text(one, "text"),
             .sent_at = instant(number(one, "at")),
             .direct = flag(one, "direct"),
             .by_bot = flag(one, "bot")});
}

void RoomPlatform::found(const json::object& frame) {
  const auto search = searches_.find(number(frame, "ask"));
  if (search == searches_.end()) return;
  const auto tell = std::move(search->second.found);
  searches_.erase(search);
  tell(frame.contains("id") ? Found{Found::Where::there, text(frame, "id")} : Found{});
}

void RoomPlatform::failure(const json::object& frame) {
  if (frame.contains("key"))
    push(Refused{text(frame, "key"), flag(frame, "permanent"), text(frame, "code") + ": " + text(frame, "text")});
  else if (text(frame, "code") == "not_signed_in")
    spdlog::error("room: the bot's token is not valid here; invite the bot again");
  else
    spdlog::warn("room: {}: {}", text(frame, "code"), text(frame, "text"));
}

void RoomPlatform::read_through() {
  if (stamp_ <= told_) return;
  told_ = stamp_;
  push(ReadThrough{{}, instant(stamp_)});
}

/// In silence the server is asked for its time, so that deadlines fire although nobody speaks.
void RoomPlatform::ping_later() {
  ping_.expires_after(tuning_.ping);
  ping_.async_wait([this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code cancelled) {
    if (cancelled || alive.expired()) return;
    if (state_ == State::up && stamp_ == at_last_ping_) say({{"type", "ping"}});
    at_last_ping_ = stamp_;
    ping_later();
  });
}

}  // namespace

std::unique_ptr<Platform> make_room_platform(asio::io_context& io, std::string host, unsigned short port,
                                             std::string token, RoomTuning tuning) {
  return std::make_unique<RoomPlatform>(io, std::move(host), port, std::move(token), tuning);
}

}  // namespace bot
