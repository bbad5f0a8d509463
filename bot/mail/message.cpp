#include "bot/mail/message.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace bot::mail {
namespace {

constexpr std::size_t line_limit = 76;
/// Bytes in one encoded word: 60 of base64, with what is around them under the 75 of RFC 2047.
constexpr std::size_t word_bytes = 45;
constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool printable(char c) { return c >= ' ' && c < 0x7F; }
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string base64(std::string_view bytes) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t n) -> unsigned {
      return i + n < bytes.size() ? static_cast<unsigned char>(bytes[i + n]) : 0U;
    };
    const unsigned all = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += digits[all >> 18];
    out += digits[all >> 12 & 63];
    out += i + 1 < bytes.size() ? digits[all >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? digits[all & 63] : '=';
  }
  return out;
}

/// One line of the body, without its end.
void put_line(std::string& out, std::string_view line) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool last = i + 1 == line.size();
    // A blank at the end of a line would be lost on the way.
    const bool plain = (printable(c) && c != '=' && !(c == ' ' && last)) || (c == '\t' && !last);
    const std::size_t wide = plain ? 1 : 3;
    if (width + wide + (last ? 0 : 1) > line_limit) {
      out += "=\r\n";
      width = 0;
    }
    if (plain) {
      out += c;
    } else {
      out += '=';
      out += hex_digits[static_cast<unsigned char>(c) >> 4];
      out += hex_digits[static_cast<unsigned char>(c) & 15];
    }
    width += wide;
  }
}

}  // namespace

bool valid_address(std::string_view a) {
  constexpr std::size_t longest = 254;
  const auto at = a.find('@');
  if (a.size() > longest || at == a.npos || at == 0 || at > 64 || at + 1 == a.size()) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  const auto local = a.substr(0, at), host = a.substr(at + 1);
  const bool good_local = std::ranges::all_of(
      local, [&](char c) { return letter(c) || std::string_view{"!#$%&'*+-/=?^_`{|}~."}.find(c) != local.npos; });
  const bool good_host = std::ranges::all_of(host, [&](char c) { return letter(c) || c == '-' || c == '.'; });
  return good_local && good_host && local.front() != '.' && local.back() != '.' && letter(host.front()) &&
         letter(host.back()) && a.find("..") == a.npos;
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == address.npos ? std::string{"localhost"} : std::string{address.substr(at + 1)};
}

std::string message_id(std::string_view key, std::string_view from) {
  return "<" + std::string{key} + "@" + domain_of(from) + ">";
}

std::string encoded_subject(std::string_view subject) {
  std::string line{subject};
  std::erase_if(line, [](char c) { return (static_cast<unsigned char>(c) < ' ') || c == 0x7F; });
  if (std::ranges::all_of(line, printable) && line.find("=?") == line.npos) return line;
  std::string out;
  for (std::string_view rest = line; !rest.empty();) {
    auto end = std::min(word_bytes, rest.size());
    while (end > 0 && end < rest.size() && continues(rest[end])) --end;
    if (end == 0) end = std::min(word_bytes, rest.size());  // no text at all; it must not stand still for that
    out += (out.empty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + base64(rest.substr(0, end)) + "?=";
    rest.remove_prefix(end);
  }
  return out;
}

std::string quoted_printable(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    put_line(out, body.substr(0, end));
    out += "\r\n";
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return out;
}

std::string mail_date(Instant at) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day ymd{day};
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(at - day).count();
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %d %02d:%02d:%02d +0000",
                days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(ymd.day()),
                months[static_cast<unsigned>(ymd.month()) - 1], static_cast<int>(ymd.year()),
                static_cast<int>(s / 3600), static_cast<int>(s / 60 % 60), static_cast<int>(s % 60));
  return text.data();
}

std::string message(const Mail& mail, std::string_view from) {
  std::string out = "Date: " + mail_date(mail.at) + "\r\n";
  out += "From: Parley <" + std::string{from} + ">\r\n";
  out += "To: <" + mail.to + ">\r\n";
  out += "Subject: " + encoded_subject(mail.subject) + "\r\n";
  out += "Message-ID: " + message_id(mail.key, from) + "\r\n";
  out += "Auto-Submitted: auto-generated\r\n";
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  return out + quoted_printable(mail.body);
}

}  // namespace bot::mail
