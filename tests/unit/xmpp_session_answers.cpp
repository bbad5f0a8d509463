#include <catch2/catch.hpp>

#include "bot/platforms/xmpp/sasl.hpp"
#include "xmpp_peer.hpp"

using namespace xmpp_test;
using Catch::Matchers::Contains;
using Ids = std::vector<std::string>;

namespace {

/// Asks and keeps what is answered: the type, or `none` for the empty node.
std::shared_ptr<Ids> ask(Talk& talk, const std::string& attributes) {
  auto answers = std::make_shared<Ids>();
  talk.session->request(
      stanza("iq", "type='get' " + attributes, "<ping xmlns='urn:xmpp:ping'/>"),
      [answers](pugi::xml_node answer) { answers->emplace_back(answer ? answer.attribute("type").value() : "none"); });
  return answers;
}

/// The id of the iq that the server gets next.
std::string asked_id(Talk& talk) { return talk.next("iq").document_element().attribute("id").value(); }

std::string refusal(Talk& talk, const std::string& content) {
  talk.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + content + "</failure>");
  talk.next("close");
  talk.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
  return talk.closed();
}

void up_to_auth(Talk& talk) {
  talk.next("open");
  talk.say(open_frame);
  talk.say(plain_offer);
  talk.next("auth");
}

}  // namespace

TEST_CASE("xmpp session: an answer is taken only from whoever was asked", "[xmpp]") {
  Talk talk;
  talk.stand();
  const auto answers = ask(talk, "id='mine' to='rooms.example.org'");
  const std::string id = asked_id(talk);
  CHECK(id.size() == 32);
  for (const std::string from : {"from='mallory@example.org/x'", "from='example.org'", "from='rooms.example.org/x'", "",
                                 "from='parley@example.org'"})
    talk.say(text("iq", "type='result' id='" + id + "' " + from));
  talk.settle();
  CHECK(answers->empty());
  talk.say(text("iq", "type='error' id='" + id + "' from='rooms.example.org'"));
  talk.say(text("iq", "type='result' id='" + id + "' from='rooms.example.org'"));
  REQUIRE(talk.run_until([&] { return talk.resumable.handled == 7; }));
  CHECK(*answers == Ids{"error"});
}

TEST_CASE("xmpp session: for what was asked of nobody the server answers", "[xmpp]") {
  Talk talk;
  talk.stand();
  for (const std::string to : {"", "to='parley@example.org'"}) {
    for (const std::string from : {"", "from='parley@example.org'", "from='example.org'"}) {
      INFO(to << " " << from);
      const auto answers = ask(talk, to);
      const std::string id = asked_id(talk);
      const auto handled = talk.resumable.handled;
      talk.say(text("iq", "type='result' id='" + id + "' from='mallory@example.org'"));
      talk.say(text("iq", "type='result' id='" + id + "' from='parley@example.org/other'"));
      REQUIRE(talk.run_until([&] { return talk.resumable.handled == handled + 2; }));
      CHECK(answers->empty());
      talk.say(text("iq", "type='result' id='" + id + "' " + from));
      REQUIRE(talk.run_until([&] { return talk.resumable.handled == handled + 3; }));
      CHECK(answers->size() == (!to.empty() && from == "from='example.org'" ? 0 : 1));
    }
  }
}

TEST_CASE("xmpp session: what is not answered in time ends the link", "[xmpp]") {
  Talk talk({}, std::chrono::milliseconds{300});
  talk.stand();
  const auto first = ask(talk, "to='rooms.example.org'");
  const std::string id = asked_id(talk);
  const auto since = std::chrono::steady_clock::now();
  talk.settle(std::chrono::milliseconds{150});
  const auto second = ask(talk, "to='rooms.example.org'");
  asked_id(talk);
  talk.say(text("iq", "type='result' id='" + id + "' from='rooms.example.org'"));
  talk.then = [&](const std::string& what) {
    if (what == "closed") CHECK(*second == Ids{"none"});
  };
  CHECK(talk.closed() == "the server did not answer within 1 s");
  CHECK(std::chrono::steady_clock::now() - since >= std::chrono::milliseconds{450});
  CHECK(*first == Ids{"result"});
  CHECK(talk.told == Ids{"ready", "closed"});
  CHECK(talk.resumable.id == "stream-1");  // the server may still have it

  const auto after = ask(talk, "");
  CHECK(after->empty());  // never from within
  talk.settle();
  CHECK(*after == Ids{"none"});
}

TEST_CASE("xmpp session: an acknowledgement that does not come ends the link, as a sign-in that stands still",
          "[xmpp]") {
  Talk talk({}, std::chrono::milliseconds{200});
  talk.stand();
  const std::uint32_t number = talk.session->send(stanza("message", "id='m'"));
  CHECK_THAT(talk.closed(), Contains("did not answer"));
  CHECK(talk.resumable.sent == number);
  CHECK(talk.session->send(stanza("message", "id='m'")) == number + 1);  // and nothing is counted any more
  CHECK(talk.resumable.sent == number);

  Talk slow({}, std::chrono::milliseconds{200});
  slow.next("open");
  slow.say(open_frame);
  CHECK_THAT(slow.closed(), Contains("sign-in"));
}

TEST_CASE("xmpp session: while it is paused nothing is read, and time does not run", "[xmpp]") {
  Talk talk({}, std::chrono::milliseconds{300});
  talk.stand();
  talk.session->pause(true);
  const auto answers = ask(talk, "to='rooms.example.org'");
  const std::string id = asked_id(talk);
  for (int i = 0; i < 20; ++i) talk.say(text("message", "id='m'"));
  talk.say(text("iq", "type='result' id='" + id + "' from='rooms.example.org'"));
  talk.settle(std::chrono::milliseconds{600});
  CHECK(!talk.end);
  CHECK(talk.stanzas.size() <= 1);  // one read may have been on its way
  talk.session->pause(false);
  REQUIRE(talk.run_until([&] { return !answers->empty(); }));
  CHECK(talk.stanzas.size() == 20);
  CHECK(*answers == Ids{"result"});
}

TEST_CASE("xmpp session: tells who asks what it is, and nobody else anything", "[xmpp]") {
  Talk talk;
  talk.stand();
  const auto asked = [&](const std::string& type, const std::string& content) {
    talk.say(text("iq", "type='" + type + "' id='q&amp;1' from='ana@example.org/x'", content));
    const auto answer = talk.next("iq");
    const auto root = answer.document_element();
    CHECK(std::string(root.attribute("id").value()) == "q&1");
    CHECK(std::string(root.attribute("to").value()) == "ana@example.org/x");
    std::ostringstream out;
    answer.print(out, "", pugi::format_raw);
    return out.str();
  };
  CHECK_THAT(asked("get", "<ping xmlns='urn:xmpp:ping'/>"), Contains("type=\"result\"") && !Contains("<ping"));
  CHECK_THAT(asked("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
             Contains("<identity category=\"client\" type=\"bot\" name=\"Parley\"/>") &&
                 Contains("<feature var=\"urn:xmpp:ping\"/>"));
  CHECK_THAT(asked("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>"),
             Contains("type=\"error\"") && Contains("<item-not-found "));
  CHECK_THAT(asked("get", "<query xmlns='jabber:iq:version'/>"), Contains("<name>Parley</name>"));
  for (const std::string type : {"get", "set"})
    for (const std::string content : {"<query xmlns='jabber:iq:roster'/>", "", "<ping xmlns='urn:example:other'/>"})
      CHECK_THAT(asked(type, content), Contains("<error type=\"cancel\"><service-unavailable "));
  CHECK_THAT(asked("set", "<ping xmlns='urn:xmpp:ping'/>"), Contains("service-unavailable"));
  const auto counted = talk.resumable.sent;
  CHECK(counted == talk.resumable.handled);
  talk.say(text("iq", "type='get'", "<ping xmlns='urn:xmpp:ping'/>"));  // no id, no answer
  talk.say(text("iq", "type='whatever' id='x'", "<ping xmlns='urn:xmpp:ping'/>"));
  talk.settle();
  CHECK(talk.peer.frames.empty());
  CHECK(talk.stanzas.empty());
}

TEST_CASE("xmpp session: a refused sign-in is told with its reason and without the password", "[xmpp]") {
  Talk talk;
  up_to_auth(talk);
  CHECK(refusal(talk, "<not-authorized/><text>Wrong name or password.</text>") ==
        "the server refused the sign-in of parley@example.org: not authorized (Wrong name or password.)");
  CHECK(talk.end->second);
  CHECK(talk.told == Ids{"closed"});
  Talk echo;
  up_to_auth(echo);
  CHECK_THAT(refusal(echo, "<not-authorized/><text>correct horse is wrong</text>"), !Contains("horse"));
  CHECK(echo.end->second);
  Talk passing;
  up_to_auth(passing);
  refusal(passing, "<temporary-auth-failure/>");
  CHECK(!passing.end->second);
}

TEST_CASE("xmpp session: a password is not sent where others could read it", "[xmpp]") {
  Talk talk({}, std::chrono::seconds{5}, false);
  talk.next("open");
  talk.say(open_frame);
  talk.say(plain_offer);
  talk.next("close");
  talk.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
  CHECK_THAT(talk.closed(), Contains("PLAIN") && !Contains("horse"));
  CHECK(talk.end->second);
  CHECK(talk.peer.frames.empty());
}

TEST_CASE("xmpp session: a server that does not know the password is not believed", "[xmpp]") {
  Talk talk({}, std::chrono::seconds{5}, false);
  talk.next("open");
  talk.say(open_frame);
  talk.say(
      "<features xmlns='http://etherx.jabber.org/streams'><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
      "<mechanism>SCRAM-SHA-256</mechanism></mechanisms></features>");
  const auto auth = talk.next("auth");
  const std::string first = bot::xmpp::from_base64(auth.document_element().text().get()).value();
  const std::string nonce = first.substr(first.find("r=") + 2);
  const auto encoded = [](const std::string& name, const std::string& words) {
    return "<" + name + " xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + bot::xmpp::base64(words) + "</" + name + ">";
  };
  SECTION("its proof is wrong") {
    talk.say(encoded("challenge", "r=" + nonce + "more,s=c2FsdHNhbHRzYWx0c2FsdA==,i=4096"));
    talk.next("response");
    talk.say(encoded("success", "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  }
  SECTION("it has none") {
    talk.say(encoded("challenge", "r=" + nonce + "more,s=c2FsdHNhbHRzYWx0c2FsdA==,i=4096"));
    talk.next("response");
    talk.say(success);
  }
  SECTION("it skips the exchange") { talk.say(success); }
  SECTION("its nonce is another") { talk.say(encoded("challenge", "r=other,s=c2FsdHNhbHRzYWx0c2FsdA==,i=4096")); }
  SECTION("it speaks no base64") { talk.say("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>***</challenge>"); }
  talk.next("close");
  talk.peer.cut();
  CHECK_THAT(talk.closed(), Contains("the sign-in broke off"));
  CHECK(talk.end->second);
  CHECK(talk.told == Ids{"closed"});
}

TEST_CASE("xmpp session: says goodbye, and then the stream is over for both", "[xmpp]") {
  Talk talk;
  talk.stand();
  const auto answers = ask(talk, "to='rooms.example.org'");
  asked_id(talk);
  talk.session->close();
  CHECK(!talk.end);
  CHECK(talk.resumable.id.empty());
  talk.next("close");
  talk.say(text("message", "id='late'"));
  talk.settle();
  CHECK(!talk.end);
  talk.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
  CHECK(talk.closed() == "closed");
  CHECK(talk.told == Ids{"ready", "closed"});
  CHECK(*answers == Ids{"none"});
  talk.session->close();
  talk.settle();
  CHECK(talk.told == Ids{"ready", "closed"});

  Talk early;
  early.session->close();
  CHECK(!early.end);
  CHECK(early.closed() == "closed");
}

TEST_CASE("xmpp session: a handler may destroy the session, and then nothing follows", "[xmpp]") {
  for (const std::string last : {"ready", "stanza", "acked", "closed"}) {
    INFO(last);
    Talk talk;
    talk.then = [&](const std::string& what) {
      if (what == last) talk.session.reset();
    };
    talk.sign_in();
    talk.bind();
    if (last != "ready") {
      talk.session->send(stanza("message", "id='m'"));
      talk.next("message");
      talk.next("r");
      talk.say(text("message", "id='m'"));
      talk.say(text("message", "id='n'"));
      talk.say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
      if (last == "closed") talk.peer.cut();
    }
    REQUIRE(talk.run_until([&] { return !talk.session; }));
    talk.settle();
    CHECK(talk.told.back() == last);
  }
}

TEST_CASE("xmpp session: whoever gets an answer may destroy the session", "[xmpp]") {
  for (const bool cut : {true, false}) {
    Talk talk;
    talk.stand();
    int answers = 0;
    std::string id;
    for (int i = 0; i < 2; ++i) {
      talk.session->request(stanza("iq", "type='get' to='rooms.example.org'"), [&](pugi::xml_node) {
        ++answers;
        talk.session.reset();
      });
      id = asked_id(talk);
    }
    if (cut)
      talk.peer.cut();
    else
      talk.say(text("iq", "type='result' id='" + id + "' from='rooms.example.org'"));
    REQUIRE(talk.run_until([&] { return !talk.session; }));
    talk.settle();
    CHECK(answers == 1);
    CHECK(talk.told == Ids{"ready"});
  }
}
