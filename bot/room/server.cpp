#include "bot/room/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bot/room/control.hpp"
#include "bot/room/core.hpp"
#include "bot/room/http.hpp"

namespace room {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<void> serve_everybody(std::shared_ptr<tcp::acceptor> acceptor, std::shared_ptr<Core> core) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  while (!core->stopping) {
    auto [error, socket] = co_await acceptor->async_accept(token);
    if (core->stopping) break;
    if (error) {
      // Out of descriptors, most likely: those who are here must leave first.
      asio::steady_timer pause(core->io, std::chrono::milliseconds(100));
      co_await pause.async_wait(token);
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto other = socket.remote_endpoint(ignored);
    auto guest = std::make_shared<Guest>(core, other.address().to_string());
    asio::co_spawn(core->io, serve_connection(std::move(socket), std::move(guest)), asio::detached);
  }
}

}  // namespace

struct Server::Impl {
  Impl(asio::io_context& io, Options options) : core(std::make_shared<Core>(io, std::move(options))) {}

  std::shared_ptr<Core> core;
  std::shared_ptr<tcp::acceptor> people;
  std::shared_ptr<asio::local::stream_protocol::acceptor> invites;
};

Server::Server(asio::io_context& io, Options options) : impl_(std::make_unique<Impl>(io, std::move(options))) {}

Server::~Server() { stop(); }

void Server::start() {
  Core& core = *impl_->core;
  const tcp::endpoint wanted(asio::ip::make_address(core.options.address), core.options.port);
  impl_->people = std::make_shared<tcp::acceptor>(core.io, wanted, true);
  core.port = impl_->people->local_endpoint().port();
  using Invites = asio::local::stream_protocol::acceptor;
  impl_->invites = std::make_shared<Invites>(listen_for_invites(core.io, core.options.data));
  asio::co_spawn(core.io, serve_everybody(impl_->people, impl_->core), asio::detached);
  asio::co_spawn(core.io, serve_invites(impl_->invites, impl_->core), asio::detached);
}

void Server::stop() {
  Core& core = *impl_->core;
  if (core.stopping) return;
  core.stopping = true;
  boost::system::error_code ignored;
  if (impl_->people) impl_->people->close(ignored);
  if (impl_->invites) {
    impl_->invites->close(ignored);
    std::error_code unlinked;
    std::filesystem::remove(core.options.data / "room.sock", unlinked);
  }
  core.hub->stop();
  for (const auto& close : core.closers)
    if (close) close();
}

unsigned short Server::port() const { return impl_->core->port; }

}  // namespace room
