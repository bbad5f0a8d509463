#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "bot/link.hpp"
#include "bot/room/invite.hpp"
#include "bot/room/server.hpp"

// A real room on a free port in a thread of its own, and a client that speaks its frames. For tests.
namespace room_test {

namespace json = boost::json;

/// A new empty folder, removed with everything in it at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path path;
};

class RunningRoom {
 public:
  explicit RunningRoom(const std::filesystem::path& data, unsigned short port = 0);
  ~RunningRoom();
  RunningRoom(const RunningRoom&) = delete;
  RunningRoom& operator=(const RunningRoom&) = delete;

  unsigned short port() const { return port_; }
  /// The token of a person, or of a bot, made if absent. Fails the test if there is none.
  std::string token(const std::string& handle, bool bot = false, const std::string& join_room = {}) const;

 private:
  std::filesystem::path data_;
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<room::Server> server_;
  unsigned short port_ = 0;
  std::thread thread_;
};

/// One connection. Each call waits for at most two seconds and fails the test if nothing fitting came.
class Client {
 public:
  explicit Client(unsigned short port);
  /// Connects and signs in.
  Client(const RunningRoom&, const std::string& token);

  void raw(std::string frame) { link_->send(std::move(frame)); }
  void say(const json::object& frame) { raw(json::serialize(frame)); }
  /// The next frame of this type that fits, those before it are dropped.
  json::object next(const std::string& type, const std::function<bool(const json::object&)>& fits = {});
  /// Sends and gives the frame with the same `ask`, be it an answer or an error.
  json::object ask(json::object frame);
  /// What came until the answer to a ping: everything that happened before it.
  std::deque<json::object> everything();
  /// Waits until the connection is closed, and gives the reason.
  std::string closed();

  json::object welcome;
  std::string id() const { return text(welcome.at("me").as_object(), "id"); }
  static std::string text(const json::object&, const char* name);

 private:
  bool run_until(const std::function<bool()>& done);
  boost::asio::io_context io_;
  std::deque<json::object> frames_;
  std::optional<std::string> closed_;
  bool open_ = false;
  std::int64_t asks_ = 0;
  std::unique_ptr<bot::WebLink> link_;
};

/// Makes a room with these people and gives its id.
std::string make_room(Client&, const std::string& name, const json::array& handles);
/// Posts and gives the id of the message.
std::string post(Client&, const std::string& channel, const std::string& text, const std::string& key);

}  // namespace room_test
