#include "bot/platforms/xmpp/said.hpp"

#include <charconv>

#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/names.hpp"
#include "bot/platforms/xmpp/xml.hpp"

namespace bot::xmpp {
namespace {

/// The byte at which the n-th character begins; the end of the text where it has fewer.
std::size_t byte_of(const std::string& text, std::size_t n) {
  std::size_t at = 0;
  while (n > 0 && at < text.size()) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    --n;
  }
  return at;
}

std::optional<std::size_t> count(pugi::xml_node node, const char* name) {
  const std::string_view text = node.attribute(name).value();
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A client that answers a message puts a quotation in front, for those that cannot show an answer, and says which
/// characters it is.
void take_quotation_out(pugi::xml_node message, std::string& body) {
  for (const auto each : children(message, "fallback", ns::fallback)) {
    if (std::string_view{each.attribute("for").value()} != ns::reply) continue;
    const auto part = child(each, "body", ns::fallback);
    const auto start = count(part, "start"), end = count(part, "end");
    if (!part || !start || !end || *start > *end) continue;
    const auto from = byte_of(body, *start), until = byte_of(body, *end);
    body.erase(from, until - from);
    return;
  }
}

}  // namespace

Said read_said(pugi::xml_node message, const std::string& archive) {
  Said out;
  out.from = message.attribute("from").value();
  out.type = message.attribute("type").value();
  out.id = message.attribute("id").value();
  out.origin = child(message, "origin-id", ns::stanza_id).attribute("id").value();
  if (out.origin.empty()) out.origin = out.id;
  for (const auto each : children(message, "stanza-id", ns::stanza_id))
    if (each.attribute("by").value() == archive) out.stanza_id = each.attribute("id").value();
  const auto body = child(message, "body", ns::client);
  out.has_body = static_cast<bool>(body);
  out.body = text_of(body);
  out.thread = text_of(child(message, "thread", ns::client));
  if (const auto reply = child(message, "reply", ns::reply)) {
    out.reply_to = reply.attribute("id").value();
    take_quotation_out(message, out.body);
  }
  out.replaces = child(message, "replace", ns::correct).attribute("id").value();
  out.subject = !out.has_body && child(message, "subject", ns::client);
  out.private_in_room = static_cast<bool>(child(message, "x", ns::muc_user));
  return out;
}

std::optional<std::string> author_in_archive(pugi::xml_node message) {
  const auto claims = children(message, "x", ns::muc_user);
  std::string author;
  for (const auto x : claims)
    for (const auto item : children(x, "item", ns::muc_user)) {
      if (!author.empty()) return std::nullopt;
      author = bare(item.attribute("jid").value());
      if (author.empty()) return std::nullopt;
    }
  if (author.empty()) return std::nullopt;
  return author;
}

}  // namespace bot::xmpp
