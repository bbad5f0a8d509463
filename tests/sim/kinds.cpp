#include "tests/sim/kinds.hpp"

#include <algorithm>
#include <boost/mp11.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "workflow/event.hpp"
#include "workflow/rejection.hpp"

namespace sim {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

std::set<std::string> found(const std::string& text, const char* pattern) {
  std::set<std::string> all;
  const std::regex re(pattern);
  for (std::sregex_iterator i(text.begin(), text.end(), re), end; i != end; ++i) all.insert((*i)[1]);
  return all;
}

/// `kind the reason`, a line each.
std::map<std::string, std::string> reasons(const std::string& text) {
  std::map<std::string, std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (const auto blank = line.find(' '); !line.starts_with('#') && blank != line.npos)
      all[line.substr(0, blank)] = line.substr(blank + 1);
  return all;
}

}  // namespace

Kinds all_kinds(const std::string& source) {
  Kinds k;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, workflow::Event>>(
      [&](auto e) { k.events.emplace_back(decltype(e)::type::kind); });
  for (int c = 0; c <= static_cast<int>(workflow::Code::CONFIRM); ++c)
    k.refusals.emplace_back(text(static_cast<workflow::Code>(c)));
  std::set<std::string> deadlines;
  for (const auto& file : std::filesystem::directory_iterator(source + "/workflow")) {
    if (file.path().extension() != ".cpp") continue;
    const auto text = content(file.path());
    deadlines.merge(found(text, R"(alarm\.kind == "([a-z_]+\.[a-z_]+)\")"));
    if (file.path().filename() == "person.cpp") deadlines.merge(found(text, R"(Alarm\{[^}]*"(person\.[a-z_]+)\")"));
    if (file.path().filename() == "reminder.cpp")
      for (const auto& of : found(text, R"("([a-z_]+\.[a-z_]+)\")")) deadlines.insert(of + ".remind");
  }
  k.deadlines.assign(deadlines.begin(), deadlines.end());
  k.cannot = reasons(content(source + "/tests/sim/cannot_occur.txt"));
  return k;
}

bool print_kinds(const Kinds& kinds, const Tally& tally, std::int64_t least) {
  bool enough = true;
  const auto print = [&](const char* what, const std::vector<std::string>& names,
                         const std::map<std::string, std::int64_t>& counts) {
    std::vector<std::pair<std::int64_t, std::string>> all;
    std::vector<std::string> never;
    for (const auto& name : names) {
      const auto n = counts.contains(name) ? counts.at(name) : 0;
      if (kinds.cannot.contains(name)) {
        never.push_back(name);
        if (n == 0) continue;
        std::printf("%s %s occurs, though tests/sim/cannot_occur.txt says that it cannot\n", what, name.c_str());
        enough = false;
      }
      all.emplace_back(n, name);
    }
    for (const auto& [name, n] : counts)
      if (std::ranges::find(names, name) == names.end()) {
        std::printf("%s %s occurs and is not among the known kinds\n", what, name.c_str());
        enough = false;
      }
    std::ranges::sort(all);
    std::printf("%s:", what);
    for (const auto& [n, name] : all) std::printf(" %s %lld", name.c_str(), static_cast<long long>(n));
    std::printf("\n");
    for (const auto& name : never)
      std::printf("%s %s cannot occur: %s\n", what, name.c_str(), kinds.cannot.at(name).c_str());
    if (all.empty()) return;
    std::printf("figure: %zu kinds of %s, the rarest %lld times (%s)\n", all.size(), what,
                static_cast<long long>(all.front().first), all.front().second.c_str());
    for (const auto& [n, name] : all)
      if (n < least) {
        std::printf("%s %s occurred %lld times, fewer than %lld\n", what, name.c_str(), static_cast<long long>(n),
                    static_cast<long long>(least));
        enough = false;
      }
  };
  print("events", kinds.events, tally.events);
  print("refusals", kinds.refusals, tally.refusals);
  print("deadlines", kinds.deadlines, tally.deadlines);
  return enough;
}

}  // namespace sim
