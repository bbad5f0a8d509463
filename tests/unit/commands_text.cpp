#include <catch2/catch.hpp>

#include "commands/suggest.hpp"
#include "commands/unicode.hpp"
#include "commands/values.hpp"

// Text and words by themselves, up to where each rule ends.
using namespace commands;

TEST_CASE("a mistyping is counted in letters put in, left out, changed or swapped") {
  struct {
    const char *from, *to;
    std::size_t far;
  } const pairs[] = {{"", "", 0},         {"abc", "abc", 0},    {"", "ab", 2},       {"ab", "", 2},
                     {"abc", "xabc", 1},  {"abc", "abcx", 1},   {"abc", "axbc", 1},  {"xabc", "abc", 1},
                     {"abcx", "abc", 1},  {"axbc", "abc", 1},   {"abc", "xbc", 1},   {"abc", "abx", 1},
                     {"ab", "ba", 1},     {"abc", "bac", 1},    {"abc", "acb", 1},   {"xab", "ba", 2},
                     {"ba", "xab", 2},    {"abcd", "badc", 2},  {"abc", "cab", 2},   {"abc", "bca", 2},
                     {"abcd", "wxyz", 4}, {"aab", "aba", 1},    {"abb", "bab", 1},   {"abc", "cba", 2},
                     {"ab", "cd", 2},     {"über", "ueber", 2}, {"äö", "öä", 1},     {"a", "aaa", 2},
                     {"abxy", "yxab", 4}, {"abc", "a", 2},      {"acdb", "abdc", 2}, {"xaby", "xbay", 1}};
  for (const auto& p : pairs) {
    INFO(p.from << " " << p.to);
    CHECK(distance(p.from, p.to) == p.far);
    CHECK(distance(p.to, p.from) == p.far);
  }
}

TEST_CASE("the nearest word is near enough to be meant") {
  CHECK(nearest("accep", {"except", "accept"}) == "accept");
  CHECK(nearest("accept", {"excepts", "except", "accepts"}) == "accepts");
  CHECK(nearest("lint", {"line", "lint"}) == "lint");
  CHECK(nearest("lint", {"line", "list"}) == "line");
  // One letter of four, two of five.
  CHECK(nearest("fxnx", {"fund"}).empty());
  CHECK(nearest("fxnd", {"fund"}) == "fund");
  CHECK(nearest("oxxer", {"offer"}) == "offer");
  CHECK(nearest("oxxxr", {"offer"}).empty());
  CHECK(nearest("", {"a", "ab"}).empty());
  CHECK(nearest("re", {"release"}).empty());
  CHECK(nearest("rel", {"decline", "release"}) == "release");
  CHECK(nearest("ÜBER", {"über"}) == "über");
  const std::string forty(40, 'a');
  CHECK(nearest(forty, {forty}) == forty);
  CHECK(nearest(forty + "a", {forty + "a"}).empty());
}

TEST_CASE("words are joined with something between them") {
  CHECK(joined({}).empty());
  CHECK(joined({"a", "b", "c"}) == "a, b, c");
  CHECK(joined({"a", "b"}, "\n") == "a\nb");
}

TEST_CASE("text is what its code points are") {
  CHECK((valid_utf8("") && valid_utf8("a\u20ACü") && valid_utf8(std::string_view{"a\0b", 3})));
  CHECK_FALSE(valid_utf8("ab\xC3"));
  CHECK_FALSE(valid_utf8("\xC3(ab"));
  CHECK(letters("a\xFF€") == U"a\uFFFD€");
  CHECK((code_points("") == 0 && code_points("a€\xFF") == 3));
  CHECK(utf8(U'€') == "€");
  // What is behind a part of a text is no part of it.
  const std::string_view all = "5٣\r\n\u200Bé";
  CHECK_FALSE(foreign_digit_in(all.substr(0, 1)));
  CHECK(foreign_digit_in(all));
  CHECK((foreign_digit_in("a½") && foreign_digit_in("５") && !foreign_digit_in("5é\x7F")));
  CHECK((any_hidden(all) && !any_hidden(all.substr(0, 3))));
  CHECK(without_hidden("\u200Ba\u202Eé\uFEFF") == "aé");
  CHECK(without_hidden(all.substr(0, 3)) == "5٣");
}

TEST_CASE("each range of characters that nobody sees is as wide as it is") {
  for (const char32_t c : {0xAD,   0x34F,  0x61C,   0x115F,  0x1160,  0x17B4,  0x17B5,  0x180B, 0x180F, 0x200B,
                           0x200F, 0x202A, 0x202E,  0x2060,  0x206F,  0x3164,  0xFE00,  0xFE0E, 0xFEFF, 0xFFA0,
                           0xFFF0, 0xFFFB, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0000, 0xE0FFF}) {
    INFO(std::hex << static_cast<std::uint32_t>(c));
    CHECK(hidden(c));
  }
  for (const char32_t c : {0x0, 0x61, 0xAC, 0xAE, 0x115E, 0x1161, 0x200A, 0x2010, 0x2029, 0x202F, 0x205F, 0x2070,
                           0xFDFF, 0xFE0F, 0xFFFC, 0xFFFD, 0xE1000}) {
    INFO(std::hex << static_cast<std::uint32_t>(c));
    CHECK_FALSE(hidden(c));
  }
}

TEST_CASE("what is hidden is shown, and spaces and line ends are plain") {
  CHECK(shown("a\u200Bb\x07\n\té\u0085") == "a\\u{200B}b\\u{0007}\n\té\\u{0085}");
  CHECK(plain_spaces("\na\r\nb\rc\n\nd\r\r\ne\r") == "\na\nb\nc\n\nd\n\ne\n");
  CHECK(plain_spaces("a\u2028b\u2029c\u00A0d\u3000e fé\t") == "a\nb\nc d e fé\t");
  CHECK(control_in("a\n\tb\x7F") == U'\x7F');
  CHECK(control_in("\x01\x02") == U'\x01');
  CHECK_FALSE(control_in("a\n\té \u200B"));
  CHECK(compared("Ａ\u2010b\u2011c\u2015d\u2212e\u2016f\u200F") == "a-b-c-d-e\u2016f");
  CHECK(compared("٠٩ ０９ ß é") == "09 09 ss é");
  CHECK(composed("e\u0301") == "é");
}

TEST_CASE("ASCII is told, cut and changed as ASCII, and nothing else of a text") {
  CHECK((ascii("") && ascii("a\x7F") && !ascii("a\u0080") && !ascii("é")));
  CHECK(lower("@AZ[`az{éÄ") == "@az[`az{éÄ");
  CHECK(upper("@AZ[`az{éä") == "@AZ[`AZ{éä");
  CHECK(shortened("éöü", 3) == "éöü");
  CHECK(shortened("éöüa", 3) == "éöü…");
  CHECK((shortened("", 0).empty() && shortened("a", 0) == "…"));
  CHECK((trimmed(" \t\na b\n ") == "a b" && trimmed(" \n").empty() && trimmed("").empty() && trimmed("a") == "a"));
}

TEST_CASE("a word is told by its looks") {
  for (const char* s : {"v1", "V12", "v1234"}) CHECK(looks_like_version(s));
  for (const char* s : {"", "v", "v12345", "1", "w1", "vx", "v1x", "/1", "v:"}) CHECK_FALSE(looks_like_version(s));
  for (const char* s : {"P-1", "cr-12", "o\u20117", "P-٣", "m-1.", "z-0a"}) CHECK(looks_like_id(s));
  for (const char* s : {"", "-1", "P-", "P", "abc-1", "1-1", "P-x", "P1", "a1-1", "`-1", "{-1", "P-/"})
    CHECK_FALSE(looks_like_id(s));
  for (const char* s : {"45/h", "$45/H", "4/h"}) CHECK(looks_like_rate(s));
  for (const char* s : {"/h", "x/h", "45", "45/hr", "4 5/h"}) CHECK_FALSE(looks_like_rate(s));
  for (const char* s : {"1", "$1", "USD1", "€1", "1x", "ab9"}) CHECK(looks_like_money(s));
  for (const char* s : {"", "$", "USD ", "USDx1", "abc/"}) CHECK_FALSE(looks_like_money(s));
  CHECK((looks_like_count("0") && looks_like_count("129") && !looks_like_count("") && !looks_like_count("1a")));
}
