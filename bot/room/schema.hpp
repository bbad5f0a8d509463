#pragma once
#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <memory>

namespace room {

/// Opens the file with every setting it needs, exclusively, and brings its tables to this version. See Store.
std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& directory);

}  // namespace room
