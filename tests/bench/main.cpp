#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>

#include "tests/bench/bare_bot.hpp"
#include "tests/bench/chat.hpp"
#include "tests/bench/child.hpp"

// Measures the bot: the real `parley serve` against a chat server inside this process, beside a bare bot that writes
// the same rows. Prints to standard output and keeps nothing. Absolute figures drift on a shared machine; compare the
// ratios of one run.
namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::array outstanding{1, 32, 1024};

struct Sizes {
  int rooms = 1100, touched = 1000, starts = 9, rounds = 5;
  std::array<int, 3> commands{2000, 16'000, 32'000};
};

struct Setup {
  fs::path self, parley;
  Sizes sizes;
};

/// A data folder in which a bot finds its token.
void prepare(const Folder& folder) {
  fs::create_directories(folder.path / "bot");
  fs::permissions(folder.path / "bot", fs::perms::owner_all);
  std::ofstream{folder.path / "bot" / "token"} << "token\n";
}

std::vector<std::string> parley(const Setup& s, const Folder& folder, const Chat& chat) {
  return {s.parley, "serve", "--data", folder.path, "--room-port", std::to_string(chat.port())};
}

std::vector<std::string> bare(const Setup& s, const Folder& folder, const Chat& chat) {
  return {s.self, "--bare-bot", folder.path, "--port", std::to_string(chat.port())};
}

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all.empty() ? 0 : all[all.size() / 2];
}

/// Long enough for the bot's idle work, such as copying its log into its file.
void settle() { std::this_thread::sleep_for(std::chrono::milliseconds{400}); }
/// Long enough for what is on its way, too short for idle work.
void breathe() { std::this_thread::sleep_for(std::chrono::milliseconds{60}); }

void measure_starts(const Setup& s, Chat& chat) {
  std::vector<double> empty, full;
  for (int i = 0; i < s.sizes.starts; ++i) {
    const Folder folder;
    prepare(folder);
    chat.clear();
    Child bot(parley(s, folder, chat));
    empty.push_back(bot.ready());
    bot.stop();
  }
  const Folder folder;
  prepare(folder);
  chat.clear();
  {
    Child bot(parley(s, folder, chat));
    bot.ready();
    chat.open_rooms(s.sizes.touched);
    chat.bind_rooms();
    settle();
    std::printf(
        "resident after %d rooms were opened, an offer accepted in each: %.1f MB (most ever %.1f MB), target 24\n",
        s.sizes.touched, static_cast<double>(bot.resident_kb()) / 1024,
        static_cast<double>(bot.most_resident_kb()) / 1024);
    chat.drive(2 * s.sizes.touched, 32);
    settle();
    std::printf("  and after two more commands in each: %.1f MB (most ever %.1f MB)\n",
                static_cast<double>(bot.resident_kb()) / 1024, static_cast<double>(bot.most_resident_kb()) / 1024);
    bot.stop();
  }
  for (int i = 0; i < s.sizes.starts; ++i) {
    Child bot(parley(s, folder, chat));
    full.push_back(bot.ready());
    bot.stop();
  }
  std::printf("start to ready: %.1f ms on nothing, %.1f ms on the store of %d rooms (median of %d), target 50\n",
              median(empty), median(full), s.sizes.touched, s.sizes.starts);
}

/// Counted from outside, by the kernel's own calls.
void measure_syncs(const Setup& s, Chat& chat) {
  if (!strace_is_there()) {
    std::puts("syncs: not measured, strace is missing");
    return;
  }
  const Folder folder;
  prepare(folder);
  chat.clear();
  Child bot(parley(s, folder, chat), true);
  bot.ready();
  chat.open_rooms(64);
  chat.bind_rooms();
  settle();
  const int commands = 200, bursts = 50;
  int before = bot.syncs();
  chat.drive(commands, 1);
  breathe();
  const int alone = bot.syncs() - before;
  settle();
  before = bot.syncs();
  chat.bursts(bursts, 32);
  breathe();
  const int together = bot.syncs() - before;
  std::printf("syncs of the disk: %d for %d commands one at a time (%.2f each), %d for %d batches of 32 (%.2f each)\n",
              alone, commands, static_cast<double>(alone) / commands, together, bursts,
              static_cast<double>(together) / bursts);
  bot.stop();
}

struct Row {
  std::vector<double> per_second, p50, p99;
  void add(const Figures& f) {
    per_second.push_back(f.per_second);
    p50.push_back(f.p50_us);
    p99.push_back(f.p99_us);
  }
};
using Table = std::array<Row, outstanding.size()>;

void one_round(const Setup& s, Chat& chat, bool ours, Table& table) {
  const Folder folder;
  prepare(folder);
  chat.clear();
  Child bot(ours ? parley(s, folder, chat) : bare(s, folder, chat));
  bot.ready();
  chat.open_rooms(s.sizes.rooms);
  if (ours) chat.bind_rooms();
  settle();
  for (std::size_t i = 0; i < outstanding.size(); ++i) table[i].add(chat.drive(s.sizes.commands[i], outstanding[i]));
  bot.stop();
}

void measure_speed(const Setup& s, Chat& chat) {
  Table ours, theirs;
  for (int i = 0; i < s.sizes.rounds; ++i) {
    one_round(s, chat, true, ours);
    one_round(s, chat, false, theirs);
  }
  std::printf("commands over %d rooms, medians of %d interleaved rounds\n", s.sizes.rooms, s.sizes.rounds);
  std::printf("%12s | %10s %9s %9s | %10s %9s %9s | %6s\n", "outstanding", "Parley /s", "p50 us", "p99 us", "bare /s",
              "p50 us", "p99 us", "ratio");
  for (std::size_t i = 0; i < outstanding.size(); ++i) {
    std::vector<double> ratios;
    for (std::size_t k = 0; k < ours[i].per_second.size(); ++k)
      ratios.push_back(ours[i].per_second[k] / theirs[i].per_second[k]);
    std::printf("%12d | %10.0f %9.0f %9.0f | %10.0f %9.0f %9.0f | %6.2f\n", outstanding[i], median(ours[i].per_second),
                median(ours[i].p50), median(ours[i].p99), median(theirs[i].per_second), median(theirs[i].p50),
                median(theirs[i].p99), median(ratios));
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Measures the bot from outside, beside a bare bot that writes the same rows."};
  Setup s;
  s.self = fs::canonical("/proc/self/exe");
  s.parley = s.self.parent_path() / "parley";
  bool quick = false;
  fs::path bare_folder;
  unsigned short port = 0;
  std::vector<std::string> only;
  app.add_option("--parley", s.parley, "the binary that is measured")->capture_default_str();
  app.add_flag("--quick", quick, "a smoke run");
  app.add_option("--only", only, "some of: start, syncs, speed");
  app.add_option("--bare-bot", bare_folder, "be the bare bot on this data folder");
  app.add_option("--port", port, "where the bare bot finds the server");
  CLI11_PARSE(app, argc, argv);
  if (!bare_folder.empty()) return bare_bot(bare_folder, port);
  if (quick) s.sizes = {.rooms = 1100, .touched = 200, .starts = 3, .rounds = 1, .commands = {200, 1000, 3000}};
  const auto wanted = [&](const char* part) {
    return only.empty() || std::find(only.begin(), only.end(), part) != only.end();
  };
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Chat chat;
  if (wanted("start")) measure_starts(s, chat);
  if (wanted("syncs")) measure_syncs(s, chat);
  if (wanted("speed")) measure_speed(s, chat);
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    return bench::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "parley_bench: %s\n", e.what());
    return 1;
  }
}
