#include "bot/room/names.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "bot/room/limits.hpp"
#include "bot/room/model.hpp"

namespace room {
namespace {

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// Takes one code point from the front; empty if what stands there is no UTF-8.
std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || text.size() < length) return std::nullopt;
  char32_t code = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  const bool shorter_exists = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (shorter_exists || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  text.remove_prefix(length);
  return code;
}

bool steers_text(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB);
}

}  // namespace

bool valid_handle(std::string_view handle) {
  return !handle.empty() && handle.size() <= handle_limit && lower_or_digit(handle.front()) &&
         std::ranges::all_of(handle, [](char c) { return lower_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > name_limit) return false;
  bool visible = false;
  while (!name.empty()) {
    const auto code = take_code_point(name);
    if (!code || steers_text(*code)) return false;
    visible = visible || (*code != U' ' && *code != 0xA0 && *code != 0x3000);
  }
  return visible;
}

bool valid_zone(std::string_view zone) {
  return zone.size() <= label_limit && (zone.empty() || (zone.front() != '/' && zone.back() != '/')) &&
         std::ranges::all_of(zone, [](char c) {
           return lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '+' || c == '/';
         });
}

bool valid_email(std::string_view email) {
  constexpr std::size_t longest = 254;
  if (email.empty() || email == "off") return true;
  const auto at = email.find('@');
  return email.size() <= longest && at != 0 && at + 1 < email.size() && at == email.rfind('@') && at != email.npos &&
         std::ranges::all_of(email, [](char c) {
           return c > ' ' && c < 0x7F && std::string_view("\"(),:;<>[\\]").find(c) == std::string_view::npos;
         });
}

bool valid_kind(std::string_view kind) {
  return kind.size() <= 2 * label_limit && std::ranges::all_of(kind, [](char c) { return c >= ' ' && c < 0x7F; });
}

bool valid_label(std::string_view label) {
  return label.size() <= label_limit && std::ranges::all_of(label, [](char c) { return c > ' ' && c < 0x7F; });
}

bool valid_utf8(std::string_view text) {
  while (!text.empty())
    if (!take_code_point(text)) return false;
  return true;
}

std::string message_id(Position position) { return "m-" + std::to_string(position); }

Position read_message_id(const std::string& id) {
  if (id.size() < 3 || id.size() > 20 || !id.starts_with("m-")) return 0;
  Position position = 0;
  for (const char c : std::string_view{id}.substr(2)) {
    if (c < '0' || c > '9' || position > INT64_MAX / 10 - 1) return 0;
    position = position * 10 + (c - '0');
  }
  return position;
}

}  // namespace room
