#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "bot/link_stream.hpp"

namespace bot {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using TlsStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

/// Whom a link trusts. The stream shares what the context holds, so the context itself may go after the stream is made.
struct Trust {
  ssl::context context{ssl::context::tls_client};
  std::string wrong;  ///< why nobody can be trusted: the link says so and ends
};

Trust trust_of(const WebLink::Options& options) {
  Trust trust;
  boost::system::error_code error;
  if (SSL_CTX_set_min_proto_version(trust.context.native_handle(), TLS1_2_VERSION) != 1)
    trust.wrong = "TLS 1.2 cannot be asked for";
  if (options.ca_file.empty()) {
    trust.context.set_default_verify_paths(error);
    if (error) trust.wrong = "the system's authorities cannot be read: " + error.message();
  } else {
    trust.context.load_verify_file(options.ca_file, error);
    if (error)
      trust.wrong = options.ca_file +
                    ": the certificates of authorities are expected here, as PEM like -----BEGIN CERTIFICATE-----: " +
                    error.message();
  }
  return trust;
}

bool no_tls_at_all(const boost::system::error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return false;
  const auto code = static_cast<unsigned long>(error.value());
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return false;
  const auto why = ERR_GET_REASON(code);
  return why == SSL_R_WRONG_VERSION_NUMBER || why == SSL_R_HTTP_REQUEST || why == SSL_R_PACKET_LENGTH_TOO_LONG;
}

class TlsLink final : public StreamLink<TlsStream> {
 public:
  TlsLink(asio::io_context& context, WebLink::Options given, WebLink::Handlers called, Trust trust)
      : StreamLink(context, std::move(given), std::move(called), boost::beast::tcp_stream(context), trust.context),
        wrong_(std::move(trust.wrong)) {}

 private:
  asio::awaitable<Error> secure() override;
  bool accept(bool good_so_far, ssl::verify_context&);

  std::string wrong_;
  std::string certificate_;  ///< what is wrong with the server's
};

asio::awaitable<boost::system::error_code> TlsLink::secure() {
  if (!wrong_.empty()) {
    reason = wrong_;
    co_return ssl::error::unspecified_system_error;
  }
  auto& stream = ws.next_layer();
  Error numeric;
  asio::ip::make_address(options.host, numeric);
  // A server with several names answers for the one that is asked for; an address is no name.
  if (numeric && SSL_set_tlsext_host_name(stream.native_handle(), options.host.c_str()) != 1) {
    reason = "a name that TLS can ask for is expected, like chat.example.org, not " + options.host;
    co_return ssl::error::unspecified_system_error;
  }
  stream.set_verify_mode(ssl::verify_peer);
  stream.set_verify_callback([this](bool good, ssl::verify_context& context) { return accept(good, context); });
  const auto token = asio::as_tuple(asio::use_awaitable);
  const auto [error] = co_await stream.async_handshake(ssl::stream_base::client, token);
  if (error && reason.empty()) {
    if (!certificate_.empty())
      reason = "the server's certificate is refused: " + certificate_;
    else if (no_tls_at_all(error))
      reason = "TLS is expected at " + options.host + ":" + std::to_string(options.port) +
               ", and something else answers there";
    else
      reason = "TLS could not be agreed on: " + error.message();
  }
  co_return error;
}

/// Called from the root of the chain to the server's own certificate.
bool TlsLink::accept(bool good_so_far, ssl::verify_context& context) {
  auto* const chain = context.native_handle();
  if (!good_so_far) {
    certificate_ = X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain));
    return false;
  }
  if (ssl::host_name_verification(options.host)(true, context)) return true;
  certificate_ = "it is not one for " + options.host;
  return false;
}

}  // namespace

std::shared_ptr<AnyLink> tls_link(asio::io_context& io, WebLink::Options options, WebLink::Handlers handlers) {
  auto trust = trust_of(options);
  return std::make_shared<TlsLink>(io, std::move(options), std::move(handlers), std::move(trust));
}

}  // namespace bot
