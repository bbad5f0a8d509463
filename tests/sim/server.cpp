#include "tests/sim/server.hpp"

#include "bot/rehearse/script.hpp"

namespace sim {

using bot::Member;
using bot::rehearse::direct_chat;
using bot::rehearse::whose_direct_chat;

Member Server::member(Member::What what, const std::string& name, const std::string& channel) const {
  const Human& h = people_.at(name);
  return {.what = what,
          .channel = channel,
          .user = "u-" + name,
          .handle = h.name,
          .name = h.display,
          .zone = h.zone,
          .at = future_.now(),
          .direct = !whose_direct_chat(channel).empty(),
          .email = h.email};
}

void Server::add(bot::Incoming what, const std::string& channel) {
  const auto position = entries_.size();
  entries_.push_back({std::move(what), channel, future_.now()});
  if (channel.empty()) {
    for (auto& [name, all] : by_channel_) all.push_back(position);
  } else {
    by_channel_[channel].push_back(position);
  }
  if (on_entry) on_entry(position);
}

void Server::person(const Human& h) {
  people_[h.name] = h;
  join(h.name, direct_chat(h.name));
}

void Server::rename(const std::string& name, const std::string& display) {
  people_.at(name).display = display;
  add(member(Member::What::renamed, name, {}), {});
}

void Server::join(const std::string& name, const std::string& room) {
  if (members_[room].insert(name).second) add(member(Member::What::joined, name, room), room);
}

void Server::leave(const std::string& name, const std::string& room) {
  if (members_[room].erase(name) > 0) add(member(Member::What::left, name, room), room);
}

bool Server::inside(const std::string& name, const std::string& channel) const {
  const auto found = members_.find(channel);
  return found != members_.end() && found->second.contains(name);
}

std::string Server::type(const std::string& name, const std::string& channel, const std::string& thread,
                         const std::string& text) {
  const auto id = "m-" + std::to_string(++messages_);
  add(bot::Heard{.channel = channel,
                 .thread = thread,
                 .message = id,
                 .user = "u-" + name,
                 .text = text,
                 .sent_at = future_.now(),
                 .direct = !whose_direct_chat(channel).empty()},
      channel);
  return id;
}

void Server::edit(const std::string& channel, const std::string& message, const std::string& text) {
  for (const auto position : of(channel)) {
    auto* heard = std::get_if<bot::Heard>(&entries_[position].what);
    if (!heard || heard->message != message || heard->channel != channel) continue;
    heard->text = text;
    heard->edited = true;
    return add(bot::Edited{channel, heard->thread, message, heard->user, future_.now()}, channel);
  }
}

const std::vector<std::size_t>& Server::of(const std::string& channel) const {
  static const std::vector<std::size_t> none;
  const auto found = by_channel_.find(channel);
  return found == by_channel_.end() ? none : found->second;
}

std::vector<std::string> Server::channels() const {
  std::vector<std::string> all;
  for (const auto& [name, positions] : by_channel_) all.push_back(name);
  return all;
}

std::string Server::show(const bot::Post& post) {
  const auto [at, fresh] = posts_.try_emplace({post.channel, post.key}, "post-" + std::to_string(posts_.size() + 1));
  const auto id = at->second;
  if (!fresh) return id;
  shown_.push_back({post, id, future_.now()});
  if (on_shown) on_shown(shown_.back());
  return id;
}

bool Server::erase(const std::string& channel, const std::string& message) {
  if (!gone_.insert({channel, message}).second) return false;
  for (const auto position : of(channel))
    if (auto* heard = std::get_if<bot::Heard>(&entries_[position].what); heard && heard->message == message) {
      add(bot::Deleted{channel, message, future_.now()}, channel);
      return true;
    }
  return false;
}

std::optional<std::string> Server::find(const std::string& channel, const std::string& key) const {
  const auto found = posts_.find({channel, key});
  return found == posts_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace sim
