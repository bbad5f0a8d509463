#include "bot/mail/queue.hpp"

#include <catch2/catch.hpp>

using namespace bot;
using mail::Attempt;
using mail::Moment;
using mail::Queue;

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using How = Attempt::How;

const Instant noon{std::chrono::hours{24 * 20000 + 12}};
const Moment start = Moment{} + hours{1};

Mail to(const std::string& person, const std::string& key) {
  return {.key = key, .person = person, .to = person + "@example.test", .subject = key, .body = {}, .at = noon};
}

Queue queue() { return Queue({minutes{1}, hours{6}, hours{72}}, 7); }

}  // namespace

// R-notice-8
TEST_CASE("a server that cannot be used is left alone longer each time, six hours at most") {
  auto q = queue();
  q.add(to("ana", "1"));
  Moment now = start;
  std::vector<double> waits;
  for (int i = 0; i < 12; ++i) {
    const auto m = q.next(now);
    REQUIRE(m);
    CHECK(q.conclude(*m, {.how = How::trouble, .reason = "down"}, now, noon).empty());
    CHECK_FALSE(q.next(now));
    waits.push_back(std::chrono::duration<double, std::ratio<60>>(*q.wake() - now).count());
    now = *q.wake();
  }
  CHECK(waits[0] >= 0.8);
  CHECK(waits[0] <= 1.2);
  CHECK(waits[3] >= 6.4);
  CHECK(waits[3] <= 9.6);
  CHECK(waits.back() >= 288);
  CHECK(waits.back() <= 360);
}

TEST_CASE("an address that is put off holds its own mails up, in order, and nobody else's") {
  auto q = queue();
  for (const auto* key : {"1", "2"}) q.add(to("ana", key));
  q.add(to("bob", "3"));
  CHECK(q.conclude(*q.next(start), {.how = How::later, .reason = "451"}, start, noon).empty());
  REQUIRE(q.next(start));
  CHECK(q.next(start)->key == "3");
  const auto sent = q.conclude(*q.next(start), {}, start, noon);
  REQUIRE(sent.size() == 1);
  CHECK(std::get<Delivered>(sent[0]).key == "3");
  CHECK_FALSE(q.next(start));
  const auto later = *q.wake();
  CHECK(q.next(later)->key == "1");
  q.conclude(*q.next(later), {}, later, noon);
  CHECK(q.next(later)->key == "2");
}

TEST_CASE("what is refused for good is dead, and what follows it goes") {
  auto q = queue();
  for (const auto* key : {"1", "2"}) q.add(to("ana", key));
  const auto out = q.conclude(*q.next(start), {.how = How::refused, .reason = "550"}, start, noon);
  REQUIRE(out.size() == 1);
  CHECK(std::get<Refused>(out[0]).permanent);
  CHECK(q.next(start)->key == "2");
}

TEST_CASE("after three days of trouble everything so old is dead, at the next try and not before") {
  auto q = queue();
  for (const auto* key : {"1", "2"}) q.add(to("ana", key));
  auto young = to("bob", "3");
  young.at = noon + hours{70};
  q.add(young);
  CHECK(q.conclude(*q.next(start), {.how = How::trouble, .reason = "down"}, start, noon + hours{71}).empty());
  const auto now = *q.wake();
  const auto out = q.conclude(*q.next(now), {.how = How::trouble, .reason = "down"}, now, noon + hours{72});
  REQUIRE(out.size() == 2);
  for (const auto& one : out) {
    CHECK(std::get<Refused>(one).permanent);
    CHECK(std::get<Refused>(one).reason == "given up after 72 h: down");
  }
  CHECK(q.size() == 1);
}

TEST_CASE("a mail that may have arrived is told so") {
  auto q = queue();
  q.add(to("ana", "1"));
  const auto out = q.conclude(*q.next(start), {.how = How::trouble, .reason = "cut", .maybe = true}, start, noon);
  REQUIRE(out.size() == 1);
  CHECK_FALSE(std::get<Refused>(out[0]).permanent);
  CHECK(std::get<Refused>(out[0]).maybe);
}

TEST_CASE("the same mail is queued once, and a new backlog takes the place of the old one") {
  auto q = queue();
  q.add(to("ana", "1"));
  q.add(to("ana", "1"));
  CHECK(q.size() == 1);
  q.conclude(*q.next(start), {.how = How::later, .reason = "451"}, start, noon);
  q.replace({to("ana", "digest")});
  CHECK(q.size() == 1);
  CHECK_FALSE(q.next(start));
  CHECK(q.next(*q.wake())->key == "digest");
}
