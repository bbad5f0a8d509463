#include <spdlog/spdlog.h>

#include <algorithm>

#include "bot/platforms/xmpp/adapter.hpp"
#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"

// What arrives, live or out of an archive. Who typed it is the room's word alone.
namespace bot::xmpp {
namespace {

constexpr std::size_t longest_label = 64;
/// What a server's clock may be off before ours is set by it (see set_clock).
constexpr std::chrono::milliseconds clocks_differ{2'000};

/// Clients put all kinds of things there; what is no label is none.
std::string label(const std::string& thread) {
  const bool printable = std::ranges::all_of(thread, [](char c) { return c > ' ' && c < 127; });
  return printable && thread.size() <= longest_label ? thread : std::string{};
}

/// Who asks us in, by way of the room (XEP-0045).
std::optional<std::string> invited_by(pugi::xml_node message) {
  for (const auto x : children(message, "x", ns::muc_user))
    if (const auto invite = child(x, "invite", ns::muc_user)) return bare(invite.attribute("from").value());
  return std::nullopt;
}

std::string key(const std::string& channel, const std::string& author, const std::string& id) {
  return channel + "\n" + author + "\n" + id;
}

}  // namespace

void Adapter::message(pugi::xml_node node) {
  const auto from = read_jid(node.attribute("from").value());
  if (!from) return;
  const auto address = bare(*from);
  const auto found = rooms_.find(address);
  const auto said = read_said(node, found == rooms_.end() ? me_ : address);
  if (said.type == "error") return failure(said, node);
  if (found == rooms_.end()) {
    if (address != me_) direct(node, said);
    return;
  }
  if (from->resource.empty()) return room_itself(found->second, node);
  if (said.type == "groupchat") return in_room(found->second, node, said);
  in_private(found->second, said);
}

/// What tells messages apart that no archive has numbered. Two without an id are two.
std::string Adapter::own_id(const Said& said) {
  return said.id.empty() ? "unnamed " + std::to_string(++unnamed_) + " " + stamp(now()) : said.id;
}

void Adapter::in_room(Room& one, pugi::xml_node, const Said& said) {
  if (one.state == Room::State::entering) {
    if (said.subject) entered(one);
    return;  // history that we did not ask for
  }
  if (one.state != Room::State::in && one.state != Room::State::asking) return;
  if (said.stanza_id.empty()) return;  // not in the archive: it would be lost, or done twice, after a restart
  const bool waits = one.state != Room::State::in;
  if (!waits && !one.usable()) return;
  const auto* who = one.muc.occupant(read_jid(said.from)->resource);
  std::optional<Incoming> what;
  if (who && !who->user.empty())
    what = heard(one.muc.address(), who->user, said, said.stanza_id, now());
  else if (said.has_body)
    spdlog::warn("xmpp: a message in {} is left out: nobody is known under its nick", one.muc.address());
  live(std::move(what), one.muc.address(), said.stanza_id, waits);
}

/// What the room says for itself: that it changed, or that we are invited.
void Adapter::room_itself(Room& one, pugi::xml_node node) {
  if (one.state == Room::State::entering && read_said(node, {}).subject) return entered(one);
  if (const auto by = invited_by(node)) return invited(one.muc.address(), *by);
  if (!changed(node)) return;
  if (one.state != Room::State::in && one.state != Room::State::asking) return;  // it is asked when we are in
  // What was said where nothing may be done stays unsaid for us.
  if (one.state == Room::State::in && !one.usable())
    received_[one.muc.address()] = taken_[one.muc.address()] = {{}, now()};
  if (state_ == State::entering && one.state == Room::State::in) ++unsettled_;
  // Of those who came while addresses were hidden we know no more than the nick.
  if (one.muc.configured(node) && one.muc.open()) return enter(one);
  one.state = Room::State::asking;
  one.since = std::chrono::steady_clock::now();
  ask_about(one);
}

/// Said to us alone from within a room: what a room's member has to say about the room. A confirmation is typed where
/// the preview was read, and such a preview comes from within the room.
void Adapter::in_private(Room& one, const Said& said) {
  const auto* who = one.muc.occupant(read_jid(said.from)->resource);
  if (!who || who->user.empty() || who->user == me_ || !said.has_body || !one.usable()) return;
  meet(who->user, read_jid(said.from)->resource);
  // Clients count threads of such talks by themselves; with the room's they have nothing in common.
  Said alone = said;
  alone.thread.clear();
  live(heard(one.muc.address(), who->user, alone, who->user + " " + own_id(said), now()), {}, {}, false);
}

void Adapter::direct(pugi::xml_node node, const Said& said) {
  const auto address = bare(said.from);
  if (const auto by = invited_by(node)) return invited(address, *by);
  if (const auto x = child(node, "x", ns::invitation)) return invited(bare(x.attribute("jid").value()), address);
  if (said.type == "groupchat" || said.type == "headline" || said.private_in_room) return;
  if (!said.has_body || read_jid(address)->local.empty()) return;
  meet(address, {});
  const auto id = said.stanza_id.empty() ? said.from + " " + own_id(said) : said.stanza_id;
  live(heard(address, address, said, id, now()), said.stanza_id.empty() ? std::string{} : me_, said.stanza_id, false);
}

/// `wait`: the room is not ready yet, whatever the others are.
void Adapter::live(std::optional<Incoming> what, const std::string& archive, const std::string& id, bool wait) {
  // The archive knows it under an earlier instant, and so what comes behind it: reading goes on from the earliest.
  const auto late = on_the_way();
  Item item{std::move(what), archive, {id, now() - late - clocks_differ}};
  if (state_ == State::up && !archive.empty() && late > tuning_.silence) check_stamps();
  if (state_ == State::up && !wait) return push(std::move(item));
  if (!archive.empty()) held_ids_.insert(archive + " " + id);
  held_.push_back(std::move(item));
}

std::optional<Incoming> Adapter::heard(const std::string& channel, const std::string& author, const Said& said,
                                       const std::string& id, Instant at) {
  if (author == me_) {
    if (said.origin.empty()) return std::nullopt;
    posts_.there(said.origin, id, label(said.thread));
    return Delivered{said.origin, id};
  }
  if (!said.has_body) return std::nullopt;
  auto thread = label(said.thread);
  if (thread.empty() && !said.reply_to.empty()) thread = posts_.thread_of(said.reply_to);
  if (!said.replaces.empty()) {
    const auto* corrected = ids_.find(key(channel, author, said.replaces));
    if (!corrected) return std::nullopt;
    return Edited{.channel = channel, .thread = thread, .message = *corrected, .user = author, .at = at};
  }
  if (!said.id.empty()) ids_.put(key(channel, author, said.id), id);
  return Heard{.channel = channel,
               .thread = thread,
               .message = id,
               .user = author,
               .text = as_typed(said, [&](const Mention& one) { return meant(channel, said, one); }),
               .sent_at = at,
               .direct = channel == author};
}

/// Whom a mention means: a person, by their address or by the nick under which they sit in the room now.
std::optional<std::string> Adapter::meant(const std::string& channel, const Said& said, const Mention& one) const {
  const auto jid = read_jid(one.who);
  if (!jid || jid->local.empty()) return std::nullopt;
  auto user = bare(*jid);
  if (const auto found = rooms_.find(user); found != rooms_.end()) {
    if (user != channel || jid->resource.empty() || jid->resource == found->second.muc.nick()) return std::nullopt;
    const auto* who = found->second.muc.occupant(jid->resource);
    // Whoever is called so by now need not be the one that was meant when it was typed.
    if (!who || who->user.empty() || said.stanza_id.empty()) return said.body.substr(one.at, one.length);
    user = who->user;
  }
  if (user == me_) return std::nullopt;
  return handle_of(user, home_);
}

std::optional<std::string> Adapter::author(Room& one, pugi::xml_node message) const {
  const auto said_to_be = author_in_archive(message);
  if (!said_to_be || !one.tells_ids) return said_to_be;
  // Where the room gives everybody an id of its own, it must be the one that this person is known by.
  const auto known = one.ids.find(*said_to_be);
  const std::string given = child(message, "occupant-id", ns::occupant_id).attribute("id").value();
  if (known != one.ids.end() && !given.empty() && given != known->second) return std::nullopt;
  for (const auto& [user, id] : one.ids)
    if (id == given && user != *said_to_be) return std::nullopt;
  // Of somebody we have not met here there is only the address. While a room hid addresses it wrote none, and whoever
  // spoke could have written one; but not behind the id, which the room adds to what it is given.
  if (known == one.ids.end() && !given.empty() && !author_behind_id(message)) return std::nullopt;
  return said_to_be;
}

void Adapter::archived(const std::string& archive, const Archived& one) {
  held_ids_.erase(archive + " " + one.id);
  const auto said = read_said(one.message, archive);
  std::optional<Incoming> what;
  if (archive == me_) {
    const auto from = bare(said.from);
    if (from == me_ && !said.origin.empty()) {
      posts_.there(said.origin, one.id, {});
      what = Delivered{said.origin, one.id};
    } else if (from != me_ && said.type != "groupchat" && said.type != "error" && said.type != "headline" &&
               !said.private_in_room && said.has_body && !from.empty() && !read_jid(from)->local.empty()) {
      meet(from, {});
      what = heard(from, from, said, one.id, one.at);
    }
  } else if (const auto found = rooms_.find(archive); found != rooms_.end()) {
    const auto who = author(found->second, one.message);
    if (who)
      what = heard(archive, *who, said, one.id, one.at);
    else if (said.has_body)
      spdlog::warn("xmpp: a message in the archive of {} is left out: it is not certain whose it is", archive);
  }
  push(Item{std::move(what), archive, {one.id, one.at}});
}

void Adapter::remember(const std::string& archive, const Archived& one) {
  const auto found = rooms_.find(archive);
  if (found == rooms_.end()) return;
  const auto who = author(found->second, one.message);
  const auto said = read_said(one.message, archive);
  if (!who) return;
  if (*who == me_)
    posts_.there(said.origin, one.id, label(said.thread));
  else if (!said.id.empty() && said.replaces.empty())
    ids_.put(key(archive, *who, said.id), one.id);
}

}  // namespace bot::xmpp
