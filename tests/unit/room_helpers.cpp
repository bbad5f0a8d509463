#include "room_helpers.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>

namespace room_test {
namespace {

constexpr std::chrono::seconds patience{2};

std::filesystem::path fresh_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "parley-room-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the test");
  return name;
}

}  // namespace

Folder::Folder() : path(fresh_folder()) {}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

RunningRoom::RunningRoom(const std::filesystem::path& data, unsigned short port)
    : data_(data),
      io_(std::make_unique<boost::asio::io_context>(1)),
      server_(std::make_unique<room::Server>(*io_, room::Options{.data = data, .port = port})) {
  server_->start();
  port_ = server_->port();
  thread_ = std::thread([this] { io_->run(); });
}

RunningRoom::~RunningRoom() {
  boost::asio::post(*io_, [this] { server_->stop(); });
  thread_.join();
  server_.reset();
}

std::string RunningRoom::token(const std::string& handle, bool bot, const std::string& join_room) const {
  const auto invited =
      room::request_invite(data_, {.handle = handle, .zone = "Europe/Berlin", .bot = bot, .join_room = join_room});
  if (!invited) FAIL(invited.error().text);
  return invited->token;
}

Client::Client(unsigned short port) {
  bot::WebLink::Options options{.host = "127.0.0.1", .port = port, .path = "/ws", .subprotocol = "parley.room.1"};
  bot::WebLink::Handlers handlers;
  handlers.opened = [this] { open_ = true; };
  handlers.frame = [this](std::string_view frame) {
    while (!frame.empty()) {
      const std::size_t end = std::min(frame.find('\n'), frame.size());
      frames_.push_back(json::parse(frame.substr(0, end)).as_object());
      frame.remove_prefix(std::min(end + 1, frame.size()));
    }
  };
  handlers.closed = [this](const std::string& why) { closed_ = why; };
  link_ = std::make_unique<bot::WebLink>(io_, std::move(options), std::move(handlers));
  REQUIRE(run_until([this] { return open_; }));
}

Client::Client(const RunningRoom& room, const std::string& token) : Client(room.port()) {
  say({{"type", "sign_in"}, {"token", token}});
  welcome = next("welcome");
}

bool Client::run_until(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + patience;
  io_.restart();
  bool came = done();  // asked once a turn: it may take what it finds
  while (!came && std::chrono::steady_clock::now() < end) {
    io_.run_one_for(std::chrono::milliseconds(20));
    came = done();
  }
  return came;
}

json::object Client::next(const std::string& type, const std::function<bool(const json::object&)>& fits) {
  json::object found;
  const bool came = run_until([&] {
    while (!frames_.empty()) {
      found = std::move(frames_.front());
      frames_.pop_front();
      if (text(found, "type") == type && (!fits || fits(found))) return true;
    }
    found.clear();
    return false;
  });
  INFO("waiting for a frame of type " << type);
  REQUIRE(came);
  return found;
}

json::object Client::ask(json::object frame) {
  const std::int64_t number = ++asks_;
  frame["ask"] = number;
  say(frame);
  json::object answer;
  REQUIRE(run_until([&] {
    while (!frames_.empty()) {
      answer = std::move(frames_.front());
      frames_.pop_front();
      if (answer.contains("ask") && answer.at("ask") == number) return true;
    }
    return false;
  }));
  return answer;
}

std::deque<json::object> Client::everything() {
  const std::int64_t number = ++asks_;
  say({{"type", "ping"}, {"ask", number}});
  REQUIRE(run_until([&] { return !frames_.empty() && text(frames_.back(), "type") == "pong"; }));
  std::deque<json::object> all;
  all.swap(frames_);
  all.pop_back();
  return all;
}

std::string Client::closed() {
  REQUIRE(run_until([this] { return closed_.has_value(); }));
  return *closed_;
}

std::string Client::text(const json::object& frame, const char* name) {
  const json::value* value = frame.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

std::string make_room(Client& client, const std::string& name, const json::array& handles) {
  const json::object done = client.ask({{"type", "create"}, {"name", name}, {"handles", handles}});
  REQUIRE(Client::text(done, "type") == "done");
  return Client::text(done, "channel");
}

std::string post(Client& client, const std::string& channel, const std::string& text, const std::string& key) {
  client.say({{"type", "post"}, {"channel", channel}, {"text", text}, {"key", key}});
  const auto mine = client.next("message", [&](const json::object& m) { return Client::text(m, "key") == key; });
  return Client::text(mine, "id");
}

}  // namespace room_test
