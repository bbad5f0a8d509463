#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bot/engine.hpp"

// What happened in a world, as a script that `parley rehearse` plays: the same people, numbers and lines at the same
// instants, in the order in which the bot read them. What is said below a line is left open.
namespace sim {

using workflow::Instant;

class ChatFile {
 public:
  ChatFile(std::uint64_t seed, const workflow::Policy&, const bot::Can&);

  void heard(const bot::Incoming&);
  void account(const bot::Account&, Instant);
  /// `restart`; or `crash before-commit`, which was armed before what was heard since `batch`.
  void befell(const std::string&);
  void batch() { batch_ = body_.size(); }

  struct Line {
    std::string text;
    bool acts = true;  ///< something may be said below it
  };
  const std::vector<Line>& lines() const { return body_; }
  /// Which of them are messages: their places, and channel and id.
  const std::vector<std::pair<std::size_t, std::pair<std::string, std::string>>>& messages() const { return message_; }
  /// The file with the lines that are kept; none: all of them.
  std::string script(const std::vector<bool>& kept = {}) const;

 private:
  void line(std::string text, bool acts = true) { body_.push_back({std::move(text), acts}); }
  void open(Instant);
  void until(Instant);
  void place(const std::string& channel, const std::string& thread);
  void member(const bot::Member&);
  void typed(const bot::Heard&);

  std::string head_;
  std::vector<Line> body_;
  std::size_t batch_ = 0;
  std::vector<std::pair<std::size_t, std::pair<std::string, std::string>>> message_;
  Instant clock_{};
  std::string channel_, thread_;
  std::map<std::string, bot::Member> people_;
  std::map<std::string, std::vector<std::string>> rooms_;
  std::set<std::string> labels_;
  bool online_ = true, met_ = false;
};

}  // namespace sim
