#include "bot/url.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace bot {
namespace {

namespace urls = boost::urls;

/// 0: none that can be.
unsigned short port_of(std::string_view digits) {
  unsigned short port = 0;
  const auto* const behind = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), behind, port);
  return error == std::errc{} && end == behind ? port : static_cast<unsigned short>(0);
}

bool on_this_machine(const urls::url_view& url) {
  using urls::host_type;
  if (url.host_type() == host_type::ipv4) return url.host_ipv4_address().is_loopback();
  if (url.host_type() == host_type::ipv6) return url.host_ipv6_address().is_loopback();
  return url.host() == "localhost";
}

/// What a host may be called; it goes into the head of a request.
bool host_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, plain);
}

}  // namespace

std::optional<ServerUrl> read_server_url(std::string_view text, std::initializer_list<Scheme> schemes) {
  const auto parsed = urls::parse_uri(text);
  if (!parsed || parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment()) return std::nullopt;
  const std::string scheme(parsed->scheme());
  const auto* const known = std::ranges::find(schemes, scheme, &Scheme::name);
  if (known == schemes.end()) return std::nullopt;
  ServerUrl url{.scheme = scheme, .host = parsed->host_address(), .port = known->usual_port};
  const bool numeric = parsed->host_type() == urls::host_type::ipv4 || parsed->host_type() == urls::host_type::ipv6;
  if (!numeric && !host_name(url.host)) return std::nullopt;
  if (parsed->has_port()) url.port = port_of(parsed->port());
  if (url.port == 0) return std::nullopt;
  // Boost.URL 1.81 reads 127.0.0.1.example.org as that address with the path .example.org, everybody else as a name.
  url.path = parsed->encoded_path();
  if (!url.path.empty() && url.path.front() != '/') return std::nullopt;
  url.on_this_machine = on_this_machine(*parsed);
  return url;
}

}  // namespace bot
