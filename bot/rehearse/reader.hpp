#pragma once
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "bot/rehearse/lines.hpp"
#include "bot/rehearse/script.hpp"

// Reads one script, its included files too, line by line.
namespace bot::rehearse {

class Reader {
 public:
  explicit Reader(Script& script) : script_(script) {}
  /// What is wrong with the file, or nothing. `checked`: it is no included file.
  std::optional<Unreadable> file(const std::filesystem::path&, const std::string& content, bool checked);

 private:
  using Result = std::expected<void, Wrong>;

  Result line(std::string_view);
  Result comment(std::string_view);
  Result expected(std::string_view);
  Result fact(std::string_view);
  Result pass(std::string_view);
  Result typed(std::string_view);
  Result typed_by(std::string label, std::string_view who, std::string_view rest);
  Result more(std::string_view who, std::string_view rest);
  Result keyword(std::string_view word, std::string_view rest);
  std::expected<bool, Wrong> setting(std::string_view word, std::string_view rest);  ///< false: no such word
  std::expected<bool, Wrong> people(std::string_view word, std::string_view rest);
  std::expected<bool, Wrong> trouble(std::string_view word, std::string_view rest);

  Result policy(std::string_view);
  Result platform(std::string_view);
  Result person(std::string_view);
  Result room(std::string_view);
  Result bind(std::string_view);
  Result paid(std::string_view);
  Result member(Member::What, std::string_view);
  Result in(std::string_view);
  Result at(std::string_view);
  Result again(std::string_view);
  Result edit(std::string_view);
  Result remove(std::string_view);
  Result crash(std::string_view);
  Result include(std::string_view);

  Result known_person(std::string_view) const;
  Result known_names(std::string_view) const;  ///< every `$name` stands for something
  Result may_type(std::string_view who) const;
  void act(Action);

  Script& script_;
  std::string file_;
  std::filesystem::path folder_;
  int number_ = 0;
  bool checked_ = true;
  bool closed_ = true;  ///< no line stands above that could cause output
  bool acted_ = false;  ///< something was typed, or time moved: too late for `paid`
  bool at_seen_ = false;
  bool emails_shown_ = false;
  Spot spot_;
  std::set<std::string> people_, labels_, kept_;
  std::map<std::string, std::set<std::string>> rooms_;
  std::map<std::pair<std::string, std::string>, std::string> pairs_;
  std::vector<std::filesystem::path> open_;
  std::optional<Unreadable> inner_;
};

}  // namespace bot::rehearse
