#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/chance.hpp"

// What the people of one channel know: all of it read from what the bot said there, as people read it.
namespace sim {

/// A line that a note invites somebody to type: `/accept O-1 v1`.
struct Invitation {
  std::string who;  ///< the display name before it; empty: either of them
  std::string line;
};

class Knowledge {
 public:
  /// The ids of a note are spoken of from now on; those of the last note of something are over; and an answer to
  /// somebody only tells that they are there.
  enum class From { note, last_note, answer };
  void learn(const std::string& text, From);
  void learn_reasons(const std::string& text);
  /// An id of one of these kinds (`P O C`), mostly a late one; none: nothing of the kind was ever spoken of.
  std::optional<std::string> id(const std::string& kinds, Chance&) const;
  int version(const std::string& id) const;
  std::string hash(const std::string& id) const;
  const std::set<std::string>& reasons() const { return reasons_; }
  int note() const { return note_; }

 private:
  std::map<std::string, std::deque<std::string>> ids_;  ///< by kind, the last spoken of at the end
  std::map<std::string, int> versions_;
  std::map<std::string, std::string> hashes_;
  std::set<std::string> reasons_{"completed", "other"};
  int note_ = 0;
};

/// The lines that a note invites to.
std::vector<Invitation> invitations(const std::string& text);
/// The code of a preview, if this is one: `7F3A`.
std::optional<std::string> code_in(const std::string& text);

}  // namespace sim
