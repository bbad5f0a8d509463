#include <catch2/catch.hpp>

#include "commands/lexer.hpp"

// From a message to its words, byte by byte.
using namespace commands;

namespace {

/// The verb and what is left behind it; `-`: chat.
std::string heard(std::string_view message) {
  const auto to = addressed(message);
  return to ? std::string{to->verb} + "|" + std::string{message.substr(to->rest)} : "-";
}

/// `key=value` of every word, those in quotes with a ', until something is wrong.
std::string words(std::string_view message) {
  Lexer lexer{message, 0};
  std::string s;
  while (!lexer.done()) {
    const auto token = lexer.take();
    if (!token) return s + "!" + token.error().why;
    s += (s.empty() ? "" : " ") + (token->key.empty() ? "" : token->key + "=") + (token->quoted ? "'" : "") +
         token->value;
  }
  return s;
}

}  // namespace

TEST_CASE("a quote that nobody closes is shown as far as it fits") {
  const auto shown = [](std::size_t letters) {
    const std::string text = "/x \"" + std::string(letters, 'a');
    Lexer lexer(text, 3);
    return lexer.take().error().args.at(0).second;
  };
  CHECK(shown(39) == workflow::Arg{"\"" + std::string(39, 'a')});
  CHECK(shown(40) == workflow::Arg{"\"" + std::string(39, 'a') + "\u2026"});
}

TEST_CASE("a message is a command by its beginning") {
  for (const char* m : {"/help x", "!help x", "parley: help x", "PARLEY:\t/help x", "Parley:\n!help x",
                        " \t\r\n/help x", "\u00A0\u3000\u200B/help x", "parley: \u200B help x"})
    CHECK(heard(m) == "help| x");
  CHECK((heard("/a") == "a|" && heard("/Z\nx") == "Z|\nx" && heard("/z\r") == "z|\r" && heard("/A\t") == "A|\t"));
  CHECK((heard("/é") == "é|" && heard("/\x80") == "\x80|" && heard("!/x") == "-"));
  for (const char* m : {"",
                        "/",
                        "!",
                        "/ x",
                        "//x",
                        "/!x",
                        "/1",
                        "/@x",
                        "/[x",
                        "/`x",
                        "/{x",
                        "/a/",
                        "/a/b",
                        "parley:",
                        "parley: ",
                        "parley:help",
                        "parley help",
                        "parley: //x",
                        "parley: !/x",
                        "Xarley: help",
                        "help",
                        "\u0120/help",
                        "\u0109/help",
                        "\u010A/help",
                        "\u00A1/help"}) {
    INFO(m);
    CHECK(heard(m) == "-");
  }
}

TEST_CASE("a word may have a key, quotes and escapes") {
  CHECK(words(" a\tb\r\nc ") == "a b c");
  CHECK(words("A=1 a_b.c=2 aZ=3") == "a=1 a_b.c=2 az=3");
  CHECK(words("=1 _a=1 .a=1 1=1 a1=1 a-b=1 a") == "=1 _a=1 .a=1 1=1 a1=1 a-b=1 a");
  CHECK(words("a= b") == "a= b");
  CHECK(words("a=\"\" b=\"c d\" \"e\"") == "a=' b='c d 'e");
  for (const char* marks : {"\u201Ca b\u201D", "\u201Ea b\u201C", "\u201Fa b\"", "\u201Da b\u201F"})
    CHECK(words(marks) == "'a b");
  CHECK(words("\"a \u201Cb\u201D c\"") == "'a \u201Cb\u201D c");
  CHECK(words("\"a b\u201D") == "'a b");
  CHECK(words("\"a\" \"b\u201D") == "'a 'b");
  CHECK(words(R"("a\"b\\" "\n\x")") == R"('a"b\ '\n\x)");
  CHECK(words("\"\\\u201C\" x") == "'\u201C x");
  CHECK(words("\"a") == "!usage.open_quote");
  CHECK(words("\"a\\") == "!usage.open_quote");
  CHECK(words("\"") == "!usage.open_quote");
  CHECK(words("\"a\"b") == "!usage.after_quote");
  CHECK(words("x \"a\",") == "x!usage.after_quote");
  CHECK((words("\"a\"\n\"b\"\tc") == "'a 'b c"));
}

TEST_CASE("a word knows where it stands, and how many lines came before it") {
  const std::string_view message = "/x a=\"b c\" d\n\ne\nlast";
  Lexer lexer{message, 2};
  CHECK_FALSE(lexer.done());
  const auto a = lexer.take();
  REQUIRE(a);
  CHECK((a->begin == 3 && message.substr(a->begin, a->end - a->begin) == "a=\"b c\""));
  CHECK((!lexer.done() && lexer.lines_skipped() == 0 && lexer.take()->end == lexer.at()));
  CHECK((!lexer.done() && lexer.lines_skipped() == 2));
  CHECK(lexer.take_line() == "e");
  CHECK((!lexer.done() && lexer.lines_skipped() == 1 && lexer.message() == message));
  Lexer rest = lexer;
  CHECK((rest.take_rest() == "last" && rest.done() && rest.lines_skipped() == 0 && rest.at() == message.size()));
  CHECK((lexer.take_line() == "last" && lexer.done() && lexer.take_line().empty()));
}

TEST_CASE("what is put in quotes is read again as it was") {
  CHECK(in_quotes("a \"b\" \\ \u201C") == "\"a \\\"b\\\" \\\\ \\\u201C\"");
  CHECK(in_quotes("") == "\"\"");
  for (const char* s : {"a", "\\", "\"", "\u201D", "a\\\"b", "é\u201Eé"})
    CHECK(words(in_quotes(s)) == "'" + std::string{s});
}
