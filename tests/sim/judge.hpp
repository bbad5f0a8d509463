#pragma once
#include <map>
#include <set>
#include <string>

#include "bot/platform.hpp"
#include "tests/sim/books.hpp"
#include "tests/sim/deeds.hpp"
#include "tests/sim/guards.hpp"
#include "tests/sim/inboxes.hpp"
#include "tests/sim/promises.hpp"

// The independent model. It sees what the chat server has and what the store holds, and asks both whether every promise
// was kept.
namespace sim {

/// How often each kind of thing occurred.
struct Tally {
  std::map<std::string, std::int64_t> events, refusals, deadlines;
  void add(const Tally&);
};

class Judge {
 public:
  Judge(MemoryDisk&, std::function<std::string()> file, const workflow::Policy&);

  // While it goes on.
  void typed(const bot::Incoming&);                  ///< it lies on the server
  void heard(const bot::Incoming&);                  ///< the bot reads it
  void said(const bot::Outgoing&);                   ///< the bot has given it out, committed
  void shown(const bot::Post&, const std::string&);  ///< people see it, under this id of the server's
  void look();                                       ///< reads what is new in the store
  /// What somebody typed has changed something.
  bool mattered(const std::string& channel, const std::string& message) const;
  /// Everything has come to rest at this instant.
  void close(workflow::Instant);

  Faults& faults() { return faults_; }
  const Tally& tally() const { return tally_; }

 private:
  void cause(const Reason&);
  void notes(const Written&);
  void edits(const Happened&, const Reason&);
  using Whose = std::map<std::int64_t, std::pair<Deeds::Pair, std::int64_t>>;  ///< by cause: the pair and the actor
  void inboxes(const Written&, const Whose&);
  void refusals(const Written&);
  void overtaken(const Written&);
  void committed(const bot::Post&);
  void balance(const bot::Post&);
  void sealed(const bot::Post&, const std::string& id);
  void payments();
  void preview(const bot::Post&);
  std::optional<std::int64_t> confirmed(const std::string& channel, const Spoken&) const;

  Faults faults_;
  Record record_;
  Books books_;
  Promises promises_;
  Deeds deeds_;
  Guards guards_;
  Inboxes inboxes_;
  Tally tally_;

  std::map<std::pair<std::string, std::string>, Spoken> spoken_;
  std::map<std::string, std::size_t> times_;  ///< by mark
  /// Messages as the bot first read them; true: they had been changed by then.
  std::map<std::pair<std::string, std::string>, bool> first_read_;
  std::map<std::string, std::int64_t> room_in_;  ///< by channel; 0: more than one was
  std::map<std::int64_t, Reason> reasons_;
  std::map<std::pair<std::string, std::string>, std::int64_t> handled_;  ///< messages, and their cause
  std::map<std::int64_t, std::set<std::string>> kinds_;                  ///< of a cause's events
  std::map<std::int64_t, std::int64_t> room_of_cause_;
  std::map<std::int64_t, Numbered> notes_;
  std::map<std::int64_t, int> notes_of_;  ///< how many, by cause
  std::map<std::int64_t, std::string> note_texts_;
  std::int64_t noted_ = 0;                                 ///< notes given out
  std::map<std::string, std::int64_t> last_note_;          ///< by channel
  std::map<std::string, std::string> given_;               ///< key and kind of what was given out
  std::map<std::string, std::string> secrets_;             ///< by mark of a feedback: who said it
  std::map<std::string, std::set<std::string>> speakers_;  ///< who typed it, the first or after them
  std::set<std::string> private_marks_;
  /// By user and code: the version that was shown.
  std::map<std::string, std::map<std::string, std::optional<std::int64_t>>> previews_;
  std::map<std::int64_t, std::map<std::pair<std::string, std::string>, std::int64_t>> fired_;
  std::set<std::string> shown_;  ///< keys
};

}  // namespace sim
