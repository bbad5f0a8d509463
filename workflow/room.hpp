#pragma once
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workflow/event.hpp"
#include "workflow/rejection.hpp"

// The unit of consistency: one client and one freelancer in one place of the chat, and everything between them.
namespace workflow {

/// The wish of one side that the room be another place.
struct MoveRequest {
  Side by = Side::client;
  std::string to;  ///< the place, as the store writes it
  bool operator==(const MoveRequest&) const = default;
};

/// Folded from the room's own events and from nothing else.
struct Room {
  RoomId id;
  std::optional<PersonId> client, freelancer;  ///< both set once the pair is fixed
  std::map<ProposalId, proposal::Proposal> proposals;
  std::map<OfferId, offer::Offer> offers;
  std::map<ContractId, contract::Contract> contracts;
  std::map<MilestoneId, milestone::Milestone> milestones;
  std::map<EscrowRefundId, escrow_refund::EscrowRefund> refunds;
  std::map<AmendmentId, amendment::Amendment> amendments;
  std::map<ChangeRequestId, change_request::ChangeRequest> change_requests;
  std::map<QuestionId, question::Question> questions;
  std::map<ContractId, feedback::Pair> feedback;
  std::map<std::pair<AnyId, std::string>, reminder::Sent> reminded;  ///< by what the deadline is of, and its kind
  std::optional<MoveRequest> move;
  Ledger ledger;
  Instant last{};  ///< the latest instant of anything here: time never steps back (R-clock-3)
  bool operator==(const Room&) const = default;

  bool fixed() const { return client && freelancer; }
};

enum class Binding { unbound, provisional, fixed };
Binding binding(const Room&);

/// Where a command was typed.
enum class Place { room, direct };

/// Whose the place is where a command about a room itself was typed: that room's, nobody's, or another agreement's.
enum class Here { own, vacant, taken };

/// Everything `decide` may know besides the room. Nothing else reaches it: no clock, no store, no chance.
struct Context {
  Instant now{};
  const Policy* policy = nullptr;
  const Person* actor = nullptr;       ///< none for a deadline
  const Person* client = nullptr;      ///< of the pair, or of the offer that the command names or makes
  const Person* freelancer = nullptr;  ///< none where nobody was named and nobody else can be meant
  const Person* named = nullptr;       ///< whom `/block @x` names
  Place place = Place::room;
  std::string here;  ///< where the command was typed, as the store writes a place
  Here here_is = Here::own;
  bool consent = false;  ///< the preview was confirmed: the confirm guard passes
  std::function<std::int64_t(Numbered)> next_id;
  std::function<Salt()> salt;
  const FeedbackWords* words = nullptr;  ///< of the end that is being carried out; set by carry_out, for reactions
};

/// What a command or a deadline did. Where `rejection` is set nothing is to be kept; `spoiled` tells that the room
/// given has been changed all the same and must be folded again.
struct Outcome {
  Events events;  ///< in order; the first is the headline
  std::vector<Secret> secrets;
  std::optional<Rejection> rejection;
  bool spoiled = false;
};

/// Decides one command, then evolves the room and lets every noun react, to the fixed point.
Outcome carry_out(Room&, const Command&, const Context&);
/// Fires the ONE earliest deadline that is due at ctx.now, by (due, id), stamped with its own due. Empty: none is due.
Outcome fire_due(Room&, const Context&);

/// A timer that runs in a room or for a person.
struct Alarm {
  Instant due{};
  std::string id;    ///< `P-12`, `M-5.1`, `C-5`, `lot-3`, `transit-2`
  std::string kind;  ///< `proposal.expire`, …
  auto operator<=>(const Alarm&) const = default;
};
std::optional<Alarm> next_alarm(const Room&);
std::optional<Alarm> next_alarm(const Person&);
/// The events of a person's earliest deadline that is due.
Events fire_due(const Person&, Instant now);

/// The only writers of the two states. Total: any event of the stream is taken.
void evolve(Room&, const Event&);
void evolve(Person&, const Event&);

/// A sentence that should be true of every room at every moment, and is not. Looked at before anything is kept.
struct Broken {
  std::string sentence;
};
std::optional<Broken> broken_invariant(const Room&);

/// The client and freelancer of an offer, or of whatever else lives here; the pair, where it is fixed.
struct Parties {
  PersonId client, freelancer;
};
std::optional<Parties> parties(const Room&, const std::optional<AnyId>&);
std::optional<Side> side_of(const Room&, const std::optional<AnyId>&, PersonId);

/// The milestones that the terms of a contract list, in their order: all that no amendment has dropped.
std::vector<MilestoneId> standing(const Room&, ContractId);
/// What somebody means who names a proposal or an offer that was agreed to: the offer or the contract it became.
AnyId became(const Room&, AnyId);
/// From when on a reminder helps nobody any more: the next one of the same deadline, or the deadline itself, is due.
Instant stands_until(const Room&, const reminder::Reminded&);

/// The label of the thread that a proposal, its offer and its contract share: the id of the first of them.
std::string thread_of(const Room&, const AnyId&);

}  // namespace workflow
