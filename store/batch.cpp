#include "store/impl.hpp"

// The one transaction: savepoints, what is forgotten when they roll back, and the commit.
namespace store {
namespace {

constexpr int log_bound = 8192;  ///< pages, 32 MiB: past this a commit copies the log into the file itself
constexpr int log_idle = 256;    ///< pages, 1 MiB: less is not worth two syncs

bool contains(const std::vector<std::int64_t>& all, std::int64_t n) {
  return std::find(all.begin(), all.end(), n) != all.end();
}

}  // namespace

void Store::Impl::must_write() const {
  if (frames.size() < 2) throw std::logic_error("a write outside attempt()");
}

void Store::Impl::touch(std::int64_t stream) {
  if (frames.empty()) return;  // rebuild, which drops everything at its end
  auto& touched = frames.back().touched;
  if (!contains(touched, stream)) touched.push_back(stream);
}

bool Store::Impl::touched(std::int64_t stream) const {
  return !frames.empty() && contains(frames.back().touched, stream);
}

void Store::Impl::drop(std::int64_t stream) {
  rooms.erase(stream);
  people.erase(stream);
}

void Store::Impl::undo(std::size_t mark) {
  for (; unsent_before.size() > mark; unsent_before.pop_back()) {
    auto& [key, id] = unsent_before.back();
    if (id)
      unsent_ids[key] = *id;
    else
      unsent_ids.erase(key);
  }
  places.clear();
  n_cause = 0;
  ++offers_changed;
}

void Store::Impl::drop_everything() {
  undo(0);
  rooms.clear();
  people.clear();
  first_lapse.reset();
}

void Store::Impl::shrink() {
  rooms.shrink(options.rooms_kept);
  people.shrink(options.rooms_kept);
}

Batch::Batch(Store& store) : impl_(std::make_unique<Impl>(*store.impl_)) {
  auto& s = *store.impl_;
  if (!s.late_failure.empty()) throw Unknown(s.late_failure);
  if (!s.frames.empty()) throw std::logic_error("a batch inside a batch");
  s.db.begin();
  s.frames.emplace_back();
}

Batch::~Batch() {
  auto& s = impl_->store;
  if (impl_->done) return;
  if (s.db.dead()) s.drop_everything();
  s.db.rollback();
  for (const auto& frame : s.frames)
    for (const auto stream : frame.touched) s.drop(stream);
  s.undo(0);
  end();
}

void Batch::end() {
  auto& s = impl_->store;
  impl_->done = true;
  s.frames.clear();
  s.unsent_before.clear();
  s.shrink();
}

bool Batch::attempt(const std::function<bool()>& act) {
  auto& s = impl_->store;
  if (impl_->done) throw std::logic_error("the batch is over");
  s.db.alive();
  s.db.run("SAVEPOINT attempt");
  s.frames.push_back({.touched = {}, .undo_mark = s.unsent_before.size(), .changes = s.db.changes()});
  bool kept = false;
  try {
    kept = act();
    if (kept) check();
  } catch (const Full&) {
    s.drop_everything();
    throw;
  } catch (const Unknown&) {
    s.drop_everything();
    throw;
  } catch (...) {
    roll_back();
    throw;
  }
  if (!kept) {
    roll_back();
    return false;
  }
  release();
  return true;
}

void Batch::check() {
  for (const auto stream : impl_->store.frames.back().touched)
    if (const auto* room = impl_->store.rooms.find(stream))
      if (const auto broken = workflow::broken_invariant(room->state)) throw std::logic_error(broken->sentence);
}

void Batch::release() {
  auto& s = impl_->store;
  try {
    s.db.alive();
    s.db.run("RELEASE attempt");
  } catch (...) {
    s.drop_everything();
    throw;
  }
  const auto inner = std::move(s.frames.back());
  s.frames.pop_back();
  impl_->kept = impl_->kept || s.db.changes() != inner.changes;
  for (const auto stream : inner.touched) s.touch(stream);
}

void Batch::roll_back() {
  auto& s = impl_->store;
  try {
    s.db.alive();
    s.db.run("ROLLBACK TO attempt");
    s.db.run("RELEASE attempt");
  } catch (...) {
    s.drop_everything();
    throw;
  }
  for (const auto stream : s.frames.back().touched) s.drop(stream);
  s.undo(s.frames.back().undo_mark);
  s.frames.pop_back();
}

void Batch::forget(RoomId room) { impl_->store.drop(room.n); }

void Batch::commit() {
  auto& s = impl_->store;
  s.db.alive();
  if (impl_->done || s.frames.size() != 1) throw std::logic_error("a commit inside attempt(), or a second one");
  if (!impl_->kept) {  // queries alone: nothing to sync
    s.db.rollback();
    end();
    return;
  }
  try {
    s.db.commit();
  } catch (...) {
    s.drop_everything();
    throw;
  }
  end();
  ++s.commits;
  if (s.db.log_pages() < log_bound) return;
  try {
    s.db.checkpoint();
  } catch (const Full&) {
    // The commit stands in the log; the file takes it when there is room.
  } catch (const std::exception& e) {
    s.late_failure = e.what();
  }
}

void Store::checkpoint_some() {
  if (impl_->frames.empty() && impl_->db.log_pages() >= log_idle) impl_->db.checkpoint();
}

std::int64_t Store::commits() const { return impl_->commits; }

std::size_t Store::folded() const { return impl_->rooms.size() + impl_->people.size(); }

}  // namespace store
