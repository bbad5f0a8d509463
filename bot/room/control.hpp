#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <memory>

#include "bot/room/core.hpp"

// Invitations come over a Unix socket in the data directory, which only its owner can reach.
namespace room {

/// Takes the place of a socket that a dead room left; the store's lock says that no other room lives here.
boost::asio::local::stream_protocol::acceptor listen_for_invites(boost::asio::io_context&,
                                                                 const std::filesystem::path& data);
boost::asio::awaitable<void> serve_invites(std::shared_ptr<boost::asio::local::stream_protocol::acceptor>,
                                           std::shared_ptr<Core>);

/// `data`/room.sock by a path short enough for a socket's address, valid while `directory` (an open descriptor of
/// `data`) is.
std::string socket_path(const std::filesystem::path& data, int directory);

}  // namespace room
