#include <algorithm>
#include <charconv>
#include <regex>

#include "bot/rehearse/script.hpp"

namespace bot::rehearse {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool word(char c) { return letter(c) || (c >= '0' && c <= '9'); }

void put_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      byte(0xE0 | c >> 12);
    } else {
      byte(0xF0 | c >> 18);
      byte(0x80 | (c >> 12 & 0x3F));
    }
    byte(0x80 | (c >> 6 & 0x3F));
  }
  byte(0x80 | (c & 0x3F));
}

std::optional<std::uint32_t> hex(std::string_view digits) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, 16);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return n;
}

/// A backslash that starts no escape stays: typed lines have escapes of their own, as in `title="a \"b\""`.
std::string unescape(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    if (raw.starts_with("\\x") && raw.size() >= 4) {
      if (const auto byte = hex(raw.substr(2, 2))) {
        out += static_cast<char>(static_cast<unsigned char>(*byte));
        raw.remove_prefix(4);
        continue;
      }
    }
    if (const auto close = raw.find('}'); raw.starts_with("\\u{") && close != std::string_view::npos) {
      if (const auto code = hex(raw.substr(3, close - 3)); code && *code <= 0x10FFFF) {
        put_utf8(out, *code);
        raw.remove_prefix(close + 1);
        continue;
      }
    }
    out += raw.front();
    raw.remove_prefix(1);
  }
  return out;
}

constexpr std::size_t longest_repeat = 4U << 20U;

}  // namespace

std::string expand_names(const std::string& raw, const std::map<std::string, std::string>& kept) {
  std::string out;
  for (std::size_t i = 0; i < raw.size();) {
    if (raw[i] == '$' && i + 1 < raw.size() && letter(raw[i + 1])) {
      std::size_t end = i + 1;
      while (end < raw.size() && word(raw[end])) ++end;
      if (const auto found = kept.find(raw.substr(i + 1, end - i - 1)); found != kept.end()) {
        out += found->second;
        i = end;
        continue;
      }
    }
    out += raw[i++];
  }
  return out;
}

std::string expand(const std::string& raw, const std::map<std::string, std::string>& kept) {
  static const std::regex repeat{R"re(\{"((?:[^"\\]|\\.)*)" \* (\d{1,7})\})re"};
  const std::string named = expand_names(raw, kept);
  std::string out;
  auto from = named.cbegin();
  for (std::sregex_iterator it(named.begin(), named.end(), repeat), none; it != none; ++it) {
    const auto& found = *it;
    out += unescape({from, found[0].first});
    const std::string piece = unescape(found[1].str());
    const std::size_t wanted = std::stoul(found[2].str());
    const std::size_t times = piece.empty() ? 0 : std::min(wanted, longest_repeat / piece.size());
    for (std::size_t i = 0; i < times; ++i) out += piece;
    from = found[0].second;
  }
  out += unescape({from, named.cend()});
  return out;
}

}  // namespace bot::rehearse
