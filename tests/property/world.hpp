#pragma once
#include <rapidcheck.h>

#include <iosfwd>
#include <map>
#include <vector>

#include "workflow/facts.hpp"
#include "workflow/room.hpp"

// A room with two people in it and an arbitrary history: commands of either side at arbitrary moments, with whatever
// ids and versions come to mind. Nothing here knows the rules; the properties ask whether they held.
namespace property {

using namespace workflow;

/// One step: some minutes pass, then one of the two orders something.
struct Step {
  int what = 0;    ///< which command
  int who = 0;     ///< 0 the client, 1 the freelancer, 2 a stranger
  int number = 1;  ///< of the thing it names
  int version = 1;
  int amount = 100;  ///< whole units
  int minutes = 1;
  bool yes = true;
};

void showValue(const Step&, std::ostream&);

struct World {
  Policy policy;
  Person client, freelancer, stranger;
  Room room;
  Instant now{std::chrono::hours{24 * 20'000}};
  std::map<Numbered, std::int64_t> numbers;
  std::uint64_t salts = 0;
  Events history;                   ///< everything that happened, in order
  std::vector<Instant> overdue;     ///< deadlines found unfired after their time
  std::vector<std::string> broken;  ///< invariants that did not hold

  World();
  Context context(const Person& actor, Place);
  void pass(int minutes);
  Outcome order(const Person& actor, const Command&, Place);
  Command command(const Step&) const;
  void take(const Step&);
  void take(const std::vector<Step>& steps) {
    for (const auto& s : steps) take(s);
  }
};

}  // namespace property

namespace rc {
template <>
struct Arbitrary<property::Step> {
  static Gen<property::Step> arbitrary() {
    using property::Step;
    return gen::build<Step>(gen::set(&Step::what, gen::inRange(0, 42)),
                            gen::set(&Step::who, gen::weightedElement<int>({{8, 0}, {8, 1}, {1, 2}})),
                            gen::set(&Step::number, gen::inRange(1, 4)), gen::set(&Step::version, gen::inRange(1, 4)),
                            gen::set(&Step::amount, gen::inRange(4, 3000)),
                            gen::set(&Step::minutes, gen::element(0, 1, 60, 1440, 10'080, 43'200)),
                            gen::set(&Step::yes, gen::arbitrary<bool>()));
  }
};
}  // namespace rc
