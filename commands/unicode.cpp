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

char32_t replaced(UChar32 c) { return c < 0 ? U'\uFFFD' : static_cast<char32_t>(c); }

/// Every code point, a negative number for bytes that are none, with the bytes it stands in.
template <class Each>
void walk(std::string_view s, Each each) {
  for (std::size_t at = 0; at < s.size();) {
    const auto from = at;
    const auto c = next_raw(s, at);
    each(c, s.substr(from, at - from));
  }
}

std::string normalized(const icu::Normalizer2* form, std::string_view s, UErrorCode& error) {
  std::string out;
  icu::StringByteSink<std::string> sink{&out};
  if (U_SUCCESS(error))
    form->normalizeUTF8(0, icu::StringPiece{s.data(), static_cast<std::int32_t>(s.size())}, sink, nullptr, error);
  return U_SUCCESS(error) ? out : std::string{s};
}

/// A control character besides \n and \t.
bool control(UChar32 c) { return c != U'\n' && c != U'\t' && u_charType(c) == U_CONTROL_CHAR; }

}  // namespace

bool valid_utf8(std::string_view s) {
  bool valid = true;
  walk(s, [&](UChar32 c, auto) { valid = valid && c >= 0; });
  return valid;
}

std::size_t code_points(std::string_view s) { return letters(s).size(); }

char32_t next_code_point(std::string_view s, std::size_t& at) { return replaced(next_raw(s, at)); }

std::u32string letters(std::string_view s) {
  std::u32string out;
  walk(s, [&](UChar32 c, auto) { out += replaced(c); });
  return out;
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

bool any_hidden(std::string_view s) { return std::ranges::any_of(letters(s), hidden); }

std::string without_hidden(std::string_view s) {
  std::string out;
  walk(s, [&](UChar32 c, std::string_view bytes) {
    if (!hidden(replaced(c))) out += bytes;
  });
  return out;
}

std::string shown(std::string_view s) {
  std::string out;
  walk(s, [&](UChar32 c, std::string_view bytes) {
    if (!hidden(replaced(c)) && !control(c)) {
      out += bytes;
      return;
    }
    std::array<char, 16> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u{%04X}", static_cast<unsigned>(c));
    out += escape.data();
  });
  return out;
}

std::string plain_spaces(std::string_view s) {
  std::string out;
  bool returned = false;
  walk(s, [&](UChar32 c, std::string_view bytes) {
    const bool ended = returned && c == U'\n';
    returned = c == U'\r';
    if (ended) return;
    if (c == U'\r' || c == 0x2028 || c == 0x2029)
      out += '\n';
    else
      out += u_charType(c) == U_SPACE_SEPARATOR ? " " : bytes;
  });
  return out;
}

std::optional<char32_t> control_in(std::string_view s) {
  for (const auto c : letters(s))
    if (control(static_cast<UChar32>(c))) return c;
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
  walk(folded, [&](UChar32 c, std::string_view bytes) {
    const auto digit = u_charDigitValue(c);
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
      out += '-';
    else if (digit >= 0)
      out += static_cast<char>('0' + digit);
    else
      out += bytes;
  });
  return out;
}

bool ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool foreign_digit_in(std::string_view s) {
  return std::ranges::any_of(letters(s), [](char32_t c) {
    return c > 0x7F && u_getNumericValue(static_cast<UChar32>(c)) != U_NO_NUMERIC_VALUE;
  });
}

std::string shortened(std::string_view s, std::size_t most) {
  std::string out;
  std::size_t n = 0;
  walk(s, [&](UChar32, std::string_view bytes) {
    if (n++ < most) out += bytes;
  });
  return n > most ? out + "…" : out;
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
