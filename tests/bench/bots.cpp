#include "tests/bench/bots.hpp"

namespace bench {

std::vector<Bot> bots(const Places& at, const std::filesystem::path& folder, unsigned short port) {
  const auto number = std::to_string(port);
  const auto node = [&](const char* file) { return std::vector<std::string>{"node", at.peers / file, folder, number}; };
  // Debian's Python, because errbot is one of its packages.
  const std::vector<std::string> python{"/usr/bin/python3", at.peers / "asyncio_bot.py", folder, number};
  const std::vector<std::string> errbot{
      "/usr/bin/env", "PEER_FOLDER=" + folder.string(), "PEER_PORT=" + number, "/usr/bin/python3", "-m", "errbot.cli",
      "-c",           at.peers / "errbot" / "config.py"};
  return {{"parley", "Parley", true, {at.parley, "serve", "--data", folder, "--room-port", number}},
          {"bare", "C++ Beast, group commit, the same rows", false, {at.self, "--bare-bot", folder, "--port", number}},
          {"hubot", "Hubot 14", false, node("hubot.mjs")},
          {"bolt", "Slack Bolt 5, a receiver of our own", false, node("bolt.mjs")},
          {"errbot", "errbot 6.1", false, errbot},
          {"asyncio", "Python asyncio", false, python},
          {"node", "bare Node", false, node("node.mjs")},
          {"node-group", "bare Node, group commit", false, node("node_group.mjs")}};
}

}  // namespace bench
