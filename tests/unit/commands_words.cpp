#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "commands/catalogue.hpp"
#include "commands/telling.hpp"
#include "commands_stage.hpp"

using namespace workflow;
using commands::say;
using stage::at;

namespace {

std::string content(const std::filesystem::path& p) {
  std::ifstream in{p};
  std::ostringstream s;
  s << in.rdbuf();
  return s.str();
}

std::set<std::string> found(const std::string& text, const char* pattern) {
  std::set<std::string> all;
  const std::regex re{pattern};
  for (auto it = std::sregex_iterator{text.begin(), text.end(), re}; it != std::sregex_iterator{}; ++it)
    all.insert((*it)[1].str());
  return all;
}

}  // namespace

TEST_CASE("every reason to refuse has its sentence") {
  const std::filesystem::path root{PARLEY_SOURCE};
  // Written directly, behind a condition, or handed to a helper: refuse, role_why, wrong, refused, stale, usage.
  const char* direct = R"re(refuse\(\s*(?:\w+::)?(?:Code::\w+|answers [^,]+),\s*"([a-z_.]+)")re";
  const char* helped = R"re((?:wrong|refused|stale|usage|corrected|usage_of)\((?:room, \*?m, )?"([a-z_]+\.[a-z_]+)")re";
  std::set<std::string> slugs;
  for (const char* folder : {"workflow", "bot", "commands"})
    for (const auto& file : std::filesystem::directory_iterator{root / folder}) {
      if (file.path().extension() != ".cpp") continue;
      const auto text = content(file.path());
      for (const char* pattern : {direct, helped, R"re(role_why = "([a-z_.]+)")re", R"re([?:] "([a-z_]+\.[a-z_]+)")re"})
        slugs.merge(found(text, pattern));
    }
  CHECK(slugs.size() > 60);
  for (const auto& slug : slugs) {
    if (commands::has_words(slug)) continue;  // a sentence of another kind, chosen by a condition
    INFO(slug);
    CHECK(commands::has_words("refusal." + slug));
  }
}

TEST_CASE("every code has a sentence for a reason that has none") {
  for (int i = 0; i <= static_cast<int>(Code::CONFIRM); ++i) {
    const auto code = static_cast<Code>(i);
    INFO(text(code));
    CHECK(commands::has_words("code." + std::string{text(code)}));
    const auto note = commands::refusal(refuse(code, "never.heard_of", "R-guard-1", {}, "x"), {});
    CHECK(note.subject == std::string{text(code)} + "(x)");
    CHECK(note.text.ends_with(" [R-guard-1]"));
  }
}

TEST_CASE("every key that the sources speak is in the catalogue, and no other") {
  std::string text;
  for (const auto& file : std::filesystem::directory_iterator{std::filesystem::path{PARLEY_SOURCE} / "commands"})
    if (file.path().extension() == ".cpp") text += content(file.path());
  for (const auto& key : found(text, R"re("((?:note|terms|preview|query|ask|refusal)\.[a-z_.]+[a-z_])")re")) {
    if (key == "query.help.group") continue;
    INFO(key);
    CHECK((commands::has_words(key) || key == "terms.missing"));
  }
  std::set<std::string> once;
  for (const auto& key : commands::word_keys()) {
    INFO(key);
    CHECK(once.insert(key).second);
    if (key.starts_with("note.") || key.starts_with("preview.") || key.starts_with("ask."))
      CHECK(text.find("\"" + key + "\"") != std::string::npos);
  }
}

TEST_CASE("an unknown key is said as it is") { CHECK(say("no.such_key") == "no.such_key"); }

TEST_CASE("money is printed with its sign and without empty cents") {
  const auto money = [](std::int64_t minor, const char* code = "USD") {
    return commands::written(Money{minor, *currency(code)});
  };
  CHECK(money(65000) == "$650");
  CHECK(money(65050) == "$650.50");
  CHECK(money(123456700) == "$1234567");
  CHECK(money(-350) == "-$3.50");
  CHECK(money(650, "JPY") == "¥650");
  CHECK(money(65000, "CHF") == "650 CHF");
}

TEST_CASE("an instant is printed in UTC and in the zones of the two") {
  const commands::Zones both{"Europe/Berlin", "America/New_York"};
  CHECK(commands::written(at("2026-12-02T10:00Z"), both) == "2026-12-02 10:00Z (11:00 Berlin / 05:00 New York)");
  CHECK(commands::written(at("2026-12-02T23:30Z"), both) ==
        "2026-12-02 23:30Z (Thu 3 Dec 00:30 Berlin / 18:30 New York)");
  CHECK(commands::written(at("2026-12-02T10:00:00.001Z"), {}) == "2026-12-02 10:00Z");
  CHECK(commands::written(at("2026-12-02T10:00Z"), {"UTC", "No/Where", ""}) == "2026-12-02 10:00Z");
  CHECK(commands::written(at("2026-12-02T10:00Z"), {"Europe/Berlin", "Europe/Berlin"}) ==
        "2026-12-02 10:00Z (11:00 Berlin)");
}

TEST_CASE("the local times follow the change of the clocks") {
  const commands::Zones both{"Europe/Berlin", "America/New_York"};
  CHECK(commands::written(at("2026-10-25T00:59Z"), both) ==
        "2026-10-25 00:59Z (02:59 Berlin / Sat 24 Oct 20:59 New York)");
  CHECK(commands::written(at("2026-10-25T01:00Z"), both) ==
        "2026-10-25 01:00Z (02:00 Berlin / Sat 24 Oct 21:00 New York)");
  CHECK(commands::written(at("2026-11-01T05:59Z"), both) == "2026-11-01 05:59Z (06:59 Berlin / 01:59 New York)");
  CHECK(commands::written(at("2026-11-01T06:00Z"), both) == "2026-11-01 06:00Z (07:00 Berlin / 01:00 New York)");
  CHECK(commands::written(at("2027-03-14T07:00Z"), both) == "2027-03-14 07:00Z (08:00 Berlin / 03:00 New York)");
}

TEST_CASE("durations and days") {
  CHECK(commands::written(Duration{std::chrono::minutes{14}}) == "14 min");
  CHECK(commands::written(Duration{std::chrono::hours{50}}) == "2 d 2 h");
  CHECK(commands::written(Duration{999}) == "under a minute");
  CHECK(commands::written_day(at("2026-11-14T08:00Z")) == "14 Nov");
}

TEST_CASE("words of a person stay inside their place") {
  CHECK(commands::tame("a\u202Eb\nc") == "a\\u{202E}b c");
  CHECK(commands::tame_quoted("Logo\": Carl released") == "\"Logo': Carl released\"");
  CHECK(commands::tame("@all @Here <!channel>") == "\uFF20all \uFF20Here \u2039!channel>");
  CHECK(commands::tame("<@U1> <#C1> < b <") == "\u2039@U1> \u2039#C1> < b <");
  CHECK(commands::tame_block("a\nb") == "  a\n  b");
}
