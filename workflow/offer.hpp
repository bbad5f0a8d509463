#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <vector>

#include "workflow/ids.hpp"
#include "workflow/terms.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// The client's final word, which the freelancer accepts or not (R-offer-*). The first one binds its room for the time
// being; the first acceptance fixes the room's pair.
namespace workflow::offer {

enum class State { draft, pending, accepted, declined, withdrawn, expired };
BOOST_DESCRIBE_ENUM(State, draft, pending, accepted, declined, withdrawn, expired)

/// Terms as they were before a revision.
struct Earlier {
  Terms terms;
  Digest digest;
  Instant at{};
  bool operator==(const Earlier&) const = default;
};

struct Offer {
  OfferId id;
  State state = State::pending;
  PersonId client, freelancer;
  std::optional<ProposalId> from;  ///< the approved proposal it came from
  std::int64_t version = 1;
  Terms terms;
  Digest digest;
  Instant at{};                  ///< when this version was sent
  std::vector<Earlier> earlier;  ///< the versions before, v1 first; never changed once here
  Deadline expire;
  std::optional<ContractId> contract;
  Instant closed_at{};
  bool operator==(const Offer&) const = default;
};

// Commands
struct Send {
  std::optional<Handle> freelancer;  ///< may be left out where only one person can be meant
  TermsInput terms;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Send, (), (freelancer, terms, yes))
/// Offers an earlier contract's terms once more, without its dates and with changes.
struct Rehire {
  ContractId id;
  TermsInput terms;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Rehire, (), (id, terms, yes))
/// "Make a different offer".
struct Revise {
  OfferId id;
  TermsInput terms;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Revise, (), (id, terms, yes))
struct Discuss {
  OfferId id;
  Phrase message;
};
BOOST_DESCRIBE_STRUCT(Discuss, (), (id, message))
struct Accept {
  OfferId id;
  std::optional<Version> version;
  std::optional<HashPrefix> hash;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Accept, (), (id, version, hash, yes))
struct Decline {
  OfferId id;
  std::optional<Phrase> reason;
};
BOOST_DESCRIBE_STRUCT(Decline, (), (id, reason))
struct Withdraw {
  OfferId id;
};
BOOST_DESCRIBE_STRUCT(Withdraw, (), (id))

// Events
struct Sent {
  static constexpr std::string_view kind = "offer.sent";
  OfferId id;
  PersonId client, freelancer;
  std::optional<ProposalId> from;
  Terms terms;
  Digest digest;
  Instant at{};
  Instant due{};
  std::optional<ContractId> repeats;  ///< the contract that `/rehire` repeats
};
BOOST_DESCRIBE_STRUCT(Sent, (), (id, client, freelancer, from, terms, digest, at, due, repeats))
/// A new version in the place of the one before; the time to accept begins anew.
struct Revised {
  static constexpr std::string_view kind = "offer.revised";
  OfferId id;
  std::int64_t version = 0;  ///< the new one
  Terms terms;
  Digest digest;
  Instant at{};
  Instant due{};
  std::optional<ChangeRequestId> request;  ///< the change request that the client agreed to
};
BOOST_DESCRIBE_STRUCT(Revised, (), (id, version, terms, digest, at, due, request))
/// Words about an offer. Nothing changes, the clock runs on.
struct Discussed {
  static constexpr std::string_view kind = "offer.discussed";
  OfferId id;
  Side by = Side::freelancer;
  std::string message;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Discussed, (), (id, by, message, at))
struct Accepted {
  static constexpr std::string_view kind = "offer.accepted";
  OfferId id;
  std::int64_t version = 1;
  ContractId contract;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Accepted, (), (id, version, contract, at))
struct Declined {
  static constexpr std::string_view kind = "offer.declined";
  OfferId id;
  std::optional<std::string> reason;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Declined, (), (id, reason, at))
struct Withdrawn {
  static constexpr std::string_view kind = "offer.withdrawn";
  OfferId id;
  bool by_system = false;  ///< another offer's acceptance fixed the room's pair
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Withdrawn, (), (id, by_system, at))
struct Expired {
  static constexpr std::string_view kind = "offer.expired";
  OfferId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Expired, (), (id, at))

}  // namespace workflow::offer
