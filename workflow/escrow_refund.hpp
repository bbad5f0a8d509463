#pragma once
#include <boost/describe.hpp>
#include <vector>

#include "workflow/ids.hpp"
#include "workflow/money.hpp"
#include "workflow/time.hpp"

// The request that a client's end makes of the freelancer: to let the rest of the escrow go back (R-refund-*).
namespace workflow::escrow_refund {

enum class State { pending, approved, auto_approved, disputed, cancelled, settled };
BOOST_DESCRIBE_ENUM(State, pending, approved, auto_approved, disputed, cancelled, settled)

/// The part of the request that lies in one milestone's escrow, or without one in the contract's credit.
struct Part {
  std::optional<MilestoneId> milestone;
  Money amount;
  bool operator==(const Part&) const = default;
};
BOOST_DESCRIBE_STRUCT(Part, (), (milestone, amount))

struct EscrowRefund {
  EscrowRefundId id;
  State state = State::pending;
  ContractId contract;
  std::vector<Part> parts;
  Money amount;
  Deadline answer;  ///< by when the freelancer answers
  bool operator==(const EscrowRefund&) const = default;
};

struct Requested {
  static constexpr std::string_view kind = "escrow_refund.requested";
  EscrowRefundId id;
  ContractId contract;
  std::vector<Part> parts;
  Money amount;
  Instant at{};
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(Requested, (), (id, contract, parts, amount, at, due))

/// The client released a part of what was asked back, or all of it.
struct Reduced {
  static constexpr std::string_view kind = "escrow_refund.reduced";
  EscrowRefundId id;
  std::vector<Part> parts;  ///< what is left
  Money amount;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Reduced, (), (id, parts, amount, at))
struct Cancelled {
  static constexpr std::string_view kind = "escrow_refund.cancelled";
  EscrowRefundId id;
  Instant at{};
};
BOOST_DESCRIBE_STRUCT(Cancelled, (), (id, at))

}  // namespace workflow::escrow_refund
