#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

// A disk for SQLite that is nothing but memory, so that the real store can be stopped at any moment, copied, and given
// to the next process as the last one left it. One thread; a process holds its files alone, so nothing is locked.
namespace sim {

class MemoryDisk {
 public:
  struct File {
    std::string bytes;
  };

  /// Registers itself as SQLite's default under this name, until it goes.
  explicit MemoryDisk(std::string name, std::uint64_t seed = 1);
  virtual ~MemoryDisk();
  MemoryDisk(const MemoryDisk&) = delete;
  MemoryDisk& operator=(const MemoryDisk&) = delete;

  /// The process that has files open dies: what it writes or deletes from here on, while its objects are taken down,
  /// reaches nothing. Files opened afterwards are as it left them.
  void die() {
    ++life_;
    taken_down_ = true;
  }
  /// The bytes of a file; empty where there is none.
  std::string copy(const std::string& path) const;
  std::vector<std::string> paths() const;
  void put(const std::string& path, std::string bytes);
  void remove(const std::string& path) { files_.erase(path); }
  void clear() { files_.clear(); }

  const std::string& name() const { return name_; }
  std::int64_t writes() const { return writes_; }
  std::int64_t syncs() const { return syncs_; }

 protected:
  // What a disk with faults does otherwise. Each returns an SQLite result code.
  virtual int write(File&, const char* from, std::int64_t size, std::int64_t at);
  virtual int truncate(File&, std::int64_t size);
  virtual int sync(File&) { return SQLITE_OK; }
  virtual int erase(const std::string& path);

 private:
  struct Handle;
  static int open(sqlite3_vfs*, const char* path, sqlite3_file*, int flags, int* out_flags);
  static const sqlite3_io_methods& methods();

  std::string name_;
  sqlite3_vfs vfs_{};
  std::uint64_t chance_;
  std::int64_t life_ = 0, writes_ = 0, syncs_ = 0;
  bool taken_down_ = false;  ///< from a death to the next opening nothing is deleted either
  std::map<std::string, std::shared_ptr<File>> files_;
};

}  // namespace sim
