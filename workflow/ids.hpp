#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace workflow {

/// A number that is an id of one noun. Numbers start at 1, count over the whole installation and are never reused.
template <class Tag>
struct Id {
  std::int64_t n = 0;
  auto operator<=>(const Id&) const = default;
};

using ProposalId = Id<struct ProposalTag>;            ///< P-12
using OfferId = Id<struct OfferTag>;                  ///< O-7
using ContractId = Id<struct ContractTag>;            ///< C-5
using EscrowRefundId = Id<struct EscrowRefundTag>;    ///< ER-3
using ChangeRequestId = Id<struct ChangeRequestTag>;  ///< CR-1
using QuestionId = Id<struct QuestionTag>;            ///< Q-3
using PersonId = Id<struct PersonTag>;                ///< also the number of the person's stream
using RoomId = Id<struct RoomTag>;                    ///< also the number of the room's stream

/// M-5.2: milestones count within their contract.
struct MilestoneId {
  ContractId contract;
  std::int64_t n = 0;
  auto operator<=>(const MilestoneId&) const = default;
};

/// amendments count within their contract.
struct AmendmentId {
  ContractId contract;
  std::int64_t n = 0;
  auto operator<=>(const AmendmentId&) const = default;
};

/// The id of anything that lives in a room.
using AnyId = std::variant<ProposalId, OfferId, ContractId, MilestoneId, EscrowRefundId, AmendmentId, ChangeRequestId,
                           QuestionId>;

std::string text(ProposalId);
std::string text(OfferId);
std::string text(ContractId);
std::string text(EscrowRefundId);
std::string text(MilestoneId);
std::string text(AmendmentId);
std::string text(ChangeRequestId);
std::string text(QuestionId);
std::string text(const AnyId&);

/// Reads `P-12`, `m-5.2` (any case). Empty for anything else, leading zeros and numbers over 12 digits included.
std::optional<AnyId> parse_id(std::string_view);

/// What is numbered over the whole installation.
enum class Numbered { proposal, offer, contract, escrow_refund, change_request, question };

/// The two sides of a room. A side belongs to the room, not to the person.
enum class Side { client, freelancer };
inline Side other(Side s) { return s == Side::client ? Side::freelancer : Side::client; }
std::string_view text(Side);

}  // namespace workflow
