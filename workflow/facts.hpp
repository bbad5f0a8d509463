#pragma once
#include <string>
#include <utility>
#include <vector>

#include "workflow/room.hpp"

// What is true of a thing, as plain words: for `parley inspect`, for the facts of a transcript, and for the lists.
namespace workflow {

/// In the order they are printed. States are lower-case with `_`; amounts decimal; instants ISO 8601 UTC; absent: none.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// Empty where the room has no such thing. Amounts have no currency. People are given as their handles by `handle`.
Facts facts(const Room&, const AnyId&, const std::function<std::string(PersonId)>& handle);
/// client, freelancer: the states of the two slots.
Facts feedback_facts(const Room&, ContractId);
Facts room_facts(const Room&, const std::function<std::string(PersonId)>& handle);

/// One line of somebody's list, and the row by which the store finds an entity's room.
struct Row {
  AnyId id;
  std::string state;
  std::string title;
  Money amount;
  std::optional<Instant> due;
  PersonId client, freelancer;
  bool open = false;              ///< it waits for somebody, or runs
  std::optional<Side> waits_for;  ///< whose act is next, where somebody's is; only of what is open
};
Row row(const Room&, const AnyId&);
/// Everything in the room, oldest first by noun.
std::vector<AnyId> everything(const Room&);

}  // namespace workflow
