#include "bot/room/invite.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <utility>

#include "bot/room/control.hpp"
#include "bot/room/names.hpp"

namespace room {
namespace {

namespace json = boost::json;

/// An open descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  bool good() const { return number_ >= 0; }

 private:
  int number_;
};

bool write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(to, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string read_line(int from) {
  std::string line;
  char byte = 0;
  while (line.size() < 4096 && ::read(from, &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

/// Asks, and gives the answer, empty if nobody answers.
std::string ask_room(const std::filesystem::path& data, const std::string& question) {
  const Descriptor directory(::open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!directory.good() || !socket.good()) return {};
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_path(data, directory.get());
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  if (!write_all(socket.get(), question)) return {};
  return read_line(socket.get());
}

/// Under another name first, so that a reader never sees half a token, nor anybody else any of it.
bool write_secret(const std::filesystem::path& path, const std::string& secret) {
  const std::filesystem::path fresh = path.string() + ".new";
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  const Descriptor file(::open(fresh.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0600));
  if (!file.good() || !write_all(file.get(), secret + "\n") || ::fsync(file.get()) != 0) return false;
  return std::rename(fresh.c_str(), path.c_str()) == 0;
}

std::optional<std::string> complaint(const InviteRequest& request) {
  if (!valid_handle(request.handle)) return "a handle has 1 to 32 of a-z, 0-9, dot, dash and underscore";
  if (!request.name.empty() && !valid_name(request.name)) return "this display name cannot be used";
  if (!valid_zone(request.zone)) return "a zone looks like Europe/Berlin";
  if (!valid_email(request.email)) return "an address looks like ana@example.org; off takes it away";
  if (!request.join_room.empty() && !valid_name(request.join_room)) return "this room's name cannot be used";
  return std::nullopt;
}

}  // namespace

std::expected<Invited, InviteFailure> request_invite(const std::filesystem::path& data, const InviteRequest& request) {
  if (const auto why = complaint(request)) return std::unexpected(InviteFailure{64, *why});
  const json::object question{{"handle", request.handle}, {"name", request.name},      {"zone", request.zone},
                              {"email", request.email},   {"room", request.join_room}, {"bot", request.bot}};
  const std::string line = ask_room(data, json::serialize(question) + "\n");
  if (line.empty()) return std::unexpected(InviteFailure{69, "no room is running here; start it with `parley room`"});
  json::error_code error;
  const json::value parsed = json::parse(line, error);
  if (error || !parsed.is_object()) return std::unexpected(InviteFailure{69, "the room gave no sense"});
  const json::object& answer = parsed.get_object();
  if (const json::value* why = answer.if_contains("error"))
    return std::unexpected(InviteFailure{64, json::value_to<std::string>(*why)});
  return Invited{json::value_to<std::string>(answer.at("user")), json::value_to<std::string>(answer.at("token")),
                 json::value_to<unsigned short>(answer.at("port"))};
}

int invite(const std::filesystem::path& data, const InviteRequest& request) {
  const auto fail = [](int code, const std::string& why) {
    std::cerr << "parley invite: " << why << '\n';
    return code;
  };
  if (request.bot && request.token_file.empty()) return fail(64, "a bot's token goes into a file: say which");
  const auto invited = request_invite(data, request);
  if (!invited) return fail(invited.error().exit_code, invited.error().text);
  if (!request.token_file.empty())
    return write_secret(request.token_file, invited->token)
               ? 0
               : fail(73, request.token_file.string() + " cannot be written");
  std::cout << "http://127.0.0.1:" << invited->port << "/#token=" << invited->token << std::endl;
  return 0;
}

}  // namespace room
