#pragma once
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bot/platforms/xmpp/sasl.hpp"
#include "bot/platforms/xmpp/session.hpp"
#include "bot/platforms/xmpp/xml.hpp"

// Inside of Session: session.cpp has what lasts for the whole link and the stream once it stands, session_login.cpp the
// way there, session_words.cpp what both say.
namespace bot::xmpp {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Node = pugi::xml_node;
using Document = pugi::xml_document;

/// Names that are too short for everybody else.
namespace inside {

inline constexpr std::string_view framing_ns = "urn:ietf:params:xml:ns:xmpp-framing";
inline constexpr std::string_view streams_ns = "http://etherx.jabber.org/streams";
inline constexpr std::string_view stream_errors_ns = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr std::string_view sasl_ns = "urn:ietf:params:xml:ns:xmpp-sasl";
inline constexpr std::string_view bind_ns = "urn:ietf:params:xml:ns:xmpp-bind";
inline constexpr std::string_view managed_ns = "urn:xmpp:sm:3";
inline constexpr std::string_view client_ns = "jabber:client";
inline constexpr std::string_view stanza_errors_ns = "urn:ietf:params:xml:ns:xmpp-stanzas";

inline constexpr auto never = Clock::time_point::max();

/// What nobody guesses: 128 bits in hex.
std::string random_id();
/// The server's words as part of one line, cut where they are long.
std::string line(std::string text);
/// `not authorized (Invalid username or password.)`: the condition of an error, and its text if it has one.
std::string reason_of(Node error, std::string_view ns);
bool is_stanza(Node root);
std::string_view attribute(Node node, const char* name);
/// `<open>` or `<close>`.
std::string framing(const char* name, const std::string& to = {});

}  // namespace inside
using namespace inside;

struct Session::Impl : std::enable_shared_from_this<Impl> {
  /// In the order in which a login goes through them.
  enum class Stage { connecting, opening, features, signing_in, resuming, binding, enabling, up, leaving, over };
  struct Pending {
    std::string id, to;
    Clock::time_point since;
    std::function<void(Node)> answered;
  };

  Impl(asio::io_context& context, Options given, Resumable& stream, Handlers called)
      : io(context),
        options(std::move(given)),
        resumable(stream),
        handlers(std::move(called)),
        late(context),
        leave(context) {
    options.link.subprotocol = "xmpp";
    options.link.frame_limit = widest_frame;
    options.link.lines = false;
  }

  asio::io_context& io;
  Options options;
  Resumable& resumable;  ///< not to be touched once abandoned or over: the next session may have it
  Handlers handlers;
  std::unique_ptr<WebLink> link;
  bool abandoned = false;  ///< the Session is gone: no handler is called any more
  Stage stage = Stage::connecting;
  bool signed_in = false, refused = false, paused = false;
  std::string why, address;
  std::unique_ptr<Sasl> sasl;
  std::string binding_id;
  bool manageable = false, managed = false;  ///< stream management is offered; is on
  bool resumed = false;
  std::uint32_t handled_before = 0;  ///< when the stream was resumed
  std::vector<Pending> requests;     ///< oldest first
  std::uint32_t beyond = 0;          ///< a number that was not reached, once over
  bool asking_soon = false, asked = false;
  std::uint32_t asked_at_number = 0;
  Clock::time_point asked_at, began = Clock::now(), unpaused{}, looked_again = never;
  asio::steady_timer late, leave;
  bool watching = false;

  void start();
  void opened();
  void frame(std::string_view text);
  bool beyond_reading(std::string_view text);
  void login(Node root);
  void offered(Node features);
  void choose(Node mechanisms);
  void signing(Node root);
  void take_up(Node root);
  void bind();
  void bound(Node root);
  void enabled(Node root);
  void stand(bool as_before);
  void live(Node root);
  void query(Node iq);
  void answer(Node iq);
  bool may_answer(const Pending& request, std::string_view from) const;
  bool acknowledge(Node root);
  std::uint32_t say(const Document& stanza);
  void request(Document iq, std::function<void(Node)> answered);
  void ask_soon();
  void ask();
  Clock::time_point waiting_since() const;
  void watch();
  void look();
  void pause(bool);
  void unexpected(Node root, std::string_view wanted);
  void end(std::string reason, bool unwanted = false);
  void finish();

  void write(const Document& document) { link->send(written(document)); }
  /// Wraps a function of ours for those that call later: it keeps us alive while it runs, and is not run any more once
  /// the Session is gone.
  template <class F>
  auto guarded(F function) {
    return [weak = weak_from_this(), function](auto&&... given) {
      if (const auto self = weak.lock(); self && !self->abandoned) function(*self, given...);
    };
  }
};

}  // namespace bot::xmpp
