#pragma once
#include <string>
#include <string_view>

#include "workflow/event.hpp"

// Events as JSON and back, derived from their described members. Members are added only as optional; a changed meaning
// is a new kind. The stored bytes are what is hashed; they are never encoded again.
namespace store {

/// The body of an event, without its kind: compact JSON, members in declared order, absent optionals left out.
std::string encode(const workflow::Event&);
/// Throws std::runtime_error naming the kind and the member when the body does not fit.
workflow::Event decode(std::string_view kind, std::string_view body);

}  // namespace store
