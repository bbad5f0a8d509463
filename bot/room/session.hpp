#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <memory>

#include "bot/room/core.hpp"

namespace room {

/// Speaks PROTOCOL.md with one client over a WebSocket until it goes. The request has been found good.
boost::asio::awaitable<void> run_session(boost::beast::tcp_stream,
                                         boost::beast::http::request<boost::beast::http::empty_body>,
                                         std::shared_ptr<Guest>);

}  // namespace room
