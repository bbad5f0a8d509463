#include "bot/rehearse/rehearse.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>

#include "bot/rehearse/over_room.hpp"
#include "bot/rehearse/play.hpp"
#include "bot/rehearse/update.hpp"

namespace bot::rehearse {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> scripts(const std::vector<fs::path>& named) {
  std::vector<fs::path> out;
  for (const auto& path : named) {
    if (std::error_code none; !fs::is_directory(path, none)) {
      out.push_back(path);
      continue;
    }
    std::vector<fs::path> inside;
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file() && entry.path().extension() == ".chat") inside.push_back(entry.path());
    std::ranges::sort(inside);
    out.insert(out.end(), inside.begin(), inside.end());
  }
  return out;
}

bool below_words(const fs::path& path) { return std::ranges::find(path, fs::path("words")) != path.end(); }

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Beside the file first, then in its place: an interrupted update leaves the script as it was.
void replace(const fs::path& path, const std::string& content) {
  const fs::path beside = path.string() + ".new";
  {
    std::ofstream file(beside, std::ios::binary);
    file << content;
    if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be written");
  }
  fs::rename(beside, path);
}

class Run {
 public:
  Run(const Options& options, std::ostream& out, std::ostream& err) : options_(options), out_(out), err_(err) {
    if (options.over == "xmpp") xmpp_.emplace(options.xmpp);
  }

  int all() {
    for (const auto& path : scripts(options_.files)) one(path);
    summary();
    if (unreadable_ > 0) return 2;
    return differ_ > 0 ? 1 : 0;
  }

 private:
  void one(const fs::path& path) {
    ++scripts_;
    const auto script = read(path, options_.policy);
    if (!script) {
      ++unreadable_;
      err_ << text(script.error()) << "\n";
      return;
    }
    try {
      const auto stage = set_up(*script);
      // From here on what goes wrong is the script's.
      reached_ = true;
      played(path, *script, *stage);
    } catch (const std::exception& e) {
      if (!reached_) throw;
      ++differ_;
      out_ << e.what() << "\n";
    }
  }

  std::unique_ptr<Stage> set_up(const Script& script) {
    if (xmpp_) return xmpp_->stage(script);
    return options_.over.empty() ? scripted_stage(script.can) : room_stage(script.can);
  }

  void played(const fs::path& path, const Script& script, Stage& stage) {
    const bool words = options_.words || below_words(path);
    const Played result = play(script, stage, {options_.restart_every_line, !options_.over.empty(), words});
    if (options_.update) update(path, result, words);
    if (options_.show) out_ << "== " << path.generic_string() << "\n" << conversation(result);
    bool differs = false;
    for (const Difference& d : result.differences) {
      if (d.said && options_.update) continue;
      differs = true;
      out_ << d.file << ":" << d.line << ": wanted " << d.wanted << "\n"
           << std::string(d.file.size() + std::to_string(d.line).size() + 3, ' ') << "got    " << d.got << "\n";
    }
    for (const auto& line : result.skipped) out_ << line << ": skipped\n";
    skipped_ += result.skipped.size();
    (differs ? differ_ : hold_)++;
  }

  void update(const fs::path& path, const Played& result, bool words) {
    const auto before = content_of(path);
    const auto after = updated(before, result.outcomes, words, changes_);
    if (after == before) return;
    replace(path, after);
    ++rewritten_;
  }

  void summary() {
    if (options_.update) {
      for (const auto& [kind, count] : changes_) out_ << "  " << kind << ": " << count << "\n";
      out_ << rewritten_ << " rewritten\n";
    }
    if (skipped_ > 0) out_ << skipped_ << " lines skipped\n";
    if (unreadable_ > 0) out_ << unreadable_ << " cannot be read\n";
    out_ << scripts_ << " scripts, " << hold_ << " hold, " << differ_ << " differ\n";
  }

  const Options& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::optional<XmppStages> xmpp_;
  bool reached_ = false;  ///< a stage was set up
  std::size_t scripts_ = 0, hold_ = 0, differ_ = 0, unreadable_ = 0, rewritten_ = 0, skipped_ = 0;
  Changes changes_;
};

}  // namespace

int rehearse(const Options& options, std::ostream& out, std::ostream& err) { return Run(options, out, err).all(); }

}  // namespace bot::rehearse
