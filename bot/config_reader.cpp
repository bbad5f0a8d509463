#include "bot/config_reader.hpp"

#include <algorithm>
#include <fstream>

#include "commands/suggest.hpp"

namespace bot::config {

namespace fs = std::filesystem;

TableReader::TableReader(std::string name, const Table& read, const fs::path& folder, Findings& findings)
    : table_(read), name_(std::move(name)), folder_(folder), findings_(findings) {}

void TableReader::only_keys(const std::vector<std::string>& keys) {
  for (const auto& e : table_.entries) {
    if (e.key == "password")
      add(e.key, e.line,
          ": the password itself never stands here; put it into a file of its own and name that, like password_file = "
          "\"" +
              name_ + "-password\"");
    else if (std::ranges::find(keys, e.key) == keys.end())
      add(e.key, e.line, did_you_mean(": one of " + commands::joined(keys) + " is expected", e.key, keys));
  }
}

const Entry* TableReader::text(std::string_view key, const std::string& form, bool needed) {
  const auto* e = table_.find(key);
  if (!e && needed) add(key, table_.line, " is missing: " + form + " is expected");
  if (!e) return nullptr;
  if (e->type == Entry::Type::text && !e->value.empty()) return e;
  expected(*e, form);
  return nullptr;
}

std::optional<bool> TableReader::truth(std::string_view key) {
  const auto* e = table_.find(key);
  if (!e) return std::nullopt;
  if (e->type == Entry::Type::truth) return e->value == "yes";
  expected(*e, "true or false");
  return std::nullopt;
}

fs::path TableReader::file(const Entry& e, const std::string& holds) {
  const fs::path path = folder_ / e.value;
  std::error_code none;
  std::ifstream in(path);
  if (fs::is_directory(path, none) || !in || in.peek() == std::ifstream::traits_type::eof() || in.peek() == '\n')
    add(e.key, e.line,
        ": a file that can be read and begins with " + holds + " is expected; a relative path like \"" + name_ +
            "-password\" begins where this file lies");
  return path;
}

void TableReader::expected(Entry e, const std::string& what) {
  if (e.key == "password_file") e.shown = "what stands there";
  bad_.insert(e.key);
  findings_.add_expected(e, name_, what);
}

void TableReader::add(std::string_view key, int line, const std::string& what) {
  bad_.emplace(key);
  findings_.add(line, name_ + "." + std::string{key} + what);
}

}  // namespace bot::config
