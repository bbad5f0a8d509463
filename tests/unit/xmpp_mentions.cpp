#include <catch2/catch.hpp>

#include "bot/platforms/xmpp/said.hpp"
#include "bot/platforms/xmpp/xml.hpp"

using namespace bot::xmpp;

namespace {

/// A message with this body and these references, read as the bot reads it; whom a mention means is shown in brackets.
std::string typed(const std::string& body, const std::string& more) {
  const auto xml =
      read_xml(R"(<message xmlns="jabber:client" from="logo@rooms.example.org/Carl" type="groupchat"><body>)" + body +
               "</body>" + more + "</message>");
  REQUIRE(xml);
  return as_typed(read_said(xml->document_element(), "logo@rooms.example.org"),
                  [](const Mention& one) -> std::optional<std::string> {
                    if (one.who == "nobody@example.org") return std::nullopt;
                    return "[" + one.who + "]";
                  });
}

std::string mention(const std::string& begin, const std::string& end, const std::string& uri) {
  return R"(<reference xmlns="urn:xmpp:reference:0" type="mention" begin=")" + begin + R"(" end=")" + end +
         R"(" uri=")" + uri + R"("/>)";
}

}  // namespace

TEST_CASE("a mention is read as the handle that was typed", "[xmpp][mention]") {
  CHECK(typed("/offer Freya title=x", mention("7", "12", "xmpp:freya@example.org")) ==
        "/offer @[freya@example.org] title=x");
  CHECK(typed("/offer Ana M. 5", mention("7", "13", "xmpp:logo@rooms.example.org/Ana%20M.")) ==
        "/offer @[logo@rooms.example.org/Ana M.] 5");
  // Characters are counted, not bytes; and two in one body.
  CHECK(typed("\u00e4\u20ac\U0001F600 Ana und Bo",
              mention("4", "7", "xmpp:a@b.org") + mention("12", "14", "xmpp:c@b.org")) ==
        "\u00e4\u20ac\U0001F600 @[a@b.org] und @[c@b.org]");
}

TEST_CASE("what a mention does not fit stays as it stands", "[xmpp][mention]") {
  const std::string body = "/offer Freya 5";
  CHECK(typed(body, mention("7", "12", "xmpp:nobody@example.org")) == body);
  CHECK(typed(body, mention("7", "12", "https://example.org/Freya")) == body);
  CHECK(typed(body, mention("12", "7", "xmpp:a@b.org")) == body);
  CHECK(typed(body, mention("99", "120", "xmpp:a@b.org")) == body);
  CHECK(typed(body, mention("-1", "5", "xmpp:a@b.org")) == body);
  CHECK(typed(body, mention("7", "12", "")) == body);
  CHECK(typed(body, mention("7", "12", "xmpp:a@b.org") + mention("9", "14", "xmpp:c@b.org")) == body);
  CHECK(typed("/offer @Freya 5", mention("8", "13", "xmpp:a@b.org")) == "/offer @Freya 5");
  CHECK(typed("/offer @Freya 5", mention("7", "13", "xmpp:a@b.org")) == "/offer @Freya 5");
}

TEST_CASE("the quotation in front of a reply moves a mention along", "[xmpp][mention]") {
  const std::string reply =
      R"(<reply xmlns="urn:xmpp:reply:0" id="s1"/><fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:reply:0"><body start="0" end="6"/></fallback>)";
  CHECK(typed("&gt; Bo!\n/offer Bo 5", reply + mention("13", "15", "xmpp:bo@b.org")) == "/offer @[bo@b.org] 5");
  CHECK(typed("&gt; Bo!\n/offer Bo 5", reply + mention("2", "4", "xmpp:bo@b.org")) == "/offer Bo 5");
}
