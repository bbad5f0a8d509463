#include "bot/room/main.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "bot/room/store.hpp"

namespace room {

int run_room(const Options& options) {
  // A full disk or a vanished reader is an error to be handled, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_logger_st("room"));
  try {
    boost::asio::io_context io(1);
    Server server(io, options);
    server.start();
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) { server.stop(); });
    const std::string host = options.address == "::1" ? "[::1]" : "127.0.0.1";
    std::cout << "room ready http://" << host << ':' << server.port() << std::endl;
    io.run();
    return 0;
  } catch (const Held& error) {
    std::cerr << "parley room: " << error.what() << '\n';
    return 73;
  } catch (const boost::system::system_error& error) {
    std::cerr << "parley room: cannot listen: " << error.what() << '\n';
    return 71;
  } catch (const std::exception& error) {
    std::cerr << "parley room: " << error.what() << '\n';
    return 75;
  }
}

}  // namespace room
