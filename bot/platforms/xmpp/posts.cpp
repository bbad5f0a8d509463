#include "bot/platforms/xmpp/posts.hpp"

namespace bot::xmpp {
namespace {

/// Numbers go round at 2^32.
bool upto(std::uint32_t number, std::uint32_t end) { return static_cast<std::int32_t>(end - number) >= 0; }

}  // namespace

void Posts::sent(const Post& post, Way way, std::uint32_t number) {
  Flight& flight = flights_[post.key];
  flight.post = post;
  flight.way = way;
  flight.number = number;
  flight.before = false;
}

void Posts::there(const std::string& key, const std::string& message, const std::string& thread) {
  there_.put(key, message);
  if (!thread.empty()) threads_.put(message, thread);
  const auto found = flights_.find(key);
  if (found == flights_.end()) return;
  const auto asked = std::move(found->second.asked);
  flights_.erase(found);
  for (const auto& tell : asked) tell({Found::Where::there, message});
}

std::vector<std::string> Posts::acknowledged(std::uint32_t end) {
  std::vector<std::string> keys;
  for (const auto& [key, flight] : flights_)
    if (flight.way == Way::person && upto(flight.number, end)) keys.push_back(key);
  for (const auto& key : keys) {
    if (const auto found = flights_.find(key); found != flights_.end()) gone_.put(key, found->second.post);
    there(key, key, {});
  }
  return keys;
}

std::vector<std::string> Posts::resumed(std::uint32_t end) {
  auto keys = acknowledged(end);
  for (auto& [key, flight] : flights_) {
    flight.before = true;
    if (flight.way == Way::person) flight.way = Way::lost;
  }
  return keys;
}

std::optional<Post> Posts::sent_as(const std::string& key) const {
  if (const auto found = flights_.find(key); found != flights_.end()) return found->second.post;
  const Post* post = gone_.find(key);
  return post ? std::optional{*post} : std::nullopt;
}

void Posts::failed(const std::string& key) {
  const auto found = flights_.find(key);
  if (found == flights_.end()) return;
  const auto asked = std::move(found->second.asked);
  flights_.erase(found);
  for (const auto& tell : asked) tell({});
}

void Posts::broke() {
  for (auto& [key, flight] : flights_) {
    flight.before = true;
    if (flight.way == Way::person) flight.way = Way::broken;
  }
}

void Posts::over(const std::function<bool(const Post&)>& unread) {
  std::map<std::string, Flight> rest;
  for (auto at = flights_.begin(); at != flights_.end();) {
    const auto flight = at++;
    if (flight->second.before && !(unread && unread(flight->second.post))) rest.insert(flights_.extract(flight));
  }
  for (const auto& [key, flight] : rest)
    if (flight.way == Way::broken) doubtful_.put(key, true);
  for (const auto& [key, flight] : rest)
    for (const auto& tell : flight.asked) tell(known(flight.post));
}

Found Posts::known(const Post& post) const {
  if (const auto* id = there_.find(post.key)) return {Found::Where::there, *id};
  if (doubtful_.find(post.key)) return {Found::Where::unknown, {}};
  return {};
}

void Posts::find(const Post& post, Tell tell) {
  const auto found = flights_.find(post.key);
  if (found != flights_.end())
    found->second.asked.push_back(std::move(tell));
  else
    tell(known(post));
}

std::string Posts::thread_of(const std::string& message) const {
  const auto* thread = threads_.find(message);
  return thread ? *thread : std::string{};
}

}  // namespace bot::xmpp
