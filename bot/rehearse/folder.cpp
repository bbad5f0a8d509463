#include "bot/rehearse/folder.hpp"

#include <stdlib.h>

#include <stdexcept>
#include <string>

namespace bot::rehearse {

namespace fs = std::filesystem;

PrivateFolder::PrivateFolder() {
  std::error_code none;
  for (const fs::path& base : {fs::path("/dev/shm"), fs::temp_directory_path()}) {
    if (!fs::is_directory(base, none)) continue;
    std::string name = (base / "parley-rehearse-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) continue;
    path_ = name;
    return;
  }
  throw std::runtime_error("there is no place for a temporary folder");
}

PrivateFolder::~PrivateFolder() {
  std::error_code none;
  fs::remove_all(path_, none);
}

}  // namespace bot::rehearse
