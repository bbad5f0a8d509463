#pragma once
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace room {

struct Options {
  std::filesystem::path data;         ///< the directory of room.db and room.sock; made if absent, mode 0700
  std::string address = "127.0.0.1";  ///< numeric
  unsigned short port = 8470;         ///< 0: any free one
  int connections_per_address = 256;
};

/// The chat server: the page over HTTP, the room at /ws, invitations at data/room.sock. Runs on the caller's
/// io_context, which must be run by one thread. After io.run() threw, the process should end (the store is in doubt).
class Server {
 public:
  /// Opens the store. Throws Held (see store.hpp) if another process has it, std::runtime_error if it cannot be read.
  Server(boost::asio::io_context&, Options);
  ~Server();  ///< stop()

  /// Listens. Throws boost::system::system_error if the address is taken.
  void start();
  /// Closes every connection; io.run() then comes to its end, and the store is closed with the last of them.
  void stop();
  /// The port that is listened on, once started.
  unsigned short port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace room
