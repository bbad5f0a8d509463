#include "bot/rehearse/xmpp_guest.hpp"

#include <algorithm>
#include <iostream>
#include <random>
#include <stdexcept>
#include <utility>

#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"

namespace bot::rehearse {

namespace ns = xmpp::ns;
using xmpp::add;
using xmpp::child;
using xmpp::children;
using xmpp::is;
using xmpp::set;
using xmpp::set_text;

namespace {

constexpr std::string_view framing = "urn:ietf:params:xml:ns:xmpp-framing";
constexpr std::string_view streams = "http://etherx.jabber.org/streams";
constexpr std::string_view registering = "jabber:iq:register";

/// The defined condition of an error.
std::string condition(pugi::xml_node stanza) {
  for (const auto each : child(stanza, "error", ns::client).children())
    if (xmpp::namespace_of(each) == ns::stanzas && xmpp::local_name(each) != "text") return xmpp::local_name(each);
  return "unknown";
}

bool status(pugi::xml_node presence, std::string_view code) {
  for (const auto x : children(presence, "x", ns::muc_user))
    for (const auto each : children(x, "status", ns::muc_user))
      if (std::string_view{each.attribute("code").value()} == code) return true;
  return false;
}

void anew(const std::string& who, const std::string& why) { std::cerr << who << " comes anew: " << why << "\n"; }

pugi::xml_document presence_to(const std::string& to, const char* type = "") {
  pugi::xml_document out;
  const auto root = add(out, "presence", ns::client);
  if (!to.empty()) set(root, "to", to);
  if (*type) set(root, "type", type);
  return out;
}

}  // namespace

std::string random_name() {
  static std::mt19937_64 random{std::random_device{}()};
  std::string out;
  for (int i = 0; i < 10; ++i) out += "abcdefghijklmnopqrstuvwxyz234567"[random() % 32];
  return out;
}

Registration::Registration(boost::asio::io_context& io, WebLink::Options options, std::string domain, std::string user,
                           std::string password)
    : io_(io),
      options_(std::move(options)),
      domain_(std::move(domain)),
      user_(std::move(user)),
      password_(std::move(password)) {
  options_.subprotocol = "xmpp";
  begin();
}

void Registration::begin() {
  ++attempts_;
  began_ = std::chrono::steady_clock::now();
  WebLink::Handlers handlers;
  handlers.opened = [this] {
    pugi::xml_document open;
    const auto root = add(open, "open", framing);
    set(root, "to", domain_);
    set(root, "version", "1.0");
    link_->send(xmpp::written(open));
  };
  handlers.frame = [this](std::string_view text) { frame(text); };
  handlers.closed = [this](const std::string& why) {
    over_ = true;
    if (!made_ && trouble_.empty()) trouble_ = why.empty() ? "it closed the connection" : why;
  };
  link_ = std::make_unique<WebLink>(io_, options_, std::move(handlers));
}

bool Registration::done() {
  if (over_ && !made_)
    throw std::runtime_error("the server makes no account " + user_ + "@" + domain_ + ": " + trouble_ +
                             "; a rehearsal needs registration from within a client (XEP-0077)");
  if (!over_ && attempts_ < attempts_to_come && std::chrono::steady_clock::now() - began_ > until_anew) {
    anew(user_, "nothing came of its account");
    begin();
  }
  return over_;
}

void Registration::frame(std::string_view text) {
  const auto read = xmpp::read_xml(text);
  if (!read) return;
  const auto root = read->document_element();
  if (is(root, "features", streams)) {
    pugi::xml_document iq;
    const auto ask = add(iq, "iq", ns::client);
    set(ask, "type", "set");
    set(ask, "id", "account");
    set(ask, "to", domain_);
    const auto query = add(ask, "query", registering);
    set_text(add(query, "username"), user_);
    set_text(add(query, "password"), password_);
    link_->send(xmpp::written(iq));
  } else if (is(root, "iq", ns::client)) {
    const bool fine = std::string_view{root.attribute("type").value()} == "result";
    made_ = fine || condition(root) == "conflict";
    if (!made_) trouble_ = condition(root);
    pugi::xml_document close;
    add(close, "close", framing);
    link_->send(xmpp::written(close));
    link_->close();
  }
}

XmppGuest::XmppGuest(boost::asio::io_context& io, xmpp::Session::Options options)
    : io_(io), options_(std::move(options)), prefix_(random_name() + "-") {
  options_.patience = until_anew;
  come();
}

void XmppGuest::come() {
  ++attempts_;
  xmpp::Session::Handlers handlers;
  handlers.ready = [this](bool) {
    session_->send(presence_to({}));
    here_ = true;
  };
  handlers.stanza = [this](pugi::xml_node node) { stanza(node); };
  handlers.closed = [this](const std::string& why, bool refused) {
    const bool again = !here_ && !refused && !closing_ && attempts_ < attempts_to_come;
    if (again) anew(options_.user, why);
    if (again) return come();
    gone_ = why.empty() ? "it was closed" : why;
  };
  resumable_ = {};
  session_ = std::make_unique<xmpp::Session>(io_, options_, resumable_, std::move(handlers));
}

bool XmppGuest::here() const {
  if (!gone_.empty()) throw std::runtime_error("a person's connection to the server ended: " + gone_);
  return here_;
}

void XmppGuest::greet(const std::string& address) { session_->send(presence_to(address)); }

void XmppGuest::enter(const std::string& room, const std::string& nick) {
  Seat& seat = seats_[room];
  seat.waiting = true;
  seat.refused.clear();
  auto presence = presence_to(room + "/" + nick);
  if (!seat.inside) {
    const auto x = add(presence.document_element(), "x", ns::muc);
    set(add(x, "history"), "maxstanzas", "0");
  }
  session_->send(presence);
}

void XmppGuest::leave(const std::string& room) {
  Seat& seat = seats_[room];
  seat.waiting = true;
  session_->send(presence_to(room + "/" + seat.nick, "unavailable"));
}

const XmppGuest::Seat& XmppGuest::seat(const std::string& room) const {
  here();
  static const Seat none;
  const auto found = seats_.find(room);
  return found == seats_.end() ? none : found->second;
}

std::pair<std::string, std::uint32_t> XmppGuest::say(const std::string& to, bool in_room, const Words& words) {
  const auto id = words.id.empty() ? prefix_ + std::to_string(++said_) : words.id;
  pugi::xml_document out;
  const auto root = add(out, "message", ns::client);
  set(root, "to", to);
  set(root, "type", in_room ? "groupchat" : "chat");
  set(root, "id", id);
  set_text(add(root, "body"), words.text);
  if (!words.thread.empty()) set_text(add(root, "thread"), words.thread);
  if (!words.replaces.empty()) set(add(root, "replace", ns::correct), "id", words.replaces);
  set(add(root, "origin-id", ns::stanza_id), "id", id);
  return {id, session_->send(out)};
}

std::string XmppGuest::id_in_room(const std::string& room, const std::string& id) const {
  here();
  const auto found = ids_.find({room, id});
  return found == ids_.end() ? std::string{} : found->second;
}

bool XmppGuest::arrived(std::uint32_t number) const {
  here();
  return static_cast<std::int32_t>(resumable_.acked - number) >= 0;
}

void XmppGuest::close() {
  closing_ = true;
  if (gone_.empty()) session_->close();
}

void XmppGuest::stanza(pugi::xml_node node) {
  if (xmpp::local_name(node) == "presence") presence(node);
  if (xmpp::local_name(node) == "message") message(node);
}

void XmppGuest::presence(pugi::xml_node node) {
  const auto from = xmpp::read_jid(node.attribute("from").value());
  const auto found = from ? seats_.find(xmpp::bare(*from)) : seats_.end();
  if (found == seats_.end()) return;
  Seat& seat = found->second;
  const std::string_view type = node.attribute("type").value();
  if (type == "error") {
    seat.refused = condition(node);
    seat.waiting = false;
  } else if (status(node, "110") && type.empty()) {
    seat.inside = true;
    seat.waiting = false;
    seat.nick = from->resource;
  } else if (status(node, "110") && !status(node, "303")) {
    seat.inside = seat.waiting = false;
  }
}

void XmppGuest::message(pugi::xml_node node) {
  const std::string id = node.attribute("id").value();
  if (std::string_view{node.attribute("type").value()} == "error") {
    failed_.insert(id);
    return;
  }
  if (!child(node, "body", ns::client)) return;
  seen_.insert(id);
  const auto room = xmpp::bare(std::string_view{node.attribute("from").value()});
  if (!id.starts_with(prefix_) || !seats_.contains(room)) return;
  for (const auto each : children(node, "stanza-id", ns::stanza_id))
    if (each.attribute("by").value() == room) ids_[{room, id}] = each.attribute("id").value();
}

}  // namespace bot::rehearse
