#pragma once
#include <span>
#include <string_view>

namespace room {

/// A file of the page, built into the program.
struct PageFile {
  std::string_view path;  ///< `/style.css`
  std::string_view type;  ///< Content-Type
  std::string_view body;
};

std::span<const PageFile> page_files();

}  // namespace room
