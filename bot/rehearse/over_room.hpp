#pragma once
#include <memory>

#include "bot/rehearse/stage.hpp"

namespace bot::rehearse {

/// A real built-in room on a port of its own, one real connection a person, and the bot's own adapter: instants of the
/// script stand in for the server's stamps.
std::unique_ptr<Stage> room_stage(Can);

}  // namespace bot::rehearse
