#include <catch2/catch.hpp>

#include "commands_stage.hpp"
#include "workflow/feedback_words.hpp"

using namespace workflow;
using stage::at;
using stage::Studio;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

void says(const commands::Note& note, std::string_view part) {
  INFO(note.text);
  INFO(part);
  CHECK(has(note.text, part));
}

}  // namespace

TEST_CASE("offer and acceptance") {
  Studio s;
  const auto sent =
      s.type(s.carl, R"(/offer title="Logo" milestones="Draft:300:2026-12-01;Final:350" scope="3 concepts")");
  CHECK((sent.kind == "offer.sent" && sent.subject == "O-1" && !sent.direct));
  says(sent, "O-1 \"Logo\": Carl offers Freya a contract");
  says(sent, "$650 in 2 milestones (Draft $300 by 2026-12-01, Final $350)");
  says(sent, "Next, Freya: /accept O-1 v1, or /request-changes O-1 milestones=\"…\", or /decline O-1, until");
  const auto preview = s.preview(s.freya, "accept", "/accept O-1 v1");
  CHECK((preview.kind == "preview.accept" && preview.subject == "O-1"));
  says(preview, "Title: \"Logo\"\nScope:\n  3 concepts\nAmount: $650\nMilestone 1: Draft, $300, due 2026-12-01\n");
  says(preview, s.room.offers.at({1}).digest.hex);
  says(preview, "Carl puts $300 into escrow for Draft");
  CHECK(preview.text.ends_with("Type /confirm 7F3A (valid 10 min)"));
  s.now = at("2026-12-02T08:50Z");
  says(s.preview(s.freya, "accept", "/accept O-1 v1"), "10 min from now");
  const auto accepted = s.type(s.freya, "/accept O-1 v1");
  CHECK((accepted.kind == "offer.accepted" && accepted.subject == "O-1"));
  says(accepted, "C-1 is legally binding now, terms hash " + s.room.contracts.at({1}).digest.hex);
  says(accepted, "Carl has put $300 into escrow for Draft");
  says(accepted, "/submit M-1.1");
}

TEST_CASE("work and release") {
  Studio s;
  s.contract(R"(/offer title="Logo" milestones="Draft:300;Final:200" scope="3 concepts")");
  s.now = at("2026-11-09T08:00Z");
  const auto submitted = s.type(s.freya, "/submit M-1.1 \"draft.zip\"");
  says(submitted,
       "C-1 \"Logo\": Freya submits Draft: \"draft.zip\"\nNext, Carl: /release M-1.1 pays $300, /changes M-1.1");
  says(submitted, "2026-11-23 08:00Z");
  says(s.preview(s.carl, "release", "/release M-1.1"), "Freya gets $270 on 14 Nov, the fee is $30");
  const auto released = s.type(s.carl, "/release M-1.1");
  CHECK(released.text ==
        "C-1 \"Logo\": Carl released $300 for Draft. Freya gets $270 on 14 Nov.\nNext, Carl: /fund M-1.2");
  CHECK((released.kind == "milestone.released" && released.subject == "M-1.1"));
  CHECK(s.wait(at("2026-11-15T00:00Z")).empty());  // what clears is silent
  says(s.type(s.carl, "/fund M-1.2"), "Carl has put $200 into escrow for Final (M-1.2)");
  s.type(s.freya, "/submit M-1.2 final.zip");
  const auto fired = s.wait(at("2026-12-05T00:00Z"));
  REQUIRE(fired.size() == 4);
  CHECK((fired[0].kind == "reminder.reminded" && fired[1].kind == "reminder.reminded"));
  says(fired[2], "$200 for Final was released automatically: Carl did not answer in time");
  says(fired[2], "As of 2026-11-29 00:00Z (01:00 Berlin / Sat 28 Nov 19:00 New York).");
  says(fired[2], "/end C-1 reason=completed");
  CHECK(fired[3].kind == "contract.ending");
  CHECK(commands::with_number("x", 881, "a1b2c3") == "x · N-881 a1b2c3");
}

TEST_CASE("a client's end, what is asked back, and the reveal") {
  Studio s;
  s.contract();
  const auto ask = s.type(s.carl, "/end C-1 reason=freelancer_unresponsive pay=100");
  CHECK((ask.kind == "ask.end" && ask.subject == "C-1" && ask.direct == s.carl.id));
  says(ask, "\nstars=5 text=");
  says(ask, "and pay $100 with it");
  says(ask, "2026-11-03 09:00Z (04:00 New York)");
  const auto preview = s.preview(s.carl, "end", "stars=2 text=\"No answer for weeks\"", Place::direct);
  says(preview, "You are about to end C-1 \"Logo\" (freelancer_unresponsive)");
  CHECK_FALSE(has(preview.text, "No answer"));
  const auto ending = s.type(s.carl, "stars=2 text=\"No answer for weeks\" quality=1", Place::direct);
  CHECK((ending.kind == "contract.ending" && !ending.direct));
  says(ending, "Carl pays $100 with it; Freya gets $90 on 7 Nov.");
  says(ending,
       "Carl asks $400 in escrow back (ER-1); Freya has until 2026-11-09 09:00Z (10:00 Berlin / 04:00 New York)");
  CHECK_FALSE(has(ending.text, "No answer"));
  CHECK_FALSE(has(ending.text, "/reinstate"));
  const auto& commitment = s.room.feedback.at({1}).client.commitment;
  says(ending, "commitment " + commitment.hex);
  const auto fired = s.wait(at("2026-11-20T00:00Z"));
  REQUIRE_FALSE(fired.empty());
  CHECK(fired.back().kind == "contract.ended");
  says(fired.back(), "Carl on Freya: 2 stars (quality 1)\n  No answer for weeks\nsalt " + std::string(32, 'a'));
  says(fired.back(), "Freya left no feedback.");
  const std::string canonical_text = "contract=C-1\nauthor=client\nstars=2\nquality=1\ntext=No answer for weeks";
  CHECK(workflow::commitment(canonical_text, std::string(32, 'a')) == commitment);
}

TEST_CASE("a freelancer's end returns the escrow, and it arrives") {
  Studio s;
  s.contract();
  s.type(s.freya, "/submit M-1.1 x");
  says(s.preview(s.freya, "end", "/end C-1 reason=not_paid stars=3 text=\"Ten letters\"", Place::direct),
       "M-1.1 is submitted and not paid");
  const auto ending = s.type(s.freya, "/end C-1 reason=not_paid stars=3 text=\"Ten letters\"", Place::direct);
  says(ending, "$500 in escrow goes back to Carl, who has it on 2026-11-05 09:00Z");
  const auto fired = s.wait(at("2026-11-06T00:00Z"));
  REQUIRE(fired.size() == 1);
  CHECK(fired[0].kind == "ledger.settled");
  says(fired[0], "$500 is back with Carl. As of 2026-11-05 09:00Z");
}

TEST_CASE("proposals in turns") {
  Studio s;
  s.contract();
  s.type(s.carl, "/release M-1.1");
  says(s.type(s.freya, "/propose title=\"Logo v2\" amount=800 scope=\"2 rounds\""),
       "P-1 \"Logo v2\": Freya proposes a contract to Carl, v1 #");
  const auto countered = s.type(s.carl, "/counter P-1 v1 amount=650");
  CHECK(countered.kind == "proposal.countered");
  says(countered, "Carl counters, v2 #");
  says(countered, ": amount $800 → $650.\nNext, Freya: /approve P-1 v2");
  const auto stale = s.type(s.carl, "/approve P-1 v1");
  CHECK((stale.kind == "refusal" && stale.subject == "STALE_VERSION"));
  says(stale, "P-1 is at v2 ($650), waiting for Freya.");
  says(stale, "What changed: amount $800 → $650.");
  CHECK(stale.text.ends_with("STALE_VERSION [R-proposal-5]"));
  says(s.type(s.carl, "/withdraw P-1"), "Carl takes the counter back; Freya's terms stand again as v3");
  says(s.type(s.carl, "/counter P-1 title=\"@all\" end=2027-01-01"),
       "title \"Logo v2\" → \"\uFF20all\", end none → 2027-01-01");
  const auto approved = s.type(s.freya, "/approve P-1 v4 --yes");
  CHECK(approved.kind == "proposal.approved");
  says(approved, "Freya approves v4, Carl's own terms, and so accepts O-2 in the same act.\nC-2 is legally binding");
  says(s.type(s.freya, "/withdraw P-1"), "became O-2");
  s.type(s.freya, "/propose title=\"Third\" amount=80 scope=\"x\"");
  says(s.type(s.carl, "/approve P-2 v1"), "Freya now has the offer O-3 with these terms: $80.");
  says(s.type(s.freya, "/decline O-3 too early"),
       "declines: \"too early\". P-2, which it came from, is withdrawn with it.");
  s.type(s.freya, "/propose title=\"Fourth\" amount=80 scope=\"x\"");
  says(s.type(s.carl, "/decline P-3"), "Carl declines.");
  s.type(s.freya, "/propose title=\"Fifth\" amount=80 scope=\"x\"");
  says(s.type(s.freya, "/withdraw P-4"), "Freya withdraws the proposal");
  s.type(s.freya, "/propose title=\"Sixth\" amount=80 scope=\"x\"");
  s.type(s.carl, "/offer title=\"Seventh\" amount=80 scope=\"x\"");
  says(s.type(s.carl, "/withdraw O-4"), "Carl withdraws the offer");
  s.type(s.carl, "/offer title=\"Eighth\" amount=80 scope=\"x\" start=2026-12-20");
  const auto fired = s.wait(at("2026-12-10T00:00Z"));
  REQUIRE(fired.size() > 2);
  CHECK((fired[fired.size() - 2].kind == "offer.expired" && fired.back().kind == "proposal.expired"));
  s.type(s.carl, "/offer title=\"Ninth\" amount=80 scope=\"x\" start=2026-12-20");
  says(s.type(s.freya, "/accept O-6 v1"), "It starts on 2026-12-20.");
  const auto begun = s.wait(at("2026-12-20T00:00Z"));
  REQUIRE(begun.size() == 1);
  CHECK(begun[0].kind == "contract.opened");
}

TEST_CASE("two people of one name are told apart") {
  Studio s;
  s.freya.name = "\uFF23arl";
  says(s.type(s.carl, R"(/offer title="Logo" amount=500 scope="x")"), "Carl (@carl) offers \uFF23arl (@freya)");
  s.freya.name = "Fr\u202Eeya";
  says(s.type(s.carl, R"(/offer title="Logo" amount=500 scope="x")"), "offers Fr\\u{202E}eya");
}

TEST_CASE("refusals say what to type instead") {
  Studio s;
  says(s.type(s.freya, "/end C-1"), "/end C-1 reason=… with one of");
  s.contract();
  says(s.type(s.carl, "/counter P-9 amount=1,200"), "Did you mean: /counter P-9 amount=1200 · USAGE [R-money-1]");
  says(s.type(s.carl, "/submit M-1.1 x"), "Freya submits the work of M-1.1");
  const auto given_back = s.type(s.carl, "/end C-1 budget stars=2 text=\"Never again\"");
  CHECK(given_back.subject == "FEEDBACK_REQUIRED");
  const auto example = s.type(s.carl, "/fund");
  says(example, "Example: /fund M-5.2 · USAGE [R-read-2]");
  says(s.type(s.carl, "/release M-1.2"), "There is no M-1.2 here.");
}

TEST_CASE("answers") {
  Studio s;
  const auto ask = [&](const Person& who, std::string_view text) {
    const auto r = commands::read(text, {s.now, &stage::policy, false});
    const Room* rooms[]{&s.room};
    return commands::answer(std::get<commands::Query>((*r)->request), rooms, s.cast(&who), s.now);
  };
  CHECK(ask(s.freya, "/list").text == "Nothing waits for you, and you wait for nothing.");
  s.type(s.carl, R"(/offer title="Logo" milestones="Draft:300;Final:200" scope="3 concepts")");
  CHECK(
      ask(s.freya, "/list").text ==
      "Waiting for you:\n- O-1 \"Logo\", pending, $500, until 2026-12-02 09:00Z (10:00 Berlin). Type: /accept O-1 v1");
  CHECK(ask(s.carl, "/list").text ==
        "You are waiting for:\n- O-1 \"Logo\", pending, $500, until 2026-12-02 09:00Z (04:00 New York)");
  CHECK(has(ask(s.carl, "/list offers").text, "Open offers:\n- O-1"));
  s.type(s.freya, "/accept O-1 v1");
  says(ask(s.freya, "/list"), "- M-1.1 \"Draft\", funded, $300. Type: /submit M-1.1 \"…\"");
  s.type(s.freya, "/submit M-1.1 x");
  says(ask(s.carl, "/list"), "Type: /release M-1.1");
  s.type(s.carl, "/release M-1.1");
  s.type(s.carl, "/fund M-1.2");
  const auto status = ask(s.freya, "/status C-1");
  CHECK((status.kind == "query.status" && status.subject == "C-1"));
  says(status, "state: active");
  says(status, "- M-1.2 \"Final\", funded, $200. Type: /submit M-1.2");
  const auto ledger = ask(s.carl, "/ledger C-1");
  says(ledger, "funded $500, released $300 (fees $30, to Freya $270), returned $0\nin escrow $200;");
  CHECK(ledger.text.ends_with("sum 0.00"));
  says(ask(s.carl, "/help"), "Agree: /offer /accept /decline");
  says(ask(s.carl, "/help decline"), "/decline P-12 [\"reason\"]");
  says(ask(s.carl, "/help decline"), "/decline O-7 [\"reason\"]");
  says(ask(s.carl, "/whoami"), "You are Carl (@carl), number 1, person account, active.");
  says(ask(s.carl, "/whoami"), "In this room you are the client.");
  says(ask(s.carl, "/list contracts"), "Contracts:\n- C-1 \"Logo\", active, $500");
  s.type(s.carl, "/end C-1 completed");
  says(ask(s.carl, "/list"), "Type: stars=5");
}

TEST_CASE("hints have their own kinds") {
  for (const char* name : {"edited", "poisoned", "repeat", "end_answer", "not_recorded"}) {
    const auto note = commands::hint(name, {{"name", std::string{"Mallory"}}});
    CHECK(note.kind == "hint." + std::string{name});
    CHECK(note.text != note.kind);
  }
}
