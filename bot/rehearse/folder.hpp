#pragma once
#include <filesystem>

namespace bot::rehearse {

/// A folder of one's own that goes with this object; in memory where the system has such a place, since a rehearsal
/// waits for no disk.
class PrivateFolder {
 public:
  PrivateFolder();
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace bot::rehearse
