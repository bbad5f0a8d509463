#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "room_helpers.hpp"

using namespace room_test;

namespace {

std::string text(const json::object& frame, const char* name) { return Client::text(frame, name); }

/// Sends bytes and gives what comes back until the server closes.
std::string exchange(unsigned short port, const std::string& bytes) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  boost::system::error_code ended;
  boost::asio::write(socket, boost::asio::buffer(bytes), ended);
  std::string answer;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), ended);
  return answer;
}

std::string status(const std::string& answer) { return answer.substr(0, answer.find('\r')); }

std::string upgrade(const std::string& host, const std::string& origin) {
  return "GET /ws HTTP/1.1\r\nHost: " + host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
         (origin.empty() ? "" : "Origin: " + origin + "\r\n") +
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

}  // namespace

TEST_CASE("room: a frame that cannot be read closes its connection, and nobody else's", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  const std::string token = room.token("ana");
  Client witness(room, token);
  const std::string deep = "{\"type\":\"ping\",\"x\":" + std::string(40, '[') + std::string(40, ']') + "}";
  const std::string long_frame = "{\"type\":\"ping\",\"x\":\"" + std::string(300 * 1024, 'x') + "\"}";
  for (const std::string& frame :
       {std::string("{\"type\":"), std::string("nonsense"), std::string("[1,2]"), deep, long_frame,
        std::string("{\"type\":\"ping\",\"x\":\"\xC3\x28\"}"), std::string("{\"type\":\"ping\",\"x\":\"\\ud800\"}")}) {
    Client bad(room, token);
    bad.raw(frame);
    CHECK(!bad.closed().empty());
    CHECK(witness.everything().empty());
  }
}

TEST_CASE("room: a frame that makes no sense is answered, and the connection stays", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  CHECK(text(ana.ask({{"type", "dance"}}), "code") == "bad_frame");
  CHECK(text(ana.ask({{"type", "post"}, {"channel", 7}}), "code") == "bad_frame");
  CHECK(text(ana.ask({{"type", "history"}, {"after", -1}}), "code") == "bad_frame");
  CHECK(text(ana.ask({{"type", "post"}, {"channel", studio}, {"text", ""}}), "code") == "empty");
  CHECK(text(ana.ask({{"type", "post"}, {"channel", studio}, {"text", "x"}, {"thread", "a b"}}), "code") ==
        "bad_frame");
  const std::string longest(16 * 1024, 'x');
  CHECK(text(ana.ask({{"type", "post"}, {"channel", studio}, {"text", longest + "x"}}), "code") == "too_long");
  CHECK(text(ana.ask({{"type", "post"}, {"channel", studio}, {"text", longest}}), "type") == "posted");
  CHECK(text(ana.ask({{"type", "create"}, {"name", "Other"}, {"handles", {"nobody"}}}), "code") == "no_such_user");
}

TEST_CASE("room: text comes back as it was typed", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  const std::string odd = "a\tb\n\"c\" \\ \x01 \x7F é 漢 🎈 </script>";
  ana.say({{"type", "post"}, {"channel", studio}, {"text", odd}, {"key", "k"}});
  CHECK(text(ana.next("message"), "text") == odd);
}

TEST_CASE("room: only its own page may connect from a browser", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  const std::string here = "127.0.0.1:" + std::to_string(room.port());
  CHECK(status(exchange(room.port(), upgrade(here, "http://evil.test"))) == "HTTP/1.1 403 Forbidden");
  CHECK(status(exchange(room.port(), upgrade(here, "null"))) == "HTTP/1.1 403 Forbidden");
  CHECK(status(exchange(room.port(), upgrade(here, "http://localhost:" + std::to_string(room.port())))) ==
        "HTTP/1.1 403 Forbidden");
  CHECK(status(exchange(room.port(), upgrade("evil.test", ""))) == "HTTP/1.1 421 Misdirected Request");
  CHECK(status(exchange(room.port(), upgrade("127.0.0.1", ""))) == "HTTP/1.1 421 Misdirected Request");
  const std::string get = " HTTP/1.1\r\nHost: " + here + "\r\nConnection: close\r\n\r\n";
  const std::string page = exchange(room.port(), "GET /" + get);
  CHECK(status(page) == "HTTP/1.1 200 OK");
  CHECK(page.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
  CHECK(page.find("X-Content-Type-Options: nosniff") != std::string::npos);
  CHECK(page.find("Referrer-Policy: no-referrer") != std::string::npos);
  CHECK(status(exchange(room.port(), "GET /../room.db" + get)) == "HTTP/1.1 404 Not Found");
  CHECK(status(exchange(room.port(), "POST /" + get)) == "HTTP/1.1 405 Method Not Allowed");
  CHECK(status(exchange(room.port(), "GET / HTTP/1.1\r\nHost: " + here + "\r\nX: " + std::string(9000, 'x') +
                                         "\r\n\r\n")) == "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_CASE("room: many frames in one message, and many at once, are each answered in order", "[room]") {
  const Folder folder;
  const RunningRoom room(folder.path);
  Client ana(room, room.token("ana"));
  const std::string studio = make_room(ana, "Studio", {});
  std::string lines;
  for (int i = 0; i < 200; ++i)
    lines += json::serialize(json::object{{"type", "post"}, {"channel", studio}, {"text", std::to_string(i)}}) + "\n";
  ana.raw(lines);
  for (int i = 200; i < 400; ++i) ana.say({{"type", "post"}, {"channel", studio}, {"text", std::to_string(i)}});
  const auto all = ana.everything();
  int next = 0;
  for (const json::object& frame : all)
    if (text(frame, "type") == "message") CHECK(text(frame, "text") == std::to_string(next++));
  CHECK(next == 400);
}
