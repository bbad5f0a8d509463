#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <vector>

#include "workflow/ids.hpp"
#include "workflow/terms.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// A change of a contract that runs: one side proposes it, the other approves exactly that version (R-amendment-*).
namespace workflow::amendment {

enum class State { pending, approved, declined, withdrawn, expired };
BOOST_DESCRIBE_ENUM(State, pending, approved, declined, withdrawn, expired)

/// What is changed: the contract's words and dates, a new milestone, one that is not funded yet, or that it goes.
enum class What { terms, add, edit, drop };
BOOST_DESCRIBE_ENUM(What, terms, add, edit, drop)

/// One version of the change. Which members may be set follows from `what`.
struct Change {
  What what = What::terms;
  std::optional<MilestoneId> milestone;  ///< edit, drop: which; add: the number it was given with the approval
  std::optional<std::string> title;      ///< add, edit: the milestone's; terms: the contract's
  std::optional<std::string> scope;      ///< terms
  std::optional<Money> amount;           ///< add, edit
  std::optional<Date> due;               ///< add, edit
  std::optional<Date> end;               ///< terms
  bool operator==(const Change&) const = default;
};
BOOST_DESCRIBE_STRUCT(Change, (), (what, milestone, title, scope, amount, due, end))

struct Version {
  Change change;
  Terms terms;    ///< what the contract would say
  Digest digest;  ///< of those terms
  Side author = Side::client;
  Instant at{};
  bool operator==(const Version&) const = default;
};

struct Amendment {
  AmendmentId id;
  State state = State::pending;
  std::vector<Version> versions;  ///< v1 first; never changed once here
  Side turn = Side::client;       ///< who may answer
  Deadline expire;
  Instant closed_at{};
  bool operator==(const Amendment&) const = default;

  std::int64_t version() const { return static_cast<std::int64_t>(versions.size()); }
  const Version& current() const { return versions.back(); }
  /// Who proposed it, whoever has countered since: the one who may withdraw it.
  Side author() const { return versions.front().author; }
};

// Commands
struct Amend {
  ContractId id;
  std::optional<std::string> title, scope;
  std::optional<Date> end;
};
BOOST_DESCRIBE_STRUCT(Amend, (), (id, title, scope, end))
struct AddMilestone {
  ContractId id;
  Title title;
  Amount amount;
  std::optional<Date> due;
};
BOOST_DESCRIBE_STRUCT(AddMilestone, (), (id, title, amount, due))
/// The client alone may move a due day later: that needs no answer (R-amendment-4).
struct EditMilestone {
  MilestoneId id;
  std::optional<std::string> title;
  std::optional<Money> amount;
  std::optional<Date> due;
};
BOOST_DESCRIBE_STRUCT(EditMilestone, (), (id, title, amount, due))
struct DropMilestone {
  MilestoneId id;
};
BOOST_DESCRIBE_STRUCT(DropMilestone, (), (id))
struct Counter {
  AmendmentId id;
  std::optional<workflow::Version> version;
  std::optional<std::string> title, scope;
  std::optional<Money> amount;
  std::optional<Date> due, end;
};
BOOST_DESCRIBE_STRUCT(Counter, (), (id, version, title, scope, amount, due, end))
struct Approve {
  AmendmentId id;
  std::optional<workflow::Version> version;
  std::optional<HashPrefix> hash;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Approve, (), (id, version, hash, yes))
struct Decline {
  AmendmentId id;
  std::optional<Phrase> reason;
};
BOOST_DESCRIBE_STRUCT(Decline, (), (id, reason))
struct Withdraw {
  AmendmentId id;
};
BOOST_DESCRIBE_STRUCT(Withdraw, (), (id))

// Events
/// Version 1: the turn is the other side's.
struct Proposed {
  static constexpr std::string_view kind = "amendment.proposed";
  AmendmentId id;
  Change change;
  Terms terms;
  Digest digest;
  Side by = Side::client;
  Instant at{};
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(Proposed, (), (id, change, terms, digest, by, at, due))
struct Countered {
  static constexpr std::string_view kind = "amendment.countered";
  AmendmentId id;
  std::int64_t version = 0;  ///< the new one
  Change change;
  Terms terms;
  Digest digest;
  Side by = Side::client;
  Instant at{};
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(Countered, (), (id, version, change, terms, digest, by, at, due))
/// These are the contract's terms from now on.
struct Approved {
  static constexpr std::string_view kind = "amendment.approved";
  AmendmentId id;
  std::int64_t version = 0;
  Side by = Side::client;
  Change change;
  Terms terms;
  Digest digest;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Approved, (), (id, version, by, change, terms, digest, at))
struct Declined {
  static constexpr std::string_view kind = "amendment.declined";
  AmendmentId id;
  Side by = Side::client;
  std::optional<std::string> reason;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Declined, (), (id, by, reason, at))
struct Withdrawn {
  static constexpr std::string_view kind = "amendment.withdrawn";
  AmendmentId id;
  bool by_system = false;  ///< the contract ended
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Withdrawn, (), (id, by_system, at))
struct Expired {
  static constexpr std::string_view kind = "amendment.expired";
  AmendmentId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Expired, (), (id, at))
/// The client has moved a due day later, which needs no answer: the contract's terms say so from now on.
struct Followed {
  static constexpr std::string_view kind = "amendment.terms_followed";
  ContractId id;
  Terms terms;
  Digest digest;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Followed, (), (id, terms, digest, at))

}  // namespace workflow::amendment
