#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/sim/kinds.hpp"
#include "tests/sim/run.hpp"

// Plays seeds, several at a time in processes of their own, and adds up what occurred.
namespace {

struct Asked {
  std::uint64_t first = 1, seeds = 20;
  std::int64_t least = 0;
  int jobs = 1, twice = 0;
  bool first_only = false;
  std::string out = "build/sim";
  sim::RunOptions run;
};

void write_script(const Asked& asked, const sim::Outcome& o) {
  std::filesystem::create_directories(asked.out);
  const auto path = asked.out + "/seed-" + std::to_string(o.seed) + ".chat";
  std::ofstream(path) << o.script;
  std::printf("seed %llu is written to %s\n", static_cast<unsigned long long>(o.seed), path.c_str());
}

/// The seed's hash, from a process of its own: nothing of where things lie in memory may be in it.
std::string hash_elsewhere(std::uint64_t seed, int days) {
  std::error_code none;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", none).string();
  const auto command = "'" + self + "' --hash --first " + std::to_string(seed) + " --days " + std::to_string(days);
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("no further process can be started");
  char line[100]{};
  const bool read = std::fgets(line, sizeof line, pipe) != nullptr;
  ::pclose(pipe);
  const std::string all = read ? line : "";
  return all.substr(0, all.find('\n'));
}

/// False: a promise was broken.
bool play(const Asked& asked, std::uint64_t seed, sim::Tally& tally, std::size_t& messages) {
  auto outcome = sim::run(seed, asked.run);
  if (seed < asked.first + static_cast<std::uint64_t>(asked.twice)) {
    const auto again = hash_elsewhere(seed, asked.run.days);
    if (again != outcome.hash)
      outcome.faults.push_back(
          {"same seed", "in another process it went otherwise: " + again + " is not " + outcome.hash});
    else
      std::printf("figure: same seed, same trace hash: seed %llu in two processes: %s\n",
                  static_cast<unsigned long long>(seed), outcome.hash.c_str());
  }
  tally.add(outcome.tally);
  messages += outcome.messages;
  for (std::size_t i = 0; i < outcome.faults.size() && i < 5; ++i)
    std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed), outcome.faults[i].promise.c_str(),
                outcome.faults[i].what.c_str());
  if (!outcome.script.empty()) write_script(asked, outcome);
  std::fflush(stdout);
  return outcome.faults.empty();
}

/// Every `jobs`th seed; what occurred goes into the file, a line each.
int work(const Asked& asked, int job, std::FILE* to) {
  sim::Tally tally;
  std::size_t messages = 0, failed = 0;
  for (auto seed = asked.first + static_cast<std::uint64_t>(job); seed < asked.first + asked.seeds;
       seed += static_cast<std::uint64_t>(asked.jobs)) {
    if (!play(asked, seed, tally, messages)) ++failed;
    if (failed > 0 && asked.first_only) break;
  }
  const auto put = [&](const char* what, const std::map<std::string, std::int64_t>& all) {
    for (const auto& [name, n] : all) std::fprintf(to, "%s %s %lld\n", what, name.c_str(), static_cast<long long>(n));
  };
  put("event", tally.events);
  put("refusal", tally.refusals);
  put("deadline", tally.deadlines);
  std::fprintf(to, "messages - %zu\nfailed - %zu\n", messages, failed);
  std::fflush(to);
  return failed > 0 ? 1 : 0;
}

struct Sum {
  sim::Tally tally;
  std::int64_t messages = 0, failed = 0;
};

void add(Sum& sum, std::FILE* from) {
  std::rewind(from);
  char what[16], name[64];
  long long n = 0;
  while (std::fscanf(from, "%15s %63s %lld", what, name, &n) == 3) {
    const std::string kind = what;
    if (kind == "event") sum.tally.events[name] += n;
    if (kind == "refusal") sum.tally.refusals[name] += n;
    if (kind == "deadline") sum.tally.deadlines[name] += n;
    if (kind == "messages") sum.messages += n;
    if (kind == "failed") sum.failed += n;
  }
  std::fclose(from);
}

Sum play_all(const Asked& asked) {
  std::map<pid_t, std::FILE*> workers;
  for (int job = 0; job < asked.jobs; ++job) {
    std::FILE* file = std::tmpfile();
    if (!file) throw std::runtime_error("there is no place for a temporary file");
    std::fflush(stdout);
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("no further process can be started");
    if (pid == 0) ::_exit(work(asked, job, file));
    workers[pid] = file;
  }
  Sum sum;
  while (!workers.empty()) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, 0);
    const auto worker = workers.extract(pid);
    if (worker.empty()) continue;
    add(sum, worker.mapped());
    const bool well = WIFEXITED(status) && WEXITSTATUS(status) <= 1;
    if (!well) ++sum.failed;
    if (!well) std::printf("a worker died of signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    if (sum.failed > 0 && asked.first_only)
      for (const auto& [other, file] : workers) ::kill(other, SIGTERM);
    if (sum.failed > 0 && asked.first_only) break;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  Asked asked;
  CLI::App app{
      "Plays simulated months of Parley seed by seed, judges them by a model of its own, and prints what occurred."};
  int shrink = 20;
  app.add_option("--first", asked.first, "the first seed");
  app.add_option("--seeds", asked.seeds, "how many");
  app.add_option("--days", asked.run.days, "simulated days of each");
  app.add_option("--jobs", asked.jobs, "how many at a time");
  bool hash = false;
  app.add_option("--twice", asked.twice, "so many of them are played in a second process as well, and compared");
  app.add_flag("--hash", hash, "prints the trace hash of the first seed and nothing else");
  app.add_option("--least", asked.least, "every kind must occur so often");
  app.add_option("--out", asked.out, "where scripts of failures go");
  app.add_option("--shrink", shrink, "seconds to make the script of a failure shorter");
  app.add_flag("--first-only", asked.first_only, "stops at the first failure");
  app.add_flag("--aloud", asked.run.aloud, "prints everything that is typed and said");
  CLI11_PARSE(app, argc, argv);
  asked.run.shrink = std::chrono::seconds{shrink};
  if (hash) {
    asked.run.script = false;
    std::printf("%s\n", sim::run(asked.first, asked.run).hash.c_str());
    return 0;
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto sum = play_all(asked);
  const auto minutes = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() / 60;
  bool good = sum.failed == 0;
  if (asked.least > 0) good = sim::print_kinds(sim::all_kinds(PARLEY_SOURCE), sum.tally, asked.least) && good;
  const auto seeds = static_cast<double>(asked.seeds);
  std::printf("figure: %llu seeds, %lld messages in and out, %.0f seeds and %.0f simulated days a minute\n",
              static_cast<unsigned long long>(asked.seeds), static_cast<long long>(sum.messages), seeds / minutes,
              seeds * asked.run.days / minutes);
  std::printf("figure: %lld seeds broke a promise\n", static_cast<long long>(sum.failed));
  return good ? 0 : 1;
}
