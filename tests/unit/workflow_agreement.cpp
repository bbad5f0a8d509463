#include <catch2/catch.hpp>

#include "commands_stage.hpp"
#include "workflow/lint.hpp"

using namespace stage;

namespace {

constexpr auto offer_line = R"(/offer title="Logo" amount=800 scope="3 concepts, 2 rounds, SVG" end=2026-12-24)";

bool says(const commands::Note& n, std::string_view words) { return n.text.find(words) != std::string::npos; }

/// Terms that leave nothing open.
Terms plain() {
  const Money all{80'000};
  return {.title = "Logo",
          .scope = "3 concepts, 2 rounds, SVG",
          .amount = all,
          .milestones = {{"Logo", all, parse_date("2026-12-24")}},
          .start = {},
          .end = parse_date("2026-12-24")};
}

std::vector<Unsaid> with_scope(std::string scope) {
  auto t = plain();
  t.scope = std::move(scope);
  return lint(t);
}

}  // namespace

// R-offer-10
TEST_CASE("who has blocked a client gets no more offers from them, and the state comes before the terms") {
  Studio s;
  s.type(s.carl, offer_line);
  s.type(s.freya, "/accept O-1 v1 --yes");
  s.type(s.carl, offer_line);
  s.freya.blocked.insert(s.carl.id);
  for (const std::string_view line :
       {R"(/offer title="Logo" amount=800 scope="3 concepts")", "/offer title=Logo", "/rehire C-1",
        "/rehire C-1 end=2026-11-01", "/offer revise O-2 amount=900", "/offer revise O-2 title=Logo"}) {
    INFO(line);
    CHECK(s.type(s.carl, line).subject == "NOT_ELIGIBLE(blocked)");
  }
  // Her own side of it stays open: what lies there may be accepted, and he may withdraw it.
  CHECK(s.type(s.freya, "/request-changes O-2 amount=900").kind == "change_request.requested");
  CHECK(s.type(s.carl, "/approve CR-1").kind == "change_request.approved");
  CHECK(s.type(s.carl, "/withdraw O-2").kind == "offer.withdrawn");
  CHECK(s.type(s.carl, "/offer revise O-2 amount=950").subject == "WRONG_STATE");
  // The other direction is another block.
  s.freya.blocked.clear();
  s.carl.blocked.insert(s.freya.id);
  CHECK(s.type(s.carl, "/rehire C-1").kind == "offer.sent");
}

// R-proposal-9
TEST_CASE("the freelancer's approval accepts the first version of the offer that it makes") {
  Studio s;
  s.contract();
  s.type(s.carl, "/release M-1.1");
  s.type(s.freya, R"(/propose title="Icons" amount=100 scope="12 icons")");
  s.type(s.carl, "/counter P-1 v1 amount=80");
  s.type(s.freya, "/approve P-1 v2 --yes");
  const auto accepted =
      std::ranges::find_if(s.last, [](const Event& e) { return std::holds_alternative<offer::Accepted>(e); });
  REQUIRE(accepted != s.last.end());
  CHECK(std::get<offer::Accepted>(*accepted).version == 1);
}

// R-offer-14
TEST_CASE("an acceptance and its preview name the questions that are not answered") {
  Studio s;
  s.type(s.carl, offer_line);
  evolve(s.room, question::Asked{{1}, OfferId{1}, Side::freelancer, "Which font?", s.now});
  evolve(s.room, question::Asked{{2}, OfferId{1}, Side::client, "Do you print?", s.now});
  evolve(s.room, question::Answered{{2}, "No", s.now});
  const auto shown = s.preview(s.freya, "accept", "/accept O-1 v1");
  CHECK(says(shown, "Not answered yet: Q-1 of Freya, \"Which font?\""));
  CHECK_FALSE(says(shown, "Q-2"));
  const auto note = s.type(s.freya, "/accept O-1 v1 --yes");
  CHECK(says(note, "\nNot answered yet: Q-1 of Freya, \"Which font?\""));
  CHECK_FALSE(says(note, "Q-2"));
}

// R-offer-14
TEST_CASE("a question about a proposal is still open when what came of it is accepted") {
  Studio s;
  s.type(s.carl, offer_line);
  s.type(s.freya, "/accept O-1 v1 --yes");
  s.type(s.freya, R"(/submit M-1.1 "done")");
  s.type(s.carl, "/release M-1.1");
  s.type(s.freya, R"(/propose title="Icons" amount=100 scope="12 icons")");
  evolve(s.room, question::Asked{{1}, ProposalId{1}, Side::freelancer, "Which size?", s.now});
  evolve(s.room, question::Asked{{2}, OfferId{1}, Side::client, "About something else?", s.now});
  s.type(s.freya, "/repropose P-1 amount=120");
  s.type(s.carl, "/counter P-2 amount=110");
  CHECK(says(s.preview(s.freya, "approve", "/approve P-2 v2"), "Not answered yet: Q-1 of Freya, \"Which size?\""));
  const auto note = s.type(s.freya, "/approve P-2 v2 --yes");
  CHECK(says(note, "Q-1"));
  CHECK_FALSE(says(note, "Q-2"));
}

// R-terms-10
TEST_CASE("what terms leave open is named, the most important first") {
  CHECK(lint(plain()).empty());
  auto t = plain();
  t.end.reset();
  CHECK(lint(t) == std::vector<Unsaid>{{"end", {}}});
  t = plain();
  t.milestones = {{"Draft", Money{40'000}, {}}, {"Final", Money{40'000}, parse_date("2026-12-24")}};
  CHECK(lint(t) == std::vector<Unsaid>{{"due", {}}});
  CHECK(with_scope("3 concepts, 2 rounds") == std::vector<Unsaid>{});
  CHECK(with_scope("3 concept, 2 rounds") == std::vector<Unsaid>{{"deliverable", {}}});
  CHECK(with_scope("Help with the website, two rounds") == std::vector<Unsaid>{});
  CHECK(with_scope("Help with the website") == std::vector<Unsaid>{{"deliverable", {}}, {"done", {}}});
  // Code points are counted, not bytes.
  CHECK(with_scope("Drei Entwürfe für ein Logo in 2 Farben") == std::vector<Unsaid>{{"done", {}}});
  CHECK(with_scope("äöüäöüäöüäöüäöü 3") == std::vector<Unsaid>{{"deliverable", {}}, {"done", {}}});
}

// R-terms-10
TEST_CASE("vague words are found as words, the first of them named") {
  const std::string rest = ", 3 concepts, 2 rounds, ";
  CHECK(with_scope("Logo" + rest + "etc.") == std::vector<Unsaid>{{"vague", "etc"}});
  CHECK(with_scope("Logo" + rest + "colours TBD, and so on") == std::vector<Unsaid>{{"vague", "tbd"}});
  CHECK(with_scope("As discussed" + rest + "ASAP") == std::vector<Unsaid>{{"vague", "as discussed"}});
  CHECK(with_scope("Fetched from Asaph's sketches" + rest + "SVG").empty());
}
