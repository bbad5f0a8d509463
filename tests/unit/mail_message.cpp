#include "bot/mail/message.hpp"

#include <catch2/catch.hpp>

#include "bot/mail.hpp"
#include "commands/notes.hpp"

using namespace bot;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    REQUIRE(end != text.npos);
    all.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  return all;
}

Mail sample() {
  return {.key = "00ff",
          .person = "1",
          .to = "ana@example.test",
          .subject = "C-5 \"Logo\": Carl released $300 for Draft.",
          .body = "First\n\nLast",
          .at = Instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 2} + std::chrono::hours{9}}};
}

}  // namespace

TEST_CASE("a mail's head and body are as they must be on the wire") {
  const auto lines = lines_of(mail::message(sample(), "parley@example.test"));
  const std::vector<std::string> expected{"Date: Mon, 02 Nov 2026 09:00:00 +0000",
                                          "From: Parley <parley@example.test>",
                                          "To: <ana@example.test>",
                                          "Subject: C-5 \"Logo\": Carl released $300 for Draft.",
                                          "Message-ID: <00ff@example.test>",
                                          "Auto-Submitted: auto-generated",
                                          "MIME-Version: 1.0",
                                          "Content-Type: text/plain; charset=utf-8",
                                          "Content-Transfer-Encoding: quoted-printable",
                                          "",
                                          "First",
                                          "",
                                          "Last"};
  CHECK(lines == expected);
}

// R-notice-6
TEST_CASE("no subject adds a line to the head") {
  for (const std::string evil :
       {"x\r\nBcc: eve@example.test", "x\nBcc: eve@example.test", "x\r\n\r\nbody", "ü\r\nBcc: e"}) {
    auto m = sample();
    m.subject = evil;
    const auto lines = lines_of(mail::message(m, "parley@example.test"));
    CHECK(std::find(lines.begin(), lines.end(), "") == lines.begin() + 9);
    for (const auto& line : lines) CHECK_FALSE(line.starts_with("Bcc:"));
  }
  CHECK(commands::headline("a\r\nb\nc", 10) == "a");
  CHECK(commands::headline("a\u202E\u200B\tb\x7F", 10) == "ab");
}

TEST_CASE("a subject that is not plain is written in encoded words, cut between characters") {
  CHECK(mail::encoded_subject("plain") == "plain");
  CHECK(mail::encoded_subject("ü") == "=?utf-8?B?w7w=?=");
  CHECK(mail::encoded_subject("=?utf-8?B?w7w=?=").starts_with("=?utf-8?B?PT"));
  std::string many;
  for (int i = 0; i < 60; ++i) many += "€";
  const auto encoded = mail::encoded_subject(many);
  for (std::size_t at = 0; at < encoded.size();) {
    const auto end = std::min(encoded.find("\r\n ", at), encoded.size());
    CHECK(end - at <= 75);
    CHECK((end - at - 12) % 20 == 0);  // 15 characters of three bytes in each
    at = end + 3;
  }
}

TEST_CASE("the body is quoted-printable: short lines, nothing that could be lost") {
  CHECK(mail::quoted_printable("a=b") == "a=3Db\r\n");
  CHECK(mail::quoted_printable("blank ") == "blank=20\r\n");
  CHECK(mail::quoted_printable("ü\n.") == "=C3=BC\r\n.\r\n");
  CHECK(mail::quoted_printable("a\rb") == "a=0Db\r\n");
  for (const auto& line : lines_of(mail::quoted_printable(std::string(1000, 'x') + "\n" + std::string(200, '=')))) {
    CHECK(line.size() <= 76);
  }
}

TEST_CASE("an address is one that needs no quoting anywhere") {
  for (const char* good : {"a@b", "ana.b+c@mail.example.test", "o'x@example.test"}) CHECK(mail::valid_address(good));
  for (const char* bad : {"", "a", "@b", "a@", "a b@c", "a@b>", "a@b\r\nRCPT TO:<c@d>", "a..b@c", ".a@b", "a@-b", "ä@b",
                          "a@b@c", "\"a\"@b"})
    CHECK_FALSE(mail::valid_address(bad));
}
