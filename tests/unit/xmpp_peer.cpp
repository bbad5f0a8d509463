#include "xmpp_peer.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <catch2/catch.hpp>

namespace xmpp_test {

namespace asio = boost::asio;
namespace beast = boost::beast;

Peer::Peer(asio::io_context& io) : acceptor_(io, {asio::ip::make_address("127.0.0.1"), 0}) { accept(); }

void Peer::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket socket) {
    if (error) return;
    upgrade(std::make_shared<Connection>(std::move(socket)));
    accept();
  });
}

void Peer::upgrade(const std::shared_ptr<Connection>& one) {
  beast::http::async_read(one->stream.next_layer(), one->buffer, one->request,
                          [this, one](boost::system::error_code error, std::size_t) {
                            if (error) return;
                            subprotocol = std::string(one->request[beast::http::field::sec_websocket_protocol]);
                            one->stream.async_accept(one->request, [this, one](boost::system::error_code failed) {
                              if (failed) return;
                              current_ = one;
                              read(one);
                            });
                          });
}

void Peer::read(const std::shared_ptr<Connection>& one) {
  one->stream.async_read(one->buffer, [this, one](boost::system::error_code error, std::size_t) {
    if (error) return;
    frames.push_back(beast::buffers_to_string(one->buffer.data()));
    one->buffer.consume(one->buffer.size());
    read(one);
  });
}

void Peer::say(const std::string& frame) {
  REQUIRE(current_);
  current_->stream.text(true);
  boost::system::error_code error;
  current_->stream.write(asio::buffer(frame), error);
}

void Peer::cut() {
  REQUIRE(current_);
  current_->stream.next_layer().close();
  current_.reset();
}

Talk::Talk(bot::xmpp::Resumable from, std::chrono::milliseconds patience, bool plain)
    : peer(io), resumable(std::move(from)) {
  options.link.host = "127.0.0.1";
  options.link.port = peer.port();
  options.link.path = "/ws";
  options.user = "parley";
  options.domain = "example.org";
  options.password = "correct horse";
  options.plain = plain;
  options.patience = patience;
  again();
}

void Talk::again() {
  end.reset();
  bot::xmpp::Session::Handlers handlers;
  handlers.ready = [this](bool resumed) {
    ready.push_back(resumed);
    tell("ready");
  };
  handlers.stanza = [this](pugi::xml_node node) {
    stanzas.emplace_back(node.attribute("id").value());
    handled.push_back(resumable.handled);
    tell("stanza");
  };
  handlers.acked = [this] {
    acked.push_back(resumable.acked);
    tell("acked");
  };
  handlers.closed = [this](const std::string& why, bool refused) {
    CHECK(!end);
    end.emplace(why, refused);
    tell("closed");
  };
  session = std::make_unique<bot::xmpp::Session>(io, options, resumable, std::move(handlers));
}

void Talk::tell(const std::string& what) {
  told.push_back(what);
  if (then) then(what);
}

bool Talk::run_until(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  io.restart();
  while (!done() && std::chrono::steady_clock::now() < limit) io.run_one_for(std::chrono::milliseconds{10});
  return done();
}

void Talk::settle(std::chrono::milliseconds time) {
  run_until([] { return false; }, time);
}

pugi::xml_document Talk::next() {
  REQUIRE(run_until([this] { return !peer.frames.empty(); }));
  pugi::xml_document document;
  REQUIRE(document.load_string(peer.frames.front().c_str()));
  peer.frames.pop_front();
  return document;
}

pugi::xml_document Talk::next(const std::string& name) {
  auto document = next();
  REQUIRE(document.document_element().name() == name);
  return document;
}

void Talk::sign_in(const std::string& features) {
  next("open");
  say(open_frame);
  say(plain_offer);
  next("auth");
  say(success);
  next("open");
  say(open_frame);
  say(features);
}

void Talk::bind() {
  const auto iq = next("iq");
  const std::string id = iq.document_element().attribute("id").value();
  say(text("iq", "type='result' id='" + id + "'",
           "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" + me + "</jid></bind>"));
  next("enable");
  say("<enabled xmlns='urn:xmpp:sm:3' id='stream-1' resume='true' max='600'/>");
  const std::size_t before = ready.size();
  REQUIRE(run_until([&] { return ready.size() > before; }));
}

std::string Talk::closed() {
  REQUIRE(run_until([this] { return end.has_value(); }));
  return end->first;
}

std::string text(const std::string& name, const std::string& attributes, const std::string& content) {
  return "<" + name + " xmlns='jabber:client' " + attributes + ">" + content + "</" + name + ">";
}

pugi::xml_document stanza(const std::string& name, const std::string& attributes, const std::string& content) {
  pugi::xml_document document;
  REQUIRE(document.load_string(text(name, attributes, content).c_str()));
  return document;
}

}  // namespace xmpp_test
