#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bot/platform.hpp"

// Our own posts: which are on their way, and which are known to be there.
namespace bot::xmpp {

/// Remembers the last so many.
template <class Value>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}
  void put(const std::string& key, Value value) {
    const auto [at, fresh] = values_.insert_or_assign(key, std::move(value));
    if (!fresh) return;
    order_.push_back(key);
    if (order_.size() <= most_) return;
    values_.erase(order_.front());
    order_.pop_front();
  }
  const Value* find(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  std::size_t most_;
  std::unordered_map<std::string, Value> values_;
  std::deque<std::string> order_;
};

class Posts {
 public:
  enum class Way {
    room,    ///< comes back to us with its id
    person,  ///< to one person: nothing comes back, the server's acknowledgement counts
    broken,  ///< to one person, over a stream that is gone
    lost,    ///< to one person, and it never arrived: its number will be another's
  };
  using Tell = std::function<void(Found)>;

  /// Again under the same key: it takes another way, and whoever waits for it goes on waiting.
  void sent(const Post&, Way, std::uint32_t number);
  /// It came back, or lies in an archive.
  void there(const std::string& key, const std::string& message, const std::string& thread);
  /// Posts to one person that the server has by now; their keys.
  std::vector<std::string> acknowledged(std::uint32_t upto);
  /// The stream was taken up again behind this number: as acknowledged(), and the others never arrived.
  std::vector<std::string> resumed(std::uint32_t upto);
  /// What is on its way under this key, or went to one person a short time ago.
  std::optional<Post> sent_as(const std::string& key) const;
  /// The server would not take it.
  void failed(const std::string& key);
  /// The stream is gone, with its numbers.
  void broke();
  /// Everything that the server had of ours when the stream broke, or was taken up again, has come back or lies in an
  /// archive: the rest is not there. Except what is `unread`: it goes on waiting.
  void over(const std::function<bool(const Post&)>& unread = {});
  /// One that is on its way is waited for. `unknown`: it went over a stream that broke, to one person.
  void find(const Post&, Tell);

  /// The thread of one of our posts, by the server's id of it.
  std::string thread_of(const std::string& message) const;

 private:
  struct Flight {
    Post post;
    Way way = Way::room;
    std::uint32_t number = 0;
    std::vector<Tell> asked;
    bool before = false;  ///< sent before the stream broke or was taken up again
  };
  static constexpr std::size_t remembered = 20'000, just_gone = 200;

  Found known(const Post&) const;

  std::map<std::string, Flight> flights_;
  Recent<std::string> there_{remembered};    ///< ids by key
  Recent<std::string> threads_{remembered};  ///< threads by id
  Recent<bool> doubtful_{remembered};        ///< keys that went to one person over a stream that broke
  Recent<Post> gone_{just_gone};             ///< to one person, acknowledged: may still come back as an error
};

}  // namespace bot::xmpp
