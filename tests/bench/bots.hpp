#pragma once
#include <filesystem>
#include <string>
#include <vector>

// The bots that are set beside each other. All of them keep the same promise: what a command changes is on the disk
// before its reply leaves.
namespace bench {

struct Places {
  std::filesystem::path self, parley;
  std::filesystem::path peers;  ///< the folder of the bots in other languages, with their packages installed
};

struct Bot {
  std::string name;   ///< on the command line
  std::string label;  ///< in the tables
  bool ours = false;  ///< its rooms want a pair before anything else
  std::vector<std::string> words;
};

/// In the order of the tables: Parley first, then the bare bot in C++.
std::vector<Bot> bots(const Places&, const std::filesystem::path& folder, unsigned short port);

}  // namespace bench
