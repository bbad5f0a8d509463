#include <catch2/catch.hpp>

#include "commands/format.hpp"
#include "commands/notes.hpp"
#include "workflow/facts.hpp"
#include "workflow/room.hpp"

// Edges that random small faults in the sources went past unnoticed.
namespace {

using namespace workflow;

std::string lasting(int minutes) { return commands::written(Duration{std::chrono::minutes{minutes}}); }

}  // namespace

TEST_CASE("a day is a day from its last minute on") {
  CHECK(lasting(1439) == "23 h 59 min");
  CHECK(lasting(1440) == "1 d");
  CHECK(lasting(20 * 1439) == "19 d 23 h");
}

TEST_CASE("a wide blank before a command is outer space") {
  const Policy policy;
  const commands::ReadContext context{Instant{}, &policy};
  for (const std::string blank : {" ", "\u00A0", "\u3000", "\u3000\u00A0 "}) {
    const auto reading = commands::read(blank + "/help", context);
    const bool understood = reading && reading->has_value();
    CHECK(understood);
  }
}

TEST_CASE("no control of either kind stands in a headline") {
  CHECK(commands::headline("a\u0080b\u009Fc\u00A0d\x7F"
                           "e\x1F"
                           "f",
                           40) == "abc\u00A0def");
}

TEST_CASE("only the outside world may be below zero") {
  Room room;
  const auto book = [&](Book b, std::int64_t minor) { room.ledger.balance[{Account{b, 1}, 0}] = Money{minor}; };
  book(Book::ext_client, -100);
  book(Book::ext_freelancer, 100);
  CHECK_FALSE(broken_invariant(room));
  book(Book::ext_freelancer, -100);
  book(Book::ext_client, 100);
  book(Book::available, 0);
  CHECK_FALSE(broken_invariant(room));
  room.ledger.balance.clear();
  book(Book::available, -100);
  book(Book::ext_client, 100);
  const auto broken = broken_invariant(room);
  REQUIRE(broken);
  CHECK(broken->sentence == "the account available:1 is below zero");
}

TEST_CASE("books whose postings do not sum to zero are broken") {
  Room room;
  room.ledger.balance[{Account{Book::ext_client, 1}, 0}] = Money{-100};
  room.ledger.balance[{Account{Book::available, 1}, 0}] = Money{99};
  const auto broken = broken_invariant(room);
  REQUIRE(broken);
  CHECK(broken->sentence == "the postings of the room do not sum to zero");
}

TEST_CASE("nothing is told of what a room does not have") {
  const Room room;
  const auto handle = [](PersonId) { return std::string{}; };
  for (const AnyId& id :
       {AnyId{ProposalId{1}}, AnyId{OfferId{1}}, AnyId{ContractId{1}}, AnyId{MilestoneId{{1}, 1}},
        AnyId{EscrowRefundId{1}}, AnyId{AmendmentId{{1}, 1}}, AnyId{ChangeRequestId{1}}, AnyId{QuestionId{1}}}) {
    INFO(text(id));
    CHECK(facts(room, id, handle).empty());
  }
}

TEST_CASE("who is seen for the first time has a number from then on") {
  Person p;
  evolve(p, person::Seen{.id = {7}, .user = "u", .handle = "freya", .name = "Freya"});
  CHECK(p.id == PersonId{7});
}

TEST_CASE("a word that nothing takes is shown with its first 40 characters") {
  const Policy policy;
  const commands::ReadContext context{Instant{}, &policy};
  const auto extra = [&](std::size_t letters) {
    const auto reading = commands::read("/status C-1 " + std::string(letters, 'a'), context);
    const bool refused = reading && !*reading;
    REQUIRE(refused);
    const auto& args = (*reading).error().args;
    const auto text = std::ranges::find(args, "text", &Args::value_type::first);
    REQUIRE(text != args.end());
    return std::get<std::string>(text->second);
  };
  CHECK(extra(40) == std::string(40, 'a'));
  CHECK(extra(41) == std::string(40, 'a') + "…");
}

TEST_CASE("what became of a proposal is its offer, and of that its contract") {
  Room room;
  CHECK(became(room, ProposalId{1}) == AnyId{ProposalId{1}});
  CHECK(became(room, OfferId{1}) == AnyId{OfferId{1}});
  room.proposals[{1}].offer = OfferId{2};
  CHECK(became(room, ProposalId{1}) == AnyId{OfferId{2}});
  room.offers[{2}].contract = ContractId{3};
  CHECK(became(room, ProposalId{1}) == AnyId{ContractId{3}});
  CHECK(became(room, OfferId{2}) == AnyId{ContractId{3}});
  room.proposals[{4}] = {};
  room.offers[{4}] = {};
  CHECK(became(room, ProposalId{4}) == AnyId{ProposalId{4}});
  CHECK(became(room, OfferId{4}) == AnyId{OfferId{4}});
}

TEST_CASE("a frozen deadline waits for nothing, and is not shown") {
  Room room;
  auto& offer = room.offers[{1}];
  offer.id = {1};
  offer.expire = {Instant{days(3)}, {}, Instant{}};
  CHECK(next_alarm(room) == Alarm{Instant{days(2)}, "O-1", "offer.expire.remind"});
  CHECK(row(room, OfferId{1}).due == Instant{days(3)});
  offer.expire.freeze(Instant{days(1)});
  CHECK_FALSE(next_alarm(room));
  CHECK_FALSE(row(room, OfferId{1}).due);
}
