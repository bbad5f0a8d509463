#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/rehearse/play.hpp"
#include "bot/rehearse/process.hpp"

// How a script is played: line by line, at the script's clock, one message to the engine at a time.
namespace bot::rehearse {

class Player {
 public:
  Player(const Script&, Stage&, const PlayOptions&);
  Played play();

 private:
  void step(const Step&);
  void audit(const Step& last);
  void close(const Step&);  ///< compares what was said
  void skip(const std::string& what);
  void skip_change(const std::string& what);  ///< of a message that was typed before
  /// Which of what should be said can be said on this stage; what cannot is skipped.
  std::vector<std::size_t> possible(const Step&);
  void differs(const Step&, std::string wanted, std::string got);

  void act(const PersonLine&);
  void act(const RoomLine&);
  void act(const BindLine&);
  void act(const PaidLine&);
  void act(const MemberLine&);
  void act(const MoveLine&) {}
  void act(const AtLine&);
  void act(const PassLine&);
  void act(const WallLine&);
  void act(const TypedLine&);
  void act(const AgainLine&);
  void act(const EditLine&);
  void act(const DeleteLine&);
  void act(const KeepLine&);
  void act(const RestartLine&);
  void act(const CrashLine&);
  void act(const LinkLine&);
  void act(const RefuseLine&);
  void act(const ThrottleLine&);
  void act(const HeaderLine&);
  void act(const EmailLine&) { emails_shown_ = true; }
  void act(const FactLine&);

  // The clock.
  Instant wall() const { return clock_ + wall_offset_; }
  void advance(Instant);
  /// `paid` has played its lines: the clock goes to the start, and all must have come to its end.
  void settle_payments();

  // Towards the engine.
  void deliver();  ///< what the stage has for the bot, one item at a time
  void hand_in(std::vector<Incoming>);
  void die_at(Death, const Incoming&);
  void restart();
  void connected(const std::vector<Incoming>& again);  ///< the link stands: posts looked up, history read

  // Towards the people.
  void send(const std::vector<Outgoing>&);
  void attempt(const Post&);
  void mail(const Mail&);
  void offer(bool after_start);  ///< posts that are not yet out
  bool answered(const std::string& key) const;
  void say(const Post&);

  std::string pressed(const TypedLine&) const;
  void check(const FactLine&);

  const Script& script_;
  Stage& stage_;
  PlayOptions options_;
  Process process_;
  Played played_;
  const Step* now_ = nullptr;
  bool over_ = false;     ///< the rest cannot be played on this stage
  bool skipped_ = false;  ///< the stage cannot play this line: what is written below it is not compared

  Instant clock_{};
  workflow::Duration wall_offset_{};
  bool online_ = true;
  bool header_ = false, emails_shown_ = false;
  std::map<std::string, std::string> addresses_;  ///< whose each is
  std::set<std::string> mailed_;                  ///< keys: a mail with one that arrived is known as a copy
  std::map<std::string, std::string> kept_;
  std::optional<std::string> code_;           ///< of the last preview
  std::map<std::string, std::string> codes_;  ///< of everybody's last preview
  std::set<std::string> known_;               ///< people whose accounts exist

  int batches_ = 0;             ///< so far: the cursor that rides in them
  bool fed_ = false;            ///< the process has read something since it started
  std::optional<Death> death_;  ///< armed for the next message
  int refuse_ = 0;
  Instant throttled_until_{};
  std::vector<Incoming> pending_;  ///< to be handed in with the next batch
  std::vector<Post> waiting_;      ///< refused or not sent: to be offered again
  std::set<std::string> stuck_;    ///< channels whose turn waits for a refused post
  std::vector<Said> said_;

  std::vector<const Step*> payments_;
  int paid_ = 0;
};

}  // namespace bot::rehearse
