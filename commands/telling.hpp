#pragma once
#include <optional>
#include <span>
#include <string>

#include "commands/catalogue.hpp"
#include "commands/notes.hpp"

// What the sources that tell something share: who is called what, and what a thing's sentence needs.
namespace commands {

/// Everything one telling may look at.
class Telling {
 public:
  Telling(std::span<const workflow::Event>, const workflow::Room&, const Cast&);

  /// The display name, or the handle where there is none; with the handle where two people here share a name.
  std::string name(workflow::PersonId) const;
  std::string name(const workflow::AnyId&, workflow::Side) const;
  /// Without the @.
  std::string handle(workflow::PersonId) const;
  /// id, title, client, freelancer; of a milestone also contract, milestone (its title) and the contract's title.
  workflow::Args about(const workflow::AnyId&) const;
  std::string say(std::string_view key, const workflow::Args&) const;

  /// The first of these events, and all of them.
  template <class E>
  const E* find() const {
    for (const auto& e : events)
      if (const auto* x = std::get_if<E>(&e)) return x;
    return nullptr;
  }
  template <class E>
  std::vector<const E*> all() const {
    std::vector<const E*> found;
    for (const auto& e : events)
      if (const auto* x = std::get_if<E>(&e)) found.push_back(x);
    return found;
  }

  std::span<const workflow::Event> events;
  const workflow::Room& room;
  const Cast& cast;
  Zones zones;
};

/// The sentence of an event that can be a headline.
struct Told {
  std::string text;
  std::optional<workflow::Instant> at;  ///< when it took effect
  std::string kind;                     ///< where it is not the event's
  std::optional<workflow::PersonId> direct;
};
using Tale = std::optional<Told>;

// One line a kind of event, in the files of the nouns. Empty: it is told with the headline, or never.
Tale tell(const Telling&, const workflow::room::Fixed&);
Tale tell(const Telling&, const workflow::proposal::Proposed&);
Tale tell(const Telling&, const workflow::proposal::Countered&);
Tale tell(const Telling&, const workflow::proposal::TakenBack&);
Tale tell(const Telling&, const workflow::proposal::Approved&);
Tale tell(const Telling&, const workflow::proposal::Declined&);
Tale tell(const Telling&, const workflow::proposal::Withdrawn&);
Tale tell(const Telling&, const workflow::proposal::Expired&);
Tale tell(const Telling&, const workflow::offer::Sent&);
Tale tell(const Telling&, const workflow::offer::Accepted&);
Tale tell(const Telling&, const workflow::offer::Declined&);
Tale tell(const Telling&, const workflow::offer::Withdrawn&);
Tale tell(const Telling&, const workflow::offer::Expired&);
Tale tell(const Telling&, const workflow::contract::Started&);
Tale tell(const Telling&, const workflow::contract::Opened&);
Tale tell(const Telling&, const workflow::contract::Ending&);
Tale tell(const Telling&, const workflow::contract::Ended&);
Tale tell(const Telling&, const workflow::milestone::Funded&);
Tale tell(const Telling&, const workflow::milestone::Submitted&);
Tale tell(const Telling&, const workflow::milestone::Released&);
Tale tell(const Telling&, const workflow::milestone::RefundPending&);
Tale tell(const Telling&, const workflow::milestone::Refunded&);
Tale tell(const Telling&, const workflow::milestone::Cancelled&);
Tale tell(const Telling&, const workflow::escrow_refund::Requested&);
Tale tell(const Telling&, const workflow::feedback::Sealed&);
Tale tell(const Telling&, const workflow::feedback::Revealed&);
Tale tell(const Telling&, const workflow::feedback::Missed&);
Tale tell(const Telling&, const workflow::ledger::Posted&);
Tale tell(const Telling&, const workflow::ledger::Settled&);
Tale tell(const Telling&, const workflow::person::Seen&);
Tale tell(const Telling&, const workflow::person::Changed&);
Tale tell(const Telling&, const workflow::person::Asked&);
Tale tell(const Telling&, const workflow::person::Answered&);
Tale tell(const Telling&, const workflow::person::AskLapsed&);
Tale tell(const Telling&, const workflow::proposal::Superseded&);
Tale tell(const Telling&, const workflow::offer::Revised&);
Tale tell(const Telling&, const workflow::offer::Discussed&);
Tale tell(const Telling&, const workflow::change_request::Requested&);
Tale tell(const Telling&, const workflow::change_request::Approved&);
Tale tell(const Telling&, const workflow::change_request::Declined&);
Tale tell(const Telling&, const workflow::change_request::Withdrawn&);
Tale tell(const Telling&, const workflow::change_request::Closed&);
Tale tell(const Telling&, const workflow::contract::Completing&);
Tale tell(const Telling&, const workflow::contract::Resumed&);
Tale tell(const Telling&, const workflow::contract::KeptOpen&);
Tale tell(const Telling&, const workflow::contract::Nudged&);
Tale tell(const Telling&, const workflow::amendment::Proposed&);
Tale tell(const Telling&, const workflow::amendment::Countered&);
Tale tell(const Telling&, const workflow::amendment::Approved&);
Tale tell(const Telling&, const workflow::amendment::Declined&);
Tale tell(const Telling&, const workflow::amendment::Withdrawn&);
Tale tell(const Telling&, const workflow::amendment::Expired&);
Tale tell(const Telling&, const workflow::amendment::Followed&);
Tale tell(const Telling&, const workflow::milestone::Added&);
Tale tell(const Telling&, const workflow::milestone::Edited&);
Tale tell(const Telling&, const workflow::milestone::ChangesRequested&);
Tale tell(const Telling&, const workflow::milestone::CreditReleased&);
Tale tell(const Telling&, const workflow::milestone::Overdue&);
Tale tell(const Telling&, const workflow::escrow_refund::Reduced&);
Tale tell(const Telling&, const workflow::escrow_refund::Cancelled&);
Tale tell(const Telling&, const workflow::bonus::Paid&);
Tale tell(const Telling&, const workflow::question::Asked&);
Tale tell(const Telling&, const workflow::question::Answered&);
Tale tell(const Telling&, const workflow::reminder::Reminded&);
Tale tell(const Telling&, const workflow::room::MoveAsked&);
Tale tell(const Telling&, const workflow::room::Moved&);
Tale tell(const Telling&, const workflow::person::ZoneChosen&);
Tale tell(const Telling&, const workflow::person::Blocked&);
Tale tell(const Telling&, const workflow::person::Unblocked&);

// Pieces that several tell.
/// `$800 in 2 milestones (Draft $300 by 2026-12-01, Final $500)`
std::string brief(const workflow::Terms&);
/// Every field on its lines, with the hash.
std::string in_full(const workflow::Terms&, const workflow::Digest&, std::size_t scope = 1000);
/// `amount $800 → $650, end none → 2027-03-31`
std::string changes(const std::vector<workflow::Change>&);
/// That a contract is binding now, from the events of its acceptance; empty where there are none.
std::string binding(const Telling&);
/// What an end does with the money, a line each; `numbered`: with the number of the request that it makes.
std::string money_of_end(const Telling&, workflow::ContractId, bool numbered);
/// What an amendment that is open or approved changes of its contract; empty for one that came to nothing.
std::string change_of(const Telling&, workflow::AmendmentId);
/// What becomes of the requests for escrow by a release or by changes after the end; empty where nothing does.
/// `numbered`: with the number of one that is made.
std::string asked_back(const Telling&, bool numbered);
/// The same where none is made: all credit has been asked back since the end.
std::string less_asked_back(const Telling&);
/// Not empty: an amount alone does not tell how several milestones share it.
std::string several(const workflow::Terms&);
/// amount; and where a part of it came out of the credit: credit, charged.
workflow::Args funding(const workflow::milestone::Funded&);
/// `M-5.2, M-5.3`
std::string ids_of(const std::vector<workflow::AnyId>&);
/// A scope as it fits into a note.
std::string brief_scope(const workflow::Terms&);
/// One line that says what terms leave open, or nothing: `Not said: an end date, what counts as done.`
std::string unsaid(const Telling&, const workflow::Terms&);
/// The questions that nobody has answered yet about an offer, or about a proposal that led to it: a line each.
std::string open_questions(const Telling&, const workflow::AnyId&);
/// The change request that is moot with the headline, in a line of its own; empty where there is none.
std::string closed_request(const Telling&);
/// Arguments put together; the first that names something wins.
workflow::Args with(workflow::Args, workflow::Args);

/// The value for a key, or null: the thing may be of a room that is not at hand.
template <class Map, class Key>
auto* look_up(const Map& map, const Key& key) {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

}  // namespace commands
