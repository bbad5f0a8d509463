#pragma once
#include <cstddef>
#include <expected>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

// XML as XMPP uses it: one complete element a frame. pugixml knows no namespaces, so names are compared here together
// with the namespace that prefixes and `xmlns` give them. Never look for a child by its written name alone: whoever
// types chooses the prefix.
namespace bot::xmpp {

inline constexpr std::size_t stanza_limit = 256 * 1024;  ///< bytes of a stanza that is read
/// Bytes of a frame that does not yet end the link. A server measures what comes in and writes `'` as `&apos;`, six
/// times as long, so what it has taken from anybody may grow to this: 256 KiB six times, and an archive's wrapper.
inline constexpr std::size_t widest_frame = 8 * stanza_limit;

struct XmlLimits {
  std::size_t bytes = stanza_limit;
  int depth = 32;       ///< of elements within elements
  int attributes = 64;  ///< of one element; every look for a namespace goes over them
};

/// One element. What is refused: a document type, entities of its own, comments, processing instructions (and with them
/// the XML declaration), more than one element, text beside it, what is no XML or no UTF-8, a prefix without a
/// namespace, and what is larger or deeper than allowed. The error says which, and holds nothing of the frame.
std::expected<pugi::xml_document, std::string> read_xml(std::string_view frame, const XmlLimits& = {});

std::string local_name(pugi::xml_node);
/// Empty: it stands in none.
std::string namespace_of(pugi::xml_node);
bool is(pugi::xml_node, std::string_view name, std::string_view ns);
/// The first child of this name and namespace; an empty node if there is none.
pugi::xml_node child(pugi::xml_node, std::string_view name, std::string_view ns);
std::vector<pugi::xml_node> children(pugi::xml_node, std::string_view name, std::string_view ns);
/// Text and CDATA of an element, without that of its children.
std::string text_of(pugi::xml_node);

/// Adds an element below a node, or as the root of a document, with an `xmlns` where `ns` is not empty.
pugi::xml_node add(pugi::xml_node parent, std::string_view name, std::string_view ns = {});
/// Sets an attribute or the text, with everything that XML cannot carry replaced by U+FFFD.
void set(pugi::xml_node, std::string_view attribute, std::string_view value);
void set_text(pugi::xml_node, std::string_view text);
/// One line, without a declaration: what goes into a frame.
std::string written(const pugi::xml_document&);

}  // namespace bot::xmpp
