#include "bot/platforms/xmpp/jid.hpp"

#include "commands/unicode.hpp"

namespace bot::xmpp {
namespace {

constexpr std::size_t longest_part = 1023;

bool valid(std::string_view part, std::string_view forbidden) {
  if (part.empty() || part.size() > longest_part || !commands::valid_utf8(part)) return false;
  for (std::size_t at = 0; at < part.size();) {
    const auto c = commands::next_code_point(part, at);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  }
  return part.find_first_of(forbidden) == part.npos;
}

}  // namespace

std::optional<Jid> read_jid(std::string_view text) {
  // A resource may hold both signs: the first slash ends the domain, and only before it does an `@` mean anything.
  Jid jid;
  const auto slash = text.find('/');
  if (slash != text.npos) {
    const auto resource = text.substr(slash + 1);
    if (!valid(resource, "")) return std::nullopt;
    jid.resource = resource;
    text = text.substr(0, slash);
  }
  const auto at = text.find('@');
  if (at != text.npos) {
    const auto local = text.substr(0, at);
    if (!valid(local, "\"&'/:<>@ ")) return std::nullopt;
    jid.local = local;
    text = text.substr(at + 1);
  }
  // No host is called so; the colon stays, for an address like [::1].
  if (!valid(text, "\"&'<>@ ")) return std::nullopt;
  jid.domain = text;
  return jid;
}

std::string text(const Jid& jid) { return jid.resource.empty() ? bare(jid) : bare(jid) + "/" + jid.resource; }

std::string bare(const Jid& jid) { return jid.local.empty() ? jid.domain : jid.local + "@" + jid.domain; }

std::string bare(std::string_view text) {
  const auto jid = read_jid(text);
  return jid ? bare(*jid) : "";
}

}  // namespace bot::xmpp
