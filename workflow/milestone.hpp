#pragma once
#include <boost/describe.hpp>
#include <optional>

#include "workflow/ids.hpp"
#include "workflow/money.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// One stage of fixed-price work and the escrow that stands behind it (R-milestone-*). How much lies in escrow is the
// ledger's to say, never repeated here.
namespace workflow::milestone {

enum class State {
  planned,
  funded,
  submitted,
  changes_requested,
  released,
  refund_pending,
  refunded,
  disputed,
  cancelled
};
BOOST_DESCRIBE_ENUM(State, planned, funded, submitted, changes_requested, released, refund_pending, refunded, disputed,
                    cancelled)
/// What made a release happen.
enum class How { client, automatic, end };
BOOST_DESCRIBE_ENUM(How, client, automatic, end)

struct Milestone {
  MilestoneId id;
  State state = State::planned;
  std::string title;
  Money amount;
  std::optional<Date> due;
  std::int64_t submissions = 0;
  std::string submission;  ///< the words of the last one
  Deadline review;         ///< of SUBMITTED: the automatic release
  Instant released_at{};
  bool operator==(const Milestone&) const = default;
};

// Commands
struct Fund {
  MilestoneId id;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Fund, (), (id, yes))
struct Submit {
  MilestoneId id;
  Phrase message;
};
BOOST_DESCRIBE_STRUCT(Submit, (), (id, message))
struct Release {
  MilestoneId id;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Release, (), (id, yes))

// Events
struct Funded {
  static constexpr std::string_view kind = "milestone.funded";
  MilestoneId id;
  Money amount;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Funded, (), (id, amount, at))
struct Submitted {
  static constexpr std::string_view kind = "milestone.submitted";
  MilestoneId id;
  std::int64_t number = 1;
  std::string message;
  Instant at{};
  Instant review_due{};
};
BOOST_DESCRIBE_STRUCT(Submitted, (), (id, number, message, at, review_due))
struct Released {
  static constexpr std::string_view kind = "milestone.released";
  MilestoneId id;
  How how = How::client;
  Money gross, fee;  ///< net = gross - fee
  Instant at{};
  Instant clears{};  ///< when the net becomes available
};
BOOST_DESCRIBE_STRUCT(Released, (), (id, how, gross, fee, at, clears))
/// Its escrow is asked back after a client's end.
struct RefundPending {
  static constexpr std::string_view kind = "milestone.refund_pending";
  MilestoneId id;
};
BOOST_DESCRIBE_STRUCT(RefundPending, (), (id))
/// Its escrow went back to the client, who has it at `settles`.
struct Refunded {
  static constexpr std::string_view kind = "milestone.refunded";
  MilestoneId id;
  Money amount;
  Instant at{};
  Instant settles{};
};
BOOST_DESCRIBE_STRUCT(Refunded, (), (id, amount, at, settles))
struct Cancelled {
  static constexpr std::string_view kind = "milestone.cancelled";
  MilestoneId id;
};
BOOST_DESCRIBE_STRUCT(Cancelled, (), (id))

}  // namespace workflow::milestone
