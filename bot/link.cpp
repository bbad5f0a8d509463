#include "bot/link.hpp"

#include "bot/link_impl.hpp"

namespace bot {
namespace {

constexpr std::size_t joined_limit = 96 * 1024;

}  // namespace

AnyLink::AnyLink(boost::asio::io_context& context, WebLink::Options given, WebLink::Handlers called)
    : io(context),
      options(std::move(given)),
      handlers(std::move(called)),
      wake(context),
      resumed(context),
      check(context),
      parting(context),
      gone(context) {
  wake.expires_at(Clock::time_point::max());
  resumed.expires_at(Clock::time_point::max());
  gone.expires_at(Clock::time_point::max());
}

void AnyLink::send(std::string text) {
  waiting.push_back(std::move(text));
  wake.cancel();
}

void AnyLink::pause(bool now) {
  if (paused == now) return;
  paused = now;
  if (!paused) resumed.cancel();
}

void AnyLink::close() {
  closing = true;
  paused = false;
  resumed.cancel();
  wake.cancel();
}

void AnyLink::abandon() {
  abandoned = true;
  drop("dropped");
  finish();
}

void AnyLink::drop(std::string why) {
  if (reason.empty()) reason = std::move(why);
  close_socket();
}

void AnyLink::part() {
  parting.expires_after(options.patience);
  parting.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && !self->ended) self->drop("the other side did not close in time");
  });
}

void AnyLink::finish() {
  ended = true;
  wake.cancel();
  resumed.cancel();
  check.cancel();
  parting.cancel();
}

std::string AnyLink::next_message() {
  std::string out = std::move(waiting.front());
  waiting.pop_front();
  while (options.lines && !waiting.empty() && out.size() + waiting.front().size() < joined_limit) {
    out += '\n';
    out += waiting.front();
    waiting.pop_front();
  }
  return out;
}

WebLink::WebLink(boost::asio::io_context& io, Options options, Handlers handlers) {
  const auto make = options.tls ? tls_link : plain_link;
  impl_ = make(io, std::move(options), std::move(handlers));
  impl_->start();
}

WebLink::~WebLink() { impl_->abandon(); }
void WebLink::send(std::string text) { impl_->send(std::move(text)); }
void WebLink::pause(bool paused) { impl_->pause(paused); }
void WebLink::close() { impl_->close(); }

}  // namespace bot
