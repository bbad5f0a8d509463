#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/sim/lines.hpp"
#include "tests/sim/server.hpp"

// The people: they read what is posted where they are, and type, each in their own manner.
namespace sim {

enum class Sort { careful, careless, hostile };

struct Someone {
  std::string name;
  Sort sort = Sort::careful;
  std::map<std::string, std::string> rooms;  ///< and on which side: `client`, `freelancer`, empty for a stranger
};

/// How lively the people of a seed are.
struct Temper {
  Duration between = std::chrono::hours{5};  ///< mean time between two lines of one person
  Duration thought = std::chrono::hours{9};  ///< mean time from reading to answering
  bool haggling = false;                     ///< about every amount
  int answers = 60;                          ///< percent of what they are invited to
};

class Crowd {
 public:
  Crowd(Future&, Chance&, Server&, Temper);

  void add(Someone);
  void read(const Shown&);
  /// Everybody goes on typing until then.
  void live(Instant until);
  /// Whoever it is types something now; for moments at which something is due.
  void anybody();
  std::size_t typed() const { return typed_; }
  const std::vector<Someone>& people() const { return people_; }

 private:
  struct Typed {
    std::string channel, message, text;
  };
  struct Desk {                                               ///< what one person has before them
    std::map<std::string, std::vector<std::string>> invited;  ///< by channel
    std::vector<Typed> typed;
  };
  void act(const Someone&);
  void again_and_again(std::size_t who);
  void say(const Someone&, const std::string& channel, const std::string& text, const std::string& thread = {});
  void answer(const Someone&, const std::string& channel, std::string line, Duration wait);
  std::string line_for(const Someone&, const std::string& channel);
  void odd(const Someone&, const std::string& channel);
  Manner manner(const Someone&, const std::string& channel) const;
  std::vector<std::string> handles(const std::string& channel, const std::string& but) const;

  Future& future_;
  Chance& chance_;
  Server& server_;
  Temper temper_;
  Lines lines_;
  std::vector<Someone> people_;
  std::map<std::string, Knowledge> known_;  ///< by channel
  std::map<std::string, Desk> desks_;
  Instant until_{};
  std::size_t typed_ = 0;
};

}  // namespace sim
