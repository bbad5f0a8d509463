#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/config.hpp"

// What may stand in the tables of a configuration. How a file is read is config.cpp's business alone.
namespace bot::config {

/// `key = value` as it stands in a file.
struct Entry {
  enum class Type { text, whole, truth, list, other };
  std::string key;
  int line = 0;
  Type type = Type::other;
  std::string value;         ///< what a text holds; digits; `yes` or `no`; empty for any other type
  std::string shown;         ///< what a person is told that it is: `"soon"`, `7.5`, `a table`
  std::vector<Entry> items;  ///< of a list, in order, each with its own line
};

struct Table {
  int line = 0;
  std::vector<Entry> entries;

  const Entry* find(std::string_view key) const;
};

/// What is wrong, as it is found; told by line.
class Findings {
 public:
  explicit Findings(std::string file) : file_(std::move(file)) {}
  void add(int line, std::string what) { found_.emplace_back(line, std::move(what)); }
  void add_expected(const Entry&, std::string_view table, const std::string& expected);
  bool empty() const { return found_.empty(); }
  std::vector<std::string> lines() const;

 private:
  std::string file_;
  std::vector<std::pair<int, std::string>> found_;
};

/// `[policy]`. `name` is what origins call the file.
void read_policy(const Table&, const std::string& name, Config&, Findings&);
/// `[mail]`. Files that it names are looked for from `folder` on.
void read_mail(const Table&, const std::filesystem::path& folder, Config&, Findings&);
/// `[xmpp]`; the password is read from its file here.
void read_xmpp(const Table&, const std::filesystem::path& folder, Config&, Findings&);

/// The amounts that would silently mean something else in another currency, and that nobody gave along with it.
std::vector<std::string> amounts_missing(const workflow::Policy& before, const workflow::Policy& after,
                                         const std::vector<std::string>& given);

}  // namespace bot::config
