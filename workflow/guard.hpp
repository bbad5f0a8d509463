#pragma once
#include <functional>
#include <optional>
#include <string>

#include "workflow/room.hpp"

namespace workflow {

using Check = std::function<std::optional<Rejection>()>;

/// What must hold before a command acts, in the one order of the house (R-guard-1): the first that fails decides the
/// answer. The order is that of the members, so that the compiler holds every command to it. What is left out passes.
struct Guards {
  Check usage;                   ///< what the reader cannot see, e.g. --yes without a version
  std::optional<AnyId> subject;  ///< party and existence; none: the pair of the room
  Place place = Place::room;     ///< where it may be typed
  Check elsewhere;               ///< other reasons for WRONG_ROOM; feedback typed in a room
  std::optional<Side> role;      ///< the only side that may
  std::string role_why;          ///< the sentence for the other side
  Check frozen;
  Check state;  ///< eligibility included
  Check version;
  Check turn;
  Check deadline;
  Check data;
  Check feedback;
  Check funds;
  /// What the consent is bound to, as text; empty text: no consent is needed.
  std::function<std::string()> confirm;
};

/// The first refusal, or nothing: the command may act.
std::optional<Rejection> guard(const Room&, const Context&, const Guards&);

}  // namespace workflow
