#include "bot/rehearse/player.hpp"

#include <algorithm>
#include <regex>
#include <utility>

#include "bot/inspect.hpp"

namespace bot::rehearse {
namespace {

/// How long before the script's start `paid` plays its lines.
constexpr workflow::Duration paid_before = workflow::days(60);

bool outlives_its_process(const Script& script, const PlayOptions& options) {
  return options.restart_every_line || std::ranges::any_of(script.steps, [](const Step& s) {
           return std::holds_alternative<RestartLine>(s.action) || std::holds_alternative<CrashLine>(s.action);
         });
}

Engine::Options engine_options(const Script& script, const Stage& stage) {
  Engine::Options out;
  out.platform = stage.platform();
  out.can = stage.can();
  out.policy = script.policy;
  out.seed = 1;
  out.mail = true;
  return out;
}

/// Lines that only look, or turn the head.
bool acts(const Action& a) {
  return !std::holds_alternative<KeepLine>(a) && !std::holds_alternative<FactLine>(a) &&
         !std::holds_alternative<MoveLine>(a) && !std::holds_alternative<HeaderLine>(a) &&
         !std::holds_alternative<EmailLine>(a);
}

/// Lines below which `paid` may still stand.
bool sets_up(const Action& a) {
  return std::holds_alternative<PersonLine>(a) || std::holds_alternative<RoomLine>(a) ||
         std::holds_alternative<BindLine>(a) || std::holds_alternative<PaidLine>(a) ||
         std::holds_alternative<MemberLine>(a) || std::holds_alternative<MoveLine>(a) ||
         std::holds_alternative<HeaderLine>(a) || std::holds_alternative<EmailLine>(a) ||
         std::holds_alternative<AtLine>(a);
}

}  // namespace

Played play(const Script& script, Stage& stage, const PlayOptions& options) {
  return Player(script, stage, options).play();
}

Player::Player(const Script& script, Stage& stage, const PlayOptions& options)
    : script_(script),
      stage_(stage),
      options_(options),
      process_(engine_options(script, stage), outlives_its_process(script, options)) {
  const bool pays =
      std::ranges::any_of(script.steps, [](const Step& s) { return std::holds_alternative<PaidLine>(s.action); });
  clock_ = pays ? script.start - paid_before : script.start;
}

Played Player::play() {
  process_.start();
  connected({});
  for (const Step& s : script_.steps)
    if (!over_) step(s);
  if (options_.restart_every_line && !script_.steps.empty()) {
    said_.clear();
    now_ = &script_.steps.back();
    restart();
    for (const Said& s : said_) differs(*now_, "nothing after a restart", brief(s, {}, options_.words));
  }
  if (!script_.steps.empty()) audit(script_.steps.back());
  return std::move(played_);
}

/// Whatever the script was about, the books must hold in the end: an unbroken chain, and lists that the events alone
/// give again.
void Player::audit(const Step& last) {
  for (const auto& fault : process_.store().verify()) differs(last, "an unbroken chain", fault.what);
  if (!process_.store().rebuild()) differs(last, "the lists that a rebuild gives", "others");
}

void Player::step(const Step& s) {
  now_ = &s;
  said_.clear();
  if (!payments_.empty() && !sets_up(s.action)) settle_payments();
  try {
    if (acts(s.action)) {
      if (options_.restart_every_line && fed_) restart();
      if (!waiting_.empty()) offer(false);
    }
    std::visit([this](const auto& line) { act(line); }, s.action);
  } catch (const std::exception& e) {
    // A script that cannot go on says where; the process may be in any state, so the rest is not played.
    throw std::runtime_error(s.file + ":" + std::to_string(s.line) + ": " + e.what());
  }
  close(s);
}

void Player::close(const Step& s) {
  if (std::exchange(skipped_, false) || !s.checked || (said_.empty() && s.expected.empty())) return;
  Outcome out;
  out.step = &s;
  out.below.spot = s.spot;
  out.below.header = header_;
  out.below.by_channel = options_.by_channel;
  out.below.kept = kept_;
  if (const auto* typed = std::get_if<TypedLine>(&s.action)) out.below.author = typed->who;
  if (const auto* again = std::get_if<AgainLine>(&s.action)) out.below.author = stage_.author(again->label);
  if (const auto* edit = std::get_if<EditLine>(&s.action)) out.below.author = stage_.author(edit->label);
  out.said = std::exchange(said_, {});
  const auto kept = possible(s);
  std::vector<Expected> expected;
  for (const std::size_t i : kept) expected.push_back(s.expected[i]);
  out.pairs = align(expected, out.said, out.below);
  for (Pair& pair : out.pairs)
    if (pair.expected >= 0) pair.expected = static_cast<int>(kept[static_cast<std::size_t>(pair.expected)]);
  for (const Pair& pair : out.pairs) {
    if (pair.holds) continue;
    Difference d{s.file, s.line, "nothing", "nothing", true};
    const auto* wanted = pair.expected >= 0 ? &s.expected[static_cast<std::size_t>(pair.expected)] : nullptr;
    if (wanted) d.line = wanted->first;
    if (wanted) d.wanted = brief(*wanted);
    const bool words = options_.words || (wanted && wanted->form == Expected::Form::text);
    if (pair.said >= 0) d.got = brief(out.said[static_cast<std::size_t>(pair.said)], out.below, words);
    played_.differences.push_back(std::move(d));
  }
  played_.outcomes.push_back(std::move(out));
}

std::vector<std::size_t> Player::possible(const Step& s) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < s.expected.size(); ++i) {
    const Expected& each = s.expected[i];
    const bool removal = each.form == Expected::Form::erased && script_.can.deletes && !stage_.can().deletes;
    if (removal)
      played_.skipped.push_back(s.file + ":" + std::to_string(each.first) + ": a removal (what was said stays)");
    else
      out.push_back(i);
  }
  return out;
}

void Player::differs(const Step& s, std::string wanted, std::string got) {
  if (s.checked) played_.differences.push_back({s.file, s.line, std::move(wanted), std::move(got), false});
}

void Player::advance(Instant target) {
  while (online_) {
    const auto due = process_.engine().next_due();
    if (!due || *due > target) break;
    clock_ = std::max(clock_, *due);
    hand_in({ReadThrough{"", clock_}});
    // Held back, by a wrong clock for one: no use in asking again.
    if (process_.engine().next_due() == due) break;
  }
  clock_ = target;
  if (!waiting_.empty()) offer(false);
}

void Player::deliver() {
  for (const Incoming& item : stage_.read()) {
    if (death_ && std::holds_alternative<Heard>(item)) {
      die_at(*std::exchange(death_, std::nullopt), item);
    } else {
      hand_in({item});
    }
  }
}

void Player::hand_in(std::vector<Incoming> items) {
  auto batch = std::exchange(pending_, {});
  batch.insert(batch.end(), items.begin(), items.end());
  fed_ = true;
  process_.engine().set_cursor(std::to_string(++batches_));
  send(process_.engine().handle(batch, wall()));
}

void Player::die_at(Death death, const Incoming& item) {
  auto batch = std::exchange(pending_, {});
  batch.push_back(item);
  process_.die_at_commit(death == Death::before_commit);
  try {
    const auto out = process_.engine().handle(batch, wall());
    if (death == Death::after_post) send(out);
  } catch (const Died&) {
    // As meant: nothing was kept, nothing said.
  }
  process_.die();
  if (online_) stage_.reconnect();
  process_.start();
  connected({item});
}

void Player::restart() {
  if (!pending_.empty()) hand_in({});
  process_.engine().flush();
  process_.stop();
  if (online_) stage_.reconnect();
  process_.start();
  connected({});
}

void Player::connected(const std::vector<Incoming>& again) {
  pending_.clear();
  waiting_.clear();
  fed_ = false;
  for (const Mail& each : process_.engine().unsent_mail()) mail(each);
  if (!online_) return;
  offer(true);
  for (const Incoming& item : again) hand_in({item});
  deliver();
  hand_in({ReadThrough{"", clock_}, Link{true}});
}

void Player::send(const std::vector<Outgoing>& out) {
  for (const Outgoing& each : out) {
    if (const auto* post = std::get_if<Post>(&each)) {
      attempt(*post);
    } else if (const auto* erase = std::get_if<Erase>(&each)) {
      if (online_ && stage_.erase(*erase, clock_))
        said_.push_back({stage_.channel_name(erase->channel), {}, {}, {}, {}, true});
    } else {
      mail(std::get<Mail>(each));
    }
  }
}

/// The mail server of a rehearsal takes everything, and knows a copy by its key.
void Player::mail(const Mail& mail) {
  pending_.push_back(Delivered{mail.key, {}});
  if (!mailed_.insert(mail.key).second || !emails_shown_) return;
  const auto& name = addresses_[mail.to];
  said_.push_back({mailbox(name), {}, name, "email", mail.subject + "\n" + mail.body, false});
}

bool Player::answered(const std::string& key) const {
  return std::ranges::any_of(pending_, [&](const Incoming& item) {
    const auto* delivered = std::get_if<Delivered>(&item);
    return delivered && delivered->key == key;
  });
}

void Player::attempt(const Post& post) {
  const bool refused = online_ && !stuck_.contains(post.channel) && (refuse_ > 0 || clock_ < throttled_until_);
  if (refused && refuse_ > 0) --refuse_;
  if (refused) pending_.push_back(Refused{post.key, false, "try again later"});
  if (refused || !online_ || stuck_.contains(post.channel)) {
    stuck_.insert(post.channel);
    waiting_.push_back(post);
    return;
  }
  const bool there = stage_.can().find && stage_.find(post).where == Found::Where::there;
  pending_.push_back(Delivered{post.key, stage_.post(post, clock_)});
  if (!there) say(post);
}

void Player::offer(bool after_start) {
  if (!online_) return;
  // The engine hears of a refusal first: until it is asked for what is unsent it keeps that channel's posts back.
  const auto refused = [](const Incoming& item) { return std::holds_alternative<Refused>(item); };
  if (std::ranges::any_of(pending_, refused)) hand_in({});
  stuck_.clear();
  auto posts = process_.engine().unsent();
  for (Post& post : std::exchange(waiting_, {}))
    if (std::ranges::none_of(posts, [&](const Post& p) { return p.key == post.key; })) posts.push_back(std::move(post));
  for (const Post& post : posts) {
    if (answered(post.key)) continue;
    const Found found = stage_.can().find ? stage_.find(post) : Found{Found::Where::unknown, {}};
    if (found.where == Found::Where::there)
      pending_.push_back(Delivered{post.key, found.message});
    else
      attempt(after_start && found.where == Found::Where::unknown ? process_.engine().as_repeat(post) : post);
  }
  for (const Erase& erase : process_.engine().unerased()) send({erase});
}

void Player::say(const Post& post) {
  Said said;
  said.channel = stage_.channel_name(post.channel);
  said.thread = post.thread;
  said.to = post.to.empty() ? std::string{} : stage_.user_name(post.to);
  said.kind = post.kind;
  said.text = post.text;
  static const std::regex confirm{"/confirm ([0-9A-Za-z]+)"};
  if (std::smatch found; said.kind.starts_with("preview.") && std::regex_search(said.text, found, confirm)) {
    code_ = found[1].str();
    codes_[said.to.empty() ? whose_direct_chat(said.channel) : said.to] = *code_;
  }
  said_.push_back(std::move(said));
}

}  // namespace bot::rehearse
