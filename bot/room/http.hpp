#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "bot/room/core.hpp"

namespace room {

/// Serves one connection: files of the page, or the room once it asks for a WebSocket at /ws.
boost::asio::awaitable<void> serve_connection(boost::asio::ip::tcp::socket, std::shared_ptr<Guest>);

}  // namespace room
