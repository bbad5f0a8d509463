#pragma once
#include <expected>
#include <optional>
#include <vector>

#include "workflow/room.hpp"

// The list of the house's nouns, for `room.cpp` alone: what each decides, takes, answers and waits for. A noun's source
// defines its lines; another noun's header is never included there, only this list and the room's state.
namespace workflow {

/// The events of a decision or a reaction, and the words that are kept beside the chain.
struct Done {
  Events events;
  std::vector<Secret> secrets;
};
using Decision = std::expected<Done, Rejection>;
template <class... E>
Decision done(E... events) {
  return Done{Events{Event{std::move(events)}...}, {}};
}

/// An alarm for a deadline, unless it is frozen.
void wait(std::vector<Alarm>& out, const Deadline&, const AnyId&, std::string kind);

// Decisions
namespace room {
Decision decide(const Room&, const Bind&, const Context&);
Decision decide(const Room&, const Move&, const Context&);
Decision decide(const Room&, const ApproveMove&, const Context&);
void on(Room&, const Fixed&);
void on(Room&, const MoveAsked&);
void on(Room&, const Moved&);
Decision react(const Room&, const Event&, const Context&);
}  // namespace room

namespace proposal {
Decision decide(const Room&, const Propose&, const Context&);
Decision decide(const Room&, const Repropose&, const Context&);
Decision decide(const Room&, const Counter&, const Context&);
Decision decide(const Room&, const Approve&, const Context&);
Decision decide(const Room&, const Decline&, const Context&);
Decision decide(const Room&, const Withdraw&, const Context&);
void on(Room&, const Proposed&);
void on(Room&, const Countered&);
void on(Room&, const TakenBack&);
void on(Room&, const Approved&);
void on(Room&, const Declined&);
void on(Room&, const Withdrawn&);
void on(Room&, const Superseded&);
void on(Room&, const Expired&);
Decision react(const Room&, const Event&, const Context&);
void alarms(const Room&, std::vector<Alarm>&);
Events fire(const Room&, const Alarm&, const Context&);
}  // namespace proposal

namespace offer {
Decision decide(const Room&, const Send&, const Context&);
Decision decide(const Room&, const Rehire&, const Context&);
Decision decide(const Room&, const Revise&, const Context&);
Decision decide(const Room&, const Discuss&, const Context&);
Decision decide(const Room&, const Accept&, const Context&);
Decision decide(const Room&, const Decline&, const Context&);
Decision decide(const Room&, const Withdraw&, const Context&);
void on(Room&, const Sent&);
void on(Room&, const Revised&);
void on(Room&, const Discussed&);
void on(Room&, const Accepted&);
void on(Room&, const Declined&);
void on(Room&, const Withdrawn&);
void on(Room&, const Expired&);
Decision react(const Room&, const Event&, const Context&);
void alarms(const Room&, std::vector<Alarm>&);
Events fire(const Room&, const Alarm&, const Context&);
}  // namespace offer

namespace change_request {
Decision decide(const Room&, const Request&, const Context&);
Decision decide(const Room&, const Approve&, const Context&);
Decision decide(const Room&, const Decline&, const Context&);
Decision decide(const Room&, const Withdraw&, const Context&);
void on(Room&, const Requested&);
void on(Room&, const Approved&);
void on(Room&, const Declined&);
void on(Room&, const Withdrawn&);
void on(Room&, const Closed&);
Decision react(const Room&, const Event&, const Context&);
}  // namespace change_request

namespace contract {
Decision decide(const Room&, const End&, const Context&);
Decision decide(const Room&, const EndAnswer&, const Context&);
Decision decide(const Room&, const KeepOpen&, const Context&);
Decision decide(const Room&, const NudgeOther&, const Context&);
void on(Room&, const Started&);
void on(Room&, const Opened&);
void on(Room&, const Completing&);
void on(Room&, const Resumed&);
void on(Room&, const KeptOpen&);
void on(Room&, const Nudged&);
void on(Room&, const Ending&);
void on(Room&, const Ended&);
Decision react(const Room&, const Event&, const Context&);
/// What follows from the room as a whole, once no noun has anything to add.
Events conclude(const Room&, const Context&);
void alarms(const Room&, std::vector<Alarm>&);
Events fire(const Room&, const Alarm&, const Context&);
}  // namespace contract

namespace amendment {
Decision decide(const Room&, const Amend&, const Context&);
Decision decide(const Room&, const AddMilestone&, const Context&);
Decision decide(const Room&, const EditMilestone&, const Context&);
Decision decide(const Room&, const DropMilestone&, const Context&);
Decision decide(const Room&, const Counter&, const Context&);
Decision decide(const Room&, const Approve&, const Context&);
Decision decide(const Room&, const Decline&, const Context&);
Decision decide(const Room&, const Withdraw&, const Context&);
void on(Room&, const Proposed&);
void on(Room&, const Countered&);
void on(Room&, const Approved&);
void on(Room&, const Declined&);
void on(Room&, const Withdrawn&);
void on(Room&, const Expired&);
void on(Room&, const Followed&);
Decision react(const Room&, const Event&, const Context&);
void alarms(const Room&, std::vector<Alarm>&);
Events fire(const Room&, const Alarm&, const Context&);
}  // namespace amendment

namespace milestone {
Decision decide(const Room&, const Fund&, const Context&);
Decision decide(const Room&, const Submit&, const Context&);
Decision decide(const Room&, const RequestChanges&, const Context&);
Decision decide(const Room&, const Release&, const Context&);
Decision decide(const Room&, const ReleaseCredit&, const Context&);
void on(Room&, const Added&);
void on(Room&, const Edited&);
void on(Room&, const ChangesRequested&);
void on(Room&, const CreditReleased&);
void on(Room&, const Overdue&);
void on(Room&, const Funded&);
void on(Room&, const Submitted&);
void on(Room&, const Released&);
void on(Room&, const RefundPending&);
void on(Room&, const Refunded&);
void on(Room&, const Cancelled&);
/// The milestones of a contract that has just begun.
void planned(Room&, ContractId, const Terms&);
Decision react(const Room&, const Event&, const Context&);
void alarms(const Room&, std::vector<Alarm>&);
Events fire(const Room&, const Alarm&, const Context&);
}  // namespace milestone

namespace escrow_refund {
void on(Room&, const Requested&);
void on(Room&, const Reduced&);
void on(Room&, const Cancelled&);
Decision react(const Room&, const Event&, const Context&);
}  // namespace escrow_refund

namespace bonus {
Decision decide(const Room&, const Pay&, const Context&);
void on(Room&, const Paid&);
}  // namespace bonus

namespace question {
Decision decide(const Room&, const Ask&, const Context&);
Decision decide(const Room&, const Answer&, const Context&);
void on(Room&, const Asked&);
void on(Room&, const Answered&);
}  // namespace question

namespace feedback {
void on(Room&, const Sealed&);
void on(Room&, const Revealed&);
void on(Room&, const Missed&);
Decision react(const Room&, const Event&, const Context&);
}  // namespace feedback

namespace reminder {
void on(Room&, const Reminded&);
void alarms(const Room&, std::vector<Alarm>&);
Events fire(const Room&, const Alarm&, const Context&);
}  // namespace reminder

/// Of a person alone, whatever the room.
namespace person {
Decision decide(const Room&, const SetZone&, const Context&);
Decision decide(const Room&, const Block&, const Context&);
Decision decide(const Room&, const Unblock&, const Context&);
}  // namespace person

namespace ledger {
void alarms(const Room&, std::vector<Alarm>&);
Events fire(const Room&, const Alarm&, const Context&);
}  // namespace ledger

}  // namespace workflow
