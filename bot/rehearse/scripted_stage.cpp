#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "bot/rehearse/stage.hpp"

namespace bot::rehearse {
namespace {

/// Rooms are known by the names of the script, people as `u-ana`. The history is one list over all channels, in the
/// order in which the server took things; the bot has read it up to `read_`.
class ScriptedStage final : public Stage {
 public:
  explicit ScriptedStage(Can can) : can_(can) {}

  std::string platform() const override { return "room"; }
  Can can() const override { return can_; }
  std::string channel(const std::string& name) const override { return name; }
  std::string channel_name(const std::string& id) const override { return id; }
  std::string user(const std::string& name) const override { return "u-" + name; }
  std::string user_name(const std::string& id) const override { return id.starts_with("u-") ? id.substr(2) : id; }

  void person(const Human& who, Instant at) override {
    people_[who.name] = who;
    add(member_of(Member::What::joined, who.name, direct_chat(who.name), at));
  }

  void room(const std::string& name, const std::vector<std::string>& people, Instant at) override {
    for (const auto& who : people) add(member_of(Member::What::joined, who, name, at));
  }

  bool member(Member::What what, const std::string& who, const std::string& room, const std::string& display,
              Instant at) override {
    if (what == Member::What::renamed) people_[who].display = display;
    add(member_of(what, who, what == Member::What::renamed ? std::string{} : room, at));
    return true;
  }

  bool type(const std::string& who, const Spot& spot, const std::string& text, const std::string& label,
            Instant typed) override {
    Heard heard;
    heard.channel = spot.channel;
    heard.thread = can_.threads ? spot.thread : std::string{};
    heard.message = label.empty() ? "message-" + std::to_string(++messages_) : label;
    heard.user = user(who);
    heard.text = text;
    heard.sent_at = typed;
    heard.direct = !whose_direct_chat(spot.channel).empty();
    last_ = heard.message;
    typed_[heard.message] = heard;
    add(std::move(heard));
    return true;
  }

  bool again(const std::string& label, const std::string& room, Instant at) override {
    Heard heard = typed(label);
    if (!room.empty()) {
      heard.channel = room;
      heard.thread.clear();
      heard.direct = false;
      heard.sent_at = at;
    }
    add(std::move(heard));
    return true;
  }

  bool edit(const std::string& label, const std::string& text, Instant at) override {
    Heard& heard = typed(label);
    if (!can_.edits) return true;
    heard.text = text;
    // What the bot has not read yet it finds edited in the history; what it has read is told to have changed.
    for (std::size_t i = read_; i < history_.size(); ++i) {
      auto* unread = std::get_if<Heard>(&history_[i]);
      if (!unread || unread->message != heard.message || unread->channel != heard.channel) continue;
      unread->text = text;
      unread->edited = true;
      return true;
    }
    add(Edited{heard.channel, heard.thread, heard.message, heard.user, at});
    return true;
  }

  bool remove(const std::string& label, Instant at) override {
    const Heard heard = typed(label);
    take_out(heard.channel, heard.message, at);
    return true;
  }

  std::string author(const std::string& label) const override {
    const auto found = typed_.find(label.empty() ? last_ : label);
    return found == typed_.end() ? std::string{} : user_name(found->second.user);
  }

  std::vector<Incoming> read() override {
    std::vector<Incoming> out;
    if (!up_) return out;
    out.assign(history_.begin() + static_cast<std::ptrdiff_t>(read_), history_.end());
    read_ = history_.size();
    return out;
  }

  std::string post(const Post& post, Instant) override {
    const auto [at, fresh] = posts_.try_emplace({post.channel, post.key});
    if (fresh) at->second = "post-" + std::to_string(posts_.size());
    return at->second;
  }

  bool erase(const Erase& erase, Instant at) override {
    if (!can_.deletes || gone_.contains({erase.channel, erase.message})) return false;
    take_out(erase.channel, erase.message, at);
    return true;
  }

  Found find(const Post& post) override {
    const auto found = posts_.find({post.channel, post.key});
    if (found == posts_.end()) return {};
    return {Found::Where::there, found->second};
  }

  void reconnect() override {}

  void connect(bool up) override {
    // A server without a history keeps nothing for somebody who was away, but tells who is here.
    if (up && !up_ && !can_.history) {
      const auto missed = history_.begin() + static_cast<std::ptrdiff_t>(read_);
      history_.erase(std::remove_if(missed, history_.end(),
                                    [](const Incoming& item) { return !std::holds_alternative<Member>(item); }),
                     history_.end());
    }
    up_ = up;
  }

 private:
  void add(Incoming item) { history_.push_back(std::move(item)); }

  Member member_of(Member::What what, const std::string& who, const std::string& channel, Instant at) const {
    const Human& p = people_.at(who);
    Member out;
    out.what = what;
    out.channel = channel;
    out.user = user(who);
    out.handle = p.name;
    out.name = p.display;
    out.zone = p.zone;
    out.at = at;
    out.direct = !whose_direct_chat(channel).empty();
    return out;
  }

  Heard& typed(const std::string& label) {
    const auto found = typed_.find(label.empty() ? last_ : label);
    if (found == typed_.end()) throw std::runtime_error("nothing was typed yet");
    return found->second;
  }

  void take_out(const std::string& channel, const std::string& message, Instant at) {
    const auto gone = [&](const Incoming& item) {
      const auto* heard = std::get_if<Heard>(&item);
      return heard && heard->channel == channel && heard->message == message;
    };
    history_.erase(std::remove_if(history_.begin() + static_cast<std::ptrdiff_t>(read_), history_.end(), gone),
                   history_.end());
    gone_.insert({channel, message});
    add(Deleted{channel, message, at});
  }

  Can can_;
  bool up_ = true;
  std::map<std::string, Human> people_;
  std::vector<Incoming> history_;
  std::size_t read_ = 0;
  std::size_t messages_ = 0;
  std::string last_;
  std::map<std::string, Heard> typed_;
  std::map<std::pair<std::string, std::string>, std::string> posts_;
  std::set<std::pair<std::string, std::string>> gone_;
};

}  // namespace

std::unique_ptr<Stage> scripted_stage(Can can) { return std::make_unique<ScriptedStage>(can); }

}  // namespace bot::rehearse
