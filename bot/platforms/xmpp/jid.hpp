#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace bot::xmpp {

/// `ana@example.org/phone`. The server has prepared what it sends, so parts are compared byte by byte.
struct Jid {
  std::string local, domain, resource;  ///< local and resource may be empty
  auto operator<=>(const Jid&) const = default;
};

/// Nothing: that is no address. A part has at most 1023 bytes of UTF-8, no control character, local none of "&'/:<>@
/// and space, the domain none of them but the colon.
std::optional<Jid> read_jid(std::string_view);
std::string text(const Jid&);
/// Without the resource.
std::string bare(const Jid&);
/// `ana@example.org` of `ana@example.org/phone`; what is no address comes back empty.
std::string bare(std::string_view jid);

}  // namespace bot::xmpp
