#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "bot/platform.hpp"

namespace bot {

struct RoomTuning {
  std::chrono::milliseconds ping{2'000};            ///< how often the server's time is asked for while nothing happens
  std::chrono::milliseconds first_retry{200};       ///< after a lost link; doubles ...
  std::chrono::milliseconds longest_retry{10'000};  ///< ... up to here
  std::size_t untaken = 10'000;                     ///< reading stops while more items lie untaken
};

/// The built-in room (bot/room/PROTOCOL.md). Its history is one sequence over all channels, so the ReadThroughs it
/// yields have no channel, and its cursor is `STORE:POSITION`; a cursor of another store counts as empty. A post that
/// is sent without a link is answered by a Refused that is not permanent; one that was under way when the link went
/// down is answered by Link{up=false} and never sent again. find() waits for the link if there is none. A wrong token
/// is logged and tried again.
std::unique_ptr<Platform> make_room_platform(boost::asio::io_context&, std::string host, unsigned short port,
                                             std::string token, RoomTuning = {});

}  // namespace bot
