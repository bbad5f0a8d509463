#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bot {

class AnyLink;

/// One WebSocket to a server, from the first connect to the end. A new attempt is a new WebLink. Everything happens on
/// the io_context's thread; a half-open connection is noticed within `idle`.
class WebLink {
 public:
  struct Options {
    std::string host;
    unsigned short port = 0;
    std::string path = "/";
    std::string subprotocol;                     ///< offered if not empty
    bool tls = false;                            ///< wss: the certificate must be good for `host`
    std::string ca_file;                         ///< PEM of the authorities to trust; empty: the system's
    bool lines = false;                          ///< texts that wait are joined by newlines into one message
    std::chrono::milliseconds idle{45'000};      ///< silence, pings included, after which the link counts as dead
    std::chrono::milliseconds patience{10'000};  ///< for connecting, and for the closing handshake
    std::size_t frame_limit = 256 * 1024;        ///< bytes; a longer message ends the link
  };
  /// None of them is called from within a member function, nor after the destructor. A handler may destroy the link.
  struct Handlers {
    std::function<void()> opened;
    std::function<void(std::string_view)> frame;     ///< a text message, whole
    std::function<void(const std::string&)> closed;  ///< once, with the reason; nothing follows
  };

  WebLink(boost::asio::io_context&, Options, Handlers);
  ~WebLink();
  WebLink(const WebLink&) = delete;
  WebLink& operator=(const WebLink&) = delete;

  /// Queues a text message. What waits at the end of the link is lost.
  void send(std::string);
  /// While paused nothing is read, and silence is not held against the other side.
  void pause(bool);
  /// Sends what waits, says goodbye, then `closed` is called.
  void close();

 private:
  std::shared_ptr<AnyLink> impl_;
};

}  // namespace bot
