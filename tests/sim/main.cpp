#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tests/sim/judge.hpp"
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
  sim::Tally tally;
  std::map<std::string, int> promises;
  int failed = 0;
  for (auto seed = first; seed < first + count; ++seed) {
    sim::World* w = nullptr;
    std::unique_ptr<sim::Judge> judge;
    sim::World::Watch watch;
    watch.in = [&](const bot::Incoming& i) {
      if (!getenv("V")) return;
      if (auto* h = std::get_if<bot::Heard>(&i))
        std::printf("%s %s %s %s: %s\n", workflow::iso(h->sent_at).c_str(), h->channel.c_str(), h->message.c_str(), h->user.c_str(), h->text.substr(0, 150).c_str());
    };
    watch.out = [&](const bot::Outgoing& o) {
      judge->said(o);
      if (const auto* p = std::get_if<bot::Post>(&o); p && getenv("V")) std::printf("      -> %s %s\n", p->kind.c_str(), p->text.substr(0, 300).c_str());
    };
    watch.shown = [&](const sim::Shown& s) { judge->shown(s); };
    watch.typed = [&](std::size_t p) { judge->typed(p); };
    watch.checked = [&] { judge->look(); };
    watch.alone = [&](const bot::Incoming& i) {
      const auto* h = std::get_if<bot::Heard>(&i);
      return h && h->text.find("balance") != std::string::npos;
    };
    watch.befell = [&](const std::string& s) {
      if (getenv("V")) std::printf("%s ** %s\n", workflow::iso(w->future().now()).c_str(), s.c_str());
    };
    sim::World world({seed, days}, watch);
    w = &world;
    judge = std::make_unique<sim::Judge>(world.disk(), [&] { return world.file(); }, world.server(), world.policy());
    try {
      world.run();
      judge->close(world.future().now() - std::chrono::minutes{30});
    } catch (const std::exception& e) {
      judge->faults().add("handling", std::string{"thrown: "} + e.what());
    }
    tally.add(judge->tally());
    failed += !judge->faults().none();
    int n = 0;
    for (const auto& f : judge->faults().all()) {
      ++promises[f.promise];
      if (++n <= 6) std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed), f.promise.c_str(), f.what.c_str());
    }
  }
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("%d failed; %.1f s\n", failed, took);
  for (auto& [p, n] : promises) std::printf("  %s %d\n", p.c_str(), n);
  for (const auto* all : {&tally.events, &tally.refusals, &tally.deadlines}) {
    for (auto& [k, n] : *all) std::printf(" %s %lld", k.c_str(), static_cast<long long>(n));
    std::printf("\n");
  }
}
