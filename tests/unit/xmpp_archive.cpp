#include "bot/platforms/xmpp/archive.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "xmpp_peer.hpp"

using namespace xmpp_test;
using bot::xmpp::Archives;
using bot::xmpp::Backfill;
using bot::xmpp::Instant;
using bot::xmpp::Position;
using bot::xmpp::read_stamp;
using bot::xmpp::stamp;
using Ids = std::vector<std::string>;

namespace {

const std::string own = "parley@example.org";
const std::string logo = "logo@rooms.example.org";
const std::string shop = "shop@rooms.example.org";

/// `2026-11-25T09:00:0S.mmmZ`, so many milliseconds after nine.
std::string after_nine(int ms) { return stamp(*read_stamp("2026-11-25T09:00:00Z") + std::chrono::milliseconds{ms}); }
Instant nine(int ms = 0) { return *read_stamp(after_nine(ms)); }

std::string attribute(const pugi::xml_document& iq, const char* path, const char* name) {
  return iq.first_element_by_path(path).attribute(name).value();
}
std::string content(const pugi::xml_document& iq, const char* path) {
  return iq.first_element_by_path(path).text().get();
}

/// The server's side of archives: what is asked is answered as the test says.
struct Shelf : Talk {
  Shelf() {
    session.reset();  // one with handlers of our own takes its place
    bot::xmpp::Session::Handlers handlers;
    handlers.ready = [this](bool) { standing = true; };
    handlers.stanza = [this](pugi::xml_node node) {
      if (archives && !archives->take(node)) left.emplace_back(node.attribute("id").value());
    };
    handlers.closed = [this](const std::string&, bool) { gone = true; };
    resumable = {};
    session = std::make_unique<bot::xmpp::Session>(io, options, resumable, std::move(handlers));
    archives = std::make_unique<Archives>(*session, own);
    sign_in();
    const auto iq = next("iq");
    say(text("iq", "type='result' id='" + attribute(iq, "iq", "id") + "'",
             "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" + me + "</jid></bind>"));
    next("enable");
    say("<enabled xmlns='urn:xmpp:sm:3' id='stream-2' resume='true'/>");
    REQUIRE(run_until([this] { return standing; }));
  }

  /// The next question to an archive; nothing but the session's own frames may come before.
  pugi::xml_document asked() { return next("iq"); }
  bool quiet() {
    settle(std::chrono::milliseconds{40});
    return peer.frames.empty();
  }

  void message(const pugi::xml_document& iq, const std::string& from, const std::string& id, const std::string& at,
               const std::string& number = {}) {
    const auto query = number.empty() ? attribute(iq, "iq/query", "queryid") : number;
    say(text("message", from.empty() ? "" : "from='" + from + "'",
             "<result xmlns='urn:xmpp:mam:2' queryid='" + query + "' id='" + id +
                 "'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='" + at + "'/>" +
                 text("message", "id='m-" + id + "'", "<body>" + id + "</body>") + "</forwarded></result>"));
  }
  void fin(const pugi::xml_document& iq, bool complete, const std::string& last = {}) {
    const std::string set =
        last.empty() ? last : "<set xmlns='http://jabber.org/protocol/rsm'><last>" + last + "</last></set>";
    const auto to = attribute(iq, "iq", "to");
    say(text("iq", "type='result' id='" + attribute(iq, "iq", "id") + "'" + (to.empty() ? "" : " from='" + to + "'"),
             std::string{"<fin xmlns='urn:xmpp:mam:2'"} + (complete ? " complete='true'" : "") + ">" + set + "</fin>"));
  }
  void error(const pugi::xml_document& iq, const std::string& condition) {
    const auto to = attribute(iq, "iq", "to");
    say(text("iq", "type='error' id='" + attribute(iq, "iq", "id") + "'" + (to.empty() ? "" : " from='" + to + "'"),
             "<error type='cancel'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"));
  }
  /// Answers with a page; every message is written `id@milliseconds`.
  void page(const pugi::xml_document& iq, const Ids& messages, bool complete) {
    for (const auto& one : messages) {
      const auto at = one.find('@');
      message(iq, attribute(iq, "iq", "to"), one.substr(0, at), after_nine(std::stoi(one.substr(at + 1))));
    }
    fin(iq, complete);
  }

  void after(const Position& from, const std::string& archive = logo) {
    got.reset();
    archives->after(archive, from, 50, [this](Archives::Page page) { got = std::move(page); });
  }
  Ids ids() {
    REQUIRE(run_until([this] { return got.has_value(); }));
    Ids out;
    for (const auto& one : got->messages) {
      CHECK(one.message.attribute("id").value() == "m-" + one.id);
      out.push_back(one.id);
    }
    return out;
  }

  bool standing = false, gone = false;
  Ids left;
  std::optional<Archives::Page> got;
  std::unique_ptr<Archives> archives;
};

/// Several archives read as one, and what came of it.
struct Reading : Shelf {
  void begin(const std::vector<Backfill::Source>& sources) {
    Backfill::Handlers handlers;
    handlers.message = [this](const std::string& archive, bot::xmpp::Archived one) {
      CHECK_FALSE(done);
      read.push_back(archive.substr(0, 1) + ":" + one.id);
    };
    handlers.done = [this](std::map<std::string, std::string> failures) {
      CHECK_FALSE(done);
      done = true;
      failed = std::move(failures);
    };
    handlers.room_for_more = [this] { return room; };
    backfill = std::make_unique<Backfill>(*archives, sources, 2, std::move(handlers));
    backfill->start();
  }
  void finish() {
    REQUIRE(run_until([this] { return done; }));
  }

  Ids read;
  bool done = false, room = true;
  std::map<std::string, std::string> failed;
  std::unique_ptr<Backfill> backfill;
};

}  // namespace

TEST_CASE("xmpp archive: stamps are read whatever their offset and fraction", "[xmpp]") {
  const auto at = [](const char* text) { return stamp(read_stamp(text).value()); };
  CHECK(at("2026-11-25T20:05:47Z") == "2026-11-25T20:05:47.000Z");
  CHECK(at("2026-11-25T20:05:47.1Z") == "2026-11-25T20:05:47.100Z");
  CHECK(at("2026-11-25T20:05:47.123456789012Z") == "2026-11-25T20:05:47.123Z");
  CHECK(at("2026-11-25T20:05:47+00:00") == "2026-11-25T20:05:47.000Z");
  CHECK(at("2026-11-25T20:05:47.5+01:30") == "2026-11-25T18:35:47.500Z");
  CHECK(at("2026-12-31T20:05:47-05:00") == "2027-01-01T01:05:47.000Z");
  CHECK(at("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000Z");
  CHECK(at("2026-06-30T23:59:60Z") == "2026-07-01T00:00:00.000Z");
  CHECK(at("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999Z");
  CHECK(at("0999-01-02T03:04:05Z") == "0999-01-02T03:04:05.000Z");
}

TEST_CASE("xmpp archive: nonsense is no stamp", "[xmpp]") {
  for (const char* text : {"",
                           "Z",
                           "yesterday",
                           "2026-11-25",
                           "2026-11-25T20:05:47",
                           "2026-11-25T20:05Z",
                           "2026-11-25 20:05:47Z",
                           "20261125T20:05:47Z",
                           "2026-11-25T20:05:47z",
                           "2026-11-25T20:05:47ZZ",
                           "2026-11-25T20:05:47Z ",
                           " 2026-11-25T20:05:47Z",
                           "2026-02-29T20:05:47Z",
                           "2026-13-01T20:05:47Z",
                           "2026-00-01T20:05:47Z",
                           "2026-11-31T20:05:47Z",
                           "2026-11-00T20:05:47Z",
                           "2026-11-25T24:00:00Z",
                           "2026-11-25T20:60:00Z",
                           "2026-11-25T20:05:61Z",
                           "2026-11-25T-1:05:47Z",
                           "2026-11-25T20:-5:47Z",
                           "2026-11-25T20:05:-7Z",
                           "-026-11-25T20:05:47Z",
                           "+026-11-25T20:05:47Z",
                           "2026-11-25T20:05:47.Z",
                           "2026-11-25T20:05:47.-1Z",
                           "2026-11-25T20:05:47.5",
                           "2026-11-25T20:05:47+1:00",
                           "2026-11-25T20:05:47+01",
                           "2026-11-25T20:05:47+01:00Z",
                           "2026-11-25T20:05:47+24:00",
                           "2026-11-25T20:05:47+00:60",
                           "2026-11-25T20:05:47+-1:00",
                           "2026-11-25T20:05:47,5Z"}) {
    CAPTURE(text);
    CHECK_FALSE(read_stamp(text));
  }
}

TEST_CASE("xmpp archive: what is written is read back", "[xmpp]") {
  for (std::int64_t ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{1'795'640'747'123},
                          std::int64_t{4'102'444'799'999}, std::int64_t{951'782'400'000}}) {
    const Instant at{std::chrono::milliseconds{ms}};
    CHECK(read_stamp(stamp(at)) == at);
  }
}

TEST_CASE("xmpp archive: the page behind a position", "[xmpp]") {
  Shelf shelf;
  shelf.after({"s1", nine(500)});
  const auto iq = shelf.asked();
  CHECK(attribute(iq, "iq", "type") == "set");
  CHECK(attribute(iq, "iq", "to") == logo);
  CHECK(content(iq, "iq/query/set/after") == "s1");
  CHECK(content(iq, "iq/query/set/max") == "50");
  const auto start = iq.select_node("//field[@var='start']/value").node();
  CHECK(std::string{start.text().get()} == "2026-11-25T08:59:59.500Z");
  shelf.page(iq, {"s2@600", "s3@700"}, false);
  CHECK(shelf.ids() == Ids{"s2", "s3"});
  CHECK_FALSE(shelf.got->complete);
  CHECK(shelf.got->error.empty());
  CHECK((shelf.got->last.id == "s3" && shelf.got->last.at == nine(700)));
  CHECK(shelf.left.empty());

  // From the beginning, and in our own archive, where nobody else is asked.
  shelf.after({}, own);
  const auto first = shelf.asked();
  CHECK_FALSE(first.document_element().attribute("to"));
  CHECK_FALSE(first.select_node("//field[@var='start']"));
  CHECK_FALSE(first.first_element_by_path("iq/query/set/after"));
  shelf.message(first, "", "a1", after_nine(0));
  shelf.message(first, own, "a2", after_nine(1));
  shelf.fin(first, true);
  CHECK(shelf.ids() == Ids{"a1", "a2"});
  CHECK(shelf.got->complete);

  shelf.archives->newest(logo, 7, [&](Archives::Page page) { shelf.got = std::move(page); });
  shelf.got.reset();
  const auto newest = shelf.asked();
  CHECK(newest.first_element_by_path("iq/query/set/before"));
  CHECK(content(newest, "iq/query/set/before").empty());
  CHECK(content(newest, "iq/query/set/max") == "7");
  shelf.page(newest, {}, false);
  CHECK(shelf.ids().empty());
  CHECK(shelf.got->complete);  // nothing more can come behind nothing
}

TEST_CASE("xmpp archive: a page of which nothing can be read does not end the archive", "[xmpp]") {
  Shelf shelf;
  shelf.after({"s1", nine()});
  const auto iq = shelf.asked();
  shelf.message(iq, logo, "s2", "no instant");
  shelf.fin(iq, false, "s2");
  CHECK(shelf.ids().empty());
  CHECK_FALSE(shelf.got->complete);
  CHECK(shelf.got->last.id == "s2");
}

TEST_CASE("xmpp archive: nobody else writes into a page", "[xmpp]") {
  Shelf shelf;
  shelf.after({"s1", nine()});
  const auto iq = shelf.asked();
  for (const auto& from : {logo + "/Mallory", std::string{"mallory@example.org"}, shop, own, std::string{}})
    shelf.message(iq, from, "forged", after_nine(1));
  shelf.message(iq, logo, "other", after_nine(1), "h999");
  shelf.message(iq, logo, "no-time", "yesterday");
  shelf.say(text("message", "from='" + logo + "'",
                 "<result xmlns='urn:xmpp:mam:2' queryid='" + attribute(iq, "iq/query", "queryid") + "' id='empty'/>"));
  // A page of another protocol is an ordinary message.
  shelf.say(text("message", "id='old' from='" + logo + "'", "<result xmlns='urn:xmpp:mam:1' queryid='h1' id='x'/>"));
  shelf.message(iq, logo, "good", after_nine(1));
  shelf.fin(iq, true);
  CHECK(shelf.ids() == Ids{"good"});
  CHECK(shelf.left == Ids{"old"});
  shelf.message(iq, logo, "late", after_nine(2));
  shelf.settle();
  CHECK(shelf.left == Ids{"old"});
}

TEST_CASE("xmpp archive: an id that is no longer known makes no difference", "[xmpp]") {
  Shelf shelf;
  SECTION("where the archive says so") {
    shelf.after({"gone", nine(1'500)});
    shelf.error(shelf.asked(), "item-not-found");
    const auto again = shelf.asked();
    CHECK_FALSE(again.first_element_by_path("iq/query/set/after"));
    CHECK(std::string{again.select_node("//field[@var='start']/value").node().text().get()} ==
          "2026-11-25T09:00:00.500Z");
    // What lies before the position's second is left out; within it, an archive may keep whole seconds.
    shelf.page(again, {"a@600", "b@1000", "c@1700"}, true);
    CHECK(shelf.ids() == Ids{"b", "c"});
    CHECK(shelf.got->error.empty());
  }
  SECTION("where it answers with all that it has") {
    shelf.after({"gone", nine(5'000)});
    shelf.page(shelf.asked(), {"a@0", "b@1000"}, false);
    CHECK(shelf.ids().empty());
    CHECK_FALSE(shelf.got->complete);
    CHECK(shelf.got->last.id == "b");
  }
  SECTION("but where there is no instant either, or it says so again, it is told") {
    shelf.after({"gone", {}});
    shelf.error(shelf.asked(), "item-not-found");
    CHECK(shelf.ids().empty());
    CHECK(shelf.got->error == "item-not-found");
    shelf.after({"gone", nine()});
    shelf.error(shelf.asked(), "item-not-found");
    shelf.error(shelf.asked(), "item-not-found");
    CHECK(shelf.ids().empty());
    CHECK(shelf.got->error == "item-not-found");
    CHECK(shelf.quiet());
  }
}

TEST_CASE("xmpp archive: nothing is asked from before 1970", "[xmpp]") {
  Shelf shelf;
  shelf.after({"s1", Instant{std::chrono::milliseconds{1}}});
  CHECK(std::string{shelf.asked().select_node("//field[@var='start']/value").node().text().get()} ==
        "1970-01-01T00:00:00.000Z");
}

TEST_CASE("xmpp archive: an archive that refuses, and a link that goes", "[xmpp]") {
  Shelf shelf;
  shelf.after({"s1", nine()});
  shelf.error(shelf.asked(), "forbidden");
  CHECK(shelf.ids().empty());
  CHECK(shelf.got->error == "forbidden");
  shelf.after({"s1", nine()});
  const auto iq = shelf.asked();
  shelf.message(iq, logo, "half", after_nine(5));
  shelf.settle();
  shelf.peer.cut();
  REQUIRE(shelf.run_until([&] { return shelf.gone; }));
  CHECK_FALSE(shelf.got);
}

TEST_CASE("xmpp backfill: three archives are one stream by stamp, in whatever order their pages come", "[xmpp]") {
  for (const auto& order : {std::array{0, 1, 2}, std::array{2, 1, 0}, std::array{1, 2, 0}}) {
    Reading reading;
    reading.begin({{own, {"", nine()}}, {logo, {"l0", nine()}}, {shop, {"s0", nine()}}});
    std::vector<pugi::xml_document> asked;
    for (int i = 0; i < 3; ++i) asked.push_back(reading.asked());
    const std::array<Ids, 3> pages{Ids{"1@100", "2@900"}, Ids{"1@200", "2@300"}, Ids{"1@100", "2@400"}};
    for (const auto each : order) {
      const auto n = static_cast<std::size_t>(each);
      reading.page(asked[n], pages[n], true);
      reading.settle(std::chrono::milliseconds{20});
      if (each != order.back()) CHECK(reading.read.empty());
    }
    reading.finish();
    CHECK(reading.read == Ids{"p:1", "s:1", "l:1", "l:2", "s:2", "p:2"});
    CHECK(reading.failed.empty());
  }
}

TEST_CASE("xmpp backfill: nothing later is handed out while something older may come", "[xmpp]") {
  Reading reading;
  reading.begin({{logo, {"l0", nine()}}, {shop, {"s0", nine()}}});
  auto l = reading.asked(), s = reading.asked();
  reading.page(s, {"1@1000", "2@2000"}, true);
  reading.page(l, {"1@100", "2@200"}, false);
  l = reading.asked();
  CHECK(content(l, "iq/query/set/after") == "2");
  CHECK(reading.read == Ids{"l:1", "l:2"});
  reading.page(l, {"3@1500", "4@1600"}, false);
  l = reading.asked();
  CHECK(content(l, "iq/query/set/after") == "4");
  CHECK(reading.read == Ids{"l:1", "l:2", "s:1", "l:3", "l:4"});
  reading.page(l, {}, true);
  reading.finish();
  CHECK(reading.read == Ids{"l:1", "l:2", "s:1", "l:3", "l:4", "s:2"});
  CHECK(reading.quiet());
}

TEST_CASE("xmpp backfill: pages that are all older than the position are passed over", "[xmpp]") {
  Reading reading;
  reading.begin({{logo, {"gone", nine(60'000)}}});
  reading.page(reading.asked(), {"1@1000", "2@2000"}, false);
  auto iq = reading.asked();
  CHECK(content(iq, "iq/query/set/after") == "2");
  reading.page(iq, {"3@3000", "4@4000"}, false);
  iq = reading.asked();
  CHECK(content(iq, "iq/query/set/after") == "4");
  reading.page(iq, {"5@59000", "6@61000"}, false);
  reading.page(reading.asked(), {"7@62000"}, true);
  reading.finish();
  CHECK(reading.read == Ids{"l:6", "l:7"});
}

TEST_CASE("xmpp backfill: an archive that brings the same page again comes to its end", "[xmpp]") {
  Reading reading;
  reading.begin({{logo, {"l0", nine()}}});
  reading.page(reading.asked(), {"1@100", "2@200"}, false);
  reading.page(reading.asked(), {"1@100", "2@200"}, false);
  reading.finish();
  CHECK(reading.quiet());
  CHECK(reading.read.size() == 4);  // whoever reads knows what is there already
}

TEST_CASE("xmpp backfill: an archive that fails does not keep the others back", "[xmpp]") {
  Reading reading;
  reading.begin({{own, {"", nine()}}, {logo, {"l0", nine()}}, {shop, {"s0", nine()}}});
  const auto p = reading.asked(), l = reading.asked(), s = reading.asked();
  reading.page(s, {"1@100"}, true);
  reading.error(l, "forbidden");
  reading.page(p, {"1@50"}, false);
  const auto second = reading.asked();
  CHECK(reading.read == Ids{"p:1"});
  reading.error(second, "internal-server-error");
  reading.finish();
  CHECK(reading.read == Ids{"p:1", "s:1"});
  CHECK(reading.failed == std::map<std::string, std::string>{{logo, "forbidden"}, {own, "internal-server-error"}});
}

TEST_CASE("xmpp backfill: where there is no room the next page waits", "[xmpp]") {
  Reading reading;
  reading.room = false;
  reading.begin({{logo, {"l0", nine()}}, {shop, {"s0", nine()}}});
  const auto l = reading.asked(), s = reading.asked();
  reading.page(l, {"1@100", "2@200"}, false);
  reading.page(s, {"1@150"}, true);
  REQUIRE(reading.run_until([&] { return reading.read.size() == 3; }));
  CHECK(reading.quiet());
  CHECK(reading.read == Ids{"l:1", "s:1", "l:2"});
  reading.room = true;
  reading.backfill->go_on();
  reading.backfill->go_on();  // asks no second time
  const auto more = reading.asked();
  CHECK(content(more, "iq/query/set/after") == "2");
  CHECK(reading.quiet());
  CHECK_FALSE(reading.done);
  reading.page(more, {"3@300"}, true);
  reading.finish();
  CHECK(reading.read == Ids{"l:1", "s:1", "l:2", "l:3"});
  reading.backfill->go_on();
  CHECK(reading.quiet());
}

TEST_CASE("xmpp backfill: nothing to read, and a link that goes", "[xmpp]") {
  Reading reading;
  SECTION("no archive") {
    reading.begin({});
    CHECK(reading.done);
    CHECK(reading.quiet());
  }
  SECTION("the link goes: that is not all there was") {
    reading.begin({{own, {"", nine()}}, {logo, {"l0", nine()}}});
    const auto p = reading.asked();
    reading.asked();
    reading.page(p, {"1@100"}, true);
    reading.settle();
    reading.peer.cut();
    REQUIRE(reading.run_until([&] { return reading.gone; }));
    CHECK_FALSE(reading.done);
    CHECK(reading.read.empty());
  }
  SECTION("it is destroyed while a page is on its way") {
    reading.begin({{logo, {"l0", nine()}}});
    reading.page(reading.asked(), {"1@100", "2@200"}, true);
    reading.backfill.reset();
    reading.settle();
    CHECK(reading.read.empty());
  }
}
