#include "bot/rehearse/over_xmpp.hpp"

#include <algorithm>
#include <boost/url.hpp>
#include <chrono>
#include <deque>
#include <set>
#include <stdexcept>
#include <utility>

#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"
#include "bot/platforms/xmpp/xmpp.hpp"
#include "bot/rehearse/real_stage.hpp"
#include "bot/rehearse/xmpp_guest.hpp"
#include "commands/unicode.hpp"

namespace bot::rehearse {

namespace asio = boost::asio;
namespace ns = xmpp::ns;
using xmpp::add;
using xmpp::set;
using xmpp::set_text;

/// What one process keeps from script to script: an account of its own, and which accounts are there.
struct XmppStages::Shared {
  XmppPlace place;
  std::string host = "host-" + random_name();  ///< makes the rooms, so that nobody whom the bot meets owns one
  std::string password = random_name() + random_name();
  std::set<std::string> made;
  std::set<std::string> ours{host};  ///< accounts that nobody else uses, and that go with us

  bool plain() const { return place.url.starts_with("ws:"); }
  std::string password_of(const std::string& user) const { return ours.contains(user) ? password : "rehearsal"; }
  std::string address(const std::string& user) const { return user + "@" + place.domain; }

  WebLink::Options link() const {
    const auto url = boost::urls::parse_uri(place.url).value();
    WebLink::Options out;
    out.host = std::string(url.host_address());
    out.tls = !plain();
    out.port = url.has_port() ? url.port_number() : static_cast<unsigned short>(out.tls ? 443 : 80);
    out.path = std::string(url.encoded_target());
    out.subprotocol = "xmpp";
    return out;
  }

  xmpp::Session::Options sign_in(const std::string& user) const {
    xmpp::Session::Options out;
    out.link = link();
    out.user = user;
    out.domain = place.domain;
    out.password = password_of(user);
    out.resource = "rehearsal-" + random_name();
    out.plain = true;
    return out;
  }
};

namespace {

/// Servers compare names without regard to case, and tell them small.
std::string small(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

/// Whether a message can say this: an XML text comes back as it was, and no server takes an empty one.
bool carries(const std::string& text) {
  if (text.empty() || !commands::valid_utf8(text)) return false;
  pugi::xml_document out;
  const auto body = add(out, "body");
  set_text(body, text);
  return xmpp::text_of(body) == text;
}

pugi::xml_document iq_to(const std::string& to, const char* type) {
  pugi::xml_document out;
  const auto root = add(out, "iq", ns::client);
  set(root, "type", type);
  if (!to.empty()) set(root, "to", to);
  return out;
}

/// Whether an account that came to be removed is; asks for it as soon as that is possible.
bool removed(XmppGuest& guest, bool& asked) {
  if (guest.gone()) return true;
  if (!guest.here() || std::exchange(asked, true)) return false;
  auto iq = iq_to({}, "set");
  add(add(iq.document_element(), "query", "jabber:iq:register"), "remove");
  guest.ask(std::move(iq), [&guest](pugi::xml_node) { guest.close(); });
  return false;
}

bool failed(pugi::xml_node answer) { return !answer || std::string_view{answer.attribute("type").value()} == "error"; }

class XmppStage final : public RealStage {
 public:
  XmppStage(XmppStages::Shared&, const Script&);
  ~XmppStage() override;

  std::string platform() const override { return "xmpp"; }
  void person(const Human& who, Instant at) override;
  void room(const std::string& name, const std::vector<std::string>& people, Instant at) override;
  bool member(Member::What, const std::string& person, const std::string& room, const std::string& display,
              Instant at) override;
  bool type(const std::string& who, const Spot&, const std::string& text, const std::string& label,
            Instant typed) override;
  bool remove(const std::string&, Instant) override { return false; }
  bool erase(const Erase&, Instant) override { return false; }

 private:
  std::unique_ptr<Platform> new_adapter() override;
  void gone() override;
  bool sees(const std::string& who, const Post& post, const std::string&) const override {
    return guests_.at(who)->sees(post.key);
  }
  void complete(Member&) const override;

  void make_accounts(const std::set<std::string>& users);
  std::string make_room(const std::string& name);
  bool bring_in(const std::string& who, const std::string& room);
  bool take_name(const std::string& who, const std::string& display);
  /// Asks in the host's name and waits; whether it was done.
  bool ask(const std::string& what, pugi::xml_document iq);
  std::string bot() const { return shared_.address(bot_); }

  XmppStages::Shared& shared_;
  /// Every script has its own, because the archive of the bot's direct chats would tell it of the script before.
  std::string bot_ = "parley-" + random_name();
  std::string mark_ = random_name();  ///< of this script's rooms
  std::vector<std::string> rooms_;
  std::map<std::string, std::unique_ptr<XmppGuest>> guests_;  ///< by the name in the script
  std::unique_ptr<XmppGuest> host_;
  std::map<std::string, Human> humans_;  ///< by address
};

XmppStage::XmppStage(XmppStages::Shared& shared, const Script& script) : RealStage(script.can), shared_(shared) {
  std::set<std::string> people;
  for (const Step& step : script.steps)
    if (const auto* line = std::get_if<PersonLine>(&step.action)) people.insert(line->name);
  auto users = people;
  users.insert({bot_, shared_.host});
  shared_.ours.insert(bot_);
  make_accounts(users);
  // Everybody comes at once: what takes long is to prove that one knows a password.
  host_ = std::make_unique<XmppGuest>(io_, shared_.sign_in(shared_.host));
  for (const auto& name : people) {
    guests_[name] = std::make_unique<XmppGuest>(io_, shared_.sign_in(small(name)));
    users_.add(name, shared_.address(small(name)));
    channels_.add(direct_chat(name), shared_.address(small(name)));
  }
  join();
  until("the host signs in", [this] { return host_->here(); });
}

XmppStage::~XmppStage() {
  try {
    leave();
    XmppGuest last(io_, shared_.sign_in(bot_));
    bool asked = false;
    for (const auto& room : rooms_) {
      auto iq = iq_to(room, "set");
      add(add(iq.document_element(), "query", ns::muc_owner), "destroy");
      ask("a room is destroyed", std::move(iq));
    }
    host_->close();
    for (const auto& [name, guest] : guests_) guest->close();
    until("everybody leaves", [&] {
      return removed(last, asked) && host_->gone() &&
             std::ranges::all_of(guests_, [](const auto& each) { return each.second->gone(); });
    });
    shared_.ours.erase(bot_);
  } catch (const std::exception&) {
    // The script is over, and what it came to is known.
  }
}

void XmppStage::make_accounts(const std::set<std::string>& users) {
  std::vector<std::unique_ptr<Registration>> made;
  for (const auto& user : users)
    if (shared_.made.insert(small(user)).second)
      made.push_back(std::make_unique<Registration>(io_, shared_.link(), shared_.place.domain, small(user),
                                                    shared_.password_of(user)));
  until("accounts", [&] { return std::ranges::all_of(made, [](const auto& each) { return each->done(); }); });
}

std::unique_ptr<Platform> XmppStage::new_adapter() {
  XmppConfig config;
  config.url = shared_.place.url;
  config.jid = bot();
  config.password = shared_.password;
  config.insecure = shared_.plain();
  XmppTuning tuning;
  tuning.wall = shared_.place.wall;
  return make_xmpp_platform(io_, std::move(config), std::move(tuning));
}

/// The server says of a session that is over that nobody is there.
void XmppStage::gone() {
  const auto left = std::make_shared<bool>(false);
  auto next = std::chrono::steady_clock::now();
  until("the bot leaves", [&] {
    if (*left || std::chrono::steady_clock::now() < next) return *left;
    next += std::chrono::milliseconds{100};
    auto iq = iq_to(bot() + "/parley", "get");
    add(iq.document_element(), "ping", ns::ping);
    host_->ask(std::move(iq), [left](pugi::xml_node answer) { *left = *left || failed(answer); });
    return false;
  });
}

void XmppStage::complete(Member& member) const {
  const auto found = humans_.find(member.user);
  if (found == humans_.end()) return;
  member.zone = found->second.zone;
  if (member.name.empty()) member.name = found->second.display;
}

bool XmppStage::ask(const std::string& what, pugi::xml_document iq) {
  const auto done = std::make_shared<std::optional<bool>>();
  host_->ask(std::move(iq), [done](pugi::xml_node answer) { *done = !failed(answer); });
  until(what, [&] { return done->has_value(); });
  return **done;
}

void XmppStage::person(const Human& who, Instant instant) {
  at(instant);
  auto& guest = *guests_.at(who.name);
  const auto address = user(who.name);
  humans_[address] = who;
  members_[address] = {who.name};
  until(who.name + " signs in", [&] { return guest.here(); });
  guest.greet(bot());
  heard_by_bot<Member>("a direct chat", [&](const Member& m) { return m.user == address && m.direct; });
}

std::string XmppStage::make_room(const std::string& name) {
  const auto rooms = shared_.place.rooms.empty() ? "rooms." + shared_.place.domain : shared_.place.rooms;
  const auto id = small(name) + "-" + mark_ + "@" + rooms;
  host_->enter(id, "host");
  until("a room", [&] { return host_->seat(id).inside || !host_->seat(id).refused.empty(); });
  if (!host_->seat(id).inside)
    throw std::runtime_error("the server makes no room " + id + ": " + host_->seat(id).refused);
  rooms_.push_back(id);
  auto iq = iq_to(id, "set");
  const auto form = add(add(iq.document_element(), "query", ns::muc_owner), "x", ns::data);
  set(form, "type", "submit");
  const auto field = [&](const char* key, const char* value) {
    const auto one = add(form, "field");
    set(one, "var", key);
    set_text(add(one, "value"), value);
  };
  field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig");
  field("muc#roomconfig_persistentroom", "1");
  field("muc#roomconfig_whois", "anyone");
  if (!ask("a room", std::move(iq))) throw std::runtime_error("the room " + id + " does not take its configuration");
  // Whoever stays would be one more person whom the bot counts.
  host_->leave(id);
  until("the host leaves", [&] { return !host_->seat(id).inside; });
  return id;
}

void XmppStage::room(const std::string& name, const std::vector<std::string>& people, Instant instant) {
  at(instant);
  const auto id = make_room(name);
  channels_.add(name, id);
  members_[id];
  pugi::xml_document invitation;
  const auto message = add(invitation, "message", ns::client);
  set(message, "to", bot());
  set(add(message, "x", ns::invitation), "jid", id);
  host_->send(invitation);
  for (const auto& who : people) bring_in(who, id);
}

/// Into a room under one's display name, or with a stroke behind it where somebody else has that.
bool XmppStage::bring_in(const std::string& who, const std::string& room) {
  auto& guest = *guests_.at(who);
  std::string nick = humans_.at(user(who)).display;
  for (int attempt = 0; !guest.seat(room).inside; ++attempt) {
    guest.enter(room, nick);
    until(who + " comes in", [&] { return !guest.seat(room).waiting; });
    if (guest.seat(room).inside) break;
    if (guest.seat(room).refused != "conflict" || attempt == 3)
      throw std::runtime_error("the room does not let " + who + " in: " + guest.seat(room).refused);
    nick += "_";
  }
  members_[room].insert(who);
  heard_by_bot<Member>("a member", [&](const Member& m) { return m.user == user(who) && m.channel == room; });
  return true;
}

/// Where one is in no room there is nothing to be called by; in several, the first refusal counts for all.
bool XmppStage::take_name(const std::string& who, const std::string& display) {
  auto& guest = *guests_.at(who);
  bool seen = false;
  for (const auto& room : rooms_) {
    if (!guest.seat(room).inside) continue;
    guest.enter(room, display);
    until(who + " changes their name", [&] { return !guest.seat(room).waiting; });
    if (!guest.seat(room).refused.empty()) return false;
    seen = true;
  }
  humans_.at(user(who)).display = display;
  if (seen)
    heard_by_bot<Member>("a new name",
                         [&](const Member& m) { return m.user == user(who) && m.what == Member::What::renamed; });
  return true;
}

bool XmppStage::member(Member::What what, const std::string& who, const std::string& room, const std::string& display,
                       Instant instant) {
  at(instant);
  const auto id = channel(room);
  if (what == Member::What::renamed) return take_name(who, display);
  if (what == Member::What::joined) return bring_in(who, id);
  members_[id].erase(who);
  guests_.at(who)->leave(id);
  until(who + " leaves", [&] { return !guests_.at(who)->seat(id).inside; });
  heard_by_bot<Member>("a member",
                       [&](const Member& m) { return m.what == what && m.user == user(who) && m.channel == id; });
  return true;
}

bool XmppStage::type(const std::string& who, const Spot& spot, const std::string& text, const std::string& label,
                     Instant instant) {
  at(instant);
  auto& guest = *guests_.at(who);
  const auto id = channel(spot.channel);
  const bool in_room = whose_direct_chat(spot.channel).empty();
  if (!carries(text) || (in_room && !guest.seat(id).inside)) return false;
  const auto thread = can().threads ? spot.thread : std::string{};
  const auto [chosen, number] = guest.say(in_room ? id : bot(), in_room, text, thread);
  if (in_room)
    until("a message", [&, mine = chosen] { return guest.failed(mine) || !guest.id_in_room(mine).empty(); });
  else
    until("a message", [&, mine = number] { return guest.arrived(mine); });
  if (guest.failed(chosen)) return false;
  const auto given = in_room ? guest.id_in_room(chosen) : std::string{};
  note({who, id, text, instant, given}, label);
  heard_by_bot<Heard>("a message",
                      [&](const Heard& h) { return in_room ? h.message == given : h.channel == id && h.text == text; });
  return true;
}

}  // namespace

std::string wrong_with(const XmppPlace& place) {
  constexpr const char* example = ", e.g. --url ws://127.0.0.1:5280/xmpp-websocket";
  if (place.url.empty()) return std::string{"--over xmpp needs the WebSocket of a server"} + example;
  const auto url = boost::urls::parse_uri(place.url);
  if (!url || (url->scheme() != "ws" && url->scheme() != "wss") || url->host().empty())
    return "--url takes a WebSocket" + std::string{example} + ", not \"" + place.url + "\"";
  for (const auto& domain : {place.domain, place.rooms})
    if (const auto jid = xmpp::read_jid(domain); !domain.empty() && (!jid || text(*jid) != jid->domain))
      return "a domain was expected, e.g. localhost, not \"" + domain + "\"";
  return {};
}

XmppStages::XmppStages(XmppPlace place) : shared_(std::make_unique<Shared>()) { shared_->place = std::move(place); }

/// What is left of the accounts of its own goes with it.
XmppStages::~XmppStages() {
  struct Leaving {
    std::unique_ptr<XmppGuest> guest;
    bool asked = false;
  };
  asio::io_context io{1};
  std::deque<Leaving> leaving;
  for (const auto& user : shared_->ours)
    if (shared_->made.contains(user)) leaving.push_back({std::make_unique<XmppGuest>(io, shared_->sign_in(user))});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  const auto over = [](Leaving& each) { return removed(*each.guest, each.asked); };
  while (std::ranges::count_if(leaving, over) < std::ssize(leaving) && std::chrono::steady_clock::now() < end) {
    io.run_one_for(std::chrono::milliseconds{50});
    io.restart();
  }
}

std::unique_ptr<Stage> XmppStages::stage(const Script& script) { return std::make_unique<XmppStage>(*shared_, script); }

}  // namespace bot::rehearse
