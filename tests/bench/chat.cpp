#include "tests/bench/chat.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <future>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

namespace bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{120};
constexpr std::size_t message_limit = 90 * 1024;

/// The value behind `"name":"` as it stands in the frame. A quote inside a value is escaped, so no value is taken for
/// a name.
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

/// A client has one room, a freelancer works for ten.
std::string who(std::size_t room, bool client) {
  return client ? "carl" + std::to_string(room) : "freya" + std::to_string(room / 10);
}

enum class Next { offer, accept, withdraw };

struct Room {
  Next next = Next::offer;
  std::string offer;
  Clock::time_point typed{};
};

}  // namespace

struct Chat::Impl {
  using Stream = websocket::stream<beast::tcp_stream>;

  asio::io_context io{1};
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;

  // Everything below belongs to the thread.
  std::shared_ptr<Stream> stream;
  asio::steady_timer wake{io};
  std::deque<std::string> out;
  std::string echoes, typed;  ///< of this round: what the bot said, shown to it; what people answer to that
  std::int64_t position = 0, stamp = 0;
  int stores = 1;
  std::vector<Room> rooms;
  std::set<std::string> met;  ///< people of whom the bot was told
  std::deque<std::size_t> idle;
  std::vector<std::size_t> turns;  ///< rooms in which somebody types next
  std::vector<double> latencies;
  int to_type = 0, to_answer = 0;
  bool binding = false;
  Clock::time_point begun{}, ended{};
  std::optional<std::promise<void>> done;

  asio::awaitable<void> accept();
  asio::awaitable<void> serve(std::shared_ptr<Stream>);
  asio::awaitable<void> write(std::shared_ptr<Stream>);
  void message(std::string_view);
  void frame(std::string_view);
  void answered(std::string_view);
  void type(std::size_t room);
  void type_more();
  void flush();
  void show(const std::string& line) {
    echoes += echoes.empty() ? "" : "\n";
    echoes += line;
    if (echoes.size() > message_limit) out.push_back(std::exchange(echoes, {}));
  }
  std::string at() {
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    stamp = std::max(stamp, static_cast<std::int64_t>(now.count()));
    return std::to_string(stamp);
  }
  std::string entry(const char* kind) {
    return R"({"type":")" + std::string{kind} + R"(","position":)" + std::to_string(++position) + R"(,"at":)" + at();
  }
  void fail(const std::string& why) {
    if (done) done->set_exception(std::make_exception_ptr(std::runtime_error(why)));
    done.reset();
  }
  /// Runs `act` on the thread and waits until `done` is set, or, without `wait`, until act has returned.
  void run(const std::function<void()>& act, bool wait);
  void run_commands(int commands, int outstanding);
};

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
  for (const auto n : std::exchange(turns, {})) type(n);
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

void Chat::Impl::answered(std::string_view text) {
  const auto now = Clock::now();
  const auto channel = value(text, "channel");
  const auto kind = value(text, "kind");
  if (!channel.starts_with("c-") || to_answer == 0) return;
  const auto n = static_cast<std::size_t>(std::stoul(std::string{channel.substr(2)}));
  auto& room = rooms.at(n);
  const char* wanted = room.next == Next::offer    ? "offer.sent"
                       : room.next == Next::accept ? "offer.accepted"
                                                   : "offer.withdrawn";
  const auto words = value(text, "text");
  if (!kind.starts_with(wanted)) return fail("expected " + std::string{wanted} + ", came: " + std::string{text});
  if (room.next == Next::offer)
    room.offer = words.substr(0, words.find(' ')), room.next = binding ? Next::accept : Next::withdraw;
  else
    room.next = Next::offer;
  latencies.push_back(std::chrono::duration<double, std::micro>(now - room.typed).count());
  if (binding && room.next == Next::accept)
    idle.push_front(n);
  else
    idle.push_back(n);
  if (--to_answer > 0) return type_more();
  ended = now;
  if (done) done->set_value();
  done.reset();
}

void Chat::Impl::type_more() {
  if (to_type == 0 || idle.empty()) return;
  --to_type;
  const auto n = idle.front();
  idle.pop_front();
  turns.push_back(n);
}

void Chat::Impl::type(std::size_t n) {
  auto& room = rooms[n];
  const auto name = std::to_string(n);
  const bool client = room.next != Next::accept;
  const std::string text = room.next == Next::offer    ? R"(/offer title=\"Logo\" amount=300 scope=\"3 concepts, SVG\")"
                           : room.next == Next::accept ? "/accept " + room.offer + " v1 --yes"
                                                       : "/withdraw " + room.offer;
  std::string line = entry("message");
  line += R"(,"id":"m-)" + std::to_string(position) + R"(","channel":"c-)" + name + R"(","user":"u-)" + who(n, client) +
          R"(","handle":")" + who(n, client) + R"(","name":"Somebody","text":")" + text + R"("})";
  room.typed = Clock::now();
  typed += typed.empty() ? "" : "\n";
  typed += line;
  if (typed.size() > message_limit) out.push_back(std::exchange(typed, {}));
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

void Chat::Impl::run_commands(int commands, int outstanding) {
  run(
      [&] {
        latencies.clear();
        latencies.reserve(static_cast<std::size_t>(commands));
        to_type = to_answer = commands;
        begun = Clock::now();
        for (int i = 0; i < outstanding; ++i) type_more();
        flush();
      },
      true);
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

void Chat::open_rooms(int rooms) {
  impl_->run(
      [&] {
        auto& s = *impl_;
        for (int i = 0; i < rooms; ++i) {
          const auto name = std::to_string(s.rooms.size());
          s.idle.push_back(s.rooms.size());
          s.rooms.emplace_back();
          for (const bool client : {true, false}) {
            const auto handle = who(s.rooms.size() - 1, client);
            const std::string user = R"(","user":{"id":"u-)" + handle + R"(","handle":")" + handle +
                                     R"(","name":"Somebody","zone":"Europe/Berlin"}})";
            if (s.met.insert(handle).second)
              s.show(s.entry("joined") + R"(,"direct":true,"channel":"d-)" + handle + user);
            s.show(s.entry("joined") + R"(,"channel":"c-)" + name + user);
          }
        }
        s.flush();
      },
      false);
}

void Chat::bind_rooms() {
  impl_->binding = true;
  impl_->run_commands(2 * static_cast<int>(impl_->rooms.size()), 32);
  impl_->binding = false;
}

Figures Chat::drive(int commands, int outstanding) {
  impl_->run_commands(commands, outstanding);
  auto& all = impl_->latencies;
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all[static_cast<std::size_t>(static_cast<double>(all.size() - 1) * share)];
  };
  const std::chrono::duration<double> took = impl_->ended - impl_->begun;
  return {static_cast<double>(commands) / took.count(), at(0.5), at(0.99)};
}

void Chat::bursts(int count, int burst) {
  for (int i = 0; i < count; ++i) {
    impl_->run(
        [&] {
          auto& s = *impl_;
          s.to_type = s.to_answer = burst;
          for (int k = 0; k < burst; ++k) s.type_more();
          s.flush();
        },
        true);
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

}  // namespace bench
