#pragma once
#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

namespace store {

/// Values by number, of which the longest unused can be dropped. A value stays where it is until it is dropped.
template <class T>
class Lru {
 public:
  /// Null if it is not here. Counts as a use.
  T* find(std::int64_t id) {
    const auto it = nodes_.find(id);
    if (it == nodes_.end()) return nullptr;
    order_.splice(order_.begin(), order_, it->second.where);
    return &it->second.value;
  }
  T& put(std::int64_t id, T value) {
    erase(id);
    order_.push_front(id);
    return nodes_.emplace(id, Node{std::move(value), order_.begin()}).first->second.value;
  }
  void erase(std::int64_t id) {
    const auto it = nodes_.find(id);
    if (it == nodes_.end()) return;
    order_.erase(it->second.where);
    nodes_.erase(it);
  }
  void clear() {
    nodes_.clear();
    order_.clear();
  }
  /// Drops the longest unused until at most `bound` are left.
  void shrink(std::size_t bound) {
    while (nodes_.size() > bound) erase(order_.back());
  }
  std::size_t size() const { return nodes_.size(); }

 private:
  struct Node {
    T value;
    std::list<std::int64_t>::iterator where;
  };
  std::unordered_map<std::int64_t, Node> nodes_;
  std::list<std::int64_t> order_;  ///< last used first
};

}  // namespace store
