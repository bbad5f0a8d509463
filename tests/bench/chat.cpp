#include "tests/bench/chat.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "tests/bench/chat_impl.hpp"

// The server's side: connections, frames, and the bot's own messages shown to it again.
namespace bench {

namespace {
constexpr std::chrono::seconds patience{120};
}

std::string_view value(std::string_view frame, std::string_view name) {
  const std::string mark = "\"" + std::string{name} + "\":\"";
  const auto at = frame.find(mark);
  if (at == std::string_view::npos) return {};
  auto end = at + mark.size();
  while (end < frame.size() && frame[end] != '"') end += frame[end] == '\\' ? 2u : 1u;
  return frame.substr(at + mark.size(), end - at - mark.size());
}

std::string_view number(std::string_view frame, std::string_view name) {
  const std::string mark = "\"" + std::string{name} + "\":";
  const auto at = frame.find(mark);
  if (at == std::string_view::npos) return {};
  const auto end = frame.find_first_not_of("0123456789", at + mark.size());
  return frame.substr(at + mark.size(), end - at - mark.size());
}

std::string who(std::size_t room, bool client) {
  return client ? "carl" + std::to_string(room) : "freya" + std::to_string(room / 10);
}

void Chat::Impl::show(const std::string& line) {
  echoes += echoes.empty() ? "" : "\n";
  echoes += line;
  if (echoes.size() > message_limit) out.push_back(std::exchange(echoes, {}));
}

std::string Chat::Impl::at() {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  stamp = std::max(stamp, static_cast<std::int64_t>(now.count()));
  return std::to_string(stamp);
}

std::string Chat::Impl::entry(const char* kind) {
  return R"({"type":")" + std::string{kind} + R"(","position":)" + std::to_string(++position) + R"(,"at":)" + at();
}

void Chat::Impl::fail(const std::string& why) {
  if (done) done->set_exception(std::make_exception_ptr(std::runtime_error(why)));
  done.reset();
}

void Chat::Impl::finish() {
  ended = Clock::now();
  if (done) done->set_value();
  done.reset();
}

asio::awaitable<void> Chat::Impl::accept() {
  while (true) {
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(io, serve(std::make_shared<Stream>(std::move(socket))), asio::detached);
  }
}

asio::awaitable<void> Chat::Impl::serve(std::shared_ptr<Stream> mine) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  if (auto [error] = co_await mine->async_accept(token); error) co_return;
  mine->text(true);
  mine->auto_fragment(false);
  stream = mine;
  out.clear();
  asio::co_spawn(io, write(mine), asio::detached);
  beast::flat_buffer buffer;
  while (true) {
    const auto [error, size] = co_await mine->async_read(buffer, token);
    if (error) break;
    message({static_cast<const char*>(buffer.data().data()), size});
    buffer.consume(size);
  }
  if (stream == mine) stream.reset();
  wake.cancel();
  fail("the bot went away");
}

asio::awaitable<void> Chat::Impl::write(std::shared_ptr<Stream> mine) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  while (stream == mine) {
    if (out.empty()) {
      wake.expires_at(Clock::time_point::max());
      co_await wake.async_wait(token);
      continue;
    }
    const std::string text = std::move(out.front());
    out.pop_front();
    const auto buffer = asio::buffer(text);
    const auto [error, size] = co_await mine->async_write(buffer, token);
    if (error) break;
  }
}

/// First what it said itself, then, in a message of its own as from somebody who has read that, what people type.
void Chat::Impl::flush() {
  if (!echoes.empty()) out.push_back(std::exchange(echoes, {}));
  for (const auto n : std::exchange(turns, {})) type(n, rooms[n].awaited);
  if (!typed.empty()) out.push_back(std::exchange(typed, {}));
  wake.cancel();
}

void Chat::Impl::message(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    frame(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  flush();
}

void Chat::Impl::frame(std::string_view text) {
  const auto type = value(text, "type");
  if (type == "post") {
    const auto key = std::string{value(text, "key")};
    show(entry("message") + R"(,"id":"m-)" + std::to_string(position) + R"(","channel":")" +
         std::string{value(text, "channel")} +
         R"(","user":"u-bot","handle":"parley","name":"Parley","bot":true,"kind":")" +
         std::string{value(text, "kind")} + R"(","text":")" + std::string{value(text, "text")} + R"(","key":")" + key +
         R"("})");
    answered(text);
  } else if (type == "ping") {
    show(R"({"type":"pong","now":)" + at() + R"(,"position":)" + std::to_string(position) + "}");
  } else if (type == "sign_in") {
    show(R"({"type":"welcome","store":"s-)" + std::to_string(stores) + R"(","position":)" + std::to_string(position) +
         R"(,"now":)" + at() + R"(,"me":{"id":"u-bot","handle":"parley","name":"Parley","bot":true}})");
  } else if (type == "find") {
    show(R"({"type":"found","key":")" + std::string{value(text, "key")} + R"(","ask":)" +
         std::string{number(text, "ask")} + "}");
  } else if (type == "history") {
    show(R"({"type":"history","next":)" + std::to_string(position) + R"(,"entries":[]})");
  }
}

void Chat::Impl::run(const std::function<void()>& act, bool wait) {
  std::promise<void> begun_by;
  std::future<void> answer;
  asio::post(io, [&] {
    done.emplace();
    answer = done->get_future();
    if (!wait) done.reset();
    act();
    begun_by.set_value();
  });
  begun_by.get_future().get();
  if (!wait) return;
  if (answer.wait_for(patience) != std::future_status::ready) throw std::runtime_error("the bot does not answer");
  answer.get();
}

Chat::Chat() : impl_(std::make_unique<Impl>()) {
  asio::co_spawn(impl_->io, impl_->accept(), asio::detached);
  impl_->thread = std::thread([this] { impl_->io.run(); });
}

Chat::~Chat() {
  impl_->io.stop();
  impl_->thread.join();
}

unsigned short Chat::port() const { return impl_->acceptor.local_endpoint().port(); }

void Chat::clear() {
  impl_->run(
      [this] {
        auto& s = *impl_;
        ++s.stores;
        s.position = 0;
        s.rooms.clear();
        s.met.clear();
        s.idle.clear();
        s.to_type = s.to_answer = 0;
      },
      false);
}

}  // namespace bench
