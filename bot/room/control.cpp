#include "bot/room/control.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

#include "bot/room/limits.hpp"
#include "bot/room/names.hpp"

namespace room {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Local = asio::local::stream_protocol;

constexpr std::size_t request_limit = 4096;
constexpr std::size_t longest_socket_path = 100;

std::string text(const json::object& frame, const char* name) {
  const json::value* found = frame.if_contains(name);
  const json::string* value = found ? found->if_string() : nullptr;
  return value ? std::string(value->data(), value->size()) : std::string();
}

std::string refuse(const std::string& why) { return json::serialize(json::object{{"error", why}}) + "\n"; }

std::string answer(Core& core, std::string_view line) {
  json::error_code error;
  const json::value parsed = json::parse(line, error);
  if (error || !parsed.is_object()) return refuse("this request cannot be read");
  const json::object& frame = parsed.get_object();
  InviteRequest request{text(frame, "handle"), text(frame, "name"), text(frame, "zone")};
  request.join_room = text(frame, "room");
  request.email = text(frame, "email");
  request.bot = frame.contains("bot") && frame.at("bot") == true;
  if (!valid_handle(request.handle)) return refuse("a handle has 1 to 32 of a-z, 0-9, dot, dash and underscore");
  if (!request.name.empty() && !valid_name(request.name)) return refuse("this display name cannot be used");
  if (!valid_zone(request.zone)) return refuse("a zone looks like Europe/Berlin");
  if (!valid_email(request.email)) return refuse("an address looks like ana@example.org; off takes it away");
  if (!request.join_room.empty() && !valid_name(request.join_room)) return refuse("this room's name cannot be used");
  const auto invited = core.hub->invite(request);
  if (!invited) return refuse(invited.error().text);
  return json::serialize(json::object{{"user", invited->user}, {"token", invited->token}, {"port", core.port}}) + "\n";
}

asio::awaitable<void> serve_one(Local::socket socket, std::shared_ptr<Core> core) {
  // Shared with the timer and with stop(), which may outlive this coroutine by a turn of the loop.
  const auto shared = std::make_shared<Local::socket>(std::move(socket));
  asio::steady_timer patience(core->io, header_time);
  patience.async_wait([shared](boost::system::error_code cancelled) {
    boost::system::error_code ignored;
    if (!cancelled) shared->close(ignored);
  });
  Guest guest(core, "local");
  guest.on_stop([shared] {
    boost::system::error_code ignored;
    shared->close(ignored);
  });
  const auto token = asio::as_tuple(asio::use_awaitable);
  std::string got;
  auto into = asio::dynamic_buffer(got, request_limit);
  const auto [error, size] = co_await asio::async_read_until(*shared, into, '\n', token);
  if (!error) {
    const std::string out = answer(*core, std::string_view(got).substr(0, size));
    const auto buffer = asio::buffer(out);
    co_await asio::async_write(*shared, buffer, token);
  }
  patience.cancel();
}

}  // namespace

std::string socket_path(const std::filesystem::path& data, int directory) {
  const std::string plain = (data / "room.sock").string();
  if (plain.size() <= longest_socket_path) return plain;
  return "/proc/self/fd/" + std::to_string(directory) + "/room.sock";
}

Local::acceptor listen_for_invites(asio::io_context& io, const std::filesystem::path& data) {
  const int directory = ::open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const std::string path = socket_path(data, directory);
  ::unlink(path.c_str());
  Local::acceptor acceptor(io);
  boost::system::error_code error;
  acceptor.open(Local(), error);
  if (!error) acceptor.bind(Local::endpoint(path), error);
  if (!error && ::chmod(path.c_str(), 0600) != 0) error.assign(errno, boost::system::system_category());
  if (!error) acceptor.listen(8, error);
  if (directory >= 0) ::close(directory);
  if (error) throw boost::system::system_error(error, path);
  return acceptor;
}

asio::awaitable<void> serve_invites(std::shared_ptr<Local::acceptor> acceptor, std::shared_ptr<Core> core) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  while (!core->stopping) {
    auto [error, socket] = co_await acceptor->async_accept(token);
    if (error) break;
    // What is fatal to the store must end the process from here too.
    asio::co_spawn(core->io, serve_one(std::move(socket), core), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }
}

}  // namespace room
