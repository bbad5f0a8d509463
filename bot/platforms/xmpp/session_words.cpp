#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bot/platforms/xmpp/session_impl.hpp"

namespace bot::xmpp::inside {
namespace {

constexpr std::size_t told = 200;  ///< bytes of the server's words that a reason repeats

}  // namespace

std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no randomness");
  std::string id;
  for (const unsigned char byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    id += digits[byte >> 4];
    id += digits[byte & 15];
  }
  return id;
}

std::string line(std::string text) {
  if (text.size() > told) {
    std::size_t end = told;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    text += "...";
  }
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::string reason_of(Node error, std::string_view ns) {
  std::string condition = "no reason given", text;
  for (const Node each : error.children()) {
    if (each.type() != pugi::node_element || namespace_of(each) != ns) continue;
    if (local_name(each) == "text")
      text = text_of(each);
    else
      condition = local_name(each);
  }
  std::ranges::replace(condition, '-', ' ');
  return line(condition) + (text.empty() ? "" : " (" + line(text) + ")");
}

bool is_stanza(Node root) {
  return is(root, "message", client_ns) || is(root, "presence", client_ns) || is(root, "iq", client_ns);
}

std::string_view attribute(Node node, const char* name) { return node.attribute(name).value(); }

std::string framing(const char* name, const std::string& to) {
  Document document;
  const Node root = add(document, name, framing_ns);
  if (!to.empty()) {
    set(root, "to", to);
    set(root, "version", "1.0");
  }
  return written(document);
}

}  // namespace bot::xmpp::inside
