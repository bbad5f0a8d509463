#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "bot/link.hpp"

// What stands behind a WebLink. The kinds of stream are compiled apart, because each costs a compiler many seconds.
namespace bot {

/// All of a link that does not depend on its stream.
class AnyLink : public std::enable_shared_from_this<AnyLink> {
 public:
  AnyLink(boost::asio::io_context&, WebLink::Options, WebLink::Handlers);
  virtual ~AnyLink() = default;
  AnyLink(const AnyLink&) = delete;
  AnyLink& operator=(const AnyLink&) = delete;

  virtual void start() = 0;
  void send(std::string);
  void pause(bool);
  void close();
  /// The WebLink is gone: no handler is called any more.
  void abandon();

 protected:
  using Clock = std::chrono::steady_clock;

  virtual void close_socket() = 0;
  /// Ends the link at once. The first reason is the one that is told.
  void drop(std::string why);
  /// From here on the other side has `patience` to part with us, closing its half of TLS and TCP included.
  void part();
  /// Everything is over: whoever waits for a timer stops.
  void finish();
  std::string next_message();

  boost::asio::io_context& io;
  WebLink::Options options;
  WebLink::Handlers handlers;
  bool abandoned = false;
  boost::asio::steady_timer wake, resumed, check, parting, gone;
  std::deque<std::string> waiting;
  bool closing = false, paused = false, ended = false;
  bool goodbye_heard = false;  ///< the other side said that it closes
  Clock::time_point heard = Clock::now();
  std::string reason;  ///< why we ended it, if we did
};

std::shared_ptr<AnyLink> plain_link(boost::asio::io_context&, WebLink::Options, WebLink::Handlers);
std::shared_ptr<AnyLink> tls_link(boost::asio::io_context&, WebLink::Options, WebLink::Handlers);

}  // namespace bot
