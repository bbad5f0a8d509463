#include "bot/platforms/xmpp/xml.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "commands/unicode.hpp"

namespace bot::xmpp {
namespace {

constexpr std::string_view xml_namespace = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view xmlns_namespace = "http://www.w3.org/2000/xmlns/";
constexpr std::string_view blanks = " \t\r\n";
constexpr auto nothing = std::string_view::npos;

constexpr std::string_view fine;  ///< of what is wrong: nothing
constexpr std::string_view no_element = "the frame is no XML: expected one complete element, such as <presence/>";
constexpr std::string_view forbidden = "the frame holds a character that XML forbids";
constexpr std::string_view unknown_prefix = "the frame uses a prefix that stands for no namespace";

/// What may stand in XML 1.0 at all, written out or as a reference.
bool allowed(std::uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c < 0xFFFE) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

/// Beyond ASCII every character counts as a letter, as it does for pugixml: such names are nowhere looked for.
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool continues_name(char c) { return begins_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

/// The length of the name that text begins with, `a` or `a:b`; 0: of none.
std::size_t name_length(std::string_view text) {
  const auto part = [&](std::size_t from) {
    auto at = from;
    if (at < text.size() && begins_name(text[at]))
      while (at < text.size() && continues_name(text[at])) ++at;
    return at - from;
  };
  const auto first = part(0);
  if (first == 0 || first == text.size() || text[first] != ':') return first;
  const auto second = part(first + 1);
  return second == 0 ? 0 : first + 1 + second;
}

/// Goes over a frame once, before pugixml sees it, for pugixml passes in silence over much that must not pass: it drops
/// comments and declarations, keeps an unknown `&entity;` as text, takes one attribute twice and ends at the first
/// zero. That end tags fit their start tags is left to it. No recursion: a frame may be nothing but start tags.
class Scanner {
 public:
  Scanner(std::string_view frame, const XmlLimits& limits) : rest_(frame), limits_(limits) {}

  /// What is wrong with the frame.
  std::string_view scan() {
    while (!rest_.empty()) {
      const auto wrong = rest_.front() == '<' ? markup() : text();
      if (!wrong.empty()) return wrong;
    }
    return seen_ && depth_ == 0 ? fine : no_element;
  }

 private:
  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  bool take_name() {
    const auto length = name_length(rest_);
    rest_.remove_prefix(length);
    return length > 0;
  }
  /// Whether there were any.
  bool take_blanks() {
    const auto length = std::min(rest_.find_first_not_of(blanks), rest_.size());
    rest_.remove_prefix(length);
    return length > 0;
  }

  std::string_view text() {
    const auto text = rest_.substr(0, rest_.find('<'));
    rest_.remove_prefix(text.size());
    if (depth_ > 0) return text.find("]]>") == nothing ? references(text) : no_element;
    return text.find_first_not_of(blanks) == nothing ? fine : "the frame has text beside its element";
  }

  std::string_view markup() {
    if (take("<![CDATA[")) {
      const auto end = rest_.find("]]>");
      if (depth_ == 0 || end == nothing) return no_element;
      rest_.remove_prefix(end + 3);
      return fine;
    }
    if (rest_.starts_with("<!--")) return "the frame has a comment, which XMPP forbids";
    if (rest_.starts_with("<!")) return "the frame has a document type or another declaration, which XMPP forbids";
    if (rest_.starts_with("<?")) return "the frame has a processing instruction, which XMPP forbids";
    if (take("</")) {
      if (!take_name()) return no_element;
      take_blanks();
      return take(">") && --depth_ >= 0 ? fine : no_element;
    }
    take("<");
    return element();
  }

  std::string_view element() {
    if (depth_ == 0 && seen_) return "the frame has more than one element";
    seen_ = true;
    if (depth_ >= limits_.depth) return "the frame's elements lie deeper in each other than is allowed";
    if (!take_name()) return no_element;
    for (int attributes = 0;; ++attributes) {
      const bool apart = take_blanks();
      if (take("/>")) return fine;
      if (take(">")) {
        ++depth_;
        return fine;
      }
      if (!apart) return no_element;
      if (attributes >= limits_.attributes) return "an element of the frame has more attributes than are allowed";
      const auto wrong = attribute();
      if (!wrong.empty()) return wrong;
    }
  }

  std::string_view attribute() {
    if (!take_name()) return no_element;
    take_blanks();
    if (!take("=")) return no_element;
    take_blanks();
    const std::string_view quote = take("\"") ? "\"" : take("'") ? "'" : "";
    const auto end = quote.empty() ? nothing : rest_.find(quote);
    if (end == nothing) return no_element;
    const auto value = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return value.find('<') == nothing ? references(value) : no_element;
  }

  /// Every `&` must begin one of the five entities that XML itself has, or the number of an allowed character.
  static std::string_view references(std::string_view text) {
    for (auto at = text.find('&'); at != nothing; at = text.find('&', at + 1)) {
      const auto end = text.find(';', at);
      if (end == nothing) return no_element;
      auto name = text.substr(at + 1, end - at - 1);
      if (name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos") continue;
      if (!name.starts_with('#')) return "the frame has an entity of its own, which XMPP forbids";
      name.remove_prefix(1);
      const bool hex = name.starts_with('x');
      name.remove_prefix(hex ? 1 : 0);
      std::uint32_t code = 0;
      const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
      if (error == std::errc::invalid_argument || stop != name.data() + name.size()) return no_element;
      if (error != std::errc{} || !allowed(code)) return forbidden;
    }
    return fine;
  }

  std::string_view rest_;
  const XmlLimits& limits_;
  int depth_ = 0;
  bool seen_ = false;  ///< an element
};

struct Name {
  std::string_view prefix, local;
  auto operator<=>(const Name&) const = default;
};

Name split(std::string_view name) {
  const auto colon = name.find(':');
  return colon == nothing ? Name{"", name} : Name{name.substr(0, colon), name.substr(colon + 1)};
}

/// The prefix that an attribute gives a namespace to, empty for the default one; nothing: it is an ordinary attribute.
std::optional<std::string_view> declared_by(pugi::xml_attribute attribute) {
  const auto name = split(attribute.name());
  if (name.prefix == "xmlns") return name.local;
  if (name.prefix.empty() && name.local == "xmlns") return name.prefix;
  return std::nullopt;
}

/// Goes over a tree with the prefixes known at each place. All names and values live as long as the document.
class Prefixes : public pugi::xml_tree_walker {
 public:
  std::string_view wrong() const { return wrong_; }

  bool for_each(pugi::xml_node& node) override {
    for (; !declared_.empty() && declared_.back().depth >= depth(); declared_.pop_back())
      known_[declared_.back().prefix].pop_back();
    if (node.type() == pugi::node_element) wrong_ = element(node);
    return wrong_.empty();
  }

 private:
  struct Declared {
    int depth;
    std::string_view prefix;
  };

  std::string_view element(pugi::xml_node node) {
    for (const auto attribute : node.attributes()) {
      const auto prefix = declared_by(attribute);
      if (!prefix) continue;
      const std::string_view value = attribute.value();
      const bool reserved = *prefix == "xmlns" || value == xmlns_namespace ||
                            (*prefix == "xml") != (value == xml_namespace) || (!prefix->empty() && value.empty());
      if (reserved) return "the frame declares a namespace in a way that XML forbids";
      known_[*prefix].push_back(value);
      declared_.push_back({depth(), *prefix});
    }
    const auto own = split(node.name());
    if (!own.prefix.empty() && !meaning(own.prefix)) return unknown_prefix;
    std::vector<Name> names;
    for (const auto attribute : node.attributes()) {
      auto name = split(attribute.name());
      if (declared_by(attribute)) {
        if (!name.prefix.empty()) name.prefix = xmlns_namespace;
      } else if (!name.prefix.empty()) {
        const auto found = meaning(name.prefix);
        if (!found) return unknown_prefix;
        name.prefix = *found;
      }
      names.push_back(name);
    }
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) == names.end() ? fine : "an element of the frame has one attribute twice";
  }

  std::optional<std::string_view> meaning(std::string_view prefix) const {
    const auto at = known_.find(prefix);
    if (at == known_.end() || at->second.empty()) return std::nullopt;
    return at->second.back();
  }

  std::map<std::string_view, std::vector<std::string_view>> known_{{"xml", {xml_namespace}}};
  std::vector<Declared> declared_;
  std::string_view wrong_;
};

/// With U+FFFD for whatever XML cannot carry.
std::string carried(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto from = at;
    const auto c = commands::next_code_point(text, at);
    if (!allowed(c) || c == U'\uFFFD')
      out += "\uFFFD";
    else
      out += text.substr(from, at - from);
  }
  return out;
}

/// Line ends go as numbers: in a value a reader makes blanks of them otherwise, and of \r in a text \n.
std::string escaped(std::string_view text, bool value) {
  std::string out;
  for (const char c : carried(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\n': out += "&#10;"; break;
      case '\r': out += "&#13;"; break;
      case '\t': out += value ? "&#9;" : "\t"; break;
      case '"': out += value ? "&quot;" : "\""; break;
      default: out += c;
    }
  }
  return out;
}

bool is_text(pugi::xml_node node) { return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata; }

void open(pugi::xml_node node, std::string& out) {
  if (is_text(node)) out += escaped(node.value(), false);
  if (node.type() != pugi::node_element) return;
  out.append("<").append(node.name());
  for (const auto attribute : node.attributes())
    out.append(" ").append(attribute.name()).append("=\"").append(escaped(attribute.value(), true)).append("\"");
  out += node.first_child() ? ">" : "/>";
}

}  // namespace

std::expected<pugi::xml_document, std::string> read_xml(std::string_view frame, const XmlLimits& limits) {
  const auto refused = [](std::string_view why) { return std::unexpected(std::string{why}); };
  if (frame.size() > limits.bytes)
    return refused("the frame is larger than the " + std::to_string(limits.bytes) + " bytes allowed");
  if (!commands::valid_utf8(frame)) return refused("the frame is not UTF-8");
  for (std::size_t at = 0; at < frame.size();)
    if (!allowed(commands::next_code_point(frame, at))) return refused(forbidden);
  if (const auto wrong = Scanner{frame, limits}.scan(); !wrong.empty()) return refused(wrong);

  // Blanks alone are text too: a message may consist of them.
  pugi::xml_document document;
  const auto flags = pugi::parse_default | pugi::parse_ws_pcdata;
  if (!document.load_buffer(frame.data(), frame.size(), flags, pugi::encoding_utf8)) return refused(no_element);
  Prefixes prefixes;
  document.traverse(prefixes);
  if (!prefixes.wrong().empty()) return refused(prefixes.wrong());
  return document;
}

std::string local_name(pugi::xml_node node) { return std::string{split(node.name()).local}; }

std::string namespace_of(pugi::xml_node node) {
  const auto prefix = split(node.name()).prefix;
  if (prefix == "xml") return std::string{xml_namespace};
  const auto name = prefix.empty() ? std::string{"xmlns"} : "xmlns:" + std::string{prefix};
  for (; node.type() == pugi::node_element; node = node.parent())
    if (const auto declaration = node.attribute(name.c_str())) return declaration.value();
  return "";
}

bool is(pugi::xml_node node, std::string_view name, std::string_view ns) {
  return node.type() == pugi::node_element && split(node.name()).local == name && namespace_of(node) == ns;
}

pugi::xml_node child(pugi::xml_node node, std::string_view name, std::string_view ns) {
  return node.find_child([&](pugi::xml_node each) { return is(each, name, ns); });
}

std::vector<pugi::xml_node> children(pugi::xml_node node, std::string_view name, std::string_view ns) {
  std::vector<pugi::xml_node> found;
  for (const auto each : node.children())
    if (is(each, name, ns)) found.push_back(each);
  return found;
}

std::string text_of(pugi::xml_node node) {
  std::string text;
  for (const auto each : node.children())
    if (is_text(each)) text += each.value();
  return text;
}

pugi::xml_node add(pugi::xml_node parent, std::string_view name, std::string_view ns) {
  assert(!name.empty() && name_length(name) == name.size());
  auto node = parent.append_child(std::string{name}.c_str());
  if (!ns.empty()) set(node, "xmlns", ns);
  return node;
}

void set(pugi::xml_node node, std::string_view attribute, std::string_view value) {
  assert(!attribute.empty() && name_length(attribute) == attribute.size());
  const std::string name{attribute};
  auto there = node.attribute(name.c_str());
  if (!there) there = node.append_attribute(name.c_str());
  there.set_value(carried(value).c_str());
}

void set_text(pugi::xml_node node, std::string_view text) {
  for (auto each = node.first_child(); each;) {
    const auto next = each.next_sibling();
    if (is_text(each)) node.remove_child(each);
    each = next;
  }
  if (!text.empty()) node.append_child(pugi::node_pcdata).set_value(carried(text).c_str());
}

std::string written(const pugi::xml_document& document) {
  std::string out;
  for (pugi::xml_node node = document.first_child(); node;) {
    open(node, out);
    if (const auto below = node.first_child()) {
      node = below;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      if (node.type() == pugi::node_element) out.append("</").append(node.name()).append(">");
    }
    node = node.next_sibling();
  }
  return out;
}

}  // namespace bot::xmpp
