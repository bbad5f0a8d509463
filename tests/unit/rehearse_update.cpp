#include <catch2/catch.hpp>

#include "bot/rehearse/lines.hpp"
#include "bot/rehearse/update.hpp"

// Expected output is rewritten in place, and nothing else is touched.
using namespace bot::rehearse;

namespace {

const std::string before =
    "# a comment\n"
    "person ana\n"
    "room studio: ana\n"
    "\n"
    "ana> /one\n"
    "  <old P-1>\n"
    "# between\n"
    "  gone\n"
    "  | with more\n"
    "  kept* (glob)\n"
    "= P-1 state=pending\n"
    "ana> /two\n"
    "= P-1 absent";

Said say(std::string kind, std::string text, std::string to = "") {
  return {"studio", "", std::move(to), std::move(kind), std::move(text), false};
}

const std::vector<std::vector<Said>> said{
    {say("new P-1", "New"), say("same P-1", "kept well")},
    {say("refusal STALE_VERSION", "No.\n...", "ana"), say("query.list", "<list>\n\nend", "ana")}};

std::vector<Outcome> outcomes(const Script& script) {
  std::vector<Outcome> out;
  for (const Step& s : script.steps) {
    if (!std::holds_alternative<TypedLine>(s.action)) continue;
    Outcome o{&s, {s.spot, "ana", false, false, {}}, said[out.size()], {}};
    o.pairs = align(s.expected, o.said, o.below);
    out.push_back(std::move(o));
  }
  return out;
}

std::string update(const std::string& content, bool words, Changes& changes) {
  const auto script = read("test.chat", content);
  REQUIRE(script);
  return updated(content, outcomes(*script), words, changes);
}

}  // namespace

TEST_CASE("an update writes kinds and codes and keeps comments, blank lines and facts") {
  Changes changes;
  CHECK(update(before, false, changes) ==
        "# a comment\n"
        "person ana\n"
        "room studio: ana\n"
        "\n"
        "ana> /one\n"
        "  <new P-1>\n"
        "# between\n"
        "  kept* (glob)\n"
        "= P-1 state=pending\n"
        "ana> /two\n"
        "  !STALE_VERSION\n"
        "  @ana <query.list>\n"
        "= P-1 absent\n");
  CHECK(changes == Changes{{"new", 1}, {"(removed)", 1}, {"refusal", 1}, {"query.list", 1}});
}

TEST_CASE("an update can write the words") {
  Changes changes;
  const auto after = update(before, true, changes);
  CHECK(after.find("  New\n") != std::string::npos);
  CHECK(after.find("  @ana No.\n  | \\...\n  @ana \\<list>\n  |\n  | end\n") != std::string::npos);
}

TEST_CASE("an update of what is up to date changes nothing") {
  const bool words = GENERATE(false, true);
  Changes first, second;
  const auto once = update(before, words, first);
  CHECK(update(once, words, second) == once);
  CHECK(second.empty());
}

TEST_CASE("what was said can be written so that it is read again") {
  const Below below{{"studio", ""}, "ana", false, false, {}};
  for (const std::string text : {"plain", "@ana hi", "<b>", "!X", "[a] b", "| x", "...", "\\x", "a\n...\n| b\n",
                                 " lead", "", "ends (glob)", "two\n\\..."}) {
    for (const std::string to : {"", "ana"}) {
      const Said one = say("k", text, to);
      const auto lines = written(expected_for(one, below, true));
      auto again = read_expected(lines.front());
      REQUIRE(again);
      for (std::size_t i = 1; i < lines.size(); ++i)
        again->lines.push_back(lines[i].substr(std::min<std::size_t>(2, lines[i].size())));
      INFO(text);
      CHECK(matches(*again, one, below));
    }
  }
}
