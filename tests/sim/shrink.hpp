#pragma once
#include <chrono>
#include <string>

#include "tests/sim/chat_file.hpp"
#include "tests/sim/judge.hpp"

namespace sim {

/// Plays a script as `parley rehearse` does, on a store on this disk, and judges it. Throws what the engine throws.
Faults judged(const std::string& script, MemoryDisk&, const workflow::Policy&);

/// The shortest script that could be found within this time in which the promise is broken as well. Where the whole of
/// it does not break it, for what the network did is not in it, the whole of it.
std::string shrunk(const ChatFile&, const std::string& promise, MemoryDisk&, const workflow::Policy&, const Judge&,
                   std::chrono::milliseconds most);

}  // namespace sim
