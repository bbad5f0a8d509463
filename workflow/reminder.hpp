#pragma once
#include <boost/describe.hpp>
#include <string>

#include "workflow/ids.hpp"
#include "workflow/time.hpp"

// Words in time: a deadline that runs is recalled to whoever has to act (R-reminder-*).
namespace workflow::reminder {

/// The last reminder of one deadline.
struct Sent {
  Instant due{};    ///< of the deadline
  Duration left{};  ///< how long before it
  bool operator==(const Sent&) const = default;
};

struct Reminded {
  static constexpr std::string_view kind = "reminder.reminded";
  AnyId id;         ///< what the deadline is of
  std::string of;   ///< the deadline's kind: `proposal.expire`, `milestone.auto_release`, …
  Instant due{};    ///< of the deadline
  Duration left{};  ///< the whole time that is left at `at`
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Reminded, (), (id, of, due, left, at))

}  // namespace workflow::reminder
