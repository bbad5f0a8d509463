#include <catch2/catch.hpp>

#include "workflow/room.hpp"

using namespace workflow;

// R-feedback-2
TEST_CASE("a commitment opens with its salt and its text, and with nothing else") {
  const FeedbackWords words{.stars = 4, .text = "Clear briefs, quick answers", .quality = 5};
  const auto text = canonical(words, ContractId{1}, Side::client);
  const Salt salt = "00112233445566778899aabbccddeeff";
  const auto sealed = commitment(text, salt);
  CHECK(sealed == commitment(text, salt));
  CHECK_FALSE(sealed == commitment(text, "00112233445566778899aabbccddeefe"));
  auto other = words;
  other.stars = 3;
  CHECK_FALSE(sealed == commitment(canonical(other, ContractId{1}, Side::client), salt));
  CHECK_FALSE(sealed == commitment(canonical(words, ContractId{2}, Side::client), salt));
  CHECK_FALSE(sealed == commitment(canonical(words, ContractId{1}, Side::freelancer), salt));
  other = words;
  other.quality = 4;
  CHECK_FALSE(sealed == commitment(canonical(other, ContractId{1}, Side::client), salt));
}

// R-feedback-2
TEST_CASE("the private text has a commitment of its own and is in no public text") {
  const FeedbackWords words{.stars = 4, .text = "Clear briefs, quick answers", .private_text = "Never again"};
  CHECK(canonical(words, ContractId{1}, Side::client).find("Never again") == std::string::npos);
}

TEST_CASE("frozen deadlines keep what was left of them") {
  Deadline d{Instant{days(10)}, {}};
  d.freeze(Instant{days(7)});
  CHECK_FALSE(d.passed(Instant{days(100)}));
  d.thaw(Instant{days(50)});
  CHECK(d.due == Instant{days(53)});
  CHECK_FALSE(d.passed(Instant{days(53)} - std::chrono::milliseconds{1}));
  CHECK(d.passed(Instant{days(53)}));
}
