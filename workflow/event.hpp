#pragma once
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "workflow/amendment.hpp"
#include "workflow/bonus.hpp"
#include "workflow/change_request.hpp"
#include "workflow/contract.hpp"
#include "workflow/escrow_refund.hpp"
#include "workflow/feedback.hpp"
#include "workflow/ledger.hpp"
#include "workflow/milestone.hpp"
#include "workflow/offer.hpp"
#include "workflow/person.hpp"
#include "workflow/proposal.hpp"
#include "workflow/question.hpp"
#include "workflow/reminder.hpp"

namespace workflow {

namespace room {
/// The room's pair is fixed for good: by the first acceptance, or by an operator.
struct Fixed {
  static constexpr std::string_view kind = "room.fixed";
  RoomId id;
  PersonId client, freelancer;
};
BOOST_DESCRIBE_STRUCT(Fixed, (), (id, client, freelancer))

/// The pair's room is to be this place from now on, if the other side agrees.
struct MoveAsked {
  static constexpr std::string_view kind = "room.move_asked";
  RoomId id;
  Side by = Side::client;
  std::string to;  ///< the place, as the store writes it
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(MoveAsked, (), (id, by, to, at))
struct Moved {
  static constexpr std::string_view kind = "room.moved";
  RoomId id;
  std::string to;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Moved, (), (id, to, at))

/// Typed in the new place by one of the pair. Two people who share two rooms name something that is in the one meant.
struct Move {
  std::optional<ContractId> id;
};
BOOST_DESCRIBE_STRUCT(Move, (), (id))
/// Typed in the new place by the other.
struct ApproveMove {};
BOOST_DESCRIBE_STRUCT(ApproveMove, (), ())

/// An operator's act: fixes the pair of an unbound room.
struct Bind {
  PersonId client, freelancer;
};
}  // namespace room

/// Everything that can have happened. A new kind is added at the end of its noun.
using Event = std::variant<
    room::Fixed, proposal::Proposed, proposal::Countered, proposal::TakenBack, proposal::Approved, proposal::Declined,
    proposal::Withdrawn, proposal::Superseded, proposal::Expired, offer::Sent, offer::Revised, offer::Discussed,
    offer::Accepted, offer::Declined, offer::Withdrawn, offer::Expired, change_request::Requested,
    change_request::Approved, change_request::Declined, change_request::Withdrawn, change_request::Closed,
    contract::Started, contract::Opened, contract::Completing, contract::Resumed, contract::KeptOpen, contract::Nudged,
    contract::Ending, contract::Ended, amendment::Proposed, amendment::Countered, amendment::Approved,
    amendment::Declined, amendment::Withdrawn, amendment::Expired, amendment::Followed, milestone::Added,
    milestone::Edited, milestone::Funded, milestone::Submitted, milestone::ChangesRequested, milestone::Released,
    milestone::CreditReleased, milestone::RefundPending, milestone::Refunded, milestone::Cancelled, milestone::Overdue,
    escrow_refund::Requested, escrow_refund::Reduced, escrow_refund::Cancelled, bonus::Paid, question::Asked,
    question::Answered, feedback::Sealed, feedback::Revealed, feedback::Missed, reminder::Reminded, ledger::Posted,
    ledger::Settled, room::MoveAsked, room::Moved, person::Seen, person::Changed, person::ZoneChosen, person::Blocked,
    person::Unblocked, person::Asked, person::Answered, person::AskLapsed>;
using Events = std::vector<Event>;

/// Everything a person can order. Queries are not commands: they change nothing.
using Command =
    std::variant<room::Bind, room::Move, room::ApproveMove, proposal::Propose, proposal::Repropose, proposal::Counter,
                 proposal::Approve, proposal::Decline, proposal::Withdraw, offer::Send, offer::Rehire, offer::Revise,
                 offer::Discuss, offer::Accept, offer::Decline, offer::Withdraw, change_request::Request,
                 change_request::Approve, change_request::Decline, change_request::Withdraw, contract::End,
                 contract::EndAnswer, contract::KeepOpen, contract::NudgeOther, amendment::Amend,
                 amendment::AddMilestone, amendment::EditMilestone, amendment::DropMilestone, amendment::Counter,
                 amendment::Approve, amendment::Decline, amendment::Withdraw, milestone::Fund, milestone::Submit,
                 milestone::RequestChanges, milestone::Release, milestone::ReleaseCredit, bonus::Pay, question::Ask,
                 question::Answer, person::SetZone, person::Block, person::Unblock>;

inline std::string_view kind(const Event& e) {
  return std::visit([](const auto& x) { return std::remove_cvref_t<decltype(x)>::kind; }, e);
}
/// What an event is about, where that lives in a room: `C-5`.
std::optional<AnyId> subject(const Event&);
/// The person whose stream an event belongs to; none: it belongs to the room's stream.
std::optional<PersonId> person_of(const Event&);
/// What a command names; none for `/propose` without `from=`, `/offer`, an answer in the direct chat.
std::optional<AnyId> subject(const Command&);

}  // namespace workflow
