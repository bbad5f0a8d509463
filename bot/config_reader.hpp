#pragma once
#include <optional>
#include <set>

#include "bot/config_tables.hpp"

namespace bot::config {

/// How a table about a server is read, [mail] or [xmpp].
class TableReader {
 protected:
  /// Files that the table names are looked for from `folder` on. All references are kept.
  TableReader(std::string name, const Table&, const std::filesystem::path& folder, Findings&);

  /// Tells of every other key; `password` among them gets its own answer, and is never shown.
  void only_keys(const std::vector<std::string>& keys);
  /// The text of a key, and nullptr with a finding where it is no text, is empty, or is missing and needed.
  const Entry* text(std::string_view key, const std::string& form, bool needed = false);
  /// true or false; nothing where it is not given, or is given as something else.
  std::optional<bool> truth(std::string_view key);
  /// A path of a file that can be read and is not empty; relative ones begin where the configuration lies.
  std::filesystem::path file(const Entry&, const std::string& holds);

  /// Whoever takes the file for the password shall not read it on a screen.
  void expected(Entry, const std::string& what);
  void add(std::string_view key, int line, const std::string& what);
  bool bad(std::string_view key) const { return bad_.contains(key); }

  const Table& table_;

 private:
  std::string name_;
  const std::filesystem::path& folder_;
  Findings& findings_;
  std::set<std::string, std::less<>> bad_;  ///< keys that something was found with
};

}  // namespace bot::config
