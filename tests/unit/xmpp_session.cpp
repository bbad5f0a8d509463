#include <catch2/catch.hpp>

#include "xmpp_peer.hpp"

using namespace xmpp_test;
using bot::xmpp::Resumable;
using Catch::Matchers::Contains;
using Ids = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;

namespace {

std::string attribute(const pugi::xml_document& document, const char* name) {
  return document.document_element().attribute(name).value();
}

/// Signs in as the stream `old` of which 7 stanzas were handled, 12 sent and 10 acknowledged; gives the `<resume>`.
pugi::xml_document come_back(Talk& talk) {
  talk.sign_in();
  return talk.next("resume");
}

const Resumable old{.id = "old", .address = me, .handled = 7, .sent = 12, .acked = 10};

}  // namespace

TEST_CASE("xmpp session: signs in, binds, and manages the stream", "[xmpp]") {
  Talk talk;
  const auto open = talk.next("open");
  CHECK(talk.peer.subprotocol == "xmpp");
  CHECK(attribute(open, "xmlns") == "urn:ietf:params:xml:ns:xmpp-framing");
  CHECK(attribute(open, "to") == "example.org");
  CHECK(attribute(open, "version") == "1.0");
  talk.say(open_frame);
  talk.say(plain_offer);
  const auto auth = talk.next("auth");
  CHECK(attribute(auth, "mechanism") == "PLAIN");
  CHECK(std::string(auth.document_element().text().get()) == "AHBhcmxleQBjb3JyZWN0IGhvcnNl");
  talk.say(success);
  talk.next("open");
  talk.say(open_frame);
  talk.say(bind_offer);
  const auto iq = talk.next("iq");
  CHECK(std::string(iq.document_element().first_child().first_child().text().get()) == "parley");
  CHECK(talk.session->address().empty());
  talk.say(text("message", "id='early'"));  // not ours yet
  talk.say(text("iq", "type='result' id='" + attribute(iq, "id") + "'",
                "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>parley@example.org/other</jid></bind>"));
  CHECK(attribute(talk.next("enable"), "resume") == "true");
  CHECK(talk.ready.empty());
  talk.say("<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='1'/>");
  REQUIRE(talk.run_until([&] { return !talk.ready.empty(); }));
  CHECK(talk.ready == std::vector{false});
  CHECK(talk.session->address() == "parley@example.org/other");
  CHECK(talk.resumable.id == "s1");
  CHECK(talk.resumable.address == "parley@example.org/other");

  talk.say(text("message", "id='a'"));
  talk.say(text("presence", "id='b'"));
  REQUIRE(talk.run_until([&] { return talk.stanzas.size() == 2; }));
  CHECK(talk.stanzas == Ids{"a", "b"});
  CHECK(talk.handled == Numbers{0, 1});
  CHECK(talk.resumable.handled == 2);
  talk.say("<r xmlns='urn:xmpp:sm:3'/>");
  CHECK(attribute(talk.next("a"), "h") == "2");
}

TEST_CASE("xmpp session: a stream stands without management where it is not offered or refused", "[xmpp]") {
  for (const bool offered : {false, true}) {
    Talk talk;
    talk.sign_in(
        offered ? bind_offer
                : "<features xmlns='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
                  "</features>");
    const auto iq = talk.next("iq");
    talk.say(text("iq", "type='result' id='" + attribute(iq, "id") + "'",
                  "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" + me + "</jid></bind>"));
    if (offered) {
      talk.next("enable");
      talk.say("<failed xmlns='urn:xmpp:sm:3'/>");
    }
    REQUIRE(talk.run_until([&] { return !talk.ready.empty(); }));
    CHECK(talk.resumable.id.empty());
    CHECK(talk.session->send(stanza("message", "id='m'")) == 1);
    talk.next("message");
    talk.say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
    talk.settle();
    CHECK(talk.peer.frames.empty());
    CHECK(talk.acked.empty());
  }
}

TEST_CASE("xmpp session: an old stream is taken up where the server has it", "[xmpp]") {
  Talk talk(old);
  const auto resume = come_back(talk);
  CHECK(attribute(resume, "previd") == "old");
  CHECK(attribute(resume, "h") == "7");
  talk.say("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='11'/>");
  talk.say(text("message", "id='missed'"));
  REQUIRE(talk.run_until([&] { return !talk.stanzas.empty(); }));
  CHECK(talk.told == Ids{"ready", "stanza"});
  CHECK(talk.ready == std::vector{true});
  CHECK(talk.session->address() == me);
  CHECK(talk.resumable.acked == 11);
  CHECK(talk.resumable.sent == 11);
  CHECK(talk.resumable.handled == 8);
  CHECK(talk.session->send(stanza("message", "id='twelve'")) == 12);

  talk.peer.cut();
  talk.closed();
  CHECK(!talk.end->second);
  CHECK(talk.resumable.id == "old");
  talk.peer.frames.clear();
  talk.again();
  CHECK(attribute(come_back(talk), "h") == "8");
}

TEST_CASE("xmpp session: a stream that is resumed for nothing is not resumed again", "[xmpp]") {
  Talk talk(old);
  come_back(talk);
  talk.say("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='11'/>");
  REQUIRE(talk.run_until([&] { return !talk.ready.empty(); }));
  talk.peer.cut();
  talk.closed();
  CHECK(talk.resumable.id.empty());
}

TEST_CASE("xmpp session: where the old stream is gone a new one is bound in its place", "[xmpp]") {
  Talk talk(old);
  come_back(talk);
  talk.say(
      "<failed xmlns='urn:xmpp:sm:3' h='11'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
  talk.bind();
  CHECK(talk.ready == std::vector{false});
  CHECK(talk.resumable.id == "stream-1");
  CHECK(talk.resumable.handled == 0);
  CHECK(talk.resumable.sent == 0);
  CHECK(talk.resumable.acked == 0);
}

TEST_CASE("xmpp session: a count that cannot be is not believed", "[xmpp]") {
  SECTION("when it resumes") {
    for (const std::string h : {"13", "9", "", "-1", "11x", "4294967307", "99999999999999999999"}) {
      Talk talk(old);
      come_back(talk);
      talk.say("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='" + h + "'/>");
      talk.next("close");
      talk.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
      CHECK_THAT(talk.closed(), Contains("expected one from 10 to 12") && Contains("\"" + h + "\""));
      CHECK(talk.ready.empty());
      CHECK(talk.resumable.id.empty());
    }
  }
  SECTION("later") {
    Talk talk;
    talk.stand();
    talk.session->send(stanza("message", "id='m'"));
    talk.next("message");
    talk.next("r");
    talk.say("<a xmlns='urn:xmpp:sm:3' h='2'/>");
    talk.next("close");
    talk.peer.cut();
    CHECK_THAT(talk.closed(), Contains("expected one from 0 to 1"));
    CHECK(talk.acked.empty());
    CHECK(talk.resumable.id.empty());
  }
}

TEST_CASE("xmpp session: the counters go round at 2^32", "[xmpp]") {
  Talk talk({.id = "old", .address = me, .handled = 0xFFFF'FFFE, .sent = 0xFFFF'FFFF, .acked = 0xFFFF'FFF0});
  CHECK(attribute(come_back(talk), "h") == "4294967294");
  talk.say("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='4294967294'/>");
  REQUIRE(talk.run_until([&] { return !talk.ready.empty(); }));
  CHECK(talk.session->send(stanza("message", "id='m1'")) == 0xFFFF'FFFF);
  CHECK(talk.session->send(stanza("message", "id='m2'")) == 0);
  CHECK(talk.session->send(stanza("message", "id='m3'")) == 1);
  for (int i = 0; i < 3; ++i) talk.next("message");
  talk.next("r");
  for (int i = 0; i < 3; ++i) talk.say(text("message", "id='x'"));
  talk.say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
  REQUIRE(talk.run_until([&] { return !talk.acked.empty() && talk.stanzas.size() == 3; }));
  CHECK(talk.acked == Numbers{1});
  CHECK(talk.handled == Numbers{0xFFFF'FFFE, 0xFFFF'FFFF, 0});
  talk.say("<r xmlns='urn:xmpp:sm:3'/>");
  CHECK(attribute(talk.next("a"), "h") == "1");
}

TEST_CASE("xmpp session: one question for an acknowledgement at a time", "[xmpp]") {
  Talk talk;
  talk.stand();
  for (int i = 1; i <= 100; ++i) CHECK(talk.session->send(stanza("message", "id='m'")) == std::uint32_t(i));
  talk.settle();
  for (int i = 101; i <= 120; ++i) {
    talk.session->send(stanza("message", "id='m'"));
    talk.settle(std::chrono::milliseconds{1});
  }
  for (int i = 1; i <= 100; ++i) talk.next("message");
  talk.next("r");
  for (int i = 101; i <= 120; ++i) talk.next("message");
  talk.settle();
  CHECK(talk.peer.frames.empty());
  talk.say("<a xmlns='urn:xmpp:sm:3' h='100'/>");
  talk.next("r");  // for the twenty
  talk.say("<a xmlns='urn:xmpp:sm:3' h='120'/>");
  REQUIRE(talk.run_until([&] { return talk.acked.size() == 2; }));
  talk.settle();
  CHECK(talk.acked == Numbers{100, 120});
  CHECK(talk.peer.frames.empty());
}

TEST_CASE("xmpp session: what does not count is not counted, and what is unknown is passed over", "[xmpp]") {
  Talk talk;
  talk.stand();
  talk.say("<surprise xmlns='urn:example:new'><deep/></surprise>");
  talk.say("<message xmlns='jabber:server' id='foreign'/>");
  talk.say("<c:message xmlns:c='jabber:client' id='prefixed'/>");
  talk.say(text("iq", "type='result' id='nobody-asked' from='mallory@example.org/x'"));
  talk.say("<r xmlns='urn:xmpp:sm:2'/>");
  talk.say("<r xmlns='urn:xmpp:sm:3'/>");
  CHECK(attribute(talk.next("a"), "h") == "2");
  CHECK(talk.stanzas == Ids{"prefixed"});
}

TEST_CASE("xmpp session: a stanza that is too long to read is left out and does not end the link", "[xmpp]") {
  Talk talk;
  talk.stand();
  std::string quotes;
  for (int i = 0; i < 60'000; ++i) quotes += "&apos;";
  talk.say(text("message", "id='long' from='mallory@example.org/x'", "<body>" + quotes + "</body>"));
  talk.say(text("message", "id='after'"));
  talk.say("<r xmlns='urn:xmpp:sm:3'/>");
  CHECK(attribute(talk.next("a"), "h") == "2");
  CHECK(talk.stanzas == Ids{"after"});
  CHECK(!talk.end);
}

TEST_CASE("xmpp session: a stanza that is too deep to read is left out and does not end the link", "[xmpp]") {
  Talk talk;
  talk.stand();
  std::string deep, wide;
  for (int i = 0; i < 5'000; ++i) deep = "<b>" + deep + "</b>";
  for (int i = 0; i < 500; ++i) wide += " a" + std::to_string(i) + "='1'";
  talk.say(text("message", "id='deep' from='mallory@example.org/x'", deep));
  talk.say(text("message", "id='wide'" + wide));
  talk.say(text("message", "id='after'"));
  talk.say("<r xmlns='urn:xmpp:sm:3'/>");
  CHECK(attribute(talk.next("a"), "h") == "3");
  CHECK(talk.stanzas == Ids{"after"});
  CHECK(!talk.end);
}

TEST_CASE("xmpp session: a frame that cannot be read ends the link, and the stream with it", "[xmpp]") {
  const std::string bomb = "<!DOCTYPE m [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>" +
                           text("message", "id='x'", "<body>&c;</body>");
  for (const std::string& frame : {bomb, text("message", "id='x'", "<body>&c;</body>"), std::string("<message"),
                                   std::string("hello"), text("message", "id='x'") + text("message", "id='y'")}) {
    INFO(frame);
    Talk talk;
    talk.stand();
    talk.say(frame);
    talk.next("close");
    talk.say(text("message", "id='late'"));
    talk.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    CHECK_THAT(talk.closed(), Contains("cannot be read"));
    CHECK(talk.stanzas.empty());
    CHECK(talk.resumable.id.empty());
    CHECK(!talk.end->second);
  }
}

TEST_CASE("xmpp session: a bomb or a surprise ends the sign-in", "[xmpp]") {
  for (const std::string frame :
       {"<!DOCTYPE a [<!ENTITY a 'ha'>]><open xmlns='urn:ietf:params:xml:ns:xmpp-framing'>&a;</open>",
        "<surprise xmlns='urn:example:new'/>", "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        "<features xmlns='http://etherx.jabber.org/streams'/>", "<open/>"}) {
    INFO(frame);
    Talk talk;
    talk.next("open");
    talk.say(frame);
    talk.next("close");
    talk.peer.cut();
    CHECK_THAT(talk.closed(), Contains("cannot be read") || Contains("where <open> was expected"));
    CHECK(talk.told == Ids{"closed"});
  }
}

TEST_CASE("xmpp session: the server may go at any moment of the sign-in", "[xmpp]") {
  const std::vector<std::function<void(Talk&)>> steps{[](Talk& t) { t.next("open"); },
                                                      [](Talk& t) { t.say(open_frame); },
                                                      [](Talk& t) {
                                                        t.say(plain_offer);
                                                        t.next("auth");
                                                      },
                                                      [](Talk& t) {
                                                        t.say(success);
                                                        t.next("open");
                                                      },
                                                      [](Talk& t) { t.say(open_frame); },
                                                      [](Talk& t) {
                                                        t.say(bind_offer);
                                                        t.next("resume");
                                                      },
                                                      [](Talk& t) {
                                                        t.say("<failed xmlns='urn:xmpp:sm:3'/>");
                                                        t.next("iq");
                                                      }};
  for (std::size_t count = 1; count <= steps.size(); ++count) {
    for (const bool cut : {true, false}) {
      INFO("after step " << count << (cut ? ", cut" : ", with a word"));
      Talk talk(old);
      for (std::size_t i = 0; i < count; ++i) steps[i](talk);
      talk.settle(std::chrono::milliseconds{5});
      if (cut) {
        talk.peer.cut();
      } else {
        talk.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='ws://127.0.0.1:1/'/>");
        talk.next("close");
      }
      CHECK((talk.closed().find("which is not followed") == std::string::npos) == cut);
      CHECK(talk.told == Ids{"closed"});
      CHECK(!talk.end->second);
      if (cut && count < steps.size()) CHECK(talk.resumable.id == "old");
    }
  }
}

TEST_CASE("xmpp session: an error of the stream is told in words and is the end of it", "[xmpp]") {
  const auto ending = [](Talk& talk, const std::string& content) {
    talk.say("<stream:error xmlns:stream='http://etherx.jabber.org/streams'>" + content + "</stream:error>");
    talk.next("close");
    talk.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    return talk.closed();
  };
  Talk talk;
  talk.stand();
  CHECK(ending(talk,
               "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
               "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>Replaced\nby another</text>") ==
        "the server ended the stream: conflict (Replaced by another)");
  CHECK(!talk.end->second);
  CHECK(talk.resumable.id.empty());
  Talk other;
  other.next("open");
  CHECK(ending(other, "<host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>") ==
        "the server ended the stream: host unknown");
  CHECK(other.end->second);
}
