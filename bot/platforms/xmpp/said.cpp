#include "bot/platforms/xmpp/said.hpp"

#include <algorithm>
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

struct Part {
  std::size_t from = 0, until = 0;
};

/// A client that answers a message puts a quotation in front, for those that cannot show an answer, and says which
/// characters it is.
Part quotation(pugi::xml_node message, const std::string& body) {
  for (const auto each : children(message, "fallback", ns::fallback)) {
    if (std::string_view{each.attribute("for").value()} != ns::reply) continue;
    const auto part = child(each, "body", ns::fallback);
    const auto start = count(part, "start"), end = count(part, "end");
    if (!part || !start || !end || *start > *end) continue;
    return {byte_of(body, *start), byte_of(body, *end)};
  }
  return {};
}

/// `logo@rooms.example.org/Ana M.` of `xmpp:logo@rooms.example.org/Ana%20M.`
std::string address_in(std::string_view uri) {
  if (!uri.starts_with("xmpp:")) return {};
  uri.remove_prefix(5);
  std::string out;
  for (std::size_t at = 0; at < uri.size(); ++at) {
    unsigned char byte = 0;
    const char* const digits = uri.data() + at + 1;
    if (uri[at] == '%' && at + 2 < uri.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      at += 2;
    } else {
      out += uri[at];
    }
  }
  return out;
}

/// What the author's client says of its own text, so it can mean nobody whom the author could not have typed.
std::vector<Mention> mentions(pugi::xml_node message, const std::string& body, Part left_out) {
  std::vector<Mention> out;
  for (const auto each : children(message, "reference", ns::reference)) {
    const auto begin = count(each, "begin"), end = count(each, "end");
    auto who = address_in(each.attribute("uri").value());
    if (std::string_view{each.attribute("type").value()} != "mention" || !begin || !end || who.empty()) continue;
    auto from = byte_of(body, *begin);
    const auto until = byte_of(body, *end);
    if (from >= until || body[from] == '@' || (from > 0 && body[from - 1] == '@')) continue;
    if (from < left_out.until && until > left_out.from) continue;
    if (from >= left_out.until) from -= left_out.until - left_out.from;
    out.push_back({from, until - byte_of(body, *begin), std::move(who)});
  }
  std::ranges::sort(out, std::greater{}, &Mention::at);
  // Where two lie over one another nobody knows what was typed.
  for (std::size_t i = 1; i < out.size(); ++i)
    if (out[i].at + out[i].length > out[i - 1].at) return {};
  return out;
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
  Part quoted;
  if (const auto reply = child(message, "reply", ns::reply)) {
    out.reply_to = reply.attribute("id").value();
    quoted = quotation(message, out.body);
  }
  out.mentions = mentions(message, out.body, quoted);
  out.body.erase(quoted.from, quoted.until - quoted.from);
  out.replaces = child(message, "replace", ns::correct).attribute("id").value();
  out.subject = !out.has_body && child(message, "subject", ns::client);
  out.private_in_room = static_cast<bool>(child(message, "x", ns::muc_user));
  return out;
}

std::string as_typed(const Said& said, const std::function<std::optional<std::string>(const Mention&)>& handle) {
  std::string out = said.body;
  for (const auto& one : said.mentions)
    if (const auto known = handle(one)) out.replace(one.at, one.length, '@' + *known);
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

bool author_behind_id(pugi::xml_node message) {
  bool numbered = false, behind = false;
  for (const auto each : message.children()) {
    if (is(each, "occupant-id", ns::occupant_id)) numbered = true;
    if (is(each, "x", ns::muc_user) && child(each, "item", ns::muc_user)) behind = numbered;
  }
  return behind;
}

}  // namespace bot::xmpp
