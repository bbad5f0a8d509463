#include "store/file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "store/store.hpp"

namespace store {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw std::runtime_error(path.string() + " " + why);
}

[[noreturn]] void failed(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

std::string holder(int fd) {
  std::array<char, 32> text{};
  const auto n = ::pread(fd, text.data(), text.size() - 1, 0);
  std::string pid{text.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "another process" : "process " + pid;
}

/// Ours, and closed to others. A directory that is new or empty is closed here; one with things in it is not touched.
void check_directory(const fs::path& directory) {
  struct stat s{};
  if (::stat(directory.c_str(), &s) != 0) failed(directory);
  if (s.st_uid != ::geteuid()) refuse(directory, "belongs to somebody else");
  if ((s.st_mode & 077) != 0) {
    if (!fs::is_empty(directory)) refuse(directory, "is open to others: chmod 700 it, or name another directory");
    if (::chmod(directory.c_str(), 0700) != 0) failed(directory);
  }
  struct statfs f{};
  if (::statfs(directory.c_str(), &f) == 0 && f.f_type == NFS_SUPER_MAGIC)
    refuse(directory, "is on NFS, where locks cannot be relied on");
}

}  // namespace

LockFile::LockFile(const fs::path& database) {
  const fs::path path = database.string() + ".lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) failed(path);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const std::string who = errno == EWOULDBLOCK ? holder(fd_) : "something";
    ::close(fd_);
    throw Held(database.string() + " is held by " + who);
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, pid.data(), pid.size(), 0) < 0) {
    // The lock is what counts; on a full disk only its holder's number is missing.
  }
}

LockFile::~LockFile() { ::close(fd_); }

fs::path prepare_file(const fs::path& wanted, bool create) {
  auto directory = wanted.parent_path();
  if (directory.empty()) directory = ".";
  if (create && !fs::exists(directory)) {
    if (directory.has_parent_path() && !directory.parent_path().empty())
      fs::create_directories(directory.parent_path());
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) failed(directory);
  }
  if (!fs::exists(directory)) refuse(wanted, "does not exist");
  check_directory(directory);
  const auto file = fs::canonical(directory) / wanted.filename();
  struct stat s{};
  if (::lstat(file.c_str(), &s) != 0) {
    if (errno != ENOENT) failed(file);
    if (!create) refuse(file, "does not exist");
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) failed(file);
    ::close(fd);
    if (::lstat(file.c_str(), &s) != 0) failed(file);
  }
  if (S_ISLNK(s.st_mode)) refuse(file, "is a symbolic link");
  if (!S_ISREG(s.st_mode)) refuse(file, "is no file");
  if (s.st_uid != ::geteuid()) refuse(file, "belongs to somebody else");
  if ((s.st_mode & 077) != 0) refuse(file, "is open to others: chmod 600 it");
  return file;
}

}  // namespace store
