#include <boost/mp11.hpp>
#include <catch2/catch.hpp>

#include "commands/catalogue.hpp"
#include "commands_stage.hpp"

using namespace workflow;
using commands::LeftOut;

namespace {

std::optional<LeftOut> left_out(std::string_view text) {
  return commands::left_out(text, {stage::at("2026-11-02T09:00Z"), &stage::policy});
}

using Kinds = std::vector<std::string>;
Kinds kinds(std::string_view text) {
  const auto left = left_out(text);
  return left ? left->kinds : Kinds{};
}

}  // namespace

// R-id-1
TEST_CASE("a line without its id tells what it may be about, and takes the id where it belongs") {
  CHECK(kinds("/counter amount=700") == Kinds{"P", "A"});
  CHECK(kinds("/accept") == Kinds{"O"});
  CHECK(kinds("/accept v1 --yes") == Kinds{"O"});
  CHECK(kinds("/decline") == Kinds{"P", "O", "A", "CR"});
  CHECK(kinds("!Decline too expensive") == Kinds{"P", "O", "A", "CR"});
  CHECK(kinds("/submit \"P-1 is a poster\"") == Kinds{"M"});
  CHECK(kinds("/submit draft.zip v2") == Kinds{"M"});
  CHECK(kinds("/end reason=completed") == Kinds{"C"});
  CHECK(kinds("/list milestones") == Kinds{"C"});
  CHECK(kinds("/diff v1 v2") == Kinds{"P", "O", "C"});
  for (const char* words :
       {"p-abcd is it", "c-level people", "-5", "-12345 off", "P x", "x 12", "abc.1", "\"P-1 x\"", "#", "p"})
    CHECK(kinds("/decline " + std::string{words}) == Kinds{"P", "O", "A", "CR"});
  CHECK((kinds("/release 12") == Kinds{"C", "M"} || kinds("/release 12") == Kinds{"M", "C"}));
  CHECK((left_out("/diff v1 v2")->query && left_out("/list milestones")->query && !left_out("/accept")->query));

  const auto line = [](std::string_view text, AnyId id) { return commands::completed(text, id); };
  CHECK(line("/counter amount=700", ProposalId{12}) == "/counter P-12 amount=700");
  CHECK(line("/accept", OfferId{7}) == "/accept O-7");
  CHECK(line("  Parley: submit draft.zip v2", MilestoneId{{5}, 1}) == "  Parley: submit M-5.1 draft.zip v2");
  CHECK(line("/list  milestones", ContractId{5}) == "/list  milestones C-5");
  CHECK(line("/decline not\nnow", OfferId{7}) == "/decline O-7 not\nnow");
  CHECK(line("/decline O-1 no", OfferId{7}) == "/decline O-1 no");
}

// R-id-4
TEST_CASE("nothing is left out where an id is, even a mistyped one, or where more is wrong") {
  for (const char* text : {"/decline P-1",
                           "/decline P-x",
                           "/decline p-abc",
                           "/decline hd-x",
                           "/decline p12",
                           "/decline p: 9",
                           "/decline P 12",
                           "/decline #12",
                           "/decline 12",
                           "/decline 1.2",
                           "/decline P_1",
                           "/decline CR.1",
                           "/decline P\u20131",
                           "/decline P\u200B-1",
                           "/decline RQ-1",
                           "/submit M5.1 x",
                           "/submit \"M-5.1\" x",
                           "/approve everything",
                           "/accept --now",
                           "/counter amount=x",
                           "/counter amout=7",
                           "/submit",
                           "/diff v1",
                           "/offer title=x",
                           "/confirm",
                           "/list",
                           "/nonsense",
                           "hello",
                           "",
                           "/accept \xFF"}) {
    INFO(text);
    CHECK_FALSE(left_out(text));
  }
}

// R-hint-1
TEST_CASE("a request for changes is told from other talk") {
  for (const char* text :
       {"please change the colour", "Please, change it!", "Can you change the font?", "could you also fix the footer",
        "Would you please adjust the margins?", "the headline needs to be blue", "Blue instead of green",
        "pls just make the logo bigger", "I would like you to redo page two", "This must be shorter",
        "Can we please replace the photo", "PLEASE CHANGE THE COLOUR", "It needs changes.",
        "I don\u2019t like it, please revise"}) {
    INFO(text);
    CHECK(commands::asks_for_changes(text));
  }
  for (const char* text :
       {"", "Thanks!", "looks great", "please let me know when you are there", "I will have a look tomorrow",
        "No changes, it is perfect", "please don't change anything", "Please don\u2019t change a thing",
        "nothing needs to be done", "that should be fine", "Thank you for the change", "can you call me?",
        "I changed my number", "\xFF\xFE please change", "instead", "please"}) {
    INFO(text);
    CHECK_FALSE(commands::asks_for_changes(text));
  }
  CHECK_FALSE(commands::asks_for_changes(std::string(5000, 'x') + " please change"));
}

TEST_CASE("everything that can stand in a history has its few words") {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::add_pointer_t, Event>>([](auto* none) {
    using E = std::remove_pointer_t<decltype(none)>;
    if constexpr (!std::is_same_v<E, ledger::Posted> && !std::is_same_v<decltype(E::id), PersonId>) {
      INFO(E::kind);
      CHECK(commands::has_words("history." + std::string{E::kind}));
    }
  });
}
