#pragma once
#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/chat.hpp"

namespace bench {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t message_limit = 90 * 1024;

/// The value behind `"name":"` as it stands in the frame. A quote inside a value is escaped, so no value is taken for
/// a name.
std::string_view value(std::string_view frame, std::string_view name);
std::string_view number(std::string_view frame, std::string_view name);

/// A client has one room, a freelancer works for ten.
std::string who(std::size_t room, bool client);

/// What somebody types in a room, and what is then awaited there.
enum class Line { offer, accept, withdraw, status, talk };

struct Room {
  Line next = Line::offer;     ///< of those that change something
  Line awaited = Line::offer;  ///< the one that was typed last
  std::string offer;           ///< the newest
  Clock::time_point typed{};
};

struct Chat::Impl {
  using Stream = beast::websocket::stream<beast::tcp_stream>;

  asio::io_context io{1};
  asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;

  // Everything below belongs to the thread.
  std::shared_ptr<Stream> stream;
  asio::steady_timer wake{io}, pulse{io};
  std::deque<std::string> out;
  std::string echoes, typed;  ///< of this round: what the bot said, shown to it; what people answer to that
  std::int64_t position = 0, stamp = 0;
  int stores = 1;
  std::vector<Room> rooms;
  std::set<std::string> met;  ///< people of whom the bot was told
  std::deque<std::size_t> idle;
  std::vector<std::size_t> turns;  ///< rooms in which somebody types next
  std::vector<double> latencies;
  Load load = Load::writes;
  int to_type = 0, to_answer = 0, turn = 0;
  bool binding = false, at_pace = false;
  Clock::time_point begun{}, ended{};
  std::optional<std::promise<void>> done;

  // chat.cpp
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(std::shared_ptr<Stream>);
  asio::awaitable<void> write(std::shared_ptr<Stream>);
  void message(std::string_view);
  void frame(std::string_view);
  void flush();
  void show(const std::string& line);
  std::string at();
  std::string entry(const char* kind);
  void fail(const std::string& why);
  void finish();
  /// Runs `act` on the thread and waits until `done` is set, or, without `wait`, until act has returned.
  void run(const std::function<void()>& act, bool wait);

  // people.cpp
  void answered(std::string_view frame);
  void type(std::size_t room, Line);
  void type_more(Clock::time_point when);
  Line choose(const Room&);
  asio::awaitable<void> keep_pace(int per_second);
  void begin(int messages);
  void run_messages(int messages, int outstanding);
  Figures figures(int messages);
};

}  // namespace bench
