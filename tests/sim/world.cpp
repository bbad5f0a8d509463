#include "tests/sim/world.hpp"

#include <algorithm>
#include <stdexcept>

#include "bot/policy.hpp"
#include "bot/rehearse/script.hpp"

namespace sim {

using bot::rehearse::direct_chat;

namespace {

const Instant beginning = *workflow::parse_instant("2026-03-02T09:00Z");

std::string capitalised(std::string name) {
  name.front() = static_cast<char>(name.front() - 32);
  return name;
}

}  // namespace

World::World(Plan plan, Watch watch)
    : plan_(plan),
      watch_(std::move(watch)),
      start_(beginning),
      end_(beginning + days(plan.days)),
      of_world_(plan.seed * 4 + 1),
      of_net_(plan.seed * 4 + 2),
      of_people_(plan.seed * 4 + 3),
      of_bot_(plan.seed * 4 + 4),
      future_(start_),
      disk_("memory", plan.seed),
      server_(future_),
      temper_(drawn_temper()),
      crowd_(future_, of_people_, server_, temper_) {
  // Who haggles types in a day what others do in a week.
  if (temper_.haggling) end_ = start_ + days(plan.days) / 6;
  settle_numbers();
}

std::string World::file() const {
  for (const auto& path : disk_.paths())
    if (path.ends_with("parley.db")) return path;
  return {};
}

Temper World::drawn_temper() {
  if (of_world_.in(6))
    return {.between = std::chrono::minutes{20}, .thought = std::chrono::minutes{2}, .haggling = true, .answers = 90};
  if (of_world_.in(6))  // much is begun, and forgotten
    return {.between = std::chrono::minutes{of_world_.between(300, 900)}, .thought = days(3), .answers = 20};
  return {.between = std::chrono::minutes{of_world_.between(60, 500)},
          .thought = std::chrono::minutes{of_world_.of<std::int64_t>({1, 10, 60, 400, 1500, 3000})},
          .answers = static_cast<int>(of_world_.between(30, 95))};
}

/// Each seed is a house of its own: other numbers, another chat server, another network.
void World::settle_numbers() {
  const auto set = [&](const char* name, std::vector<std::string> values) {
    if (!bot::put_policy(policy_, name, of_world_.of(values))) throw std::logic_error(std::string{"no number "} + name);
  };
  set("offer_ttl", {"30d", "9d", "5d"});
  set("proposal_ttl", {"30d", "9d", "5d", "3d"});
  set("review_period", {"14d", "7d", "3d"});
  set("security_period", {"5d", "5d", "1d"});
  set("end_undo", {"14d", "14d", "7d"});
  set("escrow_refund_response", {"7d", "7d", "3d"});
  set("autoend_grace", {"72h", "72h", "12h"});
  set("amendment_ttl", {"7d", "7d", "2d"});
  set("fee_bps", {"1000", "500", "1375", "0"});
  set("confirm_over", {"1000.00", "100.00"});
  set("timer_grace", {"0s"});
  can_.private_replies = of_world_.percent(70);
  can_.threads = of_world_.percent(80);
  can_.deletes = of_world_.percent(80);
  weather_.latency = Duration{of_world_.of<std::int64_t>({20, 150, 900})};
  weather_.twice = static_cast<int>(of_world_.of<std::int64_t>({0, 3, 15}));
  weather_.refused = static_cast<int>(of_world_.of<std::int64_t>({0, 2, 6}));
  weather_.breaks = std::chrono::hours{of_world_.of<std::int64_t>({6, 48, 240})};
  weather_.away = std::chrono::minutes{of_world_.of<std::int64_t>({1, 10, 600})};
  between_falls_ = std::chrono::hours{of_world_.of<std::int64_t>({12, 60, 300})};
}

void World::populate() {
  const std::vector<std::string> zones{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"};
  const auto sort = [&] {
    return of_world_.percent(65) ? Sort::careful : of_world_.percent(60) ? Sort::careless : Sort::hostile;
  };
  std::map<std::string, Someone> all;
  std::map<std::string, std::vector<std::string>> rooms;
  const auto put = [&](const std::string& room, const std::string& name, const std::string& side) {
    auto& one = all[name];
    one.name = name;
    one.rooms[room] = side;
    rooms[room].push_back(name);
  };
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"carl", "freya"}, {"dana", "finn"}, {"carl", "finn"}, {"dana", "freya"}, {"erin", "gus"}};
  const auto n = static_cast<std::size_t>(of_world_.between(2, 4));
  for (std::size_t i = 0; i < n; ++i) {
    const auto room = "room" + std::to_string(i + 1);
    put(room, pairs[i].first, "client");
    put(room, pairs[i].second, "freelancer");
    if (of_world_.in(3)) put(room, "mallory", "");
  }
  for (const auto* attic : {"attic", "cellar"})
    if (of_world_.in(2)) {
      put(attic, pairs[0].first, "client");
      put(attic, pairs[0].second, "freelancer");
    }
  for (auto& [name, one] : all) {
    one.sort = name == "mallory" ? Sort::hostile : sort();
    const Human human{name, capitalised(name), of_world_.of(zones), of_world_.in(2) ? name + "@example.org" : ""};
    server_.person(human);
  }
  for (const auto& [room, names] : rooms)
    for (const auto& name : names) server_.join(name, room);
  for (auto& [name, one] : all) crowd_.add(std::move(one));
}

/// The process stops, dies, or dies at its next commit; it comes back after a while.
void World::befall() {
  future_.in(of_bot_.around(between_falls_), [this] {
    if (future_.now() >= end_) return;
    befall();
    if (!bot_->running()) return;
    const auto away = of_bot_.in(8) ? of_bot_.around(days(1)) : of_bot_.around(std::chrono::minutes{3});
    const auto back = [this, away] {
      future_.in(away, [this] {
        if (!bot_->running()) bot_->start();
      });
    };
    switch (of_bot_.below(4)) {
      case 0:
        bot_->stop();
        if (watch_.befell) watch_.befell("restart");
        return back();
      case 1:
        bot_->die();
        if (watch_.befell) watch_.befell("restart");
        return back();
      case 2: return bot_->die_at_commit(true);
      default: return bot_->die_at_commit(false);
    }
  });
}

void World::change_account() {
  future_.in(of_world_.around(days(6)), [this] {
    if (future_.now() >= end_) return;
    change_account();
    if (!bot_->running()) return;
    const auto& who = of_world_.of(crowd_.people()).name;
    bot::Account change{.user = "u-" + who, .handle = who, .name = server_.human(who).display};
    auto back = change;
    switch (of_world_.below(5)) {
      case 0: change.status = workflow::AccountStatus::suspended; break;
      case 1: change.status = workflow::AccountStatus::inactive; break;
      case 2: change.kind = workflow::AccountKind::enterprise; break;
      case 3: change.kind = workflow::AccountKind::agency; break;
      default: change.billing_ok = false;
    }
    if (change.status) back.status = workflow::AccountStatus::active;
    if (change.kind) back.kind = workflow::AccountKind::person;
    if (change.billing_ok) back.billing_ok = true;
    const auto make = [this](const bot::Account& account) {
      if (watch_.account) watch_.account(account, future_.now());
      bot_->set_account(account);
    };
    make(change);
    auto wait = of_world_.around(days(3));
    const auto take_back = [this, make, back](auto self, Duration after) -> void {
      future_.in(after, [this, make, back, self] {
        if (!bot_->running()) return self(self, std::chrono::hours{1});
        make(back);
      });
    };
    take_back(take_back, wait);
  });
}

void World::come_and_go() {
  future_.in(of_world_.around(days(9)), [this] {
    if (future_.now() >= end_) return;
    come_and_go();
    const auto& who = of_world_.of(crowd_.people());
    const auto it = std::next(who.rooms.begin(), of_world_.below(static_cast<std::int64_t>(who.rooms.size())));
    server_.leave(who.name, it->first);
    future_.in(of_world_.around(days(1)), [this, name = who.name, room = it->first] { server_.join(name, room); });
  });
}

/// Races are at deadlines: somebody types a millisecond before one, at it, or right after.
void World::at_a_deadline() {
  future_.in(of_world_.around(std::chrono::hours{20}), [this] {
    if (future_.now() >= end_) return;
    at_a_deadline();
    if (const auto due = bot_->next_due(); due && *due > future_.now() && *due < end_)
      future_.at(*due + Duration{of_world_.between(-1, 1)}, [this] { crowd_.anybody(); });
  });
}

void World::look() {
  future_.in(of_world_.around(days(2)), [this] {
    if (future_.now() >= end_) return;
    if (watch_.checked) watch_.checked();
    look();
  });
}

void World::run() {
  bot::Engine::Options options;
  options.can = can_;
  options.policy = policy_;
  options.seed = 1;  // as a rehearsal has it, so that codes are the same there
  options.mail = true;
  bot_ = std::make_unique<Bot>(future_, of_net_, server_, disk_, weather_, std::move(options));
  bot_->on_batch = watch_.batch;
  bot_->on_in = watch_.in;
  bot_->on_out = watch_.out;
  bot_->alone = watch_.alone;
  bot_->on_death = [this](bool before) {
    if (watch_.befell) watch_.befell(before ? "crash before-commit" : "crash after-commit");
    future_.in(of_bot_.around(std::chrono::minutes{2}), [this] {
      if (!bot_->running()) bot_->start();
    });
  };
  server_.on_entry = [this](std::size_t position) {
    if (watch_.typed) watch_.typed(server_.entries()[position].what);
    if (bot_->running()) bot_->wire()->tell(position);
  };
  server_.on_shown = [this](const Shown& shown) {
    crowd_.read(shown);
    if (watch_.shown) watch_.shown(shown);
  };
  populate();
  bot_->start();
  crowd_.live(end_);
  befall();
  change_account();
  come_and_go();
  at_a_deadline();
  look();
  while (future_.step(end_)) {
  }
  future_.pass_to(end_);
  // Then nobody does anything any more, until everything was said.
  const auto last = end_ + days(30);
  const auto listens = [this] { return bot_->running() && bot_->wire()->up(); };
  Instant quiet{};
  const auto wait = [&] {
    quiet = future_.now() + std::chrono::hours{1};
    future_.at(quiet, [] {});
  };
  wait();
  while (future_.now() < quiet || !listens() || !bot_->engine().unsent().empty()) {
    const bool listened = listens();
    if (!future_.step(last)) throw std::runtime_error("the bot does not come to rest");
    if (listened != listens()) wait();
  }
  if (watch_.checked) watch_.checked();
}

}  // namespace sim
