#include "commands/format.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "commands/unicode.hpp"

namespace commands {
namespace {

using workflow::Duration;
using workflow::Instant;

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::string_view sign_of(const workflow::Currency& c) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> signs{
      {{"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}, {"JPY", "¥"}, {"INR", "₹"}}};
  for (const auto& [code, sign] : signs)
    if (code == c.name()) return sign;
  return {};
}

/// `9 Nov`
std::string day_and_month(workflow::Date d) {
  const std::chrono::year_month_day ymd{d};
  return std::to_string(static_cast<unsigned>(ymd.day())) + " " +
         std::string{months[static_cast<unsigned>(ymd.month()) - 1]};
}

/// `10:00`: whole minutes, rounded down, so that a deadline is never told later than it is.
std::string clock(Duration since_midnight) {
  const auto ms = since_midnight.count();
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%02d:%02d", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60));
  return buffer.data();
}

/// `11:00 Berlin`; empty for a zone we do not know, and for UTC itself.
std::string local(Instant t, const std::string& zone) {
  if (zone.empty() || zone == "UTC" || zone == "Etc/UTC") return {};
  Instant there{};
  try {
    const auto info = date::locate_zone(zone)->get_info(std::chrono::floor<std::chrono::seconds>(t));
    there = t + info.offset;
  } catch (const std::runtime_error&) {
    return {};
  }
  const auto day = workflow::day_of(there);
  std::string name = zone.substr(zone.rfind('/') + 1);
  std::replace(name.begin(), name.end(), '_', ' ');
  std::string s;
  if (day != workflow::day_of(t))
    s = std::string{weekdays[std::chrono::weekday{day}.c_encoding()]} + " " + day_and_month(day) + " ";
  return s + clock(there - Instant{day}) + " " + name;
}

/// `@all`, `<!channel>` and their like, which some servers read even in a bot's words.
std::string inert(std::string_view s) {
  std::string out;
  for (std::size_t at = 0; at < s.size(); ++at) {
    const auto rest = lower(s.substr(at, 12));
    const auto calls = [&](std::string_view word) { return rest.substr(1).starts_with(word); };
    if (s[at] == '@' && (calls("all") || calls("here") || calls("channel") || calls("everyone") || calls("room")))
      out += "\uFF20";
    else if (s[at] == '<' && (calls("!") || calls("@") || calls("#")))
      out += "\u2039";
    else
      out += s[at];
  }
  return out;
}

}  // namespace

std::string written(workflow::Money m) {
  std::string s = decimal(m);
  if (const auto dot = s.find('.'); dot != std::string::npos && s.find_first_not_of('0', dot + 1) == std::string::npos)
    s.resize(dot);
  const auto sign = sign_of(m.currency);
  if (sign.empty()) return s + " " + std::string{m.currency.name()};
  return m.minor < 0 ? "-" + std::string{sign} + s.substr(1) : std::string{sign} + s;
}

std::optional<std::string> zone_named(std::string_view name) {
  const auto wanted = lower(name);
  for (const auto& zone : date::get_tzdb().zones)
    if (lower(zone.name()) == wanted) return zone.name();
  return {};
}

std::string zone_like(std::string_view city) {
  auto wanted = lower(city);
  std::replace(wanted.begin(), wanted.end(), ' ', '_');
  std::string found;
  for (const auto& zone : date::get_tzdb().zones) {
    const auto name = lower(zone.name());
    if (!name.ends_with("/" + wanted) || name.starts_with("posix/") || name.starts_with("right/")) continue;
    if (!found.empty()) return {};
    found = zone.name();
  }
  return found;
}

std::string written(Instant t, const Zones& zones) {
  const auto day = workflow::day_of(t);
  std::string s = workflow::iso(day) + " " + clock(t - Instant{day}) + "Z", locals;
  std::vector<std::string> told;
  for (const auto& zone : zones) {
    const auto there = local(t, zone);
    if (there.empty() || std::find(told.begin(), told.end(), zone) != told.end()) continue;
    told.push_back(zone);
    locals += (locals.empty() ? "" : " / ") + there;
  }
  return locals.empty() ? s : s + " (" + locals + ")";
}

std::string written(workflow::Date d) { return workflow::iso(d); }
std::string written_day(Instant t) { return day_and_month(workflow::day_of(t)); }

std::string written(Duration d) {
  const auto minutes = d.count() / 60'000;
  const auto days = minutes / 1440, hours = minutes / 60 % 24, rest = minutes % 60;
  std::string s;
  const auto add = [&](std::int64_t n, std::string_view unit) {
    if (n > 0) s += (s.empty() ? "" : " ") + std::to_string(n) + " " + std::string{unit};
  };
  add(days, "d");
  add(hours, "h");
  if (days == 0) add(rest, "min");
  return s.empty() ? "under a minute" : s;
}

std::string tame(std::string_view s) {
  std::string line = inert(shown(s));
  for (char& c : line)
    if (c == '\n' || c == '\t') c = ' ';
  return line;
}

std::string tame_quoted(std::string_view s) {
  std::string line = tame(s);
  std::replace(line.begin(), line.end(), '"', '\'');
  return "\"" + line + "\"";
}

std::string tame_block(std::string_view s) {
  std::string out = "  ";
  for (const char c : inert(shown(s))) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

}  // namespace commands
