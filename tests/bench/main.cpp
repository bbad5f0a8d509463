#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "tests/bench/bare_bot.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/report.hpp"

// Measures bots against a chat server inside this process: the real `parley serve` beside others. Prints Markdown to
// standard output and keeps nothing. Absolute figures drift on a shared machine; compare the ratios of one run.
namespace bench {
namespace {

namespace fs = std::filesystem;

int run(int argc, char** argv) {
  CLI::App app{"Measures the bot from outside, beside others under the same load."};
  Places at;
  at.self = fs::canonical("/proc/self/exe");
  at.parley = at.self.parent_path() / "parley";
  at.peers = fs::current_path() / "tests" / "bench" / "peers";
  Sizes sizes;
  bool quick = false;
  fs::path bare_folder;
  unsigned short port = 0;
  std::vector<std::string> only;
  app.add_option("--parley", at.parley, "the binary that is measured")->capture_default_str();
  app.add_option("--peers", at.peers, "the folder of the bots in other languages")->capture_default_str();
  app.add_option("--rounds", sizes.rounds, "every bot in each")->capture_default_str();
  app.add_flag("--quick", quick, "one small round");
  app.add_option("--only", only, "some of: parley bare hubot bolt errbot asyncio node node-group");
  app.add_option("--bare-bot", bare_folder, "be the bare bot on this data folder");
  app.add_option("--port", port, "where the bare bot finds the server");
  CLI11_PARSE(app, argc, argv);
  if (!bare_folder.empty()) return bare_bot(bare_folder, port);
  if (quick) {
    sizes.touched = 200, sizes.starts = 3, sizes.rounds = 1;
    sizes.messages = {200, 1000, 3000};
    sizes.paced_ms = 200;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Chat chat;
  const auto all = compare(at, sizes, chat, only);
  const bool good = report(all, sizes);
  if (only.empty() || only.front() == "parley") {
    std::printf("\n## Parley on a store of %d rooms\n\n", sizes.touched);
    measure_starts(at, sizes, chat);
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    return bench::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "parley_bench: %s\n", e.what());
    return 2;
  }
}
