#include "tests/sim/shrink.hpp"

#include <algorithm>
#include <stdexcept>

#include "bot/rehearse/play.hpp"
#include "bot/rehearse/stage.hpp"

namespace sim {
namespace {

/// The stage of a rehearsal, with the judge beside it.
class JudgedStage final : public bot::rehearse::Stage {
 public:
  JudgedStage(bot::Can can, Judge& judge) : stage_(bot::rehearse::scripted_stage(can)), judge_(judge) {}

  std::string platform() const override { return stage_->platform(); }
  bot::Can can() const override { return stage_->can(); }
  std::string channel(const std::string& name) const override { return stage_->channel(name); }
  std::string channel_name(const std::string& id) const override { return stage_->channel_name(id); }
  std::string user(const std::string& name) const override { return stage_->user(name); }
  std::string user_name(const std::string& id) const override { return stage_->user_name(id); }
  void person(const bot::rehearse::Human& h, Instant at) override { stage_->person(h, at); }
  void room(const std::string& name, const std::vector<std::string>& people, Instant at) override {
    stage_->room(name, people, at);
  }
  bool member(bot::Member::What what, const std::string& person, const std::string& room, const std::string& display,
              Instant at) override {
    return stage_->member(what, person, room, display, at);
  }
  bool type(const std::string& who, const bot::rehearse::Spot& spot, const std::string& text, const std::string& label,
            Instant typed) override {
    return stage_->type(who, spot, text, label, typed);
  }
  bool again(const std::string& label, const std::string& room, Instant at) override {
    return stage_->again(label, room, at);
  }
  bool edit(const std::string& label, const std::string& text, Instant at) override {
    return stage_->edit(label, text, at);
  }
  bool remove(const std::string& label, Instant at) override { return stage_->remove(label, at); }
  std::string author(const std::string& label) const override { return stage_->author(label); }
  std::vector<bot::Incoming> read() override {
    auto all = stage_->read();
    for (const auto& item : all) judge_.typed(item), judge_.heard(item);
    return all;
  }
  std::string post(const bot::Post& post, Instant at) override {
    const bool there = stage_->find(post).where == bot::Found::Where::there;
    const auto id = stage_->post(post, at);
    if (!there) {
      judge_.said(post);
      judge_.shown(post, id);
    }
    return id;
  }
  bool erase(const bot::Erase& e, Instant at) override { return stage_->erase(e, at); }
  bot::Found find(const bot::Post& p) override { return stage_->find(p); }
  void reconnect() override { stage_->reconnect(); }
  void connect(bool up) override { stage_->connect(up); }

 private:
  std::unique_ptr<bot::rehearse::Stage> stage_;
  Judge& judge_;
};

bool breaks(const std::string& script, const std::string& promise, MemoryDisk& disk, const workflow::Policy& policy) {
  try {
    const auto faults = judged(script, disk, policy);
    return std::ranges::any_of(faults.all(), [&](const Fault& f) { return f.promise == promise; });
  } catch (const std::exception&) {
    return false;  // without some line the rest may be no script at all
  }
}

}  // namespace

Faults judged(const std::string& script, MemoryDisk& disk, const workflow::Policy& policy) {
  // A restart makes the rehearsal keep its store in a file, which here lies on the disk in memory.
  const auto read = bot::rehearse::read("simulated.chat", script + "restart\n  ...\n");
  if (!read) throw std::runtime_error(text(read.error()));
  const auto file = [&disk] {
    for (const auto& path : disk.paths())
      if (path.ends_with("/parley.db")) return path;
    return std::string{};
  };
  Judge judge(disk, file, policy);
  JudgedStage stage(read->can, judge);
  bot::rehearse::play(*read, stage, {});
  Instant last = read->start;
  for (const auto& step : read->steps)
    if (const auto* at = std::get_if<bot::rehearse::AtLine>(&step.action)) last = at->instant;
  judge.close(last);
  disk.clear();
  return judge.faults();
}

std::string shrunk(const ChatFile& chat, const std::string& promise, MemoryDisk& disk, const workflow::Policy& policy,
                   const Judge& judge, std::chrono::milliseconds most) {
  const auto until = std::chrono::steady_clock::now() + most;
  disk.clear();
  std::vector<bool> kept(chat.lines().size(), true);
  const auto tried = [&](const std::vector<bool>& some) {
    if (std::chrono::steady_clock::now() > until || !breaks(chat.script(some), promise, disk, policy)) return false;
    kept = some;
    return true;
  };
  if (!tried(kept)) return chat.script();
  // What changed nothing when it happened is mostly not needed.
  auto some = std::vector<bool>(kept.size(), true);
  for (const auto& [at, message] : chat.messages())
    if (!judge.mattered(message.first, message.second)) some[at] = false;
  for (std::size_t i = 0; i < some.size(); ++i)
    if (chat.lines()[i].text.starts_with("again") || chat.lines()[i].text.starts_with("edit")) some[i] = false;
  tried(some);
  // Then ever smaller pieces, from the end, so that the numbers before them stay.
  for (auto piece = std::max<std::size_t>(1, kept.size() / 2); piece > 0; piece /= 2)
    for (auto end = kept.size(); end > 0; end -= std::min(end, piece)) {
      some = kept;
      std::fill(some.begin() + static_cast<std::ptrdiff_t>(end - std::min(end, piece)),
                some.begin() + static_cast<std::ptrdiff_t>(end), false);
      if (some != kept) tried(some);
    }
  return chat.script(kept);
}

}  // namespace sim
