#include <spdlog/spdlog.h>

#include "bot/platforms/xmpp/adapter.hpp"
#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"

// What we post, and what comes back when it could not be.
namespace bot::xmpp {
namespace {

/// The defined condition of an error, and its type.
std::pair<std::string, std::string> error_of(pugi::xml_node message) {
  const auto error = child(message, "error", ns::client);
  for (const auto each : error.children())
    if (each.type() == pugi::node_element && namespace_of(each) == ns::stanzas && local_name(each) != "text")
      return {local_name(each), error.attribute("type").value()};
  return {"unknown", error.attribute("type").value()};
}

pugi::xml_document message_to(const std::string& to, const char* type, const Post& post) {
  pugi::xml_document out;
  const auto root = add(out, "message", ns::client);
  set(root, "to", to);
  set(root, "type", type);
  set(root, "id", post.key);
  set_text(add(root, "body"), post.text);
  set(add(root, "origin-id", ns::stanza_id), "id", post.key);
  // What people typed stands in our notes: a client shall show *it* and > it as they are (XEP-0393).
  add(root, "unstyled", ns::styling);
  return out;
}

}  // namespace

void Adapter::send(std::vector<Outgoing> all) {
  for (const Outgoing& out : all)
    if (const auto* one = std::get_if<Post>(&out)) post(*one);
}

void Adapter::post(const Post& one) {
  if (auto refused = no_way(one)) return push(std::move(*refused));
  const auto found = rooms_.find(one.channel);
  if (found == rooms_.end()) return to_person(one.channel, one, false);
  if (one.to.empty()) return to_room(found->second, one);
  const auto nick = found->second.muc.nick_of(one.to);
  if (nick)
    to_person(one.channel + "/" + *nick, one, true);
  else
    to_person(one.to, one, false);
}

std::optional<Refused> Adapter::no_way(const Post& one) const {
  if (!session_ || state_ == State::away || state_ == State::entering)
    return Refused{one.key, false, "there is no link to the server"};
  const auto found = rooms_.find(one.channel);
  if (found == rooms_.end() || !one.to.empty()) return std::nullopt;
  if (found->second.usable()) return std::nullopt;
  const bool for_good = found->second.state == Room::State::shut;
  return Refused{one.key, for_good, "we are not in this room"};
}

void Adapter::to_room(Room& room, const Post& one) {
  auto out = message_to(room.muc.address(), "groupchat", one);
  if (!one.thread.empty()) set_text(add(out.document_element(), "thread"), one.thread);
  posts_.sent(one, Posts::Way::room, session_->send(out));
}

void Adapter::to_person(const std::string& address, const Post& one, bool in_room) {
  auto out = message_to(address, "chat", one);
  if (in_room) add(out.document_element(), "x", ns::muc_user);
  add(out.document_element(), "store", ns::hints);
  posts_.sent(one, Posts::Way::person, session_->send(out));
}

void Adapter::find(const Post& one, std::function<void(Found)> found) {
  // What was said to one person in a room lies in no archive that we could read.
  const bool in_room = rooms_.contains(one.channel), to_one = !one.to.empty();
  posts_.find(one, [this, in_room, to_one, again = one.again, found = std::move(found)](Found what) {
    // Which is known only when it is told: the archive may have been read in the meantime, or not.
    const bool unreadable = in_room ? to_one : !own_archive_;
    if (what.where == Found::Where::unknown && !unreadable) what.where = Found::Where::absent;
    if (what.where == Found::Where::absent && unreadable && again) what.where = Found::Where::unknown;
    found(std::move(what));
  });
}

/// Where a room could not be read yet, its archive may still have them.
void Adapter::posts_over() {
  posts_.over([this](const Post& post) {
    const auto found = rooms_.find(post.channel);
    return found != rooms_.end() && post.to.empty() && !found->second.usable() &&
           found->second.state != Room::State::shut;
  });
}

void Adapter::failure(const Said& said, pugi::xml_node message) {
  const auto [condition, type] = error_of(message);
  const auto post = posts_.sent_as(said.id);
  if (!post) return;
  // Everybody in the room sees the key, so only the one it went to may say that it failed.
  const bool to_the_room = post->to.empty() && rooms_.contains(post->channel);
  const auto from = bare(said.from);
  if (to_the_room ? said.from != post->channel : from != post->channel && from != post->to) return;
  // They have just left: it goes to their direct chat, and is on its way still.
  if (!to_the_room && rooms_.contains(from)) return to_person(post->to, *post, false);
  posts_.failed(said.id);
  if (!to_the_room) {
    // Nobody is there, and no store keeps it but their archive.
    if (condition == "service-unavailable") return push(Delivered{post->key, post->key});
    return push(Refused{post->key, type != "wait", condition});
  }
  const bool unknown_here = condition == "not-acceptable" || condition == "item-not-found";
  Room& room = rooms_.at(post->channel);
  if (unknown_here && room.state == Room::State::in)
    out_of(room,
           {.what = Muc::Change::What::out, .reason = "the room does not take our posts: " + condition, .members = {}});
  push(Refused{post->key, type != "wait" && !unknown_here, condition});
}

}  // namespace bot::xmpp
