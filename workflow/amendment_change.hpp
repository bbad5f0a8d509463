#pragma once
#include <optional>
#include <string>

#include "workflow/room.hpp"

// What a change makes of a contract's terms, and what can be wrong with it.
namespace workflow::amendment {

/// What the contract would say. The milestone of an edit or a drop stands in the terms.
Terms applied(const Room&, ContractId, const Change&);

/// Whether nothing but the due day of the milestone differs, and it is later than it was.
bool only_later(const Terms& before, const Terms& after);

/// A contract takes changes until it ends.
std::optional<Rejection> not_open(const Room&, ContractId);
/// A milestone is edited or dropped while it is planned; what is in escrow is not changed (R-amendment-3).
std::optional<Rejection> not_planned(const Room&, const Change&);
/// Whether approving the current version would make the contract what it shows (R-amendment-11).
bool as_shown(const Room&, const Amendment&);
/// What is wrong with the terms that a change makes (R-amendment-5).
std::optional<Rejection> problem(const Room&, ContractId, const Change&, const Terms& after, Date today);
/// A change that changes nothing: the terms after it are those before it.
Rejection nothing_changed(const std::string& line);

/// The keys that fit what a change is about: `title, amount, due`; empty: none does.
std::string keys_of(What);

}  // namespace workflow::amendment
