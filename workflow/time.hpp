#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace workflow {

/// A point in time: milliseconds UTC. Always an argument; nothing in this folder reads a clock.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;
/// A calendar day, UTC. It begins at 00:00Z.
using Date = std::chrono::sys_days;

/// A moment by which something must happen. Allowed iff now < due; fires iff now >= due (R-clock-2).
/// While frozen it keeps the time that was left and fires never.
struct Deadline {
  Instant due{};
  std::optional<Duration> left;  ///< set while frozen: the time that remained when it was frozen
  Instant since{};               ///< when it began to run: how long the whole period is decides on reminders

  bool frozen() const { return left.has_value(); }
  bool passed(Instant now) const { return !frozen() && now >= due; }
  void freeze(Instant now) { left = due > now ? due - now : Duration{0}; }
  void thaw(Instant now) {
    if (left) due = now + *left;
    left.reset();
  }
  bool operator==(const Deadline&) const = default;
};

inline constexpr Duration days(int n) { return std::chrono::hours{24 * n}; }

/// The first instant after a day: an inclusive end date ends there.
inline Instant end_of(Date d) { return Instant{d + std::chrono::days{1}}; }
inline Date day_of(Instant t) { return std::chrono::floor<std::chrono::days>(t); }

/// `2026-11-02T09:00Z`; seconds and milliseconds appear where they are not zero.
std::string iso(Instant);
/// `2026-11-02`
std::string iso(Date);
/// Reads what iso() writes. Empty for anything else, dates that do not exist included.
std::optional<Instant> parse_instant(std::string_view);
/// Reads `YYYY-MM-DD`, years 1970 to 9999. Empty for a day that does not exist.
std::optional<Date> parse_date(std::string_view);

}  // namespace workflow
