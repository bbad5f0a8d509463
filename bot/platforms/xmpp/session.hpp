#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <pugixml.hpp>
#include <string>

#include "bot/link.hpp"

namespace bot::xmpp {

/// What a stream that broke off can be taken up from (XEP-0198). Belongs to whoever makes the next session.
struct Resumable {
  std::string id;             ///< the server's name for the stream; empty: it cannot be resumed
  std::string address;        ///< the full address that the stream has
  std::uint32_t handled = 0;  ///< stanzas of the server that we have handled
  std::uint32_t sent = 0;     ///< of ours
  std::uint32_t acked = 0;    ///< of them the server is known to have handled
};

/// One login over one link (RFC 7395): sign in, bind or resume, stream management, requests and their answers.
/// Everything happens on the io_context's thread. Pings and questions what we are (disco#info, version) are answered
/// here; any other request is refused politely.
class Session {
 public:
  struct Options {
    WebLink::Options link;
    std::string user, domain, password;
    std::string resource = "parley";
    bool plain = false;                          ///< PLAIN may be used: under TLS, or asked for on loopback
    std::chrono::milliseconds patience{30'000};  ///< for signing in, and for any answer; then the link counts as dead
  };
  /// None is called from within a member function, nor after the destructor. A handler may destroy the session.
  struct Handlers {
    /// The stream stands. `resumed`: it is the old one, up to `Resumable::acked`; what was sent after that never
    /// arrived. Otherwise it is new, and nothing of the old one is known.
    std::function<void(bool resumed)> ready;
    /// A message or presence, in order.
    std::function<void(pugi::xml_node)> stanza;
    /// The server has handled our stanzas up to this number, `Resumable::acked`.
    std::function<void()> acked;
    /// Once, with the reason; nothing follows. `refused`: the server does not want us (wrong password, no mechanism).
    std::function<void(const std::string& why, bool refused)> closed;
  };

  Session(boost::asio::io_context&, Options, Resumable&, Handlers);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The full address that the server gave us. Empty before `ready`.
  const std::string& address() const;
  /// Sends a message or presence; its number, counted as the server counts. An acknowledgement is asked for. Before
  /// `ready` and after the end nothing is sent, and the number is one that is not acknowledged.
  std::uint32_t send(const pugi::xml_document&);
  /// Sends an `<iq>` under an id of ours. `answered` gets the whole answer, result or error; an empty node: the link
  /// went first, or does not stand.
  void request(pugi::xml_document iq, std::function<void(pugi::xml_node answer)> answered);
  /// While paused nothing is read.
  void pause(bool);
  /// Says goodbye, so that the stream is over for the server too, then `closed` is called.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace bot::xmpp
