#include <openssl/evp.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <istream>
#include <memory>
#include <thread>

#include "bot/link.hpp"

namespace {

namespace asio = boost::asio;

std::string accept_key(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), hash, &size, EVP_sha1(), nullptr);
  std::string out(32, '\0');
  out.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), hash, static_cast<int>(size))));
  return out;
}

/// Takes one WebSocket and then says nothing any more, not even to a ping: what a half-open connection looks like.
void upgrade_and_fall_silent(asio::ip::tcp::socket& socket) {
  asio::streambuf buffer;
  asio::read_until(socket, buffer, "\r\n\r\n");
  std::istream in(&buffer);
  std::string line, key;
  while (std::getline(in, line) && line != "\r")
    if (line.starts_with("Sec-WebSocket-Key: ")) key = line.substr(19, line.size() - 20);
  const std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      accept_key(key) + "\r\n\r\n";
  asio::write(socket, asio::buffer(answer));
}

}  // namespace

TEST_CASE("a connection that is silent, pings included, is noticed within its idle time") {
  asio::io_context server, client;
  asio::ip::tcp::acceptor acceptor(server, {asio::ip::make_address("127.0.0.1"), 0});
  asio::ip::tcp::socket socket(server);
  std::thread silent([&] {
    acceptor.accept(socket);
    upgrade_and_fall_silent(socket);
  });
  bool opened = false, closed = false;
  std::chrono::steady_clock::time_point since, until;
  bot::WebLink link(
      client, {.host = "127.0.0.1", .port = acceptor.local_endpoint().port(), .idle = std::chrono::milliseconds{600}},
      {.opened =
           [&] {
             opened = true;
             since = std::chrono::steady_clock::now();
           },
       .frame = [](std::string_view) {},
       .closed =
           [&](const std::string&) {
             closed = true;
             until = std::chrono::steady_clock::now();
           }});
  while (!closed && client.run_one_for(std::chrono::seconds{5}) > 0) {
  }
  silent.join();
  CHECK(opened);
  REQUIRE(closed);
  CHECK(until - since >= std::chrono::milliseconds{300});
  CHECK(until - since <= std::chrono::milliseconds{1500});
  CHECK(bot::WebLink::Options{}.idle == std::chrono::seconds{45});
}

namespace {

/// Connects, says a word and goodbye at once; whether the link came to its end. The server's last words and its goodbye
/// come in one piece while ours is on its way.
bool part_with(asio::ip::tcp::acceptor& acceptor) {
  std::thread polite([&] {
    const unsigned char last_words[]{0x81, 0x03, 'b', 'y', 'e', 0x88, 0x02, 0x03, 0xE8};
    asio::ip::tcp::socket socket(acceptor.get_executor());
    acceptor.accept(socket);
    upgrade_and_fall_silent(socket);
    std::array<char, 64> heard{};
    boost::system::error_code gone;
    socket.read_some(asio::buffer(heard), gone);
    asio::write(socket, asio::buffer(last_words), gone);
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, gone);
    while (!gone) socket.read_some(asio::buffer(heard), gone);
  });
  asio::io_context io;
  bool closed = false;
  std::unique_ptr<bot::WebLink> link;
  bot::WebLink::Options options{.host = "127.0.0.1", .port = acceptor.local_endpoint().port()};
  options.patience = std::chrono::milliseconds{500};
  bot::WebLink::Handlers handlers;
  handlers.opened = [&] {
    link->send("bye");
    link->close();
  };
  handlers.frame = [](std::string_view) {};
  handlers.closed = [&](const std::string&) { closed = true; };
  link = std::make_unique<bot::WebLink>(io, options, std::move(handlers));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{3};
  while (!closed && std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds{100});
  link.reset();
  io.run_for(std::chrono::milliseconds{1});
  polite.join();
  return closed;
}

}  // namespace

TEST_CASE("both sides say goodbye at the same moment, and the link comes to its end") {
  asio::io_context server;
  asio::ip::tcp::acceptor acceptor(server, {asio::ip::make_address("127.0.0.1"), 0});
  constexpr int rounds = 200;
  int ended = 0;
  while (ended < rounds && part_with(acceptor)) ++ended;
  CHECK(ended == rounds);
}
