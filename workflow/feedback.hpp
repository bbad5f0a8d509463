#pragma once
#include <boost/describe.hpp>
#include <optional>

#include "workflow/digest.hpp"
#include "workflow/ids.hpp"
#include "workflow/time.hpp"

// What each side says of the other when a contract ends: sealed until the day it is officially over (R-feedback-*).
namespace workflow::feedback {

enum class SlotState { open, sealed, revealed, missed, voided };
BOOST_DESCRIBE_ENUM(SlotState, open, sealed, revealed, missed, voided)

/// The feedback that one side gives.
struct Slot {
  SlotState state = SlotState::open;
  Digest commitment;                         ///< of the public words; posted in the room when they are sealed
  std::optional<Digest> private_commitment;  ///< never opened
  bool operator==(const Slot&) const = default;
};

struct Pair {
  Slot client, freelancer;  ///< by who gives it
  Slot& of(Side s) { return s == Side::client ? client : freelancer; }
  const Slot& of(Side s) const { return s == Side::client ? client : freelancer; }
  bool operator==(const Pair&) const = default;
};

struct Sealed {
  static constexpr std::string_view kind = "feedback.sealed";
  ContractId id;
  Side by = Side::client;
  Digest commitment;
  std::optional<Digest> private_commitment;
};
BOOST_DESCRIBE_STRUCT(Sealed, (), (id, by, commitment, private_commitment))
/// The words behind this commitment may now be read; they lie in the store, not here.
struct Revealed {
  static constexpr std::string_view kind = "feedback.revealed";
  ContractId id;
  Side by = Side::client;
  Digest commitment;
  bool is_public = false;  ///< shown to others too: something of at least one unit of the currency was paid
};
BOOST_DESCRIBE_STRUCT(Revealed, (), (id, by, commitment, is_public))
struct Missed {
  static constexpr std::string_view kind = "feedback.missed";
  ContractId id;
  Side by = Side::client;
};
BOOST_DESCRIBE_STRUCT(Missed, (), (id, by))

}  // namespace workflow::feedback
