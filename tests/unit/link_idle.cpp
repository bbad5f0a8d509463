#include <openssl/evp.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <istream>
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
