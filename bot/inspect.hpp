#pragma once
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"

// What is true of a subject, read from the store: `P-1`, `M-1.1`, `feedback C-1`, `room studio`, `account ana`,
// `ledger`, `events`, `outbox`, `dead`. The fields are those of tests/transcripts/README.md.
namespace bot {

/// Fields in order, as text. Empty: absent. An error: the subject cannot be read, with what was expected.
/// Rooms are named by their channel, accounts by their handle.
std::expected<workflow::Facts, std::string> inspect(store::Store&, const std::string& platform,
                                                    const std::string& subject);
/// The same as one JSON object; `{}` for what is absent.
std::string to_json(const workflow::Facts&);

}  // namespace bot
