#include "tests/sim/run.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <set>

#include "tests/sim/shrink.hpp"
#include "tests/sim/trace.hpp"
#include "tests/sim/world.hpp"

namespace sim {
namespace {

/// An error in the log is one: nothing that people or the network do is.
class JudgedLog final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit JudgedLog(Faults& faults) : faults_(faults) {}

 private:
  void sink_it_(const spdlog::details::log_msg& m) override {
    if (m.level >= spdlog::level::err)
      faults_.add("handling", "logged: " + std::string(m.payload.data(), m.payload.size()));
  }
  void flush_() override {}
  Faults& faults_;
};

void log_to(spdlog::sink_ptr sink) {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("simulation", std::move(sink)));
}

/// What was wrong, for the head of the file that shows it.
std::string remarks(const std::vector<Fault>& faults) {
  std::string all;
  for (std::size_t i = 0; i < faults.size() && i < 10; ++i) {
    std::string what = faults[i].promise + ": " + faults[i].what;
    for (char& c : what)
      if (c == '\n') c = ' ';
    all += "# broken: " + what + "\n";
  }
  return all;
}

}  // namespace

Outcome run(std::uint64_t seed, const RunOptions& options) {
  World::Watch watch;
  World world({seed, options.days}, watch);
  Judge judge(world.disk(), [&] { return world.file(); }, world.policy());
  ChatFile chat(seed, world.policy(), world.can());
  Trace trace;
  const auto now = [&] { return world.future().now(); };
  const auto aloud = [&](const std::string& line) {
    if (options.aloud) std::printf("%s %s\n", workflow::iso(now()).c_str(), line.c_str());
  };
  watch.batch = [&] { chat.batch(); };
  watch.typed = [&](const bot::Incoming& what) { judge.typed(what); };
  watch.in = [&](const bot::Incoming& what) {
    trace.take(what, now());
    judge.heard(what);
    chat.heard(what);
    if (std::holds_alternative<bot::Heard>(what)) aloud(line_of(what));
  };
  watch.out = [&](const bot::Outgoing& what) {
    trace.take(what, now());
    judge.said(what);
    aloud("    " + line_of(what));
  };
  watch.shown = [&](const Shown& shown) {
    judge.shown(shown.post, shown.id);
    aloud("    shown " + shown.id + " in " + shown.post.channel + ", " + shown.post.key);
  };
  watch.account = [&](const bot::Account& account, Instant at) { chat.account(account, at); };
  watch.befell = [&](const std::string& what) {
    chat.befell(what);
    aloud("** " + what);
  };
  watch.checked = [&] {
    judge.look();
    if (!judge.faults().none()) throw World::Over{};
  };
  watch.alone = [](const bot::Incoming& what) {
    const auto* heard = std::get_if<bot::Heard>(&what);
    return heard && heard->text.find("balance") != std::string::npos;
  };
  world.watch(std::move(watch));
  log_to(std::make_shared<JudgedLog>(judge.faults()));
  try {
    world.run();
    judge.close(now() - std::chrono::minutes{30});
  } catch (const World::Over&) {
    // What is wrong already is not made better by what follows.
  } catch (const std::exception& e) {
    judge.faults().add("handling", std::string{"thrown: "} + e.what());
  }
  log_to(std::make_shared<spdlog::sinks::null_sink_st>());
  Outcome out{seed, judge.faults().all(), judge.tally(), trace.hex(), trace.messages(), world.crowd().typed(), {}};
  if (!out.faults.empty() && options.script)
    out.script = remarks(out.faults) +
                 shrunk(chat, out.faults.front().promise, world.disk(), world.policy(), judge, options.shrink);
  return out;
}

}  // namespace sim
