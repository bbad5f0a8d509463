#pragma once
#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "workflow/feedback_words.hpp"
#include "workflow/ids.hpp"
#include "workflow/policy.hpp"
#include "workflow/terms.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// The agreement in force, from the acceptance to the day it is officially over (R-contract-*, R-end-*).
namespace workflow::contract {

enum class State { pending_start, active, paused, ending, ended };
BOOST_DESCRIBE_ENUM(State, pending_start, active, paused, ending, ended)
enum class EndKind { by_client, by_freelancer, auto_completed, auto_end_date, admin };
BOOST_DESCRIBE_ENUM(EndKind, by_client, by_freelancer, auto_completed, auto_end_date, admin)

/// The terms as one side's approval of the other's amendment left them.
struct TermsVersion {
  Terms terms;
  Digest digest;
  Instant at{};                     ///< from when on they hold
  std::optional<AmendmentId> from;  ///< none: as accepted, or with a due day that the client moved later
  bool operator==(const TermsVersion&) const = default;
};

struct Nudge {
  Side by = Side::client;
  Instant at{};
  bool operator==(const Nudge&) const = default;
};

struct Contract {
  ContractId id;
  State state = State::active;
  PersonId client, freelancer;
  OfferId offer;
  Terms terms;
  Digest digest;
  Policy policy;  ///< the numbers in force when it was accepted
  Instant accepted_at{};
  Date effective_start{};
  Deadline start;                      ///< of PENDING_START
  std::vector<TermsVersion> versions;  ///< v1 as accepted; `terms` and `digest` are the last one's
  std::int64_t amendments = 0;         ///< how many there have been: the number of the last one
  std::optional<Deadline> auto_end;    ///< everything is paid: the announced end, unless it is kept open
  bool kept_open = false;              ///< until the next release
  std::vector<Nudge> nudges;
  std::optional<EndKind> end_kind;
  std::string reason;
  Instant ended_at{};
  Deadline officially;  ///< of ENDING: when it is officially over
  bool operator==(const Contract&) const = default;
};

/// When it ends by its terms: at 00:00Z of the day after the last one. It runs since the acceptance, or the amendment,
/// that set this date. None: it never does (R-autoend-5).
std::optional<Deadline> end_date(const Contract&);
/// The earliest instant at which it ends by itself, as things stand.
std::optional<Instant> ends_by_itself(const Contract&);

/// The reasons each side may give for an end. `other` needs a note.
inline constexpr std::array<std::string_view, 10> client_reasons{
    "completed",     "no_longer_needed", "quality", "missed_deadline", "freelancer_unresponsive",
    "terms_changed", "hired_other",      "budget",  "by_mistake",      "other"};
inline constexpr std::array<std::string_view, 10> freelancer_reasons{"completed",
                                                                     "client_unresponsive",
                                                                     "completed_unsuccessfully",
                                                                     "unclear_requirements",
                                                                     "terms_changed",
                                                                     "not_paid",
                                                                     "unethical_request",
                                                                     "availability",
                                                                     "by_mistake",
                                                                     "other"};

// Commands
/// In the room: asks for the feedback in the direct chat. In the direct chat, with the feedback: ends.
struct End {
  ContractId id;
  std::optional<std::string> reason;
  std::optional<Money> pay;         ///< client only: released before the rest is asked back
  std::optional<std::string> note;  ///< the words behind `reason=other`
  FeedbackWords feedback;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(End, (), (id, reason, pay, note, feedback, yes))
/// The answer to the question of an `/end`, typed in the direct chat; a line that begins with `stars=` or `text=`.
struct EndAnswer {
  FeedbackWords feedback;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(EndAnswer, (), (feedback, yes))
/// It shall not end by itself, until something is released again.
struct KeepOpen {
  ContractId id;
};
BOOST_DESCRIBE_STRUCT(KeepOpen, (), (id))
/// The other side is asked for a sign of life; silence is counted.
struct NudgeOther {
  ContractId id;
};
BOOST_DESCRIBE_STRUCT(NudgeOther, (), (id))

// Events
struct Started {
  static constexpr std::string_view kind = "contract.started";
  ContractId id;
  OfferId offer;
  PersonId client, freelancer;
  Terms terms;
  Digest digest;
  Policy policy;
  State state = State::active;
  Date effective_start{};
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Started, (), (id, offer, client, freelancer, terms, digest, policy, state, effective_start, at))
/// The start date has come.
struct Opened {
  static constexpr std::string_view kind = "contract.opened";
  ContractId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Opened, (), (id, at))
struct Ending {
  static constexpr std::string_view kind = "contract.ending";
  ContractId id;
  EndKind end_kind = EndKind::by_client;
  std::string reason;
  std::optional<std::string> note;
  std::optional<Money> pay;
  Instant at{};
  Instant officially{};
};
BOOST_DESCRIBE_STRUCT(Ending, (), (id, end_kind, reason, note, pay, at, officially))
/// Everything is paid or returned: the contract ends by itself at `due`, unless somebody keeps it open.
struct Completing {
  static constexpr std::string_view kind = "contract.completing";
  ContractId id;
  Instant at{};
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(Completing, (), (id, at, due))
/// What was announced, or kept open, does not hold any more: there is work or money on it again, an amendment is open,
/// or something was released after it had been kept open.
struct Resumed {
  static constexpr std::string_view kind = "contract.work_resumed";
  ContractId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Resumed, (), (id, at))
struct KeptOpen {
  static constexpr std::string_view kind = "contract.kept_open";
  ContractId id;
  Side by = Side::client;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(KeptOpen, (), (id, by, at))
struct Nudged {
  static constexpr std::string_view kind = "contract.nudged";
  ContractId id;
  Side by = Side::client;
  std::int64_t number = 1;  ///< how many this side has sent on this contract
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Nudged, (), (id, by, number, at))
struct Ended {
  static constexpr std::string_view kind = "contract.ended";
  ContractId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Ended, (), (id, at))

}  // namespace workflow::contract
