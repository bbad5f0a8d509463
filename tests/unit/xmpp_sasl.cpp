#include "bot/platforms/xmpp/sasl.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace bot::xmpp;

namespace {

// The example of RFC 7677.
const std::string nonce = "rOprNGfwEbeRWgbNEkqO", whole_nonce = nonce + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const std::string salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
const std::string challenge = "r=" + whole_nonce + ",s=" + salt + ",i=4096";
const std::string proof = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

std::unique_ptr<Sasl> scram(const std::string& mechanism, SaslOptions options) {
  return choose_sasl({mechanism}, std::move(options)).value();
}

std::unique_ptr<Sasl> example() {
  return scram("SCRAM-SHA-256", {"user", "pencil", false, [] { return nonce; }});
}

std::string refusal(std::string_view text) {
  const auto sasl = example();
  const auto answer = sasl->answer(text);
  REQUIRE_FALSE(answer);
  CHECK_FALSE(sasl->finish(proof));
  return answer.error();
}

using Catch::Contains;

}  // namespace

TEST_CASE("SCRAM-SHA-1 talks as in the example of RFC 5802", "[xmpp]") {
  const auto sasl = scram("SCRAM-SHA-1", {"user", "pencil", false, [] { return "fyko+d2lbbFgONRv9qkxdawL"; }});
  CHECK(sasl->mechanism() == "SCRAM-SHA-1");
  CHECK(sasl->first() == "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
  CHECK(sasl->answer("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096").value() ==
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  CHECK(sasl->finish("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
}

TEST_CASE("SCRAM-SHA-256 talks as in the example of RFC 7677", "[xmpp]") {
  const auto sasl = example();
  CHECK(sasl->mechanism() == "SCRAM-SHA-256");
  CHECK(sasl->first() == "n,,n=user,r=" + nonce);
  CHECK(sasl->answer(challenge).value() ==
        "c=biws,r=" + whole_nonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  CHECK(sasl->finish(proof));
}

TEST_CASE("SCRAM-SHA-512 says what another implementation computed", "[xmpp]") {
  const auto sasl = scram("SCRAM-SHA-512", {"user", "pencil", false, [] { return nonce; }});
  CHECK(sasl->answer(challenge).value() ==
        "c=biws,r=" + whole_nonce +
            ",p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==");
  CHECK(sasl->finish("v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw=="));
}

TEST_CASE("a name is escaped, name and password are prepared, and other counts of iterations count", "[xmpp]") {
  // The same password: a soft hyphen is dropped, and a feminine ordinal sign is an a.
  for (const std::string password : {"IXa", "I\u00ADX\u00AA"}) {
    const auto sasl = scram("SCRAM-SHA-256", {"a,b=c", password, false, [] { return "abc"; }});
    CHECK(sasl->first() == "n,,n=a=2Cb=3Dc,r=abc");
    CHECK(sasl->answer("r=abcdef,s=" + salt + ",i=10000").value() ==
          "c=biws,r=abcdef,p=b2j6h5rPp3vL6q4KN2slgzHZ6vuwG8+YPe4rHN66vXw=");
    CHECK(sasl->finish("v=6uNW1P19YSzcdu+NHXWlGtQtQ2YgUQWAFE7m+xbE/Fo="));
  }
  CHECK(scram("SCRAM-SHA-1", {"\u2168", "x", false, [] { return "n"; }})->first() == "n,,n=IX,r=n");
}

TEST_CASE("a name or a password that cannot be used is told without being shown", "[xmpp]") {
  for (const std::string& bad : {std::string{}, std::string("can\0ary", 7), std::string{"can\nary"},
                                 std::string{"canary\xFF"}, std::string{"\u00AD"}, std::string{"canary\uE000"},
                                 std::string{"canary\u0627b"}, "canary\u00E4" + std::string(5000, 'a')}) {
    const auto name = choose_sasl({"SCRAM-SHA-1"}, {bad, "canary"});
    REQUIRE_FALSE(name);
    CHECK_THAT(name.error(), Contains("such as parley"));
    const auto password = choose_sasl({"SCRAM-SHA-1"}, {"user", bad});
    REQUIRE_FALSE(password);
    CHECK_THAT(password.error(), Contains("password") && !Contains("canary"));
  }
  CHECK(choose_sasl({"SCRAM-SHA-1"}, {"user", "🥨 is newer than the profile"}));
}

TEST_CASE("nonces of our own are long and all different", "[xmpp]") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto first = scram("SCRAM-SHA-256", {"user", "pencil"})->first();
    CHECK(first.starts_with("n,,n=user,r="));
    CHECK(first.size() == 12 + 24);
    seen.insert(first);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("a server that cannot be trusted is refused before it learns anything", "[xmpp]") {
  const auto with = [](const std::string& r, const std::string& s, const std::string& i) {
    return "r=" + r + ",s=" + s + ",i=" + i;
  };
  CHECK_THAT(refusal(with("other", salt, "4096")), Contains("nonce"));
  CHECK_THAT(refusal(with("x" + whole_nonce, salt, "4096")), Contains("nonce"));
  CHECK_THAT(refusal(with(nonce, salt, "4096")), Contains("nonce"));
  CHECK_THAT(refusal(with(nonce + "\x01", salt, "4096")), Contains("nonce"));
  CHECK_THAT(refusal(with(whole_nonce, "", "4096")), Contains("salt"));
  CHECK_THAT(refusal(with(whole_nonce, "W22Z*", "4096")), Contains("salt"));
  for (const char* count : {"", "0", "-1", "4095", "1000001", "99999999999999999999", "4096x", "+5000", "5000 "}) {
    INFO(count);
    CHECK_THAT(refusal(with(whole_nonce, salt, count)), Contains("iterations: expected 4096 to 1000000"));
  }
  CHECK_THAT(refusal("m=x," + challenge), Contains("m="));
  CHECK_THAT(refusal(challenge + ",m=x"), Contains("m="));
  CHECK_THAT(refusal("s=" + salt + ",r=" + whole_nonce + ",i=4096"), Contains("order"));
  CHECK_THAT(refusal("r=" + whole_nonce + ",i=4096,s=" + salt), Contains("order"));
  CHECK_THAT(refusal("r=" + whole_nonce + ",s=" + salt), Contains("order"));
  for (const std::string text : {"", ",", "r", "r=x,", "=", "1=2", "rx=", "nonsense"}) {
    INFO(text);
    CHECK_THAT(refusal(text), Contains("cannot be read"));
  }
  CHECK_THAT(refusal("e=unknown-user"), Contains("the server says: unknown-user"));
  CHECK_THAT(refusal("e=a\nb" + std::string(500, 'c')), Contains("a?bc") && !Contains(std::string(100, 'c')));
}

TEST_CASE("the least and the most iterations are taken, and extensions that nobody must know", "[xmpp]") {
  CHECK(example()->answer("r=" + whole_nonce + ",s=" + salt + ",i=4096,h=abc,d="));
  CHECK(example()->answer("r=" + whole_nonce + ",s=" + salt + ",i=1000000"));
}

TEST_CASE("a server has to prove that it knows the password", "[xmpp]") {
  auto sasl = example();
  CHECK_FALSE(sasl->finish(proof));
  CHECK_FALSE(sasl->finish(""));
  CHECK_FALSE(sasl->finish("v="));
  REQUIRE(sasl->answer(challenge));
  auto other = proof;
  other[2] = '7';
  for (const std::string& wrong : {std::string{}, std::string{"v="}, other, proof.substr(0, proof.size() - 4),
                                   proof + proof.substr(2), "x" + proof.substr(1), proof.substr(2), "a=b," + proof}) {
    INFO(wrong);
    const auto finished = sasl->finish(wrong);
    REQUIRE_FALSE(finished);
    CHECK_THAT(finished.error(), Contains("did not prove"));
  }
  CHECK(sasl->finish("e=invalid-proof").error() == "the server says: invalid-proof");
  CHECK(sasl->finish(proof + ",x=later"));

  SECTION("also in a challenge, with an empty success") {
    sasl = example();
    REQUIRE(sasl->answer(challenge));
    CHECK_FALSE(sasl->answer(other));
    CHECK_FALSE(sasl->finish(""));
    CHECK(sasl->answer(proof).value().empty());
    CHECK(sasl->finish(""));
    CHECK_FALSE(sasl->finish(other));
  }
}

TEST_CASE("the strongest mechanism is chosen, and PLAIN only where it may be", "[xmpp]") {
  const auto chosen = [](std::vector<std::string> offered, bool plain) {
    return choose_sasl(offered, {"user", "pencil", plain}).value()->mechanism();
  };
  CHECK(chosen({"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"}, true) == "SCRAM-SHA-512");
  CHECK(chosen({"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"}, true) == "SCRAM-SHA-256");
  CHECK(chosen({"SCRAM-SHA-1-PLUS", "PLAIN", "SCRAM-SHA-1"}, true) == "SCRAM-SHA-1");
  CHECK(chosen({"PLAIN", "X-OAUTH2"}, true) == "PLAIN");
  CHECK(choose_sasl({"PLAIN", "X-OAUTH2"}, {"user", "pencil"}).error() ==
        "the server offers PLAIN, X-OAUTH2: of these we know only PLAIN, which shows the password to whoever listens; "
        "use wss://");
  CHECK(choose_sasl({"EXTERNAL", "plain", "a\nb"}, {"user", "pencil", true}).error() ==
        "the server offers EXTERNAL, plain, a?b: expected SCRAM-SHA-256, for example");
  CHECK(choose_sasl({}, {"user", "pencil", true}).error() ==
        "the server offers no way to sign in: expected SCRAM-SHA-256, for example");
  CHECK(choose_sasl(std::vector<std::string>(1000, "X"), {"user", "pencil", true}).error().size() < 200);
}

TEST_CASE("PLAIN says everything at once and answers nothing", "[xmpp]") {
  const auto sasl = choose_sasl({"PLAIN"}, {"user", "pencil", true}).value();
  CHECK(sasl->first() == std::string("\0user\0pencil", 12));
  CHECK_THAT(sasl->answer("more").error(), Contains("PLAIN") && !Contains("pencil"));
  CHECK(sasl->finish(""));
}

TEST_CASE("base64 goes both ways and nothing else is taken for it", "[xmpp]") {
  // RFC 4648.
  const std::vector<std::pair<std::string, std::string>> known{{"", ""},
                                                               {"f", "Zg=="},
                                                               {"fo", "Zm8="},
                                                               {"foo", "Zm9v"},
                                                               {"foob", "Zm9vYg=="},
                                                               {"fooba", "Zm9vYmE="},
                                                               {"foobar", "Zm9vYmFy"},
                                                               {"\xFB\xFF\xFE", "+//+"}};
  for (const auto& [bytes, text] : known) {
    CHECK(base64(bytes) == text);
    CHECK(from_base64(text).value() == bytes);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(from_base64(base64(all)).value() == all);
  for (const char* bad : {"=", "==", "====", "Zg", "Zg=", "Zg===", "Z===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n",
                          "Zg==Zg==", "Zm-_", "Zm9v====", "=Zm9"}) {
    INFO(bad);
    CHECK_FALSE(from_base64(bad));
  }
}
