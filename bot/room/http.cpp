#include "bot/room/http.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "bot/room/limits.hpp"
#include "bot/room/page.hpp"
#include "bot/room/session.hpp"

namespace room {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using HttpRequest = http::request<http::empty_body>;
using HttpResponse = http::response<http::string_body>;

/// The names under which this server may be called. Any other Host is a page elsewhere whose name was made to point
/// here, and must not read the room.
bool own_host(beast::string_view host, unsigned short port) {
  const std::string colon_port = ":" + std::to_string(port);
  return std::ranges::any_of(std::array{"127.0.0.1", "localhost", "[::1]"},
                             [&](const char* name) { return host == name + colon_port; });
}

HttpResponse answer(const HttpRequest& request, http::status status, std::string body,
                    std::string_view type = "text/plain; charset=utf-8") {
  HttpResponse response{status, request.version()};
  const std::string host{request[http::field::host]};
  response.set(http::field::content_type, {type.data(), type.size()});
  response.set(http::field::cache_control, "no-cache");
  response.set("Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://" +
                   host + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.keep_alive(request.keep_alive());
  response.body() = std::move(body);
  response.content_length(response.body().size());
  return response;
}

HttpResponse refusal(http::status status, std::string why) {
  HttpRequest nothing;
  nothing.version(11);
  nothing.keep_alive(false);
  return answer(nothing, status, std::move(why));
}

HttpResponse page(const HttpRequest& request) {
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return answer(request, http::status::method_not_allowed, "Only GET.\n");
  std::string_view path{request.target().data(), request.target().size()};
  path = path.substr(0, path.find('?'));
  if (path == "/") path = "/index.html";
  const auto files = page_files();
  const auto file = std::ranges::find(files, path, &PageFile::path);
  if (file == files.end()) return answer(request, http::status::not_found, "There is nothing here.\n");
  HttpResponse response = answer(request, http::status::ok, std::string(file->body), file->type);
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

/// Why this request may not come in, if it may not. A browser always names the Origin of a WebSocket; our bot never.
std::optional<HttpResponse> refused(const HttpRequest& request, unsigned short port, bool upgrade) {
  const auto host = request[http::field::host];
  if (!own_host(host, port)) return refusal(http::status::misdirected_request, "This is not that host.\n");
  if (!upgrade) return std::nullopt;
  const auto origin = request.find(http::field::origin);
  if (origin != request.end() && origin->value() != "http://" + std::string(host))
    return refusal(http::status::forbidden, "Only this server's own page may connect.\n");
  if (request.target() != "/ws") return refusal(http::status::not_found, "The room is at /ws.\n");
  return std::nullopt;
}

}  // namespace

asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket, std::shared_ptr<Guest> guest) {
  beast::tcp_stream stream(std::move(socket));
  guest->on_stop([&stream] { stream.close(); });
  beast::flat_buffer buffer;
  const auto token = asio::as_tuple(asio::use_awaitable);
  bool again = !guest->one_too_many();
  while (again) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(header_limit);
    parser.body_limit(0);
    stream.expires_after(header_time);
    const auto [error, size] = co_await http::async_read_header(stream, buffer, parser, token);
    if (error && error != http::error::header_limit) break;
    const HttpRequest& request = parser.get();
    const bool upgrade = !error && beast::websocket::is_upgrade(request);
    std::optional<HttpResponse> response;
    if (error)
      response = refusal(http::status::request_header_fields_too_large, "The headers are too long.\n");
    else if (parser.chunked() || parser.content_length().value_or(0) > 0)
      response = refusal(http::status::payload_too_large, "Nothing can be sent here.\n");
    else
      response = refused(request, guest->core().port, upgrade);
    if (!response && upgrade) {
      HttpRequest taken = parser.release();
      co_await run_session(std::move(stream), std::move(taken), guest);
      co_return;
    }
    if (!response) response = page(request);
    again = response->keep_alive();
    stream.expires_after(header_time);
    const auto [failed, sent] = co_await http::async_write(stream, *response, token);
    if (failed) break;
  }
  boost::system::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  guest->on_stop({});
}

}  // namespace room
