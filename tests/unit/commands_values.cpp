#include <catch2/catch.hpp>

#include "commands/values.hpp"
#include "commands_stage.hpp"

// Single values up to where their limits are, as they are typed in a line.
using namespace workflow;
using stage::read;

namespace {

/// `read`, or why it is not.
std::string why(const std::string& text, bool asked = false) {
  const auto r = read(text, asked);
  INFO(text);
  REQUIRE(r.has_value());
  return *r ? "read" : r->error().why;
}

std::string line(const std::string& text) {
  const auto r = read(text);
  REQUIRE((r && !*r));
  for (const auto& [name, value] : r->error().args)
    if (name == "line") return std::get<std::string>(value);
  return {};
}

TermsInput terms(const std::string& text) {
  const auto r = read(text);
  INFO(text);
  REQUIRE((r && *r));
  return std::get<proposal::Counter>(std::get<Command>((*r)->request)).terms;
}

std::string many(std::size_t n, std::string_view what = "a") {
  std::string s;
  while (n-- > 0) s += what;
  return s;
}

}  // namespace

TEST_CASE("a bare word is short and plain") {
  for (const char* word : {"/offer", "!offer", "OFFER", "offer"}) CHECK(why("/help " + std::string{word}) == "read");
  for (const char* word : {"a-b", "a@", "a[", "a`", "a{", "a:", "."})
    CHECK(why("/help " + std::string{word}) == "usage.extra");
  for (const char* word : {"a0", "z9", "AZ"}) CHECK(why("/help " + std::string{word}) == "usage.unknown_verb");
  CHECK(why("/help " + many(16)) == "usage.unknown_verb");
  CHECK(why("/help " + many(17)) == "usage.extra");
}

TEST_CASE("numbers of notes, pages, versions and hashes have their limits") {
  for (const char* n : {"", " N-1", " n-1", " 1", " N-99"}) CHECK(why("/ack" + std::string{n}) == "read");
  for (const char* n : {"N-0", "0", "N-", "N-1x", "x", "N--1", "N-99999999999999999999"})
    CHECK(why("/ack " + std::string{n}) == "usage.not_note");
  for (const char* n : {"1", "01", "10", "999999"}) CHECK(why("/history C-1 " + std::string{n}) == "read");
  for (const char* n : {"0", "000", "1000000"}) CHECK(why("/history C-1 " + std::string{n}) == "usage.page");
  CHECK((why("/approve P-1 v1234") == "read" && why("/approve P-1 v12345") != "read"));
  CHECK((why("/approve P-1 #" + many(3)) == "usage.hash" && why("/approve P-1 #" + many(4)) == "read"));
  CHECK((why("/approve P-1 #" + many(64)) == "read" && why("/approve P-1 #" + many(65)) == "usage.hash"));
  CHECK((why("/approve P-1 #09AF") == "read" && why("/approve P-1 #abcg") == "usage.hash"));
  CHECK((why("stars=0", true) == "read" && why("stars=999999999", true) == "read"));
  for (const char* n : {"1000000000", "x", "-1", "1x", "4.5"})
    CHECK(why("stars=" + std::string{n}, true) == "usage.number");
}

TEST_CASE("a date is a day, today or yesterday") {
  CHECK((*terms("/counter P-1 end=today").end == *parse_date("2026-11-02")));
  CHECK((*terms("/counter P-1 end=Yesterday").end == *parse_date("2026-11-01")));
  for (const char* d : {"2026-02-30", "0000-00-00"})
    CHECK(why("/counter P-1 end=" + std::string{d}) == "usage.no_such_day");
  for (const char* d : {"2026-02-3", "2026-02-300", "2026/02-30", "2026-02/30", "2026-02-3x", "tomorrow"})
    CHECK(why("/counter P-1 end=" + std::string{d}) == "usage.date");
}

TEST_CASE("texts are as long as their limits") {
  const auto counter = [](const std::string& key, std::size_t n) {
    return why("/counter P-1 " + key + "=\"" + many(n, "ü") + "\"");
  };
  CHECK((counter("title", title_limit) == "read" && counter("title", title_limit + 1) == "usage.too_long"));
  CHECK((counter("scope", scope_limit) == "read" && counter("scope", scope_limit + 1) == "usage.too_long"));
  const auto decline = [](std::size_t n) { return why("/decline P-1 " + many(n, "ü")); };
  CHECK((decline(reason_limit) == "read" && decline(reason_limit + 1) == "usage.too_long"));
  const auto answer = [](const std::string& key, std::size_t n) {
    return why("stars=5 " + key + "=\"" + many(n) + "\"", true);
  };
  CHECK((answer("text", 2000) == "read" && answer("text", 2001) == "usage.too_long"));
  CHECK((answer("private", 1000) == "read" && answer("private", 1001) == "usage.too_long"));
  const auto in_all = [](std::size_t n) { return why("/help " + many(n)); };
  CHECK((in_all(3994) == "usage.extra" && in_all(3995) == "usage.too_long"));
  CHECK(*terms("/counter P-1 title=\" A\t\n B  C \"").title == "A B C");
  CHECK(*terms("/counter P-1 scope=\" A\n  B \"").scope == "A\n  B");
  CHECK(why("/counter P-1 title=\"\u200B \"") == "usage.empty");
}

TEST_CASE("milestones in a list") {
  const auto two = *terms("/counter P-1 milestones=\" A : 3 : 2026-12-01 ; B: C:5; \"").milestones;
  REQUIRE(two.size() == 2);
  CHECK((two[0].title == "A" && two[0].amount == Money{300, {}} && two[0].due == parse_date("2026-12-01")));
  CHECK((two[1].title == "B: C" && two[1].amount == Money{500, {}} && !two[1].due));
  CHECK(terms("/counter P-1 milestones=A:3:today").milestones->at(0).due == parse_date("2026-11-02"));
  CHECK(terms("/counter P-1 milestones=A:3:yesterday").milestones->at(0).due == parse_date("2026-11-01"));
  CHECK(why("/counter P-1 milestones=\"" + many(20, "M:5;") + "\"") == "read");
  CHECK(why("/counter P-1 milestones=\"" + many(21, "M:5;") + "\"") == "usage.many_milestones");
  CHECK(why("/counter P-1 milestones=" + many(title_limit) + ":5") == "read");
  CHECK(why("/counter P-1 milestones=" + many(title_limit + 1) + ":5") == "usage.too_long");
  for (const char* m : {"\";\"", "\" ; \"", "\"A:1;;B:2\"", "A"})
    CHECK(why("/counter P-1 milestones=" + std::string{m}) == "usage.item");
  CHECK(why("/counter P-1 milestones=A:3:2026-02-30") == "usage.no_such_day");
  CHECK(why("/counter P-1 milestones=:3:2026-12-01") == "usage.item_title");
  // A comma between two is told from one in a title, and from one in an amount.
  CHECK(why("/counter P-1 milestones=Draft:300,Final:500") == "usage.item_comma");
  CHECK(why("/counter P-1 milestones=\"Draft:$3.5 ,Final:500\"") == "usage.item_comma");
  CHECK(why("/counter P-1 milestones=\"A: Draft:300,Final:500\"") == "usage.item_comma");
  CHECK(why("/counter P-1 milestones=\"One:,two:500\"") == "read");
  CHECK(why("/counter P-1 milestones=\"One: two, three:500\"") == "read");
  CHECK(why("/counter P-1 milestones=Draft:300,50") == "usage.separator");
  CHECK(line("/counter P-1 milestones=A:5;B5,5:5,5") == "/counter P-1 milestones=A:5;B5,5:5.5");
}
