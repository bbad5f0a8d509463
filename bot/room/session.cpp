#include "bot/room/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "bot/room/limits.hpp"

namespace room {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

constexpr const char* subprotocol = "parley.room.1";
constexpr std::size_t reason_limit = 120;

class Session final : public Peer, public std::enable_shared_from_this<Session> {
 public:
  Session(beast::tcp_stream stream, std::shared_ptr<Guest> guest)
      : guest_(std::move(guest)), ws_(std::move(stream)), wake_(ws_.get_executor()), sign_in_by_(ws_.get_executor()) {
    wake_.expires_at(asio::steady_timer::time_point::max());
  }

  ~Session() override { guest_->on_stop({}); }

  asio::awaitable<void> run(http::request<http::empty_body> request);
  void send(std::shared_ptr<const std::string> line) override;
  void close(Close, std::string why) override;

 private:
  asio::awaitable<bool> accept(http::request<http::empty_body> request);
  asio::awaitable<void> read();
  static asio::awaitable<void> write(std::shared_ptr<Session> self);
  std::string joined_lines();
  void expect_sign_in();
  void drop() { beast::get_lowest_layer(ws_).close(); }

  std::shared_ptr<Guest> guest_;
  websocket::stream<beast::tcp_stream> ws_;
  asio::steady_timer wake_;  ///< the writer sleeps on it
  asio::steady_timer sign_in_by_;
  std::deque<std::shared_ptr<const std::string>> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::optional<websocket::close_reason> closing_;
  bool ended_ = false;
};

asio::awaitable<bool> Session::accept(http::request<http::empty_body> request) {
  beast::get_lowest_layer(ws_).expires_never();
  websocket::stream_base::timeout times{};
  times.handshake_timeout = header_time;
  times.idle_timeout = idle_time;
  times.keep_alive_pings = true;
  ws_.set_option(times);
  const bool named = request[http::field::sec_websocket_protocol].find(subprotocol) != beast::string_view::npos;
  ws_.set_option(websocket::stream_base::decorator([named](websocket::response_type& response) {
    if (named) response.set(http::field::sec_websocket_protocol, subprotocol);
  }));
  ws_.read_message_max(frame_limit);
  ws_.auto_fragment(false);
  ws_.text(true);
  const auto token = asio::as_tuple(asio::use_awaitable);
  const auto [error] = co_await ws_.async_accept(request, token);
  co_return !error;
}

asio::awaitable<void> Session::run(http::request<http::empty_body> request) {
  const auto self = shared_from_this();
  guest_->on_stop([this] { drop(); });
  const bool accepted = co_await accept(std::move(request));
  if (!accepted) co_return;
  expect_sign_in();
  asio::co_spawn(ws_.get_executor(), write(self), asio::detached);
  co_await read();
  ended_ = true;
  guest_->core().hub->gone(*this);
  wake_.cancel();
  sign_in_by_.cancel();
}

asio::awaitable<void> Session::read() {
  const auto self = shared_from_this();
  beast::flat_buffer buffer;
  const auto token = asio::as_tuple(asio::use_awaitable);
  for (;;) {
    const auto [error, size] = co_await ws_.async_read(buffer, token);
    if (error) co_return;
    if (closing_) {
      // What comes after a frame that could not be read is not looked at; the writer is closing.
    } else if (ws_.got_text()) {
      guest_->core().hub->arrived(self, beast::buffers_to_string(buffer.data()));
    } else {
      close(Close::unreadable, "frames are text");
    }
    buffer.consume(size);
  }
}

/// Everything that waits goes out together, as far as one message may hold it.
std::string Session::joined_lines() {
  std::string out;
  while (!waiting_.empty() && (out.empty() || out.size() + waiting_.front()->size() < joined_lines_limit)) {
    if (!out.empty()) out += '\n';
    out += *waiting_.front();
    waiting_bytes_ -= waiting_.front()->size();
    waiting_.pop_front();
  }
  return out;
}

asio::awaitable<void> Session::write(std::shared_ptr<Session> self) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  while (!self->ended_) {
    if (!self->waiting_.empty()) {
      const std::string out = self->joined_lines();
      const auto buffer = asio::buffer(out);
      const auto [error, size] = co_await self->ws_.async_write(buffer, token);
      if (error) break;
    } else if (self->closing_) {
      co_await self->ws_.async_close(*self->closing_, token);
      break;
    } else {
      co_await self->wake_.async_wait(token);
    }
  }
}

void Session::expect_sign_in() {
  sign_in_by_.expires_after(sign_in_time);
  sign_in_by_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && self->user.row == 0) self->close(Close::refused, "nobody signed in");
  });
}

void Session::send(std::shared_ptr<const std::string> line) {
  if (ended_ || closing_) return;
  waiting_bytes_ += line->size();
  waiting_.push_back(std::move(line));
  if (waiting_bytes_ > outgoing_limit) {
    // A reader this slow would only fall further behind: it may come back and read the history.
    waiting_.clear();
    ended_ = true;
    return drop();
  }
  wake_.cancel();
}

void Session::close(Close code, std::string why) {
  if (ended_ || closing_) return;
  why.resize(std::min(why.size(), reason_limit));
  closing_ = websocket::close_reason(static_cast<websocket::close_code>(code), why);
  wake_.cancel();
}

}  // namespace

asio::awaitable<void> run_session(beast::tcp_stream stream, http::request<http::empty_body> request,
                                  std::shared_ptr<Guest> guest) {
  const auto session = std::make_shared<Session>(std::move(stream), std::move(guest));
  co_await session->run(std::move(request));
}

}  // namespace room
