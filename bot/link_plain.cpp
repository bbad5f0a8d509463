#include "bot/link_stream.hpp"

namespace bot {
namespace {

class PlainLink final : public StreamLink<boost::beast::tcp_stream> {
 public:
  PlainLink(boost::asio::io_context& context, WebLink::Options given, WebLink::Handlers called)
      : StreamLink(context, std::move(given), std::move(called), context) {}

 private:
  boost::asio::awaitable<Error> secure() override { co_return Error{}; }
};

}  // namespace

std::shared_ptr<AnyLink> plain_link(boost::asio::io_context& io, WebLink::Options options, WebLink::Handlers handlers) {
  return std::make_shared<PlainLink>(io, std::move(options), std::move(handlers));
}

}  // namespace bot
