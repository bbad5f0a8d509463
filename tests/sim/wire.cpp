#include "tests/sim/wire.hpp"

#include <algorithm>
#include <sstream>

namespace sim {

using bot::Found;
using bot::Incoming;
using bot::Outgoing;
using bot::Post;

Wire::Wire(Future& future, Chance& chance, Server& server, const Weather& weather, bot::Can can)
    : future_(future), chance_(chance), server_(server), weather_(weather), can_(can) {}

Wire::~Wire() {
  if (!up_) return;
  for (auto& [channel, lane] : lanes_)
    for (auto left = chance_.below(static_cast<std::int64_t>(lane.out.size()) + 1); left > 0; --left) {
      server_.show(lane.out.front());
      lane.out.pop_front();
    }
}

/// Happens only if this connection still stands by then.
template <class F>
void Wire::later(Duration wait, F what) {
  future_.in(wait, [this, alive = std::weak_ptr<int>(alive_), link = link_, what = std::move(what)]() mutable {
    if (!alive.expired() && link == link_ && !stopped_) what();
  });
}

void Wire::start(std::string cursor, std::function<void()> wake) {
  wake_ = std::move(wake);
  std::istringstream in(cursor);
  std::string channel;
  std::size_t at = 0;
  while (in >> channel >> at) lanes_[channel].next = lanes_[channel].taken = at;
  later(trip(), [this] { connect(); });
}

std::string Wire::cursor() const {
  std::string all;
  for (const auto& [channel, lane] : lanes_) all += channel + " " + std::to_string(lane.taken) + " ";
  return all;
}

void Wire::push(Incoming what, const std::string& lane, std::size_t next) {
  items_.push_back({std::move(what), lane, next});
  wake_();
}

std::vector<Incoming> Wire::take(std::size_t most) {
  std::vector<Incoming> out;
  while (out.size() < most && !items_.empty()) {
    Item item = std::move(items_.front());
    items_.pop_front();
    if (!item.lane.empty()) lanes_[item.lane].taken = std::max(lanes_[item.lane].taken, item.next);
    out.push_back(std::move(item.what));
  }
  return out;
}

void Wire::connect() {
  up_ = true;
  backfill();
  push(bot::Link{true});
  for (const auto& [number, search] : searches_) ask(number);
  later(chance_.around(weather_.breaks), [this] { lose(); });
}

/// Everything that was missed, of all channels, in the server's order: some pages, and behind each how far it reaches.
void Wire::backfill() {
  struct Missed {
    std::size_t position, next;
    std::string lane;
  };
  std::vector<Missed> missed;
  for (const auto& channel : server_.channels()) {
    Lane& lane = lanes_[channel];
    lane.last = future_.now();
    const auto& all = server_.of(channel);
    for (; lane.next < all.size(); ++lane.next) missed.push_back({all[lane.next], lane.next + 1, channel});
  }
  std::set<std::pair<std::string, std::string>> changed;
  const auto stale = [&](const Missed& m) {
    // The history shows a message as it is now: what it became is not told besides, and what is gone is not there.
    const auto& what = server_.entries()[m.position].what;
    if (const auto* heard = std::get_if<bot::Heard>(&what)) {
      if (heard->edited) changed.insert({heard->channel, heard->message});
      return server_.gone(heard->channel, heard->message);
    }
    const auto* edited = std::get_if<bot::Edited>(&what);
    return edited && changed.contains({edited->channel, edited->message});
  };
  std::ranges::sort(missed, {}, [](const Missed& m) { return std::pair{m.position, m.lane}; });
  const auto page = static_cast<std::size_t>(chance_.between(1, 20));
  for (std::size_t i = 0; i < missed.size(); ++i) {
    const Entry& entry = server_.entries()[missed[i].position];
    if (!stale(missed[i])) push(entry.what, missed[i].lane, missed[i].next);
    const bool last_of_instant = i + 1 == missed.size() || server_.entries()[missed[i + 1].position].at > entry.at;
    if ((i + 1) % page == 0 && last_of_instant) push(bot::ReadThrough{{}, entry.at});
  }
  push(bot::ReadThrough{{}, future_.now()});
}

void Wire::tell(std::size_t position) {
  if (!up_) return;
  const std::string& named = server_.entries()[position].channel;
  for (const auto& channel : named.empty() ? server_.channels() : std::vector{named}) {
    Lane& lane = lanes_[channel];
    const auto next = server_.of(channel).size();
    lane.last = std::max(lane.last, future_.now() + trip());
    // On its way it stays what it was when it was sent.
    const auto arrive = [this, what = server_.entries()[position].what, channel, next] {
      Lane& l = lanes_[channel];
      l.next = std::max(l.next, next);
      push(what, channel, next);
    };
    later(lane.last - future_.now(), arrive);
    // What arrives again comes behind what came meanwhile, and says nothing of how far was read.
    if (chance_.percent(weather_.twice))
      later(lane.last - future_.now() + chance_.around(std::chrono::minutes{10}),
            [this, what = server_.entries()[position].what] { push(what); });
  }
}

void Wire::ping() {
  if (!up_) return;
  const Instant asked = future_.now();
  Instant read = asked + trip();
  const bool one_by_one = chance_.in(4);
  for (auto& [channel, lane] : lanes_) {
    lane.last = std::max(lane.last, asked + trip());
    if (one_by_one) later(lane.last - asked, [this, channel, asked] { push(bot::ReadThrough{channel, asked}); });
    read = std::max(read, lane.last);
  }
  later(read - asked, [this, asked] { push(bot::ReadThrough{{}, asked}); });
}

void Wire::lose() {
  if (!up_) return;
  up_ = false;
  ++link_;
  for (auto& [channel, lane] : lanes_) {
    lane.out.clear();
    lane.busy = false;
  }
  push(bot::Link{false});
  later(chance_.around(weather_.away), [this] { connect(); });
}

void Wire::send(std::vector<Outgoing> all) {
  for (auto& one : all) {
    if (auto* post = std::get_if<Post>(&one)) {
      if (!up_) {
        push(bot::Refused{post->key, false, "there is no connection"});
        continue;
      }
      const std::string channel = post->channel;
      lanes_[channel].out.push_back(std::move(*post));
      post_next(channel);
    } else if (auto* erase = std::get_if<bot::Erase>(&one); erase && up_) {
      later(trip(), [this, what = *erase] { server_.erase(what.channel, what.message); });
    }
  }
}

void Wire::refuse_all(Lane& lane, const std::string& why) {
  for (const auto& post : std::exchange(lane.out, {})) push(bot::Refused{post.key, false, why});
}

/// One post at a time in each channel: what follows one that is refused is refused with it, so that the order holds.
void Wire::post_next(const std::string& channel) {
  Lane& lane = lanes_[channel];
  if (lane.busy || lane.out.empty()) return;
  lane.busy = true;
  later(trip(), [this, channel] {
    const Post post = lanes_[channel].out.front();
    const bool taken = !chance_.percent(weather_.refused);
    const auto id = taken ? server_.show(post) : std::string{};
    later(trip(), [this, channel, post, id] {
      Lane& l = lanes_[channel];
      l.busy = false;
      if (id.empty()) return refuse_all(l, "try again later");
      l.out.pop_front();
      push(bot::Delivered{post.key, id});
      post_next(channel);
    });
  });
}

void Wire::find(const Post& post, std::function<void(Found)> found) {
  searches_.emplace(++asks_, Search{post, std::move(found)});
  if (up_) ask(asks_);
}

void Wire::ask(std::int64_t number) {
  later(trip(), [this, number] {
    const auto& post = searches_.at(number).post;
    const auto id = server_.find(post.channel, post.key);
    later(trip(), [this, number, id] {
      const auto search = searches_.extract(number);
      search.mapped().found(id ? Found{Found::Where::there, *id} : Found{});
    });
  });
}

}  // namespace sim
