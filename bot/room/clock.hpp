#pragma once
#include "bot/room/model.hpp"

namespace room {

/// The wall clock, in milliseconds UTC. The only place of the room that reads it.
Millis wall_clock();

}  // namespace room
