#include "tests/bench/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/bench/child.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;

/// A data folder in which a bot finds its token.
void prepare(const Folder& folder) {
  fs::create_directories(folder.path / "bot");
  fs::permissions(folder.path / "bot", fs::perms::owner_all);
  std::ofstream{folder.path / "bot" / "token"} << "token\n";
}

/// Long enough for a bot's idle work, such as copying its log into its file.
void settle() { std::this_thread::sleep_for(std::chrono::milliseconds{400}); }
/// Long enough for what is on its way, too short for idle work.
void breathe() { std::this_thread::sleep_for(std::chrono::milliseconds{60}); }

/// One life of one bot, ready for its rooms.
class Life {
 public:
  Life(const Places& at, std::size_t which, Chat& chat, bool under_strace = false)
      : bot_([&] {
          prepare(folder_);
          chat.clear();
          return bots(at, folder_.path, chat.port()).at(which);
        }()),
        child_(bot_.words, under_strace),
        start_ms_(child_.ready()) {}

  void open(Chat& chat, int rooms) {
    chat.open_rooms(rooms);
    if (bot_.ours) chat.bind_rooms();
    settle();
  }
  Child& child() { return child_; }
  double start_ms() const { return start_ms_; }

 private:
  Folder folder_;
  Bot bot_;
  Child child_;
  double start_ms_;
};

void count_syncs(const Places& at, std::size_t which, Chat& chat, Measured& out) {
  if (!strace_is_there()) return;
  Life life(at, which, chat, true);
  life.open(chat, 64);
  const int commands = 200, bursts = 50, burst = 32;
  auto& bot = life.child();
  const auto count = [&](double by, double& syncs, double& kilobytes, const auto& act) {
    const auto s = bot.syncs();
    const auto b = bot.bytes_written();
    act();
    breathe();
    syncs = (bot.syncs() - s) / by;
    kilobytes = static_cast<double>(bot.bytes_written() - b) / by / 1024;
    settle();
  };
  count(commands, out.syncs_alone, out.kilobytes_alone, [&] { chat.drive(commands, 1); });
  count(bursts * burst, out.syncs_together, out.kilobytes_together, [&] { chat.bursts(bursts, burst); });
  bot.stop();
}

void round_of(const Places& at, const Sizes& sizes, std::size_t which, Chat& chat, Measured& out) {
  Life life(at, which, chat);
  out.start_ms.push_back(life.start_ms());
  life.open(chat, sizes.rooms);
  for (std::size_t i = 0; i < sizes.outstanding.size(); ++i) {
    const int n = sizes.outstanding[i];
    out.writes[n].add(chat.drive(sizes.messages[i], n));
    out.mixed[n].add(chat.drive(sizes.messages[i], n, Load::mixed));
  }
  for (const int pace : sizes.paces) {
    const int messages = pace * sizes.paced_ms / 1000;
    settle();
    out.paced_writes[pace].add(chat.paced(messages, pace));
    settle();
    out.paced_mixed[pace].add(chat.paced(messages, pace, Load::mixed));
  }
  settle();
  out.resident_mb.push_back(static_cast<double>(life.child().resident_kb()) / 1024);
  life.child().stop();
}

}  // namespace

void Samples::add(const Figures& f) {
  per_second.push_back(f.per_second);
  p50.push_back(f.p50_us);
  p99.push_back(f.p99_us);
  p999.push_back(f.p999_us);
}

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all.empty() ? 0 : all[all.size() / 2];
}

std::vector<Measured> compare(const Places& at, const Sizes& sizes, Chat& chat, const std::vector<std::string>& only) {
  std::vector<Measured> all;
  std::vector<std::size_t> which;
  const auto every = bots(at, "unused", 0);
  for (std::size_t i = 0; i < every.size(); ++i) {
    if (!only.empty() && std::find(only.begin(), only.end(), every[i].name) == only.end()) continue;
    which.push_back(i);
    all.push_back({.name = every[i].name, .label = every[i].label});
  }
  for (std::size_t i = 0; i < which.size(); ++i) count_syncs(at, which[i], chat, all[i]);
  for (int round = 0; round < sizes.rounds; ++round)
    for (std::size_t i = 0; i < which.size(); ++i) {
      std::fprintf(stderr, "round %d of %d: %s\n", round + 1, sizes.rounds, all[i].label.c_str());
      round_of(at, sizes, which[i], chat, all[i]);
    }
  return all;
}

void measure_starts(const Places& at, const Sizes& sizes, Chat& chat) {
  const Folder folder;
  prepare(folder);
  chat.clear();
  const auto words = bots(at, folder.path, chat.port()).front().words;
  {
    Child bot(words);
    bot.ready();
    chat.open_rooms(sizes.touched);
    chat.bind_rooms();
    settle();
    std::printf("- Resident after %d rooms were opened and an offer accepted in each: %.1f MB (most ever %.1f MB).\n",
                sizes.touched, static_cast<double>(bot.resident_kb()) / 1024,
                static_cast<double>(bot.most_resident_kb()) / 1024);
    bot.stop();
  }
  std::vector<double> full;
  for (int i = 0; i < sizes.starts; ++i) {
    Child bot(words);
    full.push_back(bot.ready());
    bot.stop();
  }
  std::printf("- Start to ready on the store of those rooms: %.1f ms (median of %d).\n", median(full), sizes.starts);
}

}  // namespace bench
