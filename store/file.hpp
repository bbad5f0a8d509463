#pragma once
#include <filesystem>

namespace store {

/// Holds `FILE.lock` for this process, with its number written inside. A file of its own, because a process that
/// opens and closes the database file beside SQLite loses SQLite's locks on it.
class LockFile {
 public:
  /// Throws Held, naming the process that has it.
  explicit LockFile(const std::filesystem::path& database);
  ~LockFile();
  LockFile(const LockFile&) = delete;

 private:
  int fd_ = -1;
};

/// Makes the directory (0700) and an empty file (0600) where there is none and `create` is given; refuses what is
/// somebody else's, open to others, a symlink, or on NFS with a std::runtime_error that says so. Returns the path with
/// its directory resolved. To be called before SQLite opens the file.
std::filesystem::path prepare_file(const std::filesystem::path&, bool create);

}  // namespace store
