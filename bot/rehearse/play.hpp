#pragma once
#include <string>
#include <vector>

#include "bot/rehearse/compare.hpp"
#include "bot/rehearse/script.hpp"
#include "bot/rehearse/stage.hpp"

// Plays a script on a stage, with a bot of its own.
namespace bot::rehearse {

/// What was said below one line, and how it fits what is written there.
struct Outcome {
  const Step* step = nullptr;
  Below below;
  std::vector<Said> said;
  std::vector<Pair> pairs;
};

struct Difference {
  std::string file;
  int line = 0;
  std::string wanted, got;
  bool said =
      false;  ///< in what was said, which `--update` rewrites; otherwise a fact, or a line that cannot be played
};

struct Played {
  std::vector<Outcome> outcomes;
  std::vector<Difference> differences;
  std::vector<std::string> skipped;  ///< `file:line: what`: not possible on this stage
};

struct PlayOptions {
  bool restart_every_line = false;
  bool by_channel = false;  ///< order counts within a channel only
  bool words = false;       ///< differences are shown as texts, not as kinds
};

/// The script must live as long as what is returned.
Played play(const Script&, Stage&, const PlayOptions&);

}  // namespace bot::rehearse
