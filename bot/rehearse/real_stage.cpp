#include "bot/rehearse/real_stage.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace bot::rehearse {
namespace {

/// How long a server may take to answer before the rehearsal gives up: long enough for whoever comes anew.
constexpr std::chrono::seconds patience{90};
/// From one attempt to the next where a post is refused for now.
constexpr std::chrono::milliseconds pause{20};

}  // namespace

RealStage::RealStage(Can wanted) : wanted_(wanted), work_(io_.get_executor()) {}

Can RealStage::can() const {
  const Can real = adapter_ ? adapter_->can() : Can{};
  Can out = wanted_;
  out.threads &= real.threads;
  out.private_replies &= real.private_replies;
  out.edits &= real.edits;
  out.deletes &= real.deletes;
  out.history &= real.history;
  out.server_time &= real.server_time;
  out.find &= real.find;
  return out;
}

void RealStage::until(const std::string& what, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    io_.run_one_for(std::chrono::milliseconds{50});
    collect();
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the server did not answer in time: " + what);
  }
}

void RealStage::collect() {
  if (!adapter_) return;
  for (Incoming& item : adapter_->take(1000)) {
    if (const auto* delivered = std::get_if<Delivered>(&item)) {
      delivered_[delivered->key] = delivered->message;
    } else if (const auto* refused = std::get_if<Refused>(&item)) {
      refused_[refused->key] = *refused;
    } else if (const auto* link = std::get_if<Link>(&item)) {
      up_ = link->up;
    } else if (!std::holds_alternative<ReadThrough>(item)) {
      inbox_.push_back(std::move(item));
    }
  }
}

void RealStage::join() {
  adapter_ = new_adapter();
  adapter_->start(cursor_, [] {});
  until("the bot signs in", [this] { return up_; });
}

void RealStage::leave() {
  if (!adapter_) return;
  adapter_->stop();
  gone();
  // What was already on its way to the adapter finds it alive.
  io_.poll();
  adapter_.reset();
  up_ = false;
  // Everything behind the cursor is yielded again.
  inbox_.clear();
}

void RealStage::reconnect() {
  leave();
  join();
}

void RealStage::connect(bool up) {
  if (!up) return leave();
  join();
  if (wanted_.history) return;
  std::erase_if(inbox_, [](const Incoming& item) { return !std::holds_alternative<Member>(item); });
}

void RealStage::note(Typed typed, const std::string& label) {
  typed_.push_back(std::move(typed));
  if (!label.empty()) labels_[label] = &typed_.back();
}

const RealStage::Typed* RealStage::typed(const std::string& label) const {
  if (const auto found = labels_.find(label); found != labels_.end()) return found->second;
  return typed_.empty() ? nullptr : &typed_.back();
}

std::string RealStage::author(const std::string& label) const {
  const auto* message = typed(label);
  return message ? message->who : std::string{};
}

bool RealStage::again(const std::string& label, const std::string& room, Instant) {
  const auto* message = typed(label);
  const auto found = message ? heard_.find(message->id) : heard_.end();
  if (!room.empty()) return cannot("every message gets an id of its own");
  if (found == heard_.end()) return cannot("the bot has not read it");
  inbox_.push_back(found->second);
  return true;
}

/// A message whose id its author was not told is the first that says this there.
RealStage::Typed* RealStage::typed_of(const Heard& heard) {
  const auto named = std::ranges::find(typed_, heard.message, &Typed::id);
  if (named != typed_.end()) return &*named;
  const auto unnamed = std::ranges::find_if(typed_, [&](const Typed& each) {
    return each.id.empty() && each.channel == heard.channel && each.text == heard.text;
  });
  if (unnamed == typed_.end()) return nullptr;
  unnamed->id = heard.message;
  return &*unnamed;
}

void RealStage::stamp(Incoming& item) {
  if (auto* heard = std::get_if<Heard>(&item)) {
    const Typed* message = typed_of(*heard);
    heard->sent_at = message ? message->at : now_;
    if (!wanted_.threads) heard->thread.clear();
    heard_[heard->message] = *heard;
  } else if (auto* member = std::get_if<Member>(&item)) {
    member->at = now_;
    complete(*member);
  } else if (auto* deleted = std::get_if<Deleted>(&item)) {
    deleted->at = now_;
  } else if (auto* edited = std::get_if<Edited>(&item)) {
    edited->at = now_;
  }
}

std::vector<Incoming> RealStage::read() {
  collect();
  if (adapter_) cursor_ = adapter_->cursor();
  auto out = std::exchange(inbox_, {});
  for (Incoming& item : out) stamp(item);
  return out;
}

std::string RealStage::post(const Post& post, Instant) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    refused_.erase(post.key);
    adapter_->send({post});
    until("a post", [&] { return delivered_.contains(post.key) || refused_.contains(post.key); });
    if (delivered_.contains(post.key)) break;
    const Refused& refused = refused_[post.key];
    if (refused.permanent || std::chrono::steady_clock::now() > end)
      throw std::runtime_error("the server refused a post: " + refused.reason);
    io_.run_for(pause);
  }
  const auto id = delivered_[post.key];
  // Delivered is the server's word; that people see it is theirs.
  for (const auto& who : members_[post.channel])
    if (post.to.empty() || post.to == user(who)) until(who + " reads it", [&] { return sees(who, post, id); });
  return id;
}

Found RealStage::find(const Post& post) {
  const auto found = std::make_shared<std::optional<Found>>();
  adapter_->find(post, [found](Found one) { *found = std::move(one); });
  until("a search", [&] { return found->has_value(); });
  return **found;
}

}  // namespace bot::rehearse
