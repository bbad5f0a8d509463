#include <openssl/x509v3.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <thread>

#include "bot/link.hpp"
#include "engine_talk.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
using asio::ip::tcp;

template <auto release>
struct Release {
  template <class T>
  void operator()(T* what) const {
    release(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;

constexpr long day = 24L * 60 * 60;

struct Identity {
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate{X509_new()};
};

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// A certificate for `names` (`DNS:localhost,IP:127.0.0.1`), or of an authority where there are none. Without an issuer
/// it vouches for itself.
Identity identity(const std::string& names, const Identity* issuer = nullptr, long until = day) {
  static long serial = 0;
  Identity made;
  auto* c = made.certificate.get();
  X509_set_version(c, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(c), -2 * day);
  X509_gmtime_adj(X509_getm_notAfter(c), until);
  X509_set_pubkey(c, made.key.get());
  const std::string common = names.empty() ? "Test authority" : "Test server";
  X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  auto* by = issuer ? issuer->certificate.get() : c;
  X509_set_issuer_name(c, X509_get_subject_name(by));
  extend(c, by, NID_basic_constraints, names.empty() ? "critical,CA:TRUE" : "CA:FALSE");
  extend(c, by, NID_subject_key_identifier, "hash");
  if (!names.empty()) extend(c, by, NID_subject_alt_name, names);
  REQUIRE(X509_sign(c, issuer ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0);
  return made;
}

using ServerStream = beast::websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

/// One connection is taken on 127.0.0.1, in a thread of its own.
class Server {
 public:
  Server(const Identity& who, std::function<void(ServerStream&)> talk) {
    SSL_CTX_use_certificate(context_.native_handle(), who.certificate.get());
    SSL_CTX_use_PrivateKey(context_.native_handle(), who.key.get());
    thread_ = std::thread([this, talk = std::move(talk)] {
      beast::tcp_stream plain(io_);
      boost::system::error_code gone;
      acceptor_.accept(plain.socket(), gone);
      if (gone) return;
      ServerStream ws(std::move(plain), context_);
      ws.next_layer().handshake(ssl::stream_base::server, gone);
      if (gone) return;
      const char* name = SSL_get_servername(ws.next_layer().native_handle(), TLSEXT_NAMETYPE_host_name);
      asked_for = name ? name : "";
      ws.accept(gone);
      if (gone) return;
      upgraded = true;
      talk(ws);
    });
  }
  ~Server() { wait(); }
  unsigned short port() const { return acceptor_.local_endpoint().port(); }
  void wait() {
    if (thread_.joinable()) thread_.join();
  }

  std::string asked_for;  ///< by the name in the handshake; to be read after wait()
  std::atomic<bool> upgraded = false;

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
  ssl::context context_{ssl::context::tls_server};
  std::thread thread_;
};

/// Says back what it hears, until the other side has said goodbye.
void echo(ServerStream& ws) {
  boost::system::error_code gone;
  while (!gone) {
    beast::flat_buffer heard;
    ws.read(heard, gone);
    ws.text(true);
    if (!gone) ws.write(heard.data(), gone);
  }
}

struct Outcome {
  bool opened = false;
  std::string heard;
  std::string reason;
  std::chrono::steady_clock::duration closing{};
};

/// Connects, says a word, and parts when it comes back.
Outcome talk_to(bot::WebLink::Options options) {
  using Clock = std::chrono::steady_clock;
  options.tls = true;
  asio::io_context io;
  Outcome out;
  bool closed = false;
  Clock::time_point since = Clock::now();
  std::unique_ptr<bot::WebLink> link;
  link = std::make_unique<bot::WebLink>(io, options,
                                        bot::WebLink::Handlers{.opened =
                                                                   [&] {
                                                                     out.opened = true;
                                                                     link->send("good morning");
                                                                   },
                                                               .frame =
                                                                   [&](std::string_view text) {
                                                                     out.heard = text;
                                                                     since = Clock::now();
                                                                     link->close();
                                                                   },
                                                               .closed =
                                                                   [&](const std::string& why) {
                                                                     closed = true;
                                                                     out.reason = why;
                                                                   }});
  while (!closed && io.run_one_for(std::chrono::seconds{20}) > 0) {
  }
  REQUIRE(closed);
  out.closing = Clock::now() - since;
  return out;
}

/// A folder with the certificate of an authority, as whoever trusts it would have it.
struct Trusted : talk::Folder {
  Identity authority = identity("");
  std::string file() const {
    const auto name = path / "ca.pem";
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, authority.certificate.get());
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory, &text);
    std::ofstream(name).write(text, size);
    BIO_free(memory);
    return name;
  }
};

/// What is told about a server with this certificate, which must have been refused.
std::string refused(const Identity& who, const std::string& host, const std::string& ca_file) {
  Server server(who, echo);
  const auto out = talk_to({.host = host, .port = server.port(), .ca_file = ca_file});
  server.wait();
  CHECK_FALSE(out.opened);
  CHECK_FALSE(server.upgraded);
  return out.reason;
}

}  // namespace

TEST_CASE("a good certificate lets a link through, by name and by address", "[link]") {
  const Trusted trusted;
  for (const auto& [host, names] :
       {std::pair{"localhost", "DNS:localhost"}, {"127.0.0.1", "DNS:localhost,IP:127.0.0.1"}}) {
    CAPTURE(host);
    Server server(identity(names, &trusted.authority), echo);
    const auto out = talk_to({.host = host, .port = server.port(), .ca_file = trusted.file()});
    server.wait();
    CHECK(out.opened);
    CHECK(out.heard == "good morning");
    CHECK(out.reason == beast::error_code(beast::websocket::error::closed).message());
    CHECK(server.asked_for == (std::string(host) == "localhost" ? "localhost" : ""));
  }
}

TEST_CASE("a certificate that is not good for the host is refused, with the reason", "[link]") {
  const Trusted trusted;
  const auto ca = trusted.file();
  const auto good = [&](const std::string& names, long until = day) {
    return identity(names, &trusted.authority, until);
  };
  const std::string says = "the server's certificate is refused: ";
  CHECK(refused(good("DNS:chat.example.org"), "localhost", ca) == says + "it is not one for localhost");
  CHECK(refused(good("DNS:localhost"), "127.0.0.1", ca) == says + "it is not one for 127.0.0.1");
  CHECK(refused(good("DNS:127.0.0.1"), "127.0.0.1", ca) == says + "it is not one for 127.0.0.1");
  CHECK(refused(good("DNS:localhost", -day), "localhost", ca) == says + "certificate has expired");
  CHECK(refused(identity("DNS:localhost"), "localhost", ca) == says + "self-signed certificate");
  const auto stranger = identity("");
  CHECK(refused(identity("DNS:localhost", &stranger), "localhost", ca).starts_with(says));
  // The system does not know this authority, and nobody said that it should.
  CHECK(refused(good("DNS:localhost"), "localhost", "") == says + "unable to get local issuer certificate");
}

TEST_CASE("authorities that cannot be read are told, and nobody is trusted", "[link]") {
  const Trusted trusted;
  for (const std::string file : {"/nowhere.pem", "/empty.pem"}) {
    std::ofstream(trusted.path / "empty.pem") << "nothing\n";
    const auto why = refused(identity("DNS:localhost", &trusted.authority), "localhost", trusted.path.string() + file);
    CAPTURE(why);
    CHECK(why.find(file + ": the certificates of authorities are expected here") != std::string::npos);
  }
}

TEST_CASE("a server that speaks no TLS is refused, with the reason", "[link]") {
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
  std::thread plain([&] {
    tcp::socket socket(io);
    acceptor.accept(socket);
    char some = 0;
    asio::read(socket, asio::buffer(&some, 1));
    const std::string answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    asio::write(socket, asio::buffer(answer));
    socket.shutdown(tcp::socket::shutdown_send);
    boost::system::error_code gone;
    while (!gone) asio::read(socket, asio::buffer(&some, 1), gone);
  });
  const auto port = acceptor.local_endpoint().port();
  const auto out = talk_to({.host = "127.0.0.1", .port = port});
  plain.join();
  CHECK_FALSE(out.opened);
  CHECK(out.reason == "TLS is expected at 127.0.0.1:" + std::to_string(port) + ", and something else answers there");
}

TEST_CASE("a server that takes the connection and says nothing is given up", "[link]") {
  asio::io_context io;
  const tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});  // the kernel takes it, nobody else does
  const auto out = talk_to(
      {.host = "127.0.0.1", .port = acceptor.local_endpoint().port(), .patience = std::chrono::milliseconds{300}});
  CHECK_FALSE(out.opened);
  CHECK(out.reason.starts_with("TLS could not be agreed on: "));
  CHECK(out.closing >= std::chrono::milliseconds{300});
  CHECK(out.closing < std::chrono::seconds{3});
}

TEST_CASE("a server that says goodbye and never leaves is left in time", "[link]") {
  const Trusted trusted;
  std::atomic<bool> done = false;
  for (const bool answers : {true, false}) {
    CAPTURE(answers);
    done = false;
    Server server(identity("DNS:localhost", &trusted.authority), [&](ServerStream& ws) {
      beast::flat_buffer heard;
      ws.read(heard);
      ws.text(true);
      ws.write(heard.data());
      // The frame of a goodbye, as a server writes it; without it the link's own goes unanswered.
      const unsigned char goodbye[]{0x88, 0x02, 0x03, 0xE8};
      if (answers) asio::write(ws.next_layer(), asio::buffer(goodbye));
      while (!done) std::this_thread::sleep_for(std::chrono::milliseconds{5});
    });
    const auto out = talk_to({.host = "localhost",
                              .port = server.port(),
                              .ca_file = trusted.file(),
                              .patience = std::chrono::milliseconds{400}});
    done = true;
    CHECK(out.opened);
    CHECK(out.closing >= std::chrono::milliseconds{350});
    CHECK(out.closing < std::chrono::seconds{3});
  }
}

TEST_CASE("a server that cuts the wire after its goodbye has said goodbye", "[link]") {
  const Trusted trusted;
  Server server(identity("DNS:localhost", &trusted.authority), [&](ServerStream& ws) {
    beast::flat_buffer heard;
    ws.read(heard);
    const unsigned char goodbye[]{0x88, 0x08, 0x03, 0xE9, 'm', 'o', 'v', 'i', 'n', 'g'};
    asio::write(ws.next_layer(), asio::buffer(goodbye));
    beast::get_lowest_layer(ws).socket().shutdown(tcp::socket::shutdown_send);
  });
  const auto out = talk_to({.host = "localhost", .port = server.port(), .ca_file = trusted.file()});
  CHECK(out.opened);
  CHECK(out.reason == beast::error_code(beast::websocket::error::closed).message() + ": moving");
}
