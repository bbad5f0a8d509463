#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

// A process of ours: started, waited for, measured, ended by its own number.
namespace bench {

/// A new empty folder, removed with everything in it at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path path;
};

class Child {
 public:
  /// With `under_strace` the program runs under strace, which tells of every fsync and fdatasync and of what was
  /// written at a place in a file.
  explicit Child(std::vector<std::string> words, bool under_strace = false);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Milliseconds from the start to the line `bot ready`. Throws if it ends without.
  double ready();
  long resident_kb() const;
  long most_resident_kb() const;
  int syncs() const { return syncs_; }
  std::int64_t bytes_written() const { return bytes_; }
  /// Asks it to stop, waits, and gives the exit code.
  int stop();

 private:
  pid_t program() const;
  long status_kb(const char* field) const;

  bool strace_ = false;
  pid_t pid_ = 0;
  int out_ = -1, errors_ = -1;
  double started_ = 0;
  std::atomic<int> syncs_{0};
  std::atomic<std::int64_t> bytes_{0};
  std::thread reader_;
};

bool strace_is_there();

}  // namespace bench
