#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "workflow/ids.hpp"
#include "workflow/money.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

// Money besides the agreed one, on any contract of the pair, also after its end (R-bonus-*). It has no state of its
// own: the ledger has it.
namespace workflow::bonus {

struct Pay {
  ContractId id;
  Amount amount;
  std::optional<Phrase> reason;
  Yes yes;
};
BOOST_DESCRIBE_STRUCT(Pay, (), (id, amount, reason, yes))

struct Paid {
  static constexpr std::string_view kind = "bonus.paid";
  ContractId id;
  Money gross, fee;  ///< net = gross - fee
  std::optional<std::string> reason;
  Instant at{};
  Instant clears{};  ///< when the net becomes available
};
BOOST_DESCRIBE_STRUCT(Paid, (), (id, gross, fee, reason, at, clears))

}  // namespace workflow::bonus
