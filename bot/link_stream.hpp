#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <tuple>

#include "bot/link_impl.hpp"

namespace bot {

/// A link over one kind of stream, whose lowest layer is a tcp_stream. Included by one source for each kind.
template <class Stream>
class StreamLink : public AnyLink {
 public:
  template <class... Args>
  StreamLink(boost::asio::io_context& context, WebLink::Options given, WebLink::Handlers called, Args&&... args)
      : AnyLink(context, std::move(given), std::move(called)), ws(std::forward<Args>(args)...) {}

  void start() override { boost::asio::co_spawn(io, run(self()), boost::asio::detached); }

 protected:
  using Error = boost::system::error_code;

  /// What comes between TCP and WebSocket. A reason that says more than the error goes into `reason`.
  virtual boost::asio::awaitable<Error> secure() = 0;
  void close_socket() override { boost::beast::get_lowest_layer(ws).close(); }

  boost::beast::websocket::stream<Stream> ws;

 private:
  static constexpr int checks_in_idle = 9;
  static constexpr int pings_in_idle = 3;
  using Self = std::shared_ptr<StreamLink>;

  Self self() { return std::static_pointer_cast<StreamLink>(shared_from_this()); }
  boost::asio::awaitable<Error> reach();
  boost::asio::awaitable<Error> upgrade();
  boost::asio::awaitable<Error> connect();
  boost::asio::awaitable<Error> read();
  static boost::asio::awaitable<void> run(Self self);
  static boost::asio::awaitable<void> write(Self self);
  static boost::asio::awaitable<void> watch(Self self);
};

template <class Stream>
boost::asio::awaitable<boost::system::error_code> StreamLink<Stream>::reach() {
  namespace asio = boost::asio;
  using asio::ip::tcp;
  const auto token = asio::as_tuple(asio::use_awaitable);
  auto& stream = boost::beast::get_lowest_layer(ws);
  Error error;
  const auto numeric = asio::ip::make_address(options.host, error);
  if (!error) {
    const tcp::endpoint there(numeric, options.port);
    std::tie(error) = co_await stream.async_connect(there, token);
  } else {
    tcp::resolver resolver(io);
    auto [unknown, found] = co_await resolver.async_resolve(options.host, std::to_string(options.port), token);
    if (unknown) co_return unknown;
    // A socket that was closed meanwhile would be opened anew.
    if (abandoned) co_return asio::error::operation_aborted;
    tcp::endpoint reached;
    std::tie(error, reached) = co_await stream.async_connect(found, token);
  }
  if (error) co_return error;
  Error ignored;
  stream.socket().set_option(tcp::no_delay(true), ignored);
  co_return error;
}

template <class Stream>
boost::asio::awaitable<boost::system::error_code> StreamLink<Stream>::upgrade() {
  namespace websocket = boost::beast::websocket;
  const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  websocket::stream_base::timeout times{};
  times.handshake_timeout = options.patience;
  times.idle_timeout = websocket::stream_base::none();  // watch() looks once more before it gives a link up
  times.keep_alive_pings = false;
  ws.set_option(times);
  ws.set_option(websocket::stream_base::decorator([name = options.subprotocol](websocket::request_type& request) {
    if (!name.empty()) request.set(boost::beast::http::field::sec_websocket_protocol, name);
  }));
  ws.read_message_max(options.frame_limit);
  ws.auto_fragment(false);
  ws.text(true);
  ws.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
    heard = Clock::now();
    if (kind != websocket::frame_type::close || goodbye_heard) return;
    goodbye_heard = true;
    part();
  });
  const bool plain_v6 = options.host.find(':') != std::string::npos;
  const std::string host = (plain_v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
  const auto [error] = co_await ws.async_handshake(host, options.path, token);
  co_return error;
}

template <class Stream>
boost::asio::awaitable<boost::system::error_code> StreamLink<Stream>::connect() {
  auto& stream = boost::beast::get_lowest_layer(ws);
  stream.expires_after(options.patience);
  auto error = co_await reach();
  if (!error) error = co_await secure();
  stream.expires_never();
  if (!error) error = co_await upgrade();
  co_return error;
}

template <class Stream>
boost::asio::awaitable<boost::system::error_code> StreamLink<Stream>::read() {
  const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  boost::beast::flat_buffer buffer;
  while (!abandoned) {
    if (paused) {
      co_await resumed.async_wait(token);
      continue;
    }
    const auto [error, size] = co_await ws.async_read(buffer, token);
    if (error) co_return error;
    heard = Clock::now();
    if (!abandoned) handlers.frame({static_cast<const char*>(buffer.data().data()), size});
    buffer.consume(size);
  }
  co_return Error{};
}

template <class Stream>
boost::asio::awaitable<void> StreamLink<Stream>::run(Self self) {
  namespace asio = boost::asio;
  auto error = co_await self->connect();
  if (!error && !self->abandoned) {
    self->heard = Clock::now();
    asio::co_spawn(self->io, write(self), asio::detached);
    asio::co_spawn(self->io, watch(self), asio::detached);
    self->handlers.opened();
    error = co_await self->read();
  }
  self->finish();
  self->close_socket();
  if (self->abandoned) co_return;
  // Many a server says goodbye and then just cuts the wire, and TLS cancels the reading when we part: that is no fault
  // worth telling.
  if ((self->goodbye_heard || self->closing) && error) error = boost::beast::websocket::error::closed;
  const auto close_text = self->ws.reason().reason;
  std::string why = !self->reason.empty() ? self->reason : error.message();
  if (!close_text.empty()) why += ": " + std::string(close_text.c_str());
  self->handlers.closed(why);
}

template <class Stream>
boost::asio::awaitable<void> StreamLink<Stream>::write(Self self) {
  namespace asio = boost::asio;
  namespace websocket = boost::beast::websocket;
  const auto token = asio::as_tuple(asio::use_awaitable);
  while (!self->ended) {
    if (!self->waiting.empty()) {
      const std::string out = self->next_message();
      const auto buffer = asio::buffer(out);
      const auto [error, size] = co_await self->ws.async_write(buffer, token);
      if (error) break;
    } else if (self->closing) {
      self->part();
      const websocket::close_reason goodbye(websocket::close_code::normal);
      co_await self->ws.async_close(goodbye, token);
      break;
    } else {
      co_await self->wake.async_wait(token);
    }
  }
}

/// Pings in silence and gives the link up when it lasts. A machine that slept wakes with the timer due and the answers
/// unread, so before the end it is asked whether something lies there.
template <class Stream>
boost::asio::awaitable<void> StreamLink<Stream>::watch(Self self) {
  const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  const auto step = self->options.idle / checks_in_idle;
  while (!self->ended) {
    self->check.expires_after(step);
    const auto [cancelled] = co_await self->check.async_wait(token);
    if (cancelled || self->ended) break;
    if (self->paused) self->heard = Clock::now();
    const auto silent = Clock::now() - self->heard;
    if (silent >= self->options.idle - step) {
      Error ignored;
      if (boost::beast::get_lowest_layer(self->ws).socket().available(ignored) > 0) continue;
      self->drop("nothing was heard for too long");
      break;
    }
    if (silent >= self->options.idle / pings_in_idle && !self->closing && !self->goodbye_heard) {
      const boost::beast::websocket::ping_data empty;
      co_await self->ws.async_ping(empty, token);
    }
  }
}

}  // namespace bot
