#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/sim/fault.hpp"
#include "tests/sim/record.hpp"

// What happened, held against who ordered it: each order had its effect once, of somebody who may, on what was meant.
namespace sim {

/// A message as the chat server has it.
struct Spoken {
  std::string user, text;
  std::int64_t at = 0;
  bool direct = false, edited = false;
};

/// The version that a line names: `/accept O-1 v2`.
std::optional<std::int64_t> version_in(const std::string& text);
/// The marks `no12x` that people's words carry.
std::vector<std::string> marks(const std::string& text);

class Deeds {
 public:
  using Said = std::function<const Spoken*(const std::string& channel, const std::string& message)>;
  using Times = std::function<std::size_t(const std::string& mark)>;  ///< how often words with this mark were typed
  /// The version that a `/confirm` confirms: of the preview that was shown to who said it.
  using Shown = std::function<std::optional<std::int64_t>(const std::string& channel, const Spoken&)>;
  Deeds(Faults& faults, Said said, Times times, Shown shown)
      : faults_(faults), said_(std::move(said)), times_(std::move(times)), shown_(std::move(shown)) {}

  void take(const Happened&, const Reason&);
  /// The number of the person who is this user of the server; 0: nobody.
  std::int64_t person(const std::string& user) const;
  std::string user(std::int64_t person) const;
  struct Pair {
    std::int64_t client = 0, freelancer = 0;
  };
  /// Whose business it is; none: a thing of a room that belongs to nobody yet.
  std::optional<Pair> pair_of(const Happened&) const;

 private:
  struct Thing {  ///< an offer, a proposal, an amendment, …
    Pair pair;
    std::int64_t version = 0, stream = 0;
    boost::json::value terms;
    std::string end;  ///< how it came to its end
  };
  void chain(const Happened&);
  void order(const Happened&, const Reason&);
  void authority(const Happened&, const Reason&);
  void versions(const Happened&, const Reason&);
  void once(const Happened&);
  void ends(const Happened&);
  void wrong(const Happened&, const char* promise, const std::string& what);

  Faults& faults_;
  Said said_;
  Times times_;
  Shown shown_;
  struct Head {
    std::int64_t seq = 0, at = 0;
    std::string hash;
  };
  std::map<std::int64_t, Head> heads_;
  std::map<std::string, std::int64_t> people_;
  std::map<std::int64_t, std::string> users_;
  std::map<std::int64_t, Pair> rooms_;
  std::map<std::string, Thing> things_;
  std::map<std::string, std::set<std::int64_t>> words_;  ///< by kind and mark: causes
  std::set<std::pair<std::int64_t, std::int64_t>> causes_;
  std::map<std::int64_t, std::int64_t> recorded_;  ///< when, by cause
  std::int64_t headline_ = 0;                      ///< the cause whose first event has been seen
};

}  // namespace sim
