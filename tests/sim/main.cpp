#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "tests/sim/world.hpp"

int main(int argc, char** argv) {
  CLI::App app{"Plays simulated months of Parley, judges them, and prints what occurred."};
  std::uint64_t first = 1, count = 10;
  int days = 120;
  app.add_option("--first", first);
  app.add_option("--seeds", count);
  app.add_option("--days", days);
  CLI11_PARSE(app, argc, argv);
  const auto begun = std::chrono::steady_clock::now();
  for (auto seed = first; seed < first + count; ++seed) {
    std::size_t in = 0, out = 0;
    std::map<std::string, int> kinds;
    sim::World::Watch watch;
    watch.in = [&](const bot::Incoming& i) { ++in; if (getenv("V")) { if (auto* h = std::get_if<bot::Heard>(&i)) std::printf("%s %s %s: %s\n", workflow::iso(h->sent_at).c_str(), h->channel.c_str(), h->user.c_str(), h->text.substr(0,150).c_str()); else std::printf("item %zu\n", i.index()); } };
    watch.out = [&](const bot::Outgoing& o) { ++out; if (const auto* p = std::get_if<bot::Post>(&o)) { ++kinds[p->kind.substr(0, p->kind.find(' '))]; if (getenv("W") && true) std::printf("      -> %s %s\n", p->kind.c_str(), p->text.substr(0,200).c_str()); } };
    sim::World world({seed, days}, watch);
    world.run();
    std::printf("seed %llu: %zu typed, %zu in, %zu out, %zu shown\n", static_cast<unsigned long long>(seed), world.crowd().typed(), in, out, world.server().shown().size());
    if (seed == first) for (auto& [k, n] : kinds) std::printf("  %s %d\n", k.c_str(), n);
  }
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("%.1f s\n", took);
}
