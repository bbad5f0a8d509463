#include "bot/platforms/xmpp/muc.hpp"

#include <algorithm>
#include <array>

#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"

namespace bot::xmpp {
namespace {

/// What the room wrote. Where somebody put a second one beside it, nobody knows which is which: then there is none.
pugi::xml_node word_of_room(pugi::xml_node stanza) {
  const auto all = children(stanza, "x", ns::muc_user);
  return all.size() == 1 ? all.front() : pugi::xml_node{};
}

bool status(pugi::xml_node stanza, std::string_view code) {
  for (const auto each : children(word_of_room(stanza), "status", ns::muc_user))
    if (std::string_view{each.attribute("code").value()} == code) return true;
  return false;
}

bool stays(pugi::xml_node item) {
  const std::string_view affiliation = item.attribute("affiliation").value();
  return affiliation == "member" || affiliation == "admin" || affiliation == "owner";
}

/// `not-authorized: the text`
std::string condition(pugi::xml_node stanza) {
  const auto error = child(stanza, "error", ns::client);
  std::string out;
  for (const auto each : error.children())
    if (each.type() == pugi::node_element && namespace_of(each) == ns::stanzas && local_name(each) != "text")
      out = local_name(each);
  const auto text = text_of(child(error, "text", ns::stanzas));
  return text.empty() ? out : out + ": " + text;
}

std::string why_out(pugi::xml_node presence) {
  const auto reason = text_of(child(item_of(presence), "reason", ns::muc_user));
  const auto with = [&](std::string what) { return reason.empty() ? what : what + ": " + reason; };
  if (status(presence, "301")) return with("we were banned");
  if (status(presence, "307") && !status(presence, "333")) return with("we were sent out");
  if (status(presence, "321") || status(presence, "322")) return with("the room is for members only");
  if (status(presence, "332")) return "the rooms are being shut down";
  if (child(word_of_room(presence), "destroy", ns::muc_user)) return "the room was destroyed";
  return "we are no longer in it";
}

}  // namespace

pugi::xml_node item_of(pugi::xml_node presence) {
  const auto items = children(word_of_room(presence), "item", ns::muc_user);
  return items.size() == 1 ? items.front() : pugi::xml_node{};
}

bool changed(pugi::xml_node message) {
  return std::ranges::any_of(std::array{"104", "170", "171", "172", "173", "174"},
                             [&](const char* code) { return status(message, code); });
}

std::string handle_of(const std::string& user, const std::string& home) {
  const auto jid = read_jid(user);
  return jid && jid->domain == home && !jid->local.empty() ? jid->local : user;
}

Muc::Muc(std::string address, std::string nick, std::string me)
    : address_(std::move(address)), nick_(std::move(nick)), me_(std::move(me)) {}

void Muc::leave() {
  occupants_.clear();
  open_ = false;
}

const Occupant* Muc::occupant(const std::string& nick) const {
  const auto found = occupants_.find(nick);
  return found == occupants_.end() ? nullptr : &found->second;
}

std::optional<std::string> Muc::nick_of(const std::string& user) const {
  const auto found = std::ranges::find_if(occupants_, [&](const auto& one) { return one.second.user == user; });
  if (found == occupants_.end()) return std::nullopt;
  return found->first;
}

Muc::Change Muc::presence(pugi::xml_node presence, const std::string& home) {
  const auto from = read_jid(presence.attribute("from").value());
  const std::string_view type = presence.attribute("type").value();
  Change change;
  if (!from) return change;
  if (type == "error") {
    // Ours comes from the room or from the nick that we asked for.
    if (from->resource != nick_ && occupant(from->resource)) return change;
    change.reason = condition(presence);
    change.what = change.reason.starts_with("conflict") ? Change::What::conflict : Change::What::refused;
    change.for_good = change.reason.starts_with("forbidden") || change.reason.starts_with("registration-required");
    return change;
  }
  const auto item = item_of(presence);
  const bool self = status(presence, "110") || from->resource == nick_;
  if (type == "unavailable") {
    const std::string now = item.attribute("nick").value();
    if (status(presence, "303") && !now.empty()) {
      change.members = renamed(from->resource, now, home);
      if (self) nick_ = now;
      return change;
    }
    if (!self) {
      if (const auto found = occupants_.find(from->resource); found != occupants_.end() && item)
        found->second.stays = stays(item);
      change.members = went(from->resource, home);
      return change;
    }
    // Who is not in cannot go out: this was a former session of ours, which the room had not yet missed.
    if (!occupants_.contains(from->resource)) return change;
    change.what = Change::What::out;
    change.reason = why_out(presence);
    change.for_good = status(presence, "301") || status(presence, "321") || status(presence, "322") ||
                      (status(presence, "307") && !status(presence, "333"));
    return change;
  }
  if (!type.empty()) return change;
  Occupant who;
  who.user = bare(item.attribute("jid").value());
  who.occupant_id = child(presence, "occupant-id", ns::occupant_id).attribute("id").value();
  who.stays = stays(item);
  if (self) {
    // Whether the room is open is told when one comes in, and not again when our standing changes.
    const auto before = occupant(from->resource);
    if (!before || before->user != me_) {
      open_ = status(presence, "100");
      change.what = Change::What::entered;
    }
    nick_ = from->resource;
    who.user = me_;
  }
  change.members = came(from->resource, std::move(who), home);
  return change;
}

bool Muc::configured(pugi::xml_node message) {
  const bool opened = status(message, "172");
  const bool closed = status(message, "173") || status(message, "174");
  if (opened == closed || opened == open_) return false;
  open_ = opened;
  return true;
}

std::vector<Member> Muc::came(const std::string& nick, Occupant who, const std::string& home) {
  const bool known = !who.user.empty() && nick_of(who.user).has_value();
  const auto before = occupants_.find(nick);
  const bool same = before != occupants_.end() && before->second.user == who.user;
  std::vector<Member> out;
  if (before != occupants_.end() && !same) out = went(nick, home);
  const auto user = who.user;
  occupants_[nick] = std::move(who);
  if (user.empty() || user == me_ || known) return out;
  out.push_back({.what = Member::What::joined,
                 .channel = address_,
                 .user = user,
                 .handle = handle_of(user, home),
                 .name = nick,
                 .zone = {},
                 .email = {}});
  return out;
}

std::vector<Member> Muc::went(const std::string& nick, const std::string& home) {
  const auto found = occupants_.find(nick);
  if (found == occupants_.end()) return {};
  const Occupant who = found->second;
  occupants_.erase(found);
  if (who.user.empty() || who.user == me_ || who.stays || nick_of(who.user)) return {};
  return {{.what = Member::What::left,
           .channel = address_,
           .user = who.user,
           .handle = handle_of(who.user, home),
           .name = nick,
           .zone = {},
           .email = {}}};
}

std::vector<Member> Muc::renamed(const std::string& nick, const std::string& now, const std::string& home) {
  const auto found = occupants_.find(nick);
  if (found == occupants_.end()) return {};
  const Occupant who = found->second;
  occupants_.erase(found);
  occupants_[now] = who;
  if (who.user.empty() || who.user == me_) return {};
  return {{.what = Member::What::renamed,
           .channel = {},
           .user = who.user,
           .handle = handle_of(who.user, home),
           .name = now,
           .zone = {},
           .email = {}}};
}

}  // namespace bot::xmpp
