#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/sim/fault.hpp"
#include "tests/sim/record.hpp"
#include "workflow/policy.hpp"

// Every deadline that something which happened sets, kept by ourselves: each ends in time, or fires at its very
// instant, once, and before anything later of the same room.
namespace sim {

class Promises {
 public:
  using Duration = workflow::Duration;
  /// The numbers of the house, which are the world's and not worked out.
  Promises(Faults& faults, const workflow::Policy& policy) : faults_(faults), policy_(policy) {}

  /// `by_alarm`: the cause is a deadline that fired.
  void take(const Happened&, bool by_alarm);
  /// Nothing that was due before this instant is left open.
  void close(std::int64_t now);

 private:
  struct Promise {
    std::int64_t due = 0, since = 0;
    std::string must;  ///< the kind of event that happens at `due`
    std::set<std::int64_t> reminded;
  };
  using Key = std::pair<std::string, std::string>;  ///< what it is of (`offer`, `lot`, …) and its id
  using Stream = std::map<Key, Promise>;

  void begin(const Happened&, const std::string& of, const std::string& id, std::int64_t due, std::string must);
  void lasts(const Happened&, const std::string& name, std::int64_t due, Duration);
  void over(const Happened& e, const std::string& of, const std::string& id) { streams_[e.stream].erase({of, id}); }
  void fired(const Happened&, const std::string& of, const std::string& id);
  void in_order(const Happened&, bool by_alarm);
  void answers(const Happened&);
  void work(const Happened&);
  void end_date(const Happened&, const std::string& contract);
  void contracts(const Happened&);
  void ending(const Happened&);
  void money(const Happened&);
  void reminded(const Happened&);

  Faults& faults_;
  workflow::Policy policy_;
  std::map<std::int64_t, Stream> streams_;
  std::map<std::int64_t, std::int64_t> lots_;  ///< numbers given by each room
};

}  // namespace sim
