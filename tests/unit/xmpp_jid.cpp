#include "bot/platforms/xmpp/jid.hpp"

#include <catch2/catch.hpp>

using namespace bot::xmpp;

TEST_CASE("an address is read into its parts and written as it was", "[xmpp]") {
  const auto jid = [](const char* text) { return read_jid(text).value(); };
  CHECK(jid("ana@example.org/phone") == Jid{"ana", "example.org", "phone"});
  CHECK(jid("ana@example.org") == Jid{"ana", "example.org", ""});
  CHECK(jid("example.org") == Jid{"", "example.org", ""});
  CHECK(jid("example.org/a b") == Jid{"", "example.org", "a b"});
  CHECK(jid("logo@rooms.example.org/Ana / Ben <@home>") == Jid{"logo", "rooms.example.org", "Ana / Ben <@home>"});
  CHECK(jid("example.org/ana@other.org") == Jid{"", "example.org", "ana@other.org"});
  CHECK(jid("ana@[::1]") == Jid{"ana", "[::1]", ""});
  CHECK(jid("жан@пример.example/дом") == Jid{"жан", "пример.example", "дом"});
  CHECK_FALSE(jid("Ana@example.org") == jid("ana@example.org"));
  for (const char* each : {"ana@example.org/phone", "ana@example.org", "example.org", "example.org//", "a@b/c@d/e"}) {
    INFO(each);
    CHECK(text(jid(each)) == each);
  }
}

TEST_CASE("what is no address is not taken for one", "[xmpp]") {
  for (const std::string each : {"",
                                 "@",
                                 "/",
                                 "@example.org",
                                 "ana@",
                                 "ana@/phone",
                                 "/phone",
                                 "ana@example.org/",
                                 "example.org/",
                                 "a b@example.org",
                                 "a\"b@example.org",
                                 "a&b@example.org",
                                 "a'b@example.org",
                                 "a:b@example.org",
                                 "a<b@example.org",
                                 "a>b@example.org",
                                 "a@b@example.org",
                                 "ana@exa mple.org",
                                 "ana@exa<mple.org",
                                 "ana@example.org/a\nb",
                                 "ana@exam\tple.org",
                                 "a\x7F@example.org",
                                 "ana@example.org/\xC2\x85",
                                 "ana@example.org/\xFF",
                                 "\xC3@example.org",
                                 "ana@example.org/\xED\xA0\x80"}) {
    INFO(each);
    CHECK_FALSE(read_jid(each));
    CHECK(bare(std::string_view{each}).empty());
  }
  CHECK_FALSE(read_jid(std::string("ana@example.org/a\0b", 19)));
}

TEST_CASE("a part of an address has 1023 bytes at most", "[xmpp]") {
  const std::string most(1023, 'a'), more(1024, 'a');
  CHECK(read_jid(most + "@" + most + "/" + most));
  CHECK_FALSE(read_jid(more + "@" + most + "/" + most));
  CHECK_FALSE(read_jid(most + "@" + more + "/" + most));
  CHECK_FALSE(read_jid(most + "@" + most + "/" + more));
}

TEST_CASE("a bare address has no resource", "[xmpp]") {
  CHECK(bare(std::string_view{"ana@example.org/phone/x@y"}) == "ana@example.org");
  CHECK(bare(std::string_view{"example.org/phone"}) == "example.org");
  CHECK(bare(std::string_view{"ana@example.org"}) == "ana@example.org");
  CHECK(bare(Jid{"ana", "example.org", "phone"}) == "ana@example.org");
}
