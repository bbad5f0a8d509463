#include "bot/platforms/xmpp/xmpp.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "bot/platforms/xmpp/adapter.hpp"
#include "bot/platforms/xmpp/config.hpp"
#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"

namespace bot::xmpp {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::size_t remembered = 20'000;
/// A server's clock that is told in whole seconds is as good as ours within these.
constexpr std::chrono::milliseconds close_enough{2'000};
constexpr std::chrono::milliseconds alarming{60'000};
/// Rounds of pings from one look at the rooms to the next.
constexpr int rooms_every = 10;

std::map<std::string, Position> positions(const std::string& cursor) {
  std::map<std::string, Position> out;
  json::error_code error;
  const json::value parsed = json::parse(cursor, error);
  if (error || !parsed.is_object()) return out;
  for (const auto& [archive, value] : parsed.get_object()) {
    const auto* pair = value.if_array();
    if (!pair || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_int64()) continue;
    out[std::string(archive)] = {std::string((*pair)[0].get_string()),
                                 Instant{std::chrono::milliseconds{(*pair)[1].get_int64()}}};
  }
  return out;
}

}  // namespace

Adapter::Adapter(asio::io_context& io, XmppConfig config, XmppTuning tuning)
    : io_(io),
      config_(std::move(config)),
      tuning_(std::move(tuning)),
      retry_(io),
      round_(io),
      tick_(io),
      retry_after_(tuning_.first_retry),
      ids_(remembered) {
  const auto jid = read_jid(config_.jid);
  if (!jid) throw std::invalid_argument("no address: " + config_.jid);
  me_ = bare(*jid);
  home_ = jid->domain;
}

Adapter::~Adapter() = default;

Can Adapter::can() const { return {.deletes = false, .server_time = false}; }

void Adapter::start(std::string cursor, std::function<void()> wake) {
  wake_ = std::move(wake);
  taken_ = received_ = positions(cursor);
  for (const auto& address : config_.rooms) room(address, true);
  if (config_.invitations)
    for (const auto& [archive, position] : taken_)
      if (archive != me_) room(archive, false);
  connect();
  round_later();
}

void Adapter::connect() {
  state_ = State::entering;
  // Whoever reads the configuration has checked it.
  const auto server = server_of(config_.url).value();
  Session::Options options;
  options.link.host = server.host;
  options.link.port = server.port;
  options.link.path = server.path;
  options.link.tls = server.scheme == "wss";
  options.link.ca_file = config_.ca_file;
  options.user = read_jid(me_)->local;
  options.domain = home_;
  options.password = config_.password;
  options.plain = options.link.tls || config_.insecure;
  Session::Handlers handlers;
  handlers.ready = [this](bool resumed) { ready(resumed); };
  handlers.stanza = [this](pugi::xml_node node) { stanza(node); };
  handlers.acked = [this] {
    for (const auto& key : posts_.acknowledged(resumable_.acked)) push(Delivered{key, key});
  };
  handlers.closed = [this](const std::string& why, bool refused) { lost(why, refused); };
  session_ = std::make_unique<Session>(io_, std::move(options), resumable_, std::move(handlers));
}

void Adapter::ready(bool resumed) {
  archives_ = std::make_unique<Archives>(*session_, me_);
  fresh_ = std::chrono::steady_clock::now();
  set_clock();
  if (resumed) {
    // What the server had for us comes first; then it is known which of our posts it took.
    state_ = State::catching_up;
    for (const auto& key : posts_.resumed(resumable_.acked)) push(Delivered{key, key});
    check_stamps();
    return;
  }
  stood_ = false;
  posts_.broke();
  for (auto& [address, one] : rooms_) {
    one.muc.leave();
    one.state = Room::State::out;
  }
  session_->send(presence_to({}));
  enter_all();
}

void Adapter::lost(const std::string& why, bool refused) {
  const bool was_up = state_ == State::up;
  if (!stood_) resumable_.id.clear();  // half-way in is no state to come back to
  state_ = State::away;
  backfill_.reset();
  archives_.reset();
  held_.clear();
  held_ids_.clear();
  session_.reset();
  if (stopped_) return;
  if (refused)
    spdlog::error("xmpp: {} does not let {} in: {}", home_, me_, why);
  else if (was_up)
    spdlog::warn("xmpp: the link went down: {}", why);
  retry_.expires_after(retry_after_);
  retry_after_ = std::min(retry_after_ * 2, tuning_.longest_retry);
  retry_.async_wait([this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code cancelled) {
    if (!cancelled && !alive.expired()) connect();
  });
  if (std::exchange(told_up_, false)) push(Link{false});
}

void Adapter::stop() {
  stopped_ = true;
  retry_.cancel();
  round_.cancel();
  tick_.cancel();
  if (session_) session_->close();
}

void Adapter::up() {
  state_ = State::up;
  stood_ = told_up_ = true;
  retry_after_ = tuning_.first_retry;
  push(Link{true});
}

void Adapter::stanza(pugi::xml_node node) {
  if (local_name(node) == "presence") presence(node);
  if (local_name(node) == "message" && !archives_->take(node)) message(node);
  if (items_.size() > tuning_.untaken && session_) session_->pause(true);
}

std::vector<Incoming> Adapter::take(std::size_t most) {
  std::vector<Incoming> out;
  out.reserve(std::min(most, items_.size()));
  while (out.size() < most && !items_.empty()) {
    Item& one = items_.front();
    if (!one.archive.empty()) taken_[one.archive] = std::move(one.position);
    if (one.what) out.push_back(std::move(*one.what));
    items_.pop_front();
  }
  if (items_.size() <= tuning_.untaken / 2) {
    if (session_) session_->pause(false);
    if (backfill_) backfill_->go_on();
  }
  return out;
}

std::string Adapter::cursor() const {
  if (taken_.empty()) return {};
  json::object out;
  for (const auto& [archive, position] : taken_)
    out[archive] = json::array{json::string(position.id), position.at.time_since_epoch().count()};
  return json::serialize(out);
}

Instant Adapter::now() const { return tuning_.wall() + ahead_; }

/// The server's clock, where it tells one, decides what came in time.
void Adapter::set_clock() {
  pugi::xml_document iq;
  const auto root = add(iq, "iq", ns::client);
  set(root, "type", "get");
  set(root, "to", home_);
  add(root, "time", ns::time);
  const auto asked = tuning_.wall();
  session_->request(std::move(iq), [this, asked](pugi::xml_node answer) {
    const auto utc = read_stamp(text_of(child(child(answer, "time", ns::time), "utc", ns::time)));
    if (!utc) return;
    const auto heard = tuning_.wall();
    const auto ahead = *utc - (asked + (heard - asked) / 2);
    ahead_ = ahead < close_enough && ahead > -close_enough ? std::chrono::milliseconds{0} : ahead;
    if (ahead > alarming || ahead < -alarming)
      spdlog::error("xmpp: the server's clock and this machine's differ by {} s", ahead.count() / 1000);
  });
}

void Adapter::round_later() {
  round_.expires_after(tuning_.ping);
  round_.async_wait([this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code cancelled) {
    if (cancelled || alive.expired()) return;
    if (state_ == State::up) round();
    if (state_ != State::away) tick();
    round_later();
  });
}

/// What the server had for us before it answers has arrived by then.
void Adapter::round() {
  const Instant from = now();
  const auto told = [this, from, asked = std::chrono::steady_clock::now()] {
    fresh_ = std::max(fresh_, asked);
    if (state_ != State::up) return;
    ReadThrough all{.channel = {}, .at = from, .except = {}};
    for (const auto& [address, one] : rooms_)
      if (!one.usable()) all.except.push_back(address);
    push(std::move(all));
  };
  if (rounds_++ % rooms_every == 0) return sync(told);
  pugi::xml_document iq;
  const auto root = add(iq, "iq", ns::client);
  set(root, "type", "get");
  set(root, "to", home_);
  add(root, "ping", ns::ping);
  session_->request(std::move(iq), [told](pugi::xml_node answer) {
    if (answer) told();
  });
}

/// Every room is asked whether we are still in it (XEP-0410); the answers come behind what the rooms sent before.
void Adapter::sync(std::function<void()> done) {
  auto left = std::make_shared<std::size_t>(1);
  const auto one_less = [left, done = std::move(done)] {
    if (--*left == 0) done();
  };
  const auto ask = [&](const std::string& to, std::function<void(pugi::xml_node)> heard) {
    pugi::xml_document iq;
    const auto root = add(iq, "iq", ns::client);
    set(root, "type", "get");
    set(root, "to", to);
    add(root, "ping", ns::ping);
    session_->request(std::move(iq), std::move(heard));
  };
  for (auto& [address, one] : rooms_) {
    if (one.state != Room::State::in) continue;
    ++*left;
    ask(address + "/" + one.muc.nick(), [this, name = address, one_less](pugi::xml_node answer) {
      if (!answer) return;
      const auto error = child(answer, "error", ns::client);
      const auto found = rooms_.find(name);
      if (error && child(error, "not-acceptable", ns::stanzas) && found != rooms_.end() &&
          found->second.state == Room::State::in)
        out_of(found->second, {.what = Muc::Change::What::out, .reason = "the room no longer knows us", .members = {}});
      one_less();
    });
  }
  ask(home_, [one_less](pugi::xml_node answer) {
    if (answer) one_less();
  });
}

/// A live message may have lain on the way since the server answered last.
std::chrono::milliseconds Adapter::on_the_way() const {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - fresh_);
}

/// What arrives now may be older than its arrival says: the archives tell when it was said.
void Adapter::check_stamps() {
  state_ = State::catching_up;
  sync([this, asked = std::chrono::steady_clock::now()] {
    fresh_ = std::max(fresh_, asked);
    if (state_ == State::catching_up) backfill();
  });
}

/// Rooms that do not answer, or that let us in no longer, are asked again.
void Adapter::tick() {
  const auto clock = std::chrono::steady_clock::now();
  for (auto& [address, one] : rooms_) {
    const auto waited = clock - one.since;
    const bool waits = one.state == Room::State::entering || one.state == Room::State::asking;
    if (waits && waited > tuning_.joining) settled(one, "it did not answer in time");
    if (one.state == Room::State::out && waited > tuning_.rejoin && state_ == State::up) enter(one);
  }
}

void Adapter::push(Incoming what) { push(Item{std::move(what), {}, {}}); }

void Adapter::push(Item item) {
  if (!item.archive.empty()) received_[item.archive] = item.position;
  items_.push_back(std::move(item));
  wake_later();
}

void Adapter::wake_later() {
  if (woken_) return;
  woken_ = true;
  asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    woken_ = false;
    if (!items_.empty()) wake_();
  });
}

pugi::xml_document Adapter::presence_to(const std::string& to) const {
  pugi::xml_document out;
  const auto root = add(out, "presence", ns::client);
  if (!to.empty()) set(root, "to", to);
  return out;
}

}  // namespace bot::xmpp

namespace bot {

std::unique_ptr<Platform> make_xmpp_platform(boost::asio::io_context& io, XmppConfig config, XmppTuning tuning) {
  return std::make_unique<xmpp::Adapter>(io, std::move(config), std::move(tuning));
}

}  // namespace bot
