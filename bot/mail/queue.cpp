#include "bot/mail/queue.hpp"

#include <algorithm>

namespace bot::mail {

void Queue::replace(std::vector<Mail> all) {
  waiting_.assign(std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  std::erase_if(people_, [&](const auto& one) {
    return std::ranges::none_of(waiting_, [&](const Mail& m) { return m.person == one.first; });
  });
}

void Queue::add(Mail mail) {
  if (std::ranges::none_of(waiting_, [&](const Mail& m) { return m.key == mail.key; }))
    waiting_.push_back(std::move(mail));
}

std::optional<Mail> Queue::next(Moment now) const {
  if (now < server_.until) return {};
  for (const auto& mail : waiting_) {
    const auto delay = people_.find(mail.person);
    if (delay == people_.end() || delay->second.until <= now) return mail;
  }
  return {};
}

std::optional<Moment> Queue::wake() const {
  std::optional<Moment> first;
  for (const auto& mail : waiting_) {
    const auto delay = people_.find(mail.person);
    const auto at = delay == people_.end() ? Moment{} : delay->second.until;
    if (!first || at < *first) first = at;
  }
  if (first) *first = std::max(*first, server_.until);
  return first;
}

/// Twice as long each time, and a fifth more or less, so that many bots do not come back at one moment.
void Queue::put_off(Delay& delay, Moment now) {
  auto wait = tuning_.first;
  for (int i = 0; i < delay.tries && wait < tuning_.most; ++i) wait *= 2;
  ++delay.tries;
  const auto spread = std::uniform_int_distribution<std::int64_t>{80, 120}(random_);
  delay.until = now + std::min(wait * spread / 100, tuning_.most);
}

void Queue::remove(const std::string& key) {
  std::erase_if(waiting_, [&](const Mail& m) { return m.key == key; });
}

bool Queue::too_old(const Mail& m, Instant wall) const { return wall - m.at >= tuning_.give_up; }

std::string Queue::given_up(const std::string& reason) const {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(tuning_.give_up).count();
  return "given up after " + std::to_string(hours) + " h: " + reason;
}

std::vector<Incoming> Queue::conclude(const Mail& mail, const Attempt& a, Moment now, Instant wall) {
  std::vector<Incoming> out;
  const auto dead = [&](const Mail& m, std::string reason) {
    out.push_back(Refused{m.key, true, std::move(reason)});
    remove(std::string{m.key});
  };
  switch (a.how) {
    case Attempt::How::sent:
      out.push_back(Delivered{mail.key, {}});
      remove(mail.key);
      server_ = {};
      people_.erase(mail.person);
      return out;
    case Attempt::How::refused:
      server_ = {};
      people_.erase(mail.person);
      dead(mail, a.reason);
      return out;
    case Attempt::How::later:
      server_ = {};
      put_off(people_[mail.person], now);
      if (too_old(mail, wall))
        dead(mail, given_up(a.reason));
      else if (a.maybe)
        out.push_back(Refused{mail.key, false, a.reason, true});
      return out;
    case Attempt::How::trouble: break;
  }
  put_off(server_, now);
  if (a.maybe && !too_old(mail, wall)) out.push_back(Refused{mail.key, false, a.reason, true});
  const auto all = waiting_;
  for (const auto& m : all)
    if (too_old(m, wall)) dead(m, given_up(a.reason));
  return out;
}

}  // namespace bot::mail
