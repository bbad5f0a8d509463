#pragma once
#include <filesystem>

namespace bench {

/// The rival: a bot of one loop over a blocking Beast WebSocket that answers `/offer` and `/withdraw` with notes as
/// Parley's, after one transaction for everything that has arrived (group commit on the reading thread). It writes the
/// rows that Parley writes into Parley's own tables under Parley's pragmas, and does nothing else: no grammar, no
/// rules, no rooms in memory, no savepoints, no hashes. Runs until the server goes away or a signal comes.
int bare_bot(const std::filesystem::path& folder, unsigned short port);

}  // namespace bench
