#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <vector>

#include "workflow/ids.hpp"
#include "workflow/terms.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// A contract that the freelancer proposes to a client who has paid them before: countered in turns until one side
// approves the exact version in front of both (R-proposal-*).
namespace workflow::proposal {

enum class State { pending, approved, declined, withdrawn, superseded, expired };
BOOST_DESCRIBE_ENUM(State, pending, approved, declined, withdrawn, superseded, expired)

struct TermsVersion {
  Terms terms;
  Digest digest;
  Side author = Side::freelancer;
  Instant at{};
  bool taken_back = false;  ///< the version before once more: nobody countered
  bool operator==(const TermsVersion&) const = default;
};

struct Proposal {
  ProposalId id;
  State state = State::pending;
  std::vector<TermsVersion> versions;  ///< v1 first; never changed once here
  Side turn = Side::client;            ///< who may answer
  Deadline expire;
  std::optional<OfferId> offer;  ///< what its approval became
  std::optional<ProposalId> by;  ///< what superseded it
  Instant closed_at{};           ///< when it left PENDING
  bool operator==(const Proposal&) const = default;

  std::int64_t version() const { return static_cast<std::int64_t>(versions.size()); }
  const TermsVersion& current() const { return versions.back(); }
};

// Commands
struct Propose {
  std::optional<From> from;  ///< copies an earlier contract's terms, without its dates
  TermsInput terms;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Propose, (), (from, terms, yes))
/// Withdraws a proposal and proposes its terms anew with changes, in one act.
struct Repropose {
  ProposalId id;
  TermsInput terms;
};
BOOST_DESCRIBE_STRUCT(Repropose, (), (id, terms))
struct Counter {
  ProposalId id;
  std::optional<Version> version;
  TermsInput terms;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Counter, (), (id, version, terms, yes))
struct Approve {
  ProposalId id;
  std::optional<Version> version;
  std::optional<HashPrefix> hash;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Approve, (), (id, version, hash, yes))
struct Decline {
  ProposalId id;
  std::optional<Phrase> reason;
};
BOOST_DESCRIBE_STRUCT(Decline, (), (id, reason))
struct Withdraw {
  ProposalId id;
  std::optional<Version> version;
};
BOOST_DESCRIBE_STRUCT(Withdraw, (), (id, version))

// Events
struct Proposed {
  static constexpr std::string_view kind = "proposal.proposed";
  ProposalId id;
  Terms terms;
  Digest digest;
  Instant at{};
  Instant due{};
  std::optional<ContractId> repeats;  ///< the contract whose terms `from=` copied
};
BOOST_DESCRIBE_STRUCT(Proposed, (), (id, terms, digest, at, due, repeats))
struct Countered {
  static constexpr std::string_view kind = "proposal.countered";
  ProposalId id;
  std::int64_t version = 0;  ///< the new one
  Side by = Side::client;
  Terms terms;
  Digest digest;
  Instant at{};
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(Countered, (), (id, version, by, terms, digest, at, due))
/// The client took their own counter back: the version before stands again, as a new one.
struct TakenBack {
  static constexpr std::string_view kind = "proposal.taken_back";
  ProposalId id;
  std::int64_t version = 0;
  Terms terms;
  Digest digest;
  Instant at{};
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(TakenBack, (), (id, version, terms, digest, at, due))
struct Approved {
  static constexpr std::string_view kind = "proposal.approved";
  ProposalId id;
  std::int64_t version = 0;
  Side by = Side::client;  ///< the freelancer's approval accepts the offer in the same act
  OfferId offer;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Approved, (), (id, version, by, offer, at))
struct Declined {
  static constexpr std::string_view kind = "proposal.declined";
  ProposalId id;
  Side by = Side::client;
  std::optional<std::string> reason;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Declined, (), (id, by, reason, at))
struct Withdrawn {
  static constexpr std::string_view kind = "proposal.withdrawn";
  ProposalId id;
  std::optional<OfferId> offer;  ///< set where the decline of its offer withdrew it
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Withdrawn, (), (id, offer, at))
/// Another proposal stands in its place.
struct Superseded {
  static constexpr std::string_view kind = "proposal.superseded";
  ProposalId id;
  ProposalId by;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Superseded, (), (id, by, at))
struct Expired {
  static constexpr std::string_view kind = "proposal.expired";
  ProposalId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Expired, (), (id, at))

}  // namespace workflow::proposal
