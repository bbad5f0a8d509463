#pragma once
#include <boost/describe.hpp>
#include <optional>

#include "workflow/ids.hpp"
#include "workflow/terms.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// What a freelancer would rather have than the offer on the table, which stays acceptable meanwhile (R-change-*).
namespace workflow::change_request {

enum class State { open, approved, declined, withdrawn, closed };
BOOST_DESCRIBE_ENUM(State, open, approved, declined, withdrawn, closed)

struct ChangeRequest {
  ChangeRequestId id;
  State state = State::open;
  OfferId offer;
  std::int64_t version = 1;  ///< of the offer, which it wants changed
  Terms terms;               ///< what the offer would say
  Digest digest;
  Instant at{};
  Instant closed_at{};
  bool operator==(const ChangeRequest&) const = default;
};

// Commands
struct Request {
  OfferId id;
  std::optional<Version> version;
  TermsInput terms;
};
BOOST_DESCRIBE_STRUCT(Request, (), (id, version, terms))
struct Approve {
  ChangeRequestId id;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Approve, (), (id, yes))
struct Decline {
  ChangeRequestId id;
  std::optional<Phrase> reason;
};
BOOST_DESCRIBE_STRUCT(Decline, (), (id, reason))
struct Withdraw {
  ChangeRequestId id;
};
BOOST_DESCRIBE_STRUCT(Withdraw, (), (id))

// Events
struct Requested {
  static constexpr std::string_view kind = "change_request.requested";
  ChangeRequestId id;
  OfferId offer;
  std::int64_t version = 1;
  Terms terms;
  Digest digest;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Requested, (), (id, offer, version, terms, digest, at))
/// The client agrees; the offer is revised with it.
struct Approved {
  static constexpr std::string_view kind = "change_request.approved";
  ChangeRequestId id;
  OfferId offer;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Approved, (), (id, offer, at))
struct Declined {
  static constexpr std::string_view kind = "change_request.declined";
  ChangeRequestId id;
  std::optional<std::string> reason;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Declined, (), (id, reason, at))
struct Withdrawn {
  static constexpr std::string_view kind = "change_request.withdrawn";
  ChangeRequestId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Withdrawn, (), (id, at))
/// Its offer was revised or is over.
struct Closed {
  static constexpr std::string_view kind = "change_request.closed";
  ChangeRequestId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Closed, (), (id, at))

}  // namespace workflow::change_request
