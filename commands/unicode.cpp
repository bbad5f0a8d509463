#include "commands/unicode.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace commands {
namespace {

constexpr std::string_view blanks = " \t\n";

/// The code point at `at`, or a negative number for bytes that are none.
UChar32 next_raw(std::string_view s, std::size_t& at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(s.data());
  auto i = static_cast<std::int32_t>(at);
  const auto size = static_cast<std::int32_t>(s.size());
  UChar32 c = 0;
  U8_NEXT(bytes, i, size, c);
  at = static_cast<std::size_t>(i);
  return c;
}

std::string normalized(const icu::Normalizer2* form, std::string_view s, UErrorCode& error) {
  std::string out;
  icu::StringByteSink<std::string> sink{&out};
  if (U_SUCCESS(error))
    form->normalizeUTF8(0, icu::StringPiece{s.data(), static_cast<std::int32_t>(s.size())}, sink, nullptr, error);
  return U_SUCCESS(error) ? out : std::string{s};
}

}  // namespace

bool valid_utf8(std::string_view s) {
  for (std::size_t at = 0; at < s.size();)
    if (next_raw(s, at) < 0) return false;
  return true;
}

std::size_t code_points(std::string_view s) {
  std::size_t n = 0;
  for (std::size_t at = 0; at < s.size(); ++n) next_raw(s, at);
  return n;
}

char32_t next_code_point(std::string_view s, std::size_t& at) {
  const auto c = next_raw(s, at);
  return c < 0 ? U'\uFFFD' : static_cast<char32_t>(c);
}

std::string utf8(char32_t c) {
  std::string s;
  icu::UnicodeString{static_cast<UChar32>(c)}.toUTF8String(s);
  return s;
}

bool hidden(char32_t c) {
  static constexpr std::array<std::pair<char32_t, char32_t>, 17> ranges{{{0x00AD, 0x00AD},
                                                                         {0x034F, 0x034F},
                                                                         {0x061C, 0x061C},
                                                                         {0x115F, 0x1160},
                                                                         {0x17B4, 0x17B5},
                                                                         {0x180B, 0x180F},
                                                                         {0x200B, 0x200F},
                                                                         {0x202A, 0x202E},
                                                                         {0x2060, 0x206F},
                                                                         {0x3164, 0x3164},
                                                                         {0xFE00, 0xFE0E},
                                                                         {0xFEFF, 0xFEFF},
                                                                         {0xFFA0, 0xFFA0},
                                                                         {0xFFF0, 0xFFFB},
                                                                         {0x1BCA0, 0x1BCA3},
                                                                         {0x1D173, 0x1D17A},
                                                                         {0xE0000, 0xE0FFF}}};
  for (const auto& [first, last] : ranges)
    if (c >= first && c <= last) return true;
  return false;
}

bool any_hidden(std::string_view s) {
  for (std::size_t at = 0; at < s.size();)
    if (hidden(next_code_point(s, at))) return true;
  return false;
}

std::string without_hidden(std::string_view s) {
  std::string out;
  for (std::size_t at = 0; at < s.size();) {
    const auto from = at;
    if (!hidden(next_code_point(s, at))) out += s.substr(from, at - from);
  }
  return out;
}

std::string shown(std::string_view s) {
  std::string out;
  for (std::size_t at = 0; at < s.size();) {
    const auto from = at;
    const auto c = next_code_point(s, at);
    const bool control = c != U'\n' && c != U'\t' && u_charType(static_cast<UChar32>(c)) == U_CONTROL_CHAR;
    if (!hidden(c) && !control) {
      out += s.substr(from, at - from);
      continue;
    }
    std::array<char, 16> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u{%04X}", static_cast<unsigned>(c));
    out += escape.data();
  }
  return out;
}

std::string plain_spaces(std::string_view s) {
  std::string out;
  for (std::size_t at = 0; at < s.size();) {
    const auto from = at;
    const auto c = next_code_point(s, at);
    if (c == U'\r') {
      if (at >= s.size() || s[at] != '\n') out += '\n';
    } else if (c == 0x2028 || c == 0x2029) {
      out += '\n';
    } else if (c > 0x7F && u_charType(static_cast<UChar32>(c)) == U_SPACE_SEPARATOR) {
      out += ' ';
    } else {
      out += s.substr(from, at - from);
    }
  }
  return out;
}

std::optional<char32_t> control_in(std::string_view s) {
  for (std::size_t at = 0; at < s.size();) {
    const auto c = next_code_point(s, at);
    if (c != U'\n' && c != U'\t' && u_charType(static_cast<UChar32>(c)) == U_CONTROL_CHAR) return c;
  }
  return {};
}

std::string composed(std::string_view s) {
  auto error = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFCInstance(error);
  return normalized(form, s, error);
}

std::string compared(std::string_view s) {
  auto error = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const auto folded = normalized(form, without_hidden(s), error);
  std::string out;
  for (std::size_t at = 0; at < folded.size();) {
    const auto from = at;
    const auto c = next_code_point(folded, at);
    const auto digit = u_charDigitValue(static_cast<UChar32>(c));
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
      out += '-';
    else if (digit >= 0)
      out += static_cast<char>('0' + digit);
    else
      out += folded.substr(from, at - from);
  }
  return out;
}

bool ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool foreign_digit_in(std::string_view s) {
  for (std::size_t at = 0; at < s.size();) {
    const auto c = next_code_point(s, at);
    if (c > 0x7F && u_getNumericValue(static_cast<UChar32>(c)) != U_NO_NUMERIC_VALUE) return true;
  }
  return false;
}

std::string shortened(std::string_view s, std::size_t most) {
  std::size_t n = 0;
  for (std::size_t at = 0; at < s.size(); ++n) {
    if (n == most) return std::string{s.substr(0, at)} + "…";
    next_raw(s, at);
  }
  return std::string{s};
}

std::string lower(std::string_view s) {
  std::string out{s};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string upper(std::string_view s) {
  std::string out{s};
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string_view trimmed(std::string_view s) {
  const auto first = s.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(blanks) - first + 1);
}

}  // namespace commands
