#pragma once
#include "bot/room/server.hpp"

namespace room {

/// Runs the room until SIGINT or SIGTERM. Prints `room ready http://127.0.0.1:PORT` on standard output once it
/// listens; complaints go to standard error. Returns the exit code: 0, 71 if it cannot listen, 73 if another process
/// holds the store, 75 if the store failed or cannot be read.
int run_room(const Options&);

}  // namespace room
