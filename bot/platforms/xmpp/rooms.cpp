#include <spdlog/spdlog.h>

#include <algorithm>

#include "bot/platforms/xmpp/adapter.hpp"
#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"
#include "commands/notes.hpp"

// Into the rooms: enter each, see what it is like, and only then listen.
namespace bot::xmpp {
namespace {

/// Nobody can make us sit in more rooms than these by invitations.
constexpr std::size_t most_rooms = 1'000;
constexpr int most_nicks = 3;

void field(pugi::xml_node form, const char* name, const char* value) {
  const auto one = add(form, "field");
  set(one, "var", name);
  set_text(add(one, "value"), value);
}

/// What a room of our own is set to. The archive is the second on Prosody and the third on ejabberd.
constexpr std::pair<const char*, const char*> as_we_need_it[] = {{"muc#roomconfig_persistentroom", "1"},
                                                                 {"muc#roomconfig_enablearchiving", "1"},
                                                                 {"mam", "1"},
                                                                 {"muc#roomconfig_whois", "anyone"}};

bool has_field(pugi::xml_node form, std::string_view name) {
  return std::ranges::any_of(children(form, "field", ns::data), [&](pugi::xml_node each) {
    return std::string_view{each.attribute("var").value()} == name;
  });
}

bool has_feature(pugi::xml_node answer, std::string_view feature) {
  const auto query = child(answer, "query", ns::disco);
  return std::ranges::any_of(children(query, "feature", ns::disco), [&](pugi::xml_node each) {
    return std::string_view{each.attribute("var").value()} == feature;
  });
}

}  // namespace

Adapter::Room& Adapter::room(const std::string& address, bool configured) {
  const auto found = rooms_.find(address);
  if (found != rooms_.end()) return found->second;
  Room one{.muc = Muc(address, config_.nick, me_)};
  one.configured = configured;
  return rooms_.emplace(address, std::move(one)).first->second;
}

void Adapter::enter_all() {
  state_ = State::entering;
  if (!received_.contains(me_)) received_[me_] = taken_[me_] = {{}, now()};
  unsettled_ = rooms_.size();
  for (auto& [address, one] : rooms_) enter(one);
  if (unsettled_ == 0) all_settled();
}

void Adapter::enter(Room& one) {
  one.muc.leave();
  one.state = Room::State::entering;
  one.since = std::chrono::steady_clock::now();
  // What was said before we came is none of our business.
  if (!received_.contains(one.muc.address())) {
    received_[one.muc.address()] = {{}, now()};
    taken_[one.muc.address()] = received_[one.muc.address()];
  }
  auto presence = presence_to(one.muc.address() + "/" + one.muc.nick());
  const auto x = add(presence.document_element(), "x", ns::muc);
  set(add(x, "history"), "maxstanzas", "0");
  session_->send(presence);
}

void Adapter::presence(pugi::xml_node node) {
  const std::string from = node.attribute("from").value();
  const auto address = bare(from);
  const auto found = rooms_.find(address);
  if (found == rooms_.end()) {
    const std::string_view type = node.attribute("type").value();
    if (address.empty() || address == me_ || (!type.empty() && type != "subscribe")) return;
    if (type == "subscribe") {
      auto yes = presence_to(address);
      set(yes.document_element(), "type", "subscribed");
      session_->send(yes);
    }
    if (read_jid(from)->local.empty()) return;
    return meet(address, {});
  }
  Room& one = found->second;
  const auto change = one.muc.presence(node, home_);
  came(change.members, one);
  if (const auto* who = one.muc.occupant(read_jid(from)->resource); who && !who->user.empty())
    if (!who->occupant_id.empty()) one.ids[who->user] = who->occupant_id;
  switch (change.what) {
    case Muc::Change::What::nothing: return;
    case Muc::Change::What::entered:
      for (const auto x : children(node, "x", ns::muc_user))
        for (const auto status : children(x, "status", ns::muc_user))
          if (std::string_view{status.attribute("code").value()} == "201") one.made = true;
      return;
    case Muc::Change::What::out: return out_of(one, change);
    case Muc::Change::What::conflict:
      if (one.conflicts++ < most_nicks) {
        one.muc.take_nick(one.muc.nick() + "_");
        return enter(one);
      }
      return settled(one, "its name " + config_.nick + " is taken: " + change.reason);
    case Muc::Change::What::refused: settled(one, change.reason);
  }
}

void Adapter::came(const std::vector<Member>& members, Room&) {
  for (Member each : members) {
    each.at = now();
    const auto user = each.user, name = each.name;
    push(std::move(each));
    meet(user, name);
  }
}

/// Everybody whom we know of can be written to, and can write to us.
void Adapter::meet(const std::string& user, const std::string& name) {
  if (!met_.insert(user).second) return;
  push(Member{.what = Member::What::joined,
              .channel = user,
              .user = user,
              .handle = handle_of(user, home_),
              .name = name,
              .zone = {},
              .at = now(),
              .direct = true,
              .email = {}});
}

/// The subject came: from here on everything is live.
void Adapter::entered(Room& one) {
  one.state = Room::State::asking;
  if (one.made)
    configure(one);
  else
    ask_about(one);
}

/// A room that we have just made is made the way we need it, as far as the server lets us. Its form tells what there is
/// to choose: one server calls its archive so, the next otherwise, and what is not in the form may spoil the whole.
void Adapter::configure(Room& one) {
  one.made = false;
  const auto ask = [this, address = one.muc.address()](const char* type, const auto& fill, auto heard) {
    pugi::xml_document iq;
    const auto root = add(iq, "iq", ns::client);
    set(root, "type", type);
    set(root, "to", address);
    fill(add(root, "query", ns::muc_owner));
    session_->request(std::move(iq), std::move(heard));
  };
  ask(
      "get", [](pugi::xml_node) {},
      [this, ask, address = one.muc.address()](pugi::xml_node answer) {
        if (!answer) return;
        const auto offered = child(child(answer, "query", ns::muc_owner), "x", ns::data);
        const auto fill = [&](pugi::xml_node query) {
          const auto form = add(query, "x", ns::data);
          set(form, "type", "submit");
          field(form, "FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig");
          for (const auto& [name, value] : as_we_need_it)
            if (has_field(offered, name)) field(form, name, value);
        };
        ask("set", fill, [this, address](pugi::xml_node done) {
          const auto found = rooms_.find(address);
          if (done && found != rooms_.end()) ask_about(found->second);
        });
      });
}

void Adapter::ask_about(Room& one) {
  pugi::xml_document iq;
  const auto root = add(iq, "iq", ns::client);
  set(root, "type", "get");
  set(root, "to", one.muc.address());
  add(root, "query", ns::disco);
  ++one.questions;
  session_->request(std::move(iq), [this, address = one.muc.address()](pugi::xml_node answer) {
    const auto found = rooms_.find(address);
    if (found == rooms_.end()) return;
    Room& asked = found->second;
    if (--asked.questions > 0 || !answer || asked.state != Room::State::asking) return;
    asked.archived = has_feature(answer, ns::mam);
    asked.tells_ids = has_feature(answer, ns::occupant_id);
    asked.muc.believe(has_feature(answer, "muc_nonanonymous"));
    settled(asked, {});
  });
}

/// We are in, or know that we are not.
void Adapter::settled(Room& one, const std::string& trouble) {
  if (one.state == Room::State::in || one.state == Room::State::shut) return;
  const bool late = one.state != Room::State::out && state_ != State::entering;
  one.since = std::chrono::steady_clock::now();
  one.state = trouble.empty() ? Room::State::in : Room::State::out;
  if (!trouble.empty()) {
    spdlog::error("xmpp: we are not in {}: {}", one.muc.address(), trouble);
  } else {
    one.conflicts = 0;
    if (one.usable()) one.explained.clear();
    explain(one);
  }
  if (state_ == State::entering) {
    if (unsettled_ > 0 && --unsettled_ == 0) all_settled();
  } else if (late && one.usable()) {
    backfill();
  }
}

std::vector<std::string> Adapter::readable() const {
  std::vector<std::string> out{me_};
  for (const auto& [address, one] : rooms_)
    if (one.usable()) out.push_back(address);
  return out;
}

void Adapter::all_settled() {
  state_ = State::catching_up;
  look_at_newest();
}

/// The newest page of each archive tells which of our posts lie in which thread, and which message a correction means.
void Adapter::look_at_newest() {
  const auto archives = readable();
  const auto left = std::make_shared<std::size_t>(archives.size());
  for (const auto& archive : archives)
    archives_->newest(archive, tuning_.page, [this, archive, left](Archives::Page page) {
      for (const auto& one : page.messages) remember(archive, one);
      if (--*left == 0 && state_ == State::catching_up) backfill();
    });
}

void Adapter::backfill() {
  state_ = State::catching_up;
  backfill_from_ = now();
  std::vector<Backfill::Source> sources;
  for (const auto& archive : readable()) sources.push_back({archive, received_[archive]});
  Backfill::Handlers handlers;
  handlers.message = [this](const std::string& archive, const Archived& one) { archived(archive, one); };
  handlers.done = [this](const std::map<std::string, std::string>& failed) { caught_up(failed); };
  handlers.room_for_more = [this] { return items_.size() <= tuning_.untaken / 2; };
  backfill_ = std::make_unique<Backfill>(*archives_, std::move(sources), tuning_.page, std::move(handlers));
  backfill_->start();
}

void Adapter::caught_up(const std::map<std::string, std::string>& failed) {
  own_archive_ = !failed.contains(me_);
  for (const auto& [archive, why] : failed) {
    spdlog::error("xmpp: the archive of {} cannot be read: {}", archive, why);
    const auto found = rooms_.find(archive);
    if (found == rooms_.end()) continue;
    found->second.state = Room::State::out;
    found->second.since = std::chrono::steady_clock::now();
  }
  release();
  posts_over();
  ReadThrough all{.channel = {}, .at = backfill_from_, .except = {}};
  for (const auto& [address, one] : rooms_)
    if (!one.usable()) all.except.push_back(address);
  push(std::move(all));
  up();
}

/// What came live while it had to wait, without what an archive brought as well.
void Adapter::release() {
  for (auto& item : held_) {
    const auto key = item.archive + " " + item.position.id;
    if (!item.archive.empty() && !held_ids_.contains(key)) continue;
    if (const auto one = rooms_.find(item.archive); one != rooms_.end() && !one->second.usable()) continue;
    push(std::move(item));
  }
  held_.clear();
  held_ids_.clear();
}

void Adapter::out_of(Room& one, const Muc::Change& change) {
  const bool was_entering = one.state == Room::State::entering || one.state == Room::State::asking;
  if (!change.for_good && back_at_once(one)) return;
  if (was_entering) return settled(one, change.reason);
  spdlog::error("xmpp: we are out of {}: {}", one.muc.address(), change.reason);
  one.muc.leave();
  one.since = std::chrono::steady_clock::now();
  one.state = change.for_good ? Room::State::shut : Room::State::out;
  if (!change.for_good) return;
  if (state_ == State::up) posts_over();
  if (one.configured) return;
  // Whoever sent us out need not see us again after the next start.
  taken_.erase(one.muc.address());
  received_.erase(one.muc.address());
}

/// A room may take us for an earlier stream of ours, which it hears the end of only now, and put us out with it. So we
/// come again at once; but not again and again.
bool Adapter::back_at_once(Room& one) {
  const auto clock = std::chrono::steady_clock::now();
  if (one.again && clock - *one.again < tuning_.rejoin) return false;
  one.again = clock;
  if (state_ == State::entering && one.state == Room::State::in) ++unsettled_;
  enter(one);
  return true;
}

/// Where authors cannot be told for sure, or what was typed in our absence would be lost, nothing can be agreed.
void Adapter::explain(Room& one) {
  if (one.usable()) return;
  const std::string why = one.muc.open() ? "room_without_archive" : "anonymous_room";
  if (!one.explained.insert(why).second) return;
  spdlog::error("xmpp: nothing is done in {}: {}", one.muc.address(), why);
  pugi::xml_document out;
  const auto root = add(out, "message", ns::client);
  set(root, "to", one.muc.address());
  set(root, "type", "groupchat");
  set_text(add(root, "body"), commands::hint(why, {}).text);
  session_->send(out);
}

void Adapter::invited(const std::string& address, const std::string& by) {
  const auto jid = read_jid(address);
  const bool near = jid && jid->resource.empty() && !jid->local.empty() && jid->domain.ends_with("." + home_);
  if (!config_.invitations || !near || rooms_.size() >= most_rooms) {
    spdlog::info("xmpp: the invitation to {} by {} is not followed", address, by);
    return;
  }
  Room& one = room(address, false);
  if (one.state != Room::State::out && one.state != Room::State::shut) return;
  spdlog::info("xmpp: invited to {} by {}", address, by);
  if (state_ == State::entering) ++unsettled_;
  enter(one);
}

}  // namespace bot::xmpp
