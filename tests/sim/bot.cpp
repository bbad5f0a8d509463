#include "tests/sim/bot.hpp"

#include <algorithm>
#include <set>

namespace sim {

using bot::Found;
using bot::Incoming;
using bot::Outgoing;
using bot::Post;

namespace {
constexpr Duration idle_after = std::chrono::milliseconds{200};
constexpr Duration again_after = std::chrono::seconds{1};
}  // namespace

Bot::Bot(Future& future, Chance& chance, Server& server, MemoryDisk& disk, const Weather& weather,
         bot::Engine::Options options)
    : future_(future),
      chance_(chance),
      server_(server),
      disk_(disk),
      weather_(weather),
      can_(options.can),
      process_(std::move(options), true) {}

template <class F>
void Bot::later(Duration wait, F what) {
  future_.in(wait, [this, life = life_, what = std::move(what)]() mutable {
    if (running_ && life == life_) what();
  });
}

void Bot::start() {
  process_.start();
  running_ = true;
  scheduled_ = linked_ = resting_ = trying_ = false;
  doom_ = Doom::none;
  watched_.reset();
  wire_ = std::make_unique<Wire>(future_, chance_, server_, weather_, can_);
  wire_->start(store().cursor("room"), [this] { wake(); });
  for (auto& m : engine().unsent_mail()) told_.push_back(bot::Delivered{m.key, {}});
}

void Bot::stop() {
  if (!told_.empty()) handle(std::exchange(told_, {}));
  if (!running_) return;
  engine().flush();
  running_ = false;
  ++life_;
  wire_.reset();
  deferred_.clear();
  process_.stop();
}

void Bot::die() {
  running_ = false;
  ++life_;
  wire_.reset();
  deferred_.clear();
  told_.clear();
  disk_.die();
  process_.die();
}

void Bot::die_at_commit(bool before) { doom_ = before ? Doom::before : Doom::after; }

std::optional<Instant> Bot::next_due() { return running_ ? engine().next_due() : std::nullopt; }

void Bot::set_account(const bot::Account& account) {
  auto out = engine().set_account(account, future_.now());
  deliver(std::move(out));
  wake();
}

void Bot::wake() {
  if (scheduled_) return;
  scheduled_ = true;
  later(Duration{chance_.below(30)}, [this] {
    scheduled_ = false;
    pump();
  });
}

void Bot::pump() {
  auto items = std::exchange(told_, {});
  for (auto& item : wire_->take(2000)) items.push_back(std::move(item));
  std::vector<std::vector<Incoming>> parts{{}};
  for (auto& item : items) {
    const bool single = alone && alone(item);
    if (single && !parts.back().empty()) parts.emplace_back();
    parts.back().push_back(std::move(item));
    if (single) parts.emplace_back();
  }
  if (parts.back().empty()) parts.pop_back();
  for (std::size_t i = 0; i < parts.size() && running_; ++i) {
    // The cursor speaks of everything that was taken: it goes with the last part of it.
    if (i + 1 == parts.size()) engine().set_cursor(wire_->cursor());
    handle(std::move(parts[i]));
  }
  if (!running_) return;
  if (!resting_) {
    resting_ = true;
    later(idle_after, [this] {
      resting_ = false;
      engine().rest();
      store().checkpoint_some();
    });
  }
  watch_deadlines();
}

void Bot::handle(std::vector<Incoming> batch) {
  const auto doom = std::exchange(doom_, Doom::none);
  if (doom == Doom::before) process_.die_at_commit(true);
  std::vector<Outgoing> out;
  if (on_batch) on_batch();
  for (const auto& item : batch)
    if (on_in) on_in(item);
  try {
    out = engine().handle(batch, future_.now());
  } catch (const bot::rehearse::Died&) {
    if (on_death) on_death(true);
    return die();
  }
  process_.die_at_commit(false);
  if (doom == Doom::after) {
    if (on_death) on_death(false);
    return die();
  }
  bool up = false;
  for (const auto& item : batch) {
    if (const auto* link = std::get_if<bot::Link>(&item)) {
      up = link->up;
      linked_ = false;
      ++looked_up_;
    }
    if (const auto* r = std::get_if<bot::Refused>(&item); r && !r->permanent && !trying_) {
      trying_ = true;
      linked_ = false;
      ++looked_up_;
      later(again_after, [this] {
        trying_ = false;
        catch_up();
      });
    }
  }
  mail(out);
  deliver(std::move(out));
  if (up) catch_up();
}

/// The mail server takes everything, a little later.
void Bot::mail(std::vector<Outgoing>& out) {
  for (const auto& one : out)
    if (const auto* m = std::get_if<bot::Mail>(&one)) {
      if (on_out) on_out(one);
      later(chance_.around(std::chrono::seconds{2}), [this, key = m->key] {
        told_.push_back(bot::Delivered{key, {}});
        wake();
      });
    }
  std::erase_if(out, [](const Outgoing& one) { return std::holds_alternative<bot::Mail>(one); });
}

void Bot::deliver(std::vector<Outgoing> out) {
  for (const auto& one : out)
    if (on_out) on_out(one);
  if (linked_) {
    if (!out.empty()) wire_->send(std::move(out));
    return;
  }
  for (auto& one : out) deferred_.push_back(std::move(one));
}

void Bot::catch_up() {
  auto posts = std::make_shared<std::vector<Post>>(engine().unsent());
  auto found = std::make_shared<std::vector<Found>>(posts->size());
  auto left = std::make_shared<std::size_t>(posts->size());
  ++looked_up_;
  if (posts->empty()) return caught_up(*posts, *found);
  for (std::size_t i = 0; i < posts->size(); ++i)
    wire_->find((*posts)[i], [this, life = life_, round = looked_up_, posts, found, left, i](Found one) {
      if (life != life_ || round != looked_up_) return;
      (*found)[i] = std::move(one);
      if (--*left == 0) caught_up(*posts, *found);
    });
}

void Bot::caught_up(const std::vector<Post>& posts, const std::vector<Found>& found) {
  std::vector<Outgoing> send;
  std::set<std::string> keys;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    keys.insert(posts[i].key);
    if (found[i].where == Found::Where::there) told_.push_back(bot::Delivered{posts[i].key, found[i].message});
    if (found[i].where == Found::Where::absent) send.push_back(posts[i]);
    if (found[i].where == Found::Where::unknown) send.push_back(engine().as_repeat(posts[i]));
  }
  for (auto& one : deferred_) {
    const auto* post = std::get_if<Post>(&one);
    if (!post || !keys.contains(post->key)) send.push_back(std::move(one));
  }
  deferred_.clear();
  for (auto& erase : engine().unerased()) send.push_back(std::move(erase));
  linked_ = true;
  if (!send.empty()) wire_->send(std::move(send));
  engine().flush();
  wake();
}

/// In silence the server is asked for its time when a deadline is due, a little after it.
void Bot::watch_deadlines() {
  const auto due = engine().next_due();
  if (!due || due == watched_) return;
  watched_ = due;
  const auto wait = std::max(Duration{}, *due - future_.now()) + Duration{chance_.between(1, 5000)};
  later(wait, [this, due] {
    if (watched_ == due) watched_.reset();
    if (wire_->up()) wire_->ping();
    if (!watched_) later(std::chrono::seconds{10}, [this] { watch_deadlines(); });
  });
}

}  // namespace sim
