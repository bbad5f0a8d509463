#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <utility>

#include "bot/link.hpp"
#include "bot/platforms/xmpp/session.hpp"

namespace bot::rehearse {

/// How long a server may leave somebody unanswered who comes. Now and then one forgets a connection that it has just
/// taken; as any client does, one comes anew then, and says so on stderr.
inline constexpr std::chrono::seconds until_anew{20};
/// So often in all.
inline constexpr int attempts_to_come = 3;

/// An account that makes itself, before anybody has signed in (XEP-0077). One that is there already will do.
class Registration {
 public:
  Registration(boost::asio::io_context&, WebLink::Options, std::string domain, std::string user, std::string password);
  /// Asked again and again until it is true. Throws where the server makes no accounts.
  bool done();

 private:
  void begin();
  void frame(std::string_view text);

  boost::asio::io_context& io_;
  WebLink::Options options_;
  std::string domain_, user_, password_;
  std::chrono::steady_clock::time_point began_;
  int attempts_ = 0;
  bool made_ = false, over_ = false;
  std::string trouble_;
  std::unique_ptr<WebLink> link_;
};

/// One person's own session on an XMPP server.
class XmppGuest {
 public:
  /// Where somebody sits in a room.
  struct Seat {
    bool inside = false;
    bool waiting = false;  ///< asked for something that the room has not answered yet
    std::string nick;
    std::string refused;  ///< why the room did not do what was asked for last
  };

  XmppGuest(boost::asio::io_context&, xmpp::Session::Options);

  /// Signed in and present. Throws if the connection ended.
  bool here() const;
  /// Shows oneself to somebody who is on no list of contacts.
  void greet(const std::string& address);
  /// Comes into a room, or takes another nick there.
  void enter(const std::string& room, const std::string& nick);
  void leave(const std::string& room);
  const Seat& seat(const std::string& room) const;
  struct Words {
    std::string text;
    std::string thread = {};
    std::string id = {};        ///< given to it; empty: a new one is
    std::string replaces = {};  ///< the id of what it corrects (XEP-0308)
  };
  /// Says something in a room, or to one person; the id that was given to it, and its number.
  std::pair<std::string, std::uint32_t> say(const std::string& to, bool in_room, const Words&);
  /// The room's id of what was said there under this one; empty: it has not come back yet.
  std::string id_in_room(const std::string& room, const std::string& id) const;
  /// The server has taken everything up to this number.
  bool arrived(std::uint32_t number) const;
  bool failed(const std::string& id) const { return failed_.contains(id); }
  /// Something with this id was shown.
  bool sees(const std::string& id) const { return seen_.contains(id); }
  void send(const pugi::xml_document& stanza) { session_->send(stanza); }
  void ask(pugi::xml_document iq, std::function<void(pugi::xml_node)> answered) {
    session_->request(std::move(iq), std::move(answered));
  }
  void close();
  bool gone() const { return !gone_.empty(); }

 private:
  void come();
  void stanza(pugi::xml_node);
  void presence(pugi::xml_node);
  void message(pugi::xml_node);

  boost::asio::io_context& io_;
  xmpp::Session::Options options_;
  int attempts_ = 0;
  xmpp::Resumable resumable_;
  std::string gone_;  ///< why the connection ended
  bool here_ = false, closing_ = false;
  std::string prefix_;  ///< of the ids of what is said: nobody else has it
  int said_ = 0;
  std::map<std::string, Seat> seats_;
  std::map<std::pair<std::string, std::string>, std::string> ids_;  ///< rooms' ids of what was said, by room and id
  std::set<std::string> seen_, failed_;
  std::unique_ptr<xmpp::Session> session_;
};

/// What nobody else comes upon: for names of accounts, rooms and resources on a server that others use too.
std::string random_name();

}  // namespace bot::rehearse
