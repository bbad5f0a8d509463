#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "bot/config.hpp"

namespace bot {

struct ServeOptions {
  std::filesystem::path data = "data";  ///< the store is `DATA/bot/parley.db`
  std::string room_host = "127.0.0.1";
  unsigned short room_port = 8470;
  std::filesystem::path token_file;  ///< empty: `DATA/bot/token`; read once, never printed
  Config config;
};

/// Runs the bot until SIGINT or SIGTERM. Prints `bot ready` once it has read everything it missed.
/// Returns an exit code: 0 stopped in order, 64 the mail settings cannot be right, 69 no token, 73 another process
/// holds the store, 75 the store failed.
int serve(const ServeOptions&);

}  // namespace bot
