#include "tests/sim/memory_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace sim {

/// What SQLite keeps of an open file.
struct MemoryDisk::Handle : sqlite3_file {
  MemoryDisk* disk;
  std::shared_ptr<File> file;
  std::int64_t life;

  bool dead() const { return life != disk->life_; }
  static Handle& of(sqlite3_file* f) { return *static_cast<Handle*>(f); }
};

int MemoryDisk::write(File& file, const char* from, std::int64_t size, std::int64_t at) {
  const auto end = static_cast<std::size_t>(at + size);
  if (file.bytes.size() < end) file.bytes.resize(end);
  std::memcpy(file.bytes.data() + at, from, static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int MemoryDisk::truncate(File& file, std::int64_t size) {
  file.bytes.resize(std::min(file.bytes.size(), static_cast<std::size_t>(size)));
  return SQLITE_OK;
}

int MemoryDisk::erase(const std::string& path) {
  return files_.erase(path) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

const sqlite3_io_methods& MemoryDisk::methods() {
  static const sqlite3_io_methods all = [] {
    sqlite3_io_methods m{};
    m.iVersion = 1;  // no shared memory: with an exclusive lock the log's index lies in the heap
    m.xClose = [](sqlite3_file* f) {
      Handle::of(f).file.~shared_ptr();
      return SQLITE_OK;
    };
    m.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
      const auto& bytes = Handle::of(f).file->bytes;
      const auto from = std::min(bytes.size(), static_cast<std::size_t>(at));
      const auto there = std::min(bytes.size() - from, static_cast<std::size_t>(size));
      std::memcpy(to, bytes.data() + from, there);
      if (there == static_cast<std::size_t>(size)) return SQLITE_OK;
      std::memset(static_cast<char*>(to) + there, 0, static_cast<std::size_t>(size) - there);
      return SQLITE_IOERR_SHORT_READ;
    };
    m.xWrite = [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
      auto& h = Handle::of(f);
      if (h.dead()) return SQLITE_OK;
      ++h.disk->writes_;
      return h.disk->write(*h.file, static_cast<const char*>(from), size, at);
    };
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      auto& h = Handle::of(f);
      return h.dead() ? SQLITE_OK : h.disk->truncate(*h.file, size);
    };
    m.xSync = [](sqlite3_file* f, int) {
      auto& h = Handle::of(f);
      if (h.dead()) return SQLITE_OK;
      ++h.disk->syncs_;
      return h.disk->sync(*h.file);
    };
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      *size = static_cast<sqlite3_int64>(Handle::of(f).file->bytes.size());
      return SQLITE_OK;
    };
    m.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
    m.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
    m.xCheckReservedLock = [](sqlite3_file*, int* reserved) {
      *reserved = 0;
      return SQLITE_OK;
    };
    m.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
    m.xSectorSize = [](sqlite3_file*) { return 4096; };
    m.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
    return m;
  }();
  return all;
}

int MemoryDisk::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* out, int flags, int* out_flags) {
  auto& disk = *static_cast<MemoryDisk*>(vfs->pAppData);
  auto& h = Handle::of(out);
  disk.taken_down_ = false;
  h.pMethods = nullptr;  // SQLite then does not close what could not be opened
  std::shared_ptr<File> file;
  if (!path) {
    file = std::make_shared<File>();
  } else {
    const auto found = disk.files_.find(path);
    if (found == disk.files_.end() && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    file =
        found == disk.files_.end() ? disk.files_.emplace(path, std::make_shared<File>()).first->second : found->second;
  }
  h.disk = &disk;
  h.life = disk.life_;
  new (&h.file) std::shared_ptr<File>(std::move(file));
  h.pMethods = &methods();
  if (out_flags) *out_flags = flags;
  return SQLITE_OK;
}

MemoryDisk::MemoryDisk(std::string name, std::uint64_t seed) : name_(std::move(name)), chance_(seed) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.mxPathname = 512;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xDelete = [](sqlite3_vfs* vfs, const char* path, int) {
    auto& disk = *static_cast<MemoryDisk*>(vfs->pAppData);
    return disk.taken_down_ ? SQLITE_OK : disk.erase(path);
  };
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* path, int, int* there) {
    *there = static_cast<MemoryDisk*>(vfs->pAppData)->files_.contains(path);
    return SQLITE_OK;
  };
  vfs_.xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* full) {
    sqlite3_snprintf(size, full, "%s", path);
    return SQLITE_OK;
  };
  vfs_.xRandomness = [](sqlite3_vfs* vfs, int size, char* to) {
    auto& state = static_cast<MemoryDisk*>(vfs->pAppData)->chance_;
    for (int i = 0; i < size; ++i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      to[i] = static_cast<char>(state >> 33);
    }
    return size;
  };
  vfs_.xSleep = [](sqlite3_vfs*, int micros) { return micros; };
  // Nothing of ours asks SQLite for the time; its own day zero will do.
  vfs_.xCurrentTime = [](sqlite3_vfs*, double* day) {
    *day = 2440587.5;
    return SQLITE_OK;
  };
  vfs_.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* ms) {
    *ms = 210866760000000;
    return SQLITE_OK;
  };
  vfs_.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
  if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("SQLite takes no disk in memory");
}

MemoryDisk::~MemoryDisk() { sqlite3_vfs_unregister(&vfs_); }

std::string MemoryDisk::copy(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? std::string{} : found->second->bytes;
}

std::vector<std::string> MemoryDisk::paths() const {
  std::vector<std::string> all;
  for (const auto& [path, file] : files_) all.push_back(path);
  return all;
}

void MemoryDisk::put(const std::string& path, std::string bytes) {
  files_[path] = std::make_shared<File>(File{std::move(bytes)});
}

}  // namespace sim
