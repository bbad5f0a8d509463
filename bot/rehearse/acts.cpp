#include <algorithm>
#include <array>
#include <utility>

#include "bot/inspect.hpp"
#include "bot/rehearse/player.hpp"

// What each kind of line does.
namespace bot::rehearse {
namespace {

constexpr workflow::Duration minute = std::chrono::minutes{1};

std::string capitalised(std::string name) {
  if (!name.empty() && name.front() >= 'a' && name.front() <= 'z') name.front() = static_cast<char>(name.front() - 32);
  return name;
}

workflow::AccountKind account_kind(const std::string& value) {
  using enum workflow::AccountKind;
  constexpr std::array<std::pair<std::string_view, workflow::AccountKind>, 7> names{{{"person", person},
                                                                                     {"agency", agency},
                                                                                     {"enterprise", enterprise},
                                                                                     {"support", support},
                                                                                     {"mediator", mediator},
                                                                                     {"arbiter", arbiter},
                                                                                     {"operator", op}}};
  const auto* found = std::ranges::find(names, value, &std::pair<std::string_view, workflow::AccountKind>::first);
  return found == names.end() ? person : found->second;
}

workflow::AccountStatus account_status(const std::string& value) {
  if (value == "inactive") return workflow::AccountStatus::inactive;
  return value == "suspended" ? workflow::AccountStatus::suspended : workflow::AccountStatus::active;
}

void put(Account& account, const std::string& key, const std::string& value) {
  if (key == "kind") account.kind = account_kind(value);
  if (key == "tz") account.zone = value;
  if (key == "email") account.email = value;
  if (key == "name") account.name = value;
  if (key == "status") account.status = account_status(value);
  if (key == "billing") account.billing_ok = value == "ok";
}

}  // namespace

void Player::act(const PersonLine& line) {
  Account account;
  account.user = stage_.user(line.name);
  account.handle = line.name;
  const bool is_new = known_.insert(line.name).second;
  if (is_new) account.name = capitalised(line.name);
  for (const auto& [key, value] : line.values) put(account, key, value);
  if (account.email) addresses_[*account.email] = line.name;
  if (is_new) stage_.person({line.name, account.name, account.zone.value_or("")}, clock_);
  deliver();
  account.user = stage_.user(line.name);
  send(process_.engine().set_account(account, clock_));
}

void Player::act(const RoomLine& line) {
  stage_.room(line.name, line.people, clock_);
  deliver();
}

void Player::act(const BindLine& line) {
  const auto refused =
      process_.engine().bind(stage_.channel(line.room), stage_.user(line.client), stage_.user(line.freelancer), clock_);
  if (refused) differs(*now_, "the pair fixed", *refused);
}

void Player::act(const PaidLine& line) {
  const auto n = std::to_string(++paid_);
  const Spot room{line.room, {}};
  const auto type = [&](const std::string& who, const Spot& spot, const std::string& text) {
    stage_.type(who, spot, text, {}, clock_);
    deliver();
    clock_ += minute;
  };
  type(line.client, room,
       "/offer @" + line.freelancer + " title=\"Paid before\" amount=" + line.amount +
           " scope=\"An earlier piece of work\" --yes");
  type(line.freelancer, room, "/accept O-" + n + " v1 --yes");
  type(line.freelancer, room, "/submit M-" + n + ".1 \"done\"");
  type(line.client, room, "/release M-" + n + ".1 --yes");
  type(line.client, {direct_chat(line.client), {}},
       "/end C-" + n + " reason=completed stars=5 text=\"Paid as agreed\" --yes");
  payments_.push_back(now_);
  if (!said_.empty() && said_.back().kind.starts_with("refusal"))
    differs(*now_, "a payment before the script", said_.back().text);
  said_.clear();
}

void Player::settle_payments() {
  advance(script_.start);
  said_.clear();
  for (std::size_t i = 0; i < payments_.size(); ++i) {
    const auto& line = std::get<PaidLine>(payments_[i]->action);
    const auto contract = "C-" + std::to_string(i + 1);
    const auto value = [&](const std::string& subject, const std::string& field) -> std::string {
      const auto facts = inspect(process_.store(), stage_.platform(), subject);
      if (!facts) return facts.error();
      const auto found = std::ranges::find(*facts, field, [](const auto& f) { return f.first; });
      return found == facts->end() ? "absent" : found->second;
    };
    const auto state = value(contract, "state"), pending = value("account " + line.freelancer, "pending");
    if (state != "ended" || pending.find_first_of("123456789") != std::string::npos)
      differs(*payments_[i], contract + " ended and its money cleared before the start",
              "state=" + state + " pending=" + pending);
  }
  payments_.clear();
}

void Player::act(const MemberLine& line) {
  if (!stage_.member(line.what, line.person, now_->spot.channel, line.display, clock_)) return skip("this name");
  deliver();
}

void Player::act(const AtLine& line) {
  if (line.instant > clock_ && payments_.empty()) advance(line.instant);
}

void Player::act(const PassLine& line) { advance(clock_ + line.duration); }
void Player::act(const WallLine& line) { wall_offset_ += line.duration; }
void Player::act(const RestartLine&) { restart(); }
void Player::act(const CrashLine& line) { death_ = line.death; }
void Player::act(const RefuseLine& line) { refuse_ += line.posts; }
void Player::act(const ThrottleLine& line) { throttled_until_ = clock_ + line.duration; }
void Player::act(const HeaderLine&) { header_ = true; }

std::string Player::pressed(const TypedLine& line) const {
  const std::string text = expand(line.text, kept_);
  if (text == "confirm") {
    const auto code = codes_.find(line.who);
    return code == codes_.end() ? "/confirm" : "/confirm " + code->second;
  }
  constexpr std::string_view form = "form ";
  return "/" + (text.starts_with(form) ? text.substr(form.size()) : text);
}

void Player::act(const TypedLine& line) {
  const auto text = line.pressed ? pressed(line) : expand(line.text, kept_);
  if (!stage_.type(line.who, now_->spot, text, line.label, line.at.value_or(clock_))) return skip("this text");
  deliver();
}

void Player::skip(const std::string& what) {
  played_.skipped.push_back(now_->file + ":" + std::to_string(now_->line) + ": " + what);
  skipped_ = true;
}

void Player::skip_change(const std::string& what) {
  // What the bot has not read yet it would have found changed: from here on this is another conversation.
  over_ = !online_;
  skip(over_ ? what + " while the bot is away, and all that follows" : what);
}

void Player::act(const AgainLine& line) {
  if (!stage_.again(line.label, line.room, clock_)) return skip("again");
  deliver();
}

void Player::act(const EditLine& line) {
  if (!stage_.edit(line.label, expand(line.text, kept_), clock_)) {
    return skip_change("edit");
  }
  deliver();
}

void Player::act(const DeleteLine& line) {
  if (!stage_.remove(line.label, clock_)) return skip_change("delete");
  deliver();
}

void Player::act(const KeepLine& line) {
  if (code_) {
    kept_[line.name] = *code_;
  } else {
    differs(*now_, "a preview with a code above", "none");
  }
}

void Player::act(const LinkLine& line) {
  if (line.up == online_) return;
  if (!line.up) hand_in({Link{false}});
  online_ = line.up;
  stage_.connect(line.up);
  if (!line.up) return;
  offer(false);
  deliver();
  hand_in({ReadThrough{"", clock_}});
  advance(clock_);
  hand_in({Link{true}});
}

void Player::act(const FactLine& line) {
  if (now_->checked) check(line);
}

void Player::check(const FactLine& line) {
  constexpr std::string_view room = "room ";
  const auto subject =
      line.subject.starts_with(room) ? "room " + stage_.channel(line.subject.substr(room.size())) : line.subject;
  const auto facts = inspect(process_.store(), stage_.platform(), subject);
  if (!facts) return differs(*now_, line.subject, facts.error());
  if (line.absent) {
    if (!facts->empty()) differs(*now_, line.subject + " absent", line.subject + " is there");
    return;
  }
  if (facts->empty()) return differs(*now_, line.subject, "absent");
  std::string wanted, got;
  for (const auto& [field, raw] : line.fields) {
    const auto value = expand_names(raw, kept_);
    const auto found = std::ranges::find(*facts, field, [](const auto& f) { return f.first; });
    if (found != facts->end() && found->second == value) continue;
    wanted += " " + field + "=" + value;
    got += " " + field + (found == facts->end() ? " is no field of it" : "=" + found->second);
  }
  if (!wanted.empty()) differs(*now_, line.subject + wanted, line.subject + got);
}

}  // namespace bot::rehearse
