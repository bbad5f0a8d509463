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
