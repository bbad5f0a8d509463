#include "bot/platforms/xmpp/said.hpp"

#include <catch2/catch.hpp>

#include "xmpp_peer.hpp"

using bot::xmpp::author_in_archive;
using bot::xmpp::read_said;
using xmpp_test::stanza;

namespace {

const std::string logo = "logo@rooms.example.org";

auto said(const std::string& content, const std::string& attributes = "type='groupchat' id='i1'") {
  return read_said(stanza("message", attributes + " from='" + logo + "/Ana'", content).document_element(), logo);
}

/// The body of an answer whose quotation is said to be these characters.
std::string answer(const std::string& body, const std::string& range, const std::string& more = {}) {
  return said("<reply xmlns='urn:xmpp:reply:0' id='s0'/>" + more +
              "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body " + range + "/></fallback><body>" +
              body + "</body>")
      .body;
}

std::optional<std::string> author(const std::string& content) {
  return author_in_archive(stanza("message", "type='groupchat'", content).document_element());
}

std::string x(const std::string& content) {
  return "<x xmlns='http://jabber.org/protocol/muc#user'>" + content + "</x>";
}

}  // namespace

TEST_CASE("xmpp said: a message as it is usually sent", "[xmpp]") {
  const auto one = said(
      "<body>/offer &lt;x&gt;</body><thread>m-1</thread><origin-id xmlns='urn:xmpp:sid:0' id='o1'/>"
      "<stanza-id xmlns='urn:xmpp:sid:0' by='logo@rooms.example.org' id='s1'/>");
  CHECK(one.from == logo + "/Ana");
  CHECK((one.type == "groupchat" && one.id == "i1" && one.origin == "o1" && one.stanza_id == "s1"));
  CHECK((one.has_body && one.body == "/offer <x>" && one.thread == "m-1"));
  CHECK((one.reply_to.empty() && one.replaces.empty() && !one.subject && !one.private_in_room));
  CHECK(said("<body>x</body>").origin == "i1");
  CHECK(said("<body/>").has_body);
  CHECK_FALSE(said("<active xmlns='http://jabber.org/protocol/chatstates'/>").has_body);
  CHECK_FALSE(said("<body xmlns='http://www.w3.org/1999/xhtml'>x</body>").has_body);
}

TEST_CASE("xmpp said: only the archive's own id counts", "[xmpp]") {
  for (const char* by :
       {"mallory@example.org", "rooms.example.org", "logo@rooms.example.org/Ana", "", "parley@example.org"})
    CHECK(said("<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' id='s1' by='" + std::string{by} + "'/>")
              .stanza_id.empty());
  CHECK(said("<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' id='s1'/>").stanza_id.empty());
  CHECK(said("<body>x</body><stanza-id xmlns='urn:other' by='logo@rooms.example.org' id='s1'/>").stanza_id.empty());
  CHECK(said("<stanza-id xmlns='urn:xmpp:sid:0' by='mallory@example.org' id='bad'/>"
             "<stanza-id xmlns='urn:xmpp:sid:0' by='logo@rooms.example.org' id='good'/>"
             "<stanza-id xmlns='urn:xmpp:sid:0' by='ana@example.org' id='bad'/>")
            .stanza_id == "good");
  CHECK(said("<forwarded xmlns='urn:xmpp:forward:0'><stanza-id xmlns='urn:xmpp:sid:0' by='logo@rooms.example.org' "
             "id='bad'/></forwarded>")
            .stanza_id.empty());
}

TEST_CASE("xmpp said: the quotation in front of an answer is not what was typed", "[xmpp]") {
  CHECK(answer("&gt; old\n/accept O-1", "start='0' end='6'") == "/accept O-1");
  // Characters are counted, whatever they take up.
  CHECK(answer("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\n/yes", "start='0' end='4'") == "/yes");
  CHECK(answer("/yes \xF0\x9F\x98\x80", "start='4' end='6'") == "/yes");
  CHECK(answer("abc", "start='1' end='1'") == "abc");
  CHECK(answer("abc", "start='1' end='99'") == "a");
  CHECK(answer("abc", "start='50' end='99'") == "abc");
  CHECK(answer("abc", "start='0' end='18446744073709551615'").empty());
  for (const char* bad : {"start='2' end='1'", "start='-1' end='2'", "end='2'", "start='0'", "", "start='' end=''",
                          "start='0x0' end='2'", "start='0' end='2 '", "start='0' end='18446744073709551616'"}) {
    CAPTURE(bad);
    CHECK(answer("abc", bad) == "abc");
  }
  // The first that can be is the one; a bad one before it, or one for something else, is passed over.
  const std::string other =
      "<fallback xmlns='urn:xmpp:fallback:0' for='urn:other'><body start='0' end='3'/></fallback>";
  const std::string bad =
      "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='9' end='3'/></fallback>";
  CHECK(answer("&gt; old\n/yes", "start='0' end='6'", other + bad) == "/yes");
  // Only an answer has a quotation.
  CHECK(said("<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='2'/></fallback>"
             "<body>abc</body>")
            .body == "abc");
  const auto one = said("<reply xmlns='urn:xmpp:reply:0' id='s7' to='x'/><body>abc</body>");
  CHECK((one.reply_to == "s7" && one.body == "abc"));
  CHECK(said("<reply xmlns='urn:other' id='s7'/><body>abc</body>").reply_to.empty());
}

TEST_CASE("xmpp said: corrections, subjects, and what belongs to a room", "[xmpp]") {
  CHECK(said("<replace xmlns='urn:xmpp:message-correct:0' id='i0'/><body>x</body>").replaces == "i0");
  CHECK(said("<replace xmlns='urn:other' id='i0'/><body>x</body>").replaces.empty());
  CHECK(said("<subject/>").subject);
  CHECK(said("<subject>Logos</subject>").subject);
  CHECK_FALSE(said("<subject>Logos</subject><body>x</body>").subject);
  CHECK_FALSE(said("<subject>Logos</subject><body/>").subject);
  CHECK(said("<body>x</body>" + x("")).private_in_room);
}

TEST_CASE("xmpp said: who wrote what lies in an archive", "[xmpp]") {
  CHECK(author(x("<item jid='ana@example.org/desk'/>")) == "ana@example.org");
  CHECK(author("<body>x</body>" + x("<item affiliation='none' jid='ana@example.org'/>")) == "ana@example.org");
  // One without an item says nothing; all others count, in whatever order.
  CHECK(author(x("") + x("<item jid='ana@example.org'/>")) == "ana@example.org");
  const std::string forged = "<item jid='ana@example.org/x'/>", real = "<item jid='mallory@example.org/y'/>";
  for (const auto& content :
       {x(forged) + x(real), x(real) + x(forged), x(forged + real), x(real + forged), x(forged) + x(forged),
        x("<item/>") + x(real), x(real) + x("<item/>"), x("<item jid='a@b@c'/>") + x(real), x("<item/>"),
        x("<item jid=''/>"), x(""), std::string{}, "<x xmlns='urn:other'>" + forged + "</x>",
        x("<item xmlns='urn:other' jid='ana@example.org'/>")}) {
    CAPTURE(content);
    CHECK_FALSE(author(content));
  }
  // Another name for the same namespace makes it no other element.
  CHECK_FALSE(
      author("<m:x xmlns:m='http://jabber.org/protocol/muc#user'><m:item jid='ana@example.org'/></m:x>" + x(real)));
}
