#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/platforms/xmpp/session.hpp"

// An XMPP server that says what the test tells it to, and a session that signs in there. For tests; one thread.
namespace xmpp_test {

/// The server's side of one link: takes whoever comes, keeps what they send.
class Peer {
 public:
  explicit Peer(boost::asio::io_context&);
  unsigned short port() const { return acceptor_.local_endpoint().port(); }
  void say(const std::string& frame);
  /// Cuts the connection without a word.
  void cut();
  std::deque<std::string> frames;
  std::string subprotocol;  ///< what the client asked for

 private:
  using Stream = boost::beast::websocket::stream<boost::asio::ip::tcp::socket>;
  struct Connection {
    explicit Connection(boost::asio::ip::tcp::socket socket) : stream(std::move(socket)) {}
    Stream stream;
    boost::beast::flat_buffer buffer;
    boost::beast::http::request<boost::beast::http::string_body> request;
  };
  void accept();
  void upgrade(const std::shared_ptr<Connection>&);
  void read(const std::shared_ptr<Connection>&);
  boost::asio::ip::tcp::acceptor acceptor_;
  std::shared_ptr<Connection> current_;
};

inline const std::string plain_offer =
    R"(<stream:features xmlns:stream="http://etherx.jabber.org/streams"><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism></mechanisms></stream:features>)";
inline const std::string bind_offer =
    R"(<stream:features xmlns:stream="http://etherx.jabber.org/streams"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><sm xmlns="urn:xmpp:sm:3"/></stream:features>)";
inline const std::string open_frame =
    R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="example.org" id="s" version="1.0"/>)";
inline const std::string success = R"(<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>)";
inline const std::string me = "parley@example.org/parley";

/// A session of parley@example.org with such a server, and everything that it told.
class Talk {
 public:
  explicit Talk(bot::xmpp::Resumable from = {}, std::chrono::milliseconds patience = std::chrono::seconds{5},
                bool plain = true);
  /// A new session with the same server, which takes up what is left of the last.
  void again();
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience = std::chrono::seconds{3});
  /// Lets everything happen that is under way.
  void settle(std::chrono::milliseconds time = std::chrono::milliseconds{60});
  /// The next frame of the client, parsed; fails the test if none comes.
  pugi::xml_document next();
  /// As next(), and fails the test if it is not called so.
  pugi::xml_document next(const std::string& name);
  void say(const std::string& frame) { peer.say(frame); }
  /// The server's part up to the second features.
  void sign_in(const std::string& features = bind_offer);
  /// The server's part from there to `ready(false)`.
  void bind();
  void stand() {
    sign_in();
    bind();
  }
  std::string closed();

  boost::asio::io_context io;
  Peer peer;
  bot::xmpp::Resumable resumable;
  bot::xmpp::Session::Options options;
  std::vector<bool> ready;
  std::vector<std::string> stanzas;           ///< their ids
  std::vector<std::uint32_t> handled, acked;  ///< as `Resumable` had it when the handler was called
  std::vector<std::string> told;              ///< which handlers were called, in order
  std::optional<std::pair<std::string, bool>> end;
  std::function<void(const std::string&)> then;  ///< called in every handler with its name
  std::unique_ptr<bot::xmpp::Session> session;

 private:
  void tell(const std::string& what);
};

/// `<NAME xmlns="jabber:client" ATTRIBUTES>CONTENT</NAME>`
pugi::xml_document stanza(const std::string& name, const std::string& attributes, const std::string& content = {});
std::string text(const std::string& name, const std::string& attributes, const std::string& content = {});

}  // namespace xmpp_test
