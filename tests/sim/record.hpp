#pragma once
#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/memory_vfs.hpp"

// What the store holds, as data: read by plain SQL from a copy of its bytes. Nothing of `workflow` or `store` is asked.
namespace sim {

/// An event with its body as it was written. Instants are milliseconds.
struct Happened {
  std::int64_t position = 0, stream = 0, seq = 0, at = 0, recorded_at = 0, actor = 0, cause = 0, n = 0;
  std::string kind, text, prev_hash, hash;
  boost::json::object body;

  bool has(std::string_view name) const { return body.contains(name); }
  std::int64_t number(std::string_view name) const;
  std::string word(std::string_view name) const;
  /// An amount in minor units, 0 where there is none.
  std::int64_t minor(std::string_view name) const;
  /// The `id` as it is typed, with this prefix: `M-5.1`.
  std::string id(std::string_view prefix) const;
};

/// Why something was recorded.
struct Reason {
  std::int64_t id = 0, at = 0, stream = 0, due = 0;
  std::string channel, message;  ///< of a message
  std::string alarm, thing;      ///< of a deadline
  std::string name;              ///< of an order
  std::string answer, poison;
};

struct Numbered {
  std::int64_t number = 0, room = 0, cause = 0;
};

struct PostingRow {
  std::int64_t position = 0, k = 0, owner = 0, minor = 0;
  std::string book;
  std::int64_t milestone = 0;
};

/// What came into the store since the last reading.
struct Written {
  std::vector<Reason> reasons;
  std::vector<Happened> events;
  std::vector<Numbered> notes;
  std::vector<PostingRow> postings;
  std::vector<std::pair<std::int64_t, std::int64_t>> notices;  ///< person and note, of the new notes
  // As it is now.
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> balances;
  std::map<std::int64_t, std::string> room_channels, direct_channels;  ///< by room, by person
};

class Record {
 public:
  Record(MemoryDisk& disk, std::function<std::string()> file) : disk_(disk), file_(std::move(file)) {}
  Written read();

 private:
  MemoryDisk& disk_;
  std::function<std::string()> file_;
  std::int64_t position_ = 0, reason_ = 0, note_ = 0;
};

}  // namespace sim
