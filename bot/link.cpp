#include "bot/link.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

namespace bot {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t joined_limit = 96 * 1024;
constexpr int checks_in_idle = 9;
constexpr int pings_in_idle = 3;

}  // namespace

struct WebLink::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, Options given, Handlers called)
      : io(context),
        options(std::move(given)),
        handlers(std::move(called)),
        ws(context),
        wake(context),
        resumed(context),
        check(context) {
    wake.expires_at(Clock::time_point::max());
    resumed.expires_at(Clock::time_point::max());
  }

  asio::io_context& io;
  Options options;
  Handlers handlers;
  bool abandoned = false;  ///< the WebLink is gone: no handler is called any more
  websocket::stream<beast::tcp_stream> ws;
  asio::steady_timer wake, resumed, check;
  std::deque<std::string> waiting;
  bool closing = false, paused = false, ended = false;
  Clock::time_point heard = Clock::now();
  std::string reason;  ///< why we ended it, if we did

  asio::awaitable<boost::system::error_code> connect();
  asio::awaitable<boost::system::error_code> read();
  static asio::awaitable<void> run(std::shared_ptr<Impl> self);
  static asio::awaitable<void> write(std::shared_ptr<Impl> self);
  static asio::awaitable<void> watch(std::shared_ptr<Impl> self);
  std::string next_message();
  void drop(std::string why) {
    if (reason.empty()) reason = std::move(why);
    beast::get_lowest_layer(ws).close();
  }
};

asio::awaitable<boost::system::error_code> WebLink::Impl::connect() {
  const auto token = asio::as_tuple(asio::use_awaitable);
  auto& stream = beast::get_lowest_layer(ws);
  stream.expires_after(options.patience);
  boost::system::error_code error;
  const auto numeric = asio::ip::make_address(options.host, error);
  if (!error) {
    const tcp::endpoint there(numeric, options.port);
    std::tie(error) = co_await stream.async_connect(there, token);
  } else {
    tcp::resolver resolver(io);
    auto [unknown, found] = co_await resolver.async_resolve(options.host, std::to_string(options.port), token);
    error = unknown;
    if (!error) {
      tcp::endpoint reached;
      std::tie(error, reached) = co_await stream.async_connect(found, token);
    }
  }
  if (error) co_return error;
  boost::system::error_code ignored;
  stream.socket().set_option(tcp::no_delay(true), ignored);
  stream.expires_never();
  websocket::stream_base::timeout times{};
  times.handshake_timeout = options.patience;
  times.idle_timeout = websocket::stream_base::none();  // watch() looks once more before it gives a link up
  times.keep_alive_pings = false;
  ws.set_option(times);
  ws.set_option(websocket::stream_base::decorator([name = options.subprotocol](websocket::request_type& request) {
    if (!name.empty()) request.set(beast::http::field::sec_websocket_protocol, name);
  }));
  ws.read_message_max(options.frame_limit);
  ws.auto_fragment(false);
  ws.text(true);
  ws.control_callback([this](websocket::frame_type, beast::string_view) { heard = Clock::now(); });
  const bool plain_v6 = options.host.find(':') != std::string::npos;
  const std::string host = (plain_v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
  std::tie(error) = co_await ws.async_handshake(host, options.path, token);
  co_return error;
}

asio::awaitable<boost::system::error_code> WebLink::Impl::read() {
  const auto token = asio::as_tuple(asio::use_awaitable);
  beast::flat_buffer buffer;
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
  co_return boost::system::error_code{};
}

asio::awaitable<void> WebLink::Impl::run(std::shared_ptr<Impl> self) {
  auto error = co_await self->connect();
  if (!error && !self->abandoned) {
    self->heard = Clock::now();
    asio::co_spawn(self->io, write(self), asio::detached);
    asio::co_spawn(self->io, watch(self), asio::detached);
    self->handlers.opened();
    error = co_await self->read();
  }
  self->ended = true;
  beast::get_lowest_layer(self->ws).close();
  self->wake.cancel();
  self->check.cancel();
  if (self->abandoned) co_return;
  const auto close_text = self->ws.reason().reason;
  std::string why = !self->reason.empty() ? self->reason : error.message();
  if (!close_text.empty()) why += ": " + std::string(close_text.c_str());
  self->handlers.closed(why);
}

std::string WebLink::Impl::next_message() {
  std::string out = std::move(waiting.front());
  waiting.pop_front();
  while (options.lines && !waiting.empty() && out.size() + waiting.front().size() < joined_limit) {
    out += '\n';
    out += waiting.front();
    waiting.pop_front();
  }
  return out;
}

asio::awaitable<void> WebLink::Impl::write(std::shared_ptr<Impl> self) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  while (!self->ended) {
    if (!self->waiting.empty()) {
      const std::string out = self->next_message();
      const auto buffer = asio::buffer(out);
      const auto [error, size] = co_await self->ws.async_write(buffer, token);
      if (error) break;
    } else if (self->closing) {
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
asio::awaitable<void> WebLink::Impl::watch(std::shared_ptr<Impl> self) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  const auto step = self->options.idle / checks_in_idle;
  while (!self->ended) {
    self->check.expires_after(step);
    const auto [cancelled] = co_await self->check.async_wait(token);
    if (cancelled || self->ended) break;
    if (self->paused) self->heard = Clock::now();
    const auto silent = Clock::now() - self->heard;
    if (silent >= self->options.idle - step) {
      boost::system::error_code ignored;
      if (beast::get_lowest_layer(self->ws).socket().available(ignored) > 0) continue;
      self->drop("nothing was heard for too long");
      break;
    }
    if (silent >= self->options.idle / pings_in_idle && !self->closing) {
      const websocket::ping_data empty;
      co_await self->ws.async_ping(empty, token);
    }
  }
}

WebLink::WebLink(asio::io_context& io, Options options, Handlers handlers)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handlers))) {
  asio::co_spawn(io, Impl::run(impl_), asio::detached);
}

WebLink::~WebLink() {
  impl_->abandoned = true;
  impl_->ended = true;
  impl_->drop("dropped");
  impl_->wake.cancel();
  impl_->resumed.cancel();
  impl_->check.cancel();
}

void WebLink::send(std::string text) {
  impl_->waiting.push_back(std::move(text));
  impl_->wake.cancel();
}

void WebLink::pause(bool paused) {
  if (impl_->paused == paused) return;
  impl_->paused = paused;
  if (!paused) impl_->resumed.cancel();
}

void WebLink::close() {
  impl_->closing = true;
  impl_->paused = false;
  impl_->resumed.cancel();
  impl_->wake.cancel();
}

}  // namespace bot
