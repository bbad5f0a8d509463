#include <catch2/catch.hpp>

#include "bot/rehearse/script.hpp"

// What a script may not say, told with its line and the reason.
using namespace bot::rehearse;

namespace {

const std::string people = "person ana\nperson bob\nroom studio: ana, bob\n";

std::string reason(const std::string& lines) {
  const auto script = read("test.chat", people + lines);
  return script ? "" : text(script.error()).substr(std::string("test.chat:").size());
}

template <class Line>
const Line& only(const Script& script) {
  const Line* found = nullptr;
  for (const Step& s : script.steps)
    if (const auto* line = std::get_if<Line>(&s.action)) found = line;
  REQUIRE(found != nullptr);
  return *found;
}

}  // namespace

TEST_CASE("a script that cannot be read says where and why") {
  CHECK(reason("hello there") == "4: `hello` begins no line of a script");
  CHECK(reason("cy> hello") == "4: there is no person cy");
  CHECK(reason("room studio: ana") == "4: a room named studio stands above already");
  CHECK(reason("room other: cy") == "4: there is no person cy");
  CHECK(reason(" ana> hi") == "4: what the bot says is indented by two blanks");
  CHECK(reason("in nowhere") == "4: there is no room nowhere");
  CHECK(reason("in dm ana\nbob> hi") == "5: only ana types in this direct chat");
  CHECK(reason("ana> hi $code") == "4: $code was not kept above; a dollar sign before a word is written \\x24");
  CHECK(reason("ana> costs $300").empty());
  CHECK(reason("policy offer_ttl=soon") == "4: offer_ttl=soon: a duration like 30d, 72h or 10m is expected");
  CHECK(reason("policy speed=1") == "4: one of the numbers in deploy/parley.toml.example is expected, not speed");
  CHECK(reason("platform flying=yes") == "4: a chat server has no flying");
  CHECK(reason("person ana kind=robot") ==
        "4: kind is person, agency, enterprise, support, mediator, arbiter or operator");
  CHECK(reason("again m-3") == "4: no message above is named m-3");
  CHECK(reason("m-3: ana> hi\nm-3: ana> ho") == "5: a message named m-3 stands above already");
  CHECK(reason("crash now") == "4: the bot dies before-commit, after-commit or after-post");
  CHECK(reason("bind studio client=bob") == "4: a pair is fixed by bind ROOM client=bob freelancer=ana");
  CHECK(reason("paid bob ana 50.00") == "4: paid stands below a bind of bob and ana");
  CHECK(reason("bind studio client=bob freelancer=ana\nana> hi\npaid bob ana 50.00") ==
        "6: paid stands before the first line that acts");
  CHECK(reason("include none.chat") == "4: none.chat cannot be read");
}

TEST_CASE("the clock of a script never goes back") {
  CHECK(reason("at 2026-11-02T09:00Z\n+1h\nat 2026-11-02T09:30Z") ==
        "6: the clock stands at 2026-11-02T10:00Z and never goes back");
  CHECK(reason("at 2026-11-02T09:00Z\nat 2026-11-02T09:00Z").empty());
  CHECK(reason("at tomorrow") == "4: the clock is set as in at 2026-11-02T09:00Z");
  CHECK(reason("+soon") == "4: time passes as in +14d, +3h30m or +1ms");
}

TEST_CASE("what the bot says stands below the line that causes it") {
  CHECK(reason("= P-1 state=pending\n  <x.y P-1>") ==
        "5: what the bot says stands below the line that causes it, before the facts");
  CHECK(reason("ana> /x\n  | more") == "5: a line that begins with | continues the text right above it");
  CHECK(reason("ana> /x\n  [attic] hm") == "5: there is no room attic; write \\[ where a note begins so");
  CHECK(reason("ana> /x\n  !stale") == "5: a refusal is written !STALE_VERSION");
  CHECK(reason("ana> /x\n  <half") == "5: a kind is written <proposal.countered P-1>");
  CHECK(reason("= P-1") == "4: a fact names a field, as in = P-1 state=pending, or says absent");
  CHECK(reason("ana> /x\n  \\[attic] hm\n  @bob <query.list>\n  [dm ana] [thread P-1] words\n  | and more").empty());
}

TEST_CASE("lines are read as they are meant") {
  const auto script = read("test.chat", people +
                                            "at 2026-11-02T09:00Z\npolicy timer_grace=1s min_milestone=7.50\n"
                                            "platform history=no\nm-1: ana@2026-11-02T08:59Z> one\nana| two\n"
                                            "  text\n  | more\n  !NOT_ELIGIBLE(no_payment)\n");
  REQUIRE(script);
  CHECK(script->policy.min_milestone == 750);
  CHECK(script->policy.timer_grace == std::chrono::seconds{1});
  CHECK_FALSE(script->can.history);
  CHECK(script->start == *workflow::parse_instant("2026-11-02T09:00Z"));
  const auto& typed = only<TypedLine>(*script);
  CHECK(typed.text == "one\ntwo");
  CHECK(typed.label == "m-1");
  CHECK(typed.at == workflow::parse_instant("2026-11-02T08:59Z"));
  const Step& step = script->steps.back();
  CHECK((step.line == 7 && step.last == 8));
  REQUIRE(step.expected.size() == 2);
  CHECK(step.expected[0].lines == std::vector<std::string>{"text", "more"});
  CHECK(step.expected[1].lines.front() == "NOT_ELIGIBLE(no_payment)");
}

TEST_CASE("timers have no grace in a rehearsal unless a script says so") {
  CHECK(read("test.chat", people)->policy.timer_grace == workflow::Duration{0});
}

TEST_CASE("what cannot be typed in a file is written with escapes") {
  CHECK(expand("a\\x00b", {}) == std::string("a\0b", 3));
  CHECK(expand("\\u{202e}", {}) == "\xE2\x80\xAE");
  CHECK(expand(R"(title="a \"b\"")", {}) == R"(title="a \"b\"")");
  CHECK(expand(R"({"ab" * 3}!)", {}) == "ababab!");
  CHECK(expand(R"({"a" * 4001})", {}).size() == 4001);
  CHECK(expand("/confirm $code $300 \\x24code", {{"code", "7F3A"}}) == "/confirm 7F3A $300 $code");
}
