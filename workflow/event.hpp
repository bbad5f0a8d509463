#pragma once
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "workflow/contract.hpp"
#include "workflow/escrow_refund.hpp"
#include "workflow/feedback.hpp"
#include "workflow/ledger.hpp"
#include "workflow/milestone.hpp"
#include "workflow/offer.hpp"
#include "workflow/person.hpp"
#include "workflow/proposal.hpp"

namespace workflow {

namespace room {
/// The room's pair is fixed for good: by the first acceptance, or by an operator.
struct Fixed {
  static constexpr std::string_view kind = "room.fixed";
  RoomId id;
  PersonId client, freelancer;
};
BOOST_DESCRIBE_STRUCT(Fixed, (), (id, client, freelancer))

/// An operator's act: fixes the pair of an unbound room.
struct Bind {
  PersonId client, freelancer;
};
}  // namespace room

/// Everything that can have happened. A new kind is added at the end of its noun.
using Event =
    std::variant<room::Fixed, proposal::Proposed, proposal::Countered, proposal::TakenBack, proposal::Approved,
                 proposal::Declined, proposal::Withdrawn, proposal::Expired, offer::Sent, offer::Accepted,
                 offer::Declined, offer::Withdrawn, offer::Expired, contract::Started, contract::Opened,
                 contract::Ending, contract::Ended, milestone::Funded, milestone::Submitted, milestone::Released,
                 milestone::RefundPending, milestone::Refunded, milestone::Cancelled, escrow_refund::Requested,
                 feedback::Sealed, feedback::Revealed, feedback::Missed, ledger::Posted, ledger::Settled, person::Seen,
                 person::Changed, person::Asked, person::Answered, person::AskLapsed>;
using Events = std::vector<Event>;

/// Everything a person can order. Queries are not commands: they change nothing.
using Command =
    std::variant<room::Bind, proposal::Propose, proposal::Counter, proposal::Approve, proposal::Decline,
                 proposal::Withdraw, offer::Send, offer::Accept, offer::Decline, offer::Withdraw, contract::End,
                 contract::EndAnswer, milestone::Fund, milestone::Submit, milestone::Release>;

inline std::string_view kind(const Event& e) {
  return std::visit([](const auto& x) { return std::remove_cvref_t<decltype(x)>::kind; }, e);
}
/// What an event is about, where that lives in a room: `C-5`.
std::optional<AnyId> subject(const Event&);
/// The person whose stream an event belongs to; none: it belongs to the room's stream.
std::optional<PersonId> person_of(const Event&);
/// What a command names; none for `/propose`, `/offer`, an answer in the direct chat.
std::optional<AnyId> subject(const Command&);

}  // namespace workflow
