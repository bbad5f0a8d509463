#include <catch2/catch.hpp>

#include "bot/rehearse/compare.hpp"
#include "bot/rehearse/lines.hpp"

// When a line of a script stands for something that was said, and when it does not.
using namespace bot::rehearse;

namespace {

const Below in_studio{{"studio", ""}, "ana", false, false, {}};

Said note(std::string kind, std::string text) { return {"studio", "P-1", "", std::move(kind), std::move(text), false}; }
Said to_ana(std::string kind, std::string text) {
  return {"studio", "", "ana", std::move(kind), std::move(text), false};
}

Expected line(const std::string& text) {
  auto parts = split(text, '\n');
  auto out = read_expected(parts.front());
  REQUIRE(out);
  for (std::size_t i = 1; i < parts.size(); ++i) out->lines.push_back(parts[i]);
  return *out;
}

bool fits(const std::string& expected, const Said& said, const Below& below = in_studio) {
  return matches(line(expected), said, below);
}

int differences(const std::vector<std::string>& expected, const std::vector<Said>& said, bool by_channel = false) {
  std::vector<Expected> lines;
  for (const auto& each : expected) lines.push_back(line(each));
  Below below = in_studio;
  below.by_channel = by_channel;
  int out = 0;
  for (const Pair& pair : align(lines, said, below)) out += pair.holds ? 0 : 1;
  return out;
}

}  // namespace

TEST_CASE("a line is literal first, then a pattern") {
  CHECK(line_matches("costs * (glob)", "costs 5"));
  CHECK(line_matches("costs * (glob)", "costs * (glob)"));
  CHECK(line_matches("v? of 3 (glob)", "v2 of 3"));
  CHECK(line_matches("a ? b (glob)", "a → b"));
  CHECK(line_matches("5 \\* 2* (glob)", "5 * 2 = 10"));
  CHECK_FALSE(line_matches("costs * (glob)", "cost 5"));
  CHECK_FALSE(line_matches("costs *", "costs 5"));
  CHECK(line_matches("[0-9]+ hours (re)", "12 hours"));
  CHECK_FALSE(line_matches("[0-9]+ hours (re)", "12 hours ago"));
  CHECK_FALSE(line_matches("[0-9 (re)", "1"));
}

TEST_CASE("the end of a note counts only where the header is shown") {
  const auto said = note("x.y P-1", "Done · N-12 a1b2c3");
  CHECK(fits("Done", said));
  CHECK_FALSE(fits("Done · N-13 a1b2c3", said));
  Below below = in_studio;
  below.header = true;
  CHECK_FALSE(fits("Done", said, below));
  CHECK(fits("Done · N-12 a1b2c3", said, below));
}

TEST_CASE("kinds and refusals stand for their words") {
  CHECK(fits("<proposal.countered P-1>", note("proposal.countered P-1", "words")));
  CHECK(fits("<proposal.countered>", note("proposal.countered P-1", "words")));
  CHECK_FALSE(fits("<proposal.countered P-2>", note("proposal.countered P-1", "words")));
  const auto refused = to_ana("refusal NOT_ELIGIBLE(no_payment)", "words");
  CHECK(fits("!NOT_ELIGIBLE", refused));
  CHECK(fits("!NOT_ELIGIBLE(no_payment)", refused));
  CHECK_FALSE(fits("!NOT_ELIGIBLE(enterprise)", refused));
  CHECK(fits("@ana !NOT_ELIGIBLE", refused));
  CHECK_FALSE(fits("@bob !NOT_ELIGIBLE", refused));
  Below bob = in_studio;
  bob.author = "bob";
  CHECK_FALSE(fits("!NOT_ELIGIBLE", refused, bob));
  CHECK(fits("!USAGE", Said{"dm:ana", "", "", "refusal USAGE", "words", false}));
}

TEST_CASE("where something was said counts") {
  CHECK(fits("words", note("", "words")));
  CHECK(fits("[thread P-1] words", note("", "words")));
  CHECK_FALSE(fits("[thread P-2] words", note("", "words")));
  CHECK_FALSE(fits("words", to_ana("", "words")));
  CHECK(fits("@ana words", to_ana("", "words")));
  CHECK(fits("[dm ana] words", Said{"dm:ana", "", "", "", "words", false}));
  CHECK_FALSE(fits("words", Said{"dm:ana", "", "", "", "words", false}));
  CHECK(fits("[erased]", Said{"studio", "", "", "", "", true}));
  CHECK_FALSE(fits("words", Said{"studio", "", "", "", "words", true}));
}

TEST_CASE("a leading mark is taken literally behind a backslash") {
  CHECK(fits("\\@ana you", note("", "@ana you")));
  CHECK(fits("\\<b>", note("", "<b>")));
  CHECK(fits("\\...", note("", "...")));
  CHECK(fits("\\!STALE", note("", "!STALE")));
}

TEST_CASE("dots stand for any number of lines") {
  CHECK(fits("one\n...\nfour", note("", "one\ntwo\nthree\nfour")));
  CHECK(fits("one\n...", note("", "one")));
  CHECK_FALSE(fits("one\n\\...", note("", "one\ntwo")));
  const std::vector<Said> three{note("a", "1"), note("b", "2"), note("c", "3\nmore")};
  CHECK(differences({"..."}, three) == 0);
  CHECK(differences({"..."}, {}) == 0);
  CHECK(differences({"...", "<c>"}, three) == 0);
  CHECK(differences({"1", "...", "3", "..."}, three) == 0);
  CHECK(differences({"...", "3"}, three) == 1);
}

TEST_CASE("everything must be listed, in order") {
  const std::vector<Said> two{note("a P-1", "1"), note("b P-1", "2")};
  CHECK(differences({"<a P-1>", "<b P-1>"}, two) == 0);
  CHECK(differences({"<a P-1>"}, two) == 1);
  CHECK(differences({}, two) == 2);
  CHECK(differences({"<b P-1>", "<a P-1>"}, two) == 2);
  CHECK(differences({"<a P-1>", "<c P-1>"}, two) == 1);
  CHECK(differences({"<a P-1>", "<b P-1>", "<c P-1>"}, two) == 1);
}

TEST_CASE("over a transport order counts within a channel only") {
  const std::vector<Said> crossed{{"attic", "", "", "b", "2", false}, note("a", "1")};
  CHECK(differences({"<a>", "[attic] <b>"}, crossed) == 2);
  CHECK(differences({"<a>", "[attic] <b>"}, crossed, true) == 0);
  CHECK(differences({"<a>"}, crossed, true) == 1);
  CHECK(differences({"<a>", "..."}, crossed, true) == 0);
}

TEST_CASE("a pattern that is all that is written of a note stands for all its lines") {
  CHECK(fits("*C-1*C-2* (glob)", note("", "Contracts:\n- C-1 one\n- C-2 two")));
  CHECK(fits("(.|\\n)*C-2(.|\\n)* (re)", note("", "Contracts:\n- C-1 one\n- C-2 two")));
  CHECK_FALSE(fits("Contracts: (glob)", note("", "Contracts:\n- C-1 one")));
}
