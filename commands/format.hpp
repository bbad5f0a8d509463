#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/money.hpp"
#include "workflow/time.hpp"

// How values look to people. Nothing here is a sentence.
namespace commands {

/// The IANA zones whose local time stands behind an instant: both parties', or the reader's.
using Zones = std::vector<std::string>;

/// The zone of this name as the IANA data spells it, whatever the case; empty where there is none.
std::optional<std::string> zone_named(std::string_view);
/// The only zone that is named after this city; empty where there is none, or several.
std::string zone_like(std::string_view city);

/// `$650`, `$650.50`, `-$3.50`, `650 CHF`: no cents where there are none, no groups.
std::string written(workflow::Money);
/// `2026-12-02 10:00Z (11:00 Berlin / 05:00 New York)`; the local day too where it is another: `Thu 3 Dec 00:30 Tokyo`.
std::string written(workflow::Instant, const Zones&);
/// `2026-12-02`
std::string written(workflow::Date);
/// `14 Nov`, the day in UTC.
std::string written_day(workflow::Instant);
/// `14 d`, `2 h 5 min`, `under a minute`
std::string written(workflow::Duration);

/// Words of a person inside a sentence of ours: one line, nothing hidden, no mention that calls anybody.
std::string tame(std::string_view);
/// The same in quotes, which it cannot leave.
std::string tame_quoted(std::string_view);
/// The same on lines of their own, each set in by two blanks.
std::string tame_block(std::string_view);

}  // namespace commands
