#include "bot/platforms/xmpp/xml.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <random>

using namespace bot::xmpp;
using Catch::Contains;

namespace {

pugi::xml_document read(std::string_view frame) {
  auto document = read_xml(frame);
  INFO(frame);
  INFO((document ? "" : document.error()));
  REQUIRE(document);
  return std::move(*document);
}

std::string refusal(std::string_view frame, const XmlLimits& limits = {}) {
  const auto document = read_xml(frame, limits);
  INFO(frame.substr(0, 200));
  REQUIRE_FALSE(document);
  return document.error();
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

const std::vector<std::string> stanzas{
    R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="localhost" id="a1" version="1.0" xml:lang="en"/>)",
    R"(<stream:features xmlns:stream="http://etherx.jabber.org/streams"><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>SCRAM-SHA-256</mechanism></mechanisms><sm xmlns="urn:xmpp:sm:3"/></stream:features>)",
    R"(<message xmlns="jabber:client" type='groupchat' from="logo@rooms.localhost/Ana" id="k"><body>/propose "Logo" &amp; more &#x1F600;</body><stanza-id xmlns="urn:xmpp:sid:0" by="logo@rooms.localhost" id="S"/></message>)",
    R"(<message xmlns="jabber:client"><body><![CDATA[1 < 2 & 3]]></body><a:x xmlns:a="urn:a"><a:y b="&lt;&#10;"/></a:x></message>)"};

}  // namespace

TEST_CASE("an element is read with its attributes, text and CDATA", "[xmpp]") {
  const auto document = read(stanzas[2]);
  const auto message = document.first_child();
  CHECK(is(message, "message", "jabber:client"));
  CHECK(std::string_view{message.attribute("type").value()} == "groupchat");
  CHECK(text_of(child(message, "body", "jabber:client")) == "/propose \"Logo\" & more 😀");
  CHECK(std::string_view{child(message, "stanza-id", "urn:xmpp:sid:0").attribute("id").value()} == "S");
  CHECK(text_of(read("<a>x<b>not this</b> y<![CDATA[<z>&amp;]]></a>").first_child()) == "x y<z>&amp;");
  CHECK(text_of(read("<a> \n</a>").first_child()) == " \n");
  CHECK(text_of(read("<a>1\r\n2\r3&#13;\n4&#x9;&apos;&quot;></a>").first_child()) == "1\n2\n3\r\n4\t'\">");
  CHECK(std::string_view{read("<a b=' 1\n2\t3&#10;4 '/>").first_child().attribute("b").value()} == " 1 2 3\n4 ");
  CHECK(read(" \r\n<a/>\t").first_child().name() == std::string{"a"});
  CHECK(read("<a\n b = 'c'\n></a\n>").first_child().attribute("b").value() == std::string{"c"});
  CHECK(read("<été à=\"1\"><a.b-c_1/></été>").first_child().name() == std::string{"été"});
}

TEST_CASE("what XMPP forbids in XML is refused by its name", "[xmpp]") {
  for (const char* frame : {"<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY lol 'lol'>]><a>&lol;</a>", "<a><!DOCTYPE a></a>",
                            "<a><!ELEMENT b></a>", "<a/><!DOCTYPE a>", "<!doctype a><a/>", "<a><![INCLUDE[b]]></a>"})
    CHECK_THAT(refusal(frame), Contains("document type"));
  for (const char* frame :
       {"<?xml version='1.0'?><a/>", "<a><?php b?></a>", "<a/><?b?>", "<a><?xml version='1.0'?></a>"})
    CHECK_THAT(refusal(frame), Contains("processing instruction"));
  for (const char* frame : {"<!-- b --><a/>", "<a><!----></a>", "<a/><!-- b -->"})
    CHECK_THAT(refusal(frame), Contains("comment"));
  for (const char* frame : {"<a>&lol;</a>", "<a b='&lol;'/>", "<a>&nbsp;</a>", "<a>&AMP;</a>", "<a>&amp &lt;</a>",
                            "<a>&;</a>", "<a>& b;</a>"})
    CHECK_THAT(refusal(frame), Contains("entity"));
  // Neither is markup within CDATA.
  CHECK(text_of(read("<a><![CDATA[<!DOCTYPE b><?c?><!-- d -->&lol;]]></a>").first_child()) ==
        "<!DOCTYPE b><?c?><!-- d -->&lol;");
}

TEST_CASE("a character that XML forbids is refused, written out and as a reference", "[xmpp]") {
  for (const std::string each :
       {"&#0;", "&#x0;", "&#1;", "&#x1F;", "&#xD800;", "&#xDFFF;", "&#xFFFE;", "&#xFFFF;", "&#x110000;",
        "&#4294967361;", "&#99999999999999999999;", "\x01", "\x1B", "\uFFFE", "\uFFFF"}) {
    CHECK_THAT(refusal("<a>" + each + "</a>"), Contains("forbids"));
    CHECK_THAT(refusal("<a b='" + each + "'/>"), Contains("forbids"));
  }
  CHECK_THAT(refusal(std::string("<a>\0</a>", 8)), Contains("forbids"));
  CHECK_THAT(refusal(std::string("<a/>\0", 5)), Contains("forbids"));
  CHECK_THAT(refusal("<a><![CDATA[\x02]]></a>"), Contains("forbids"));
  for (const char* each :
       {"&#;", "&#x;", "&#xG;", "&#X41;", "&#a;", "&#-65;", "&#+65;", "&# 65;", "&#65", "&#x 41;", "&"})
    CHECK_THAT(refusal("<a>" + std::string{each} + "</a>"), Contains("no XML"));
  CHECK(text_of(read("<a>&#9;&#xA;&#xD7FF;&#xE000;&#xFFFD;&#x10000;&#x10FFFF;&#x00000041;</a>").first_child()) ==
        "\t\n\uD7FF\uE000\uFFFD\U00010000\U0010FFFFA");
}

TEST_CASE("what is not UTF-8 is refused", "[xmpp]") {
  for (const std::string each : {"\xFF", "\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF",
                                 "\xF0\x80\x80\xAF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
                                 "\xED\xA0\xBD\xED\xB8\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    CHECK_THAT(refusal("<a>" + each + "</a>"), Contains("UTF-8"));
    CHECK_THAT(refusal("<a b='" + each + "'/>"), Contains("UTF-8"));
    CHECK_THAT(refusal("<a" + each + "/>"), Contains("UTF-8"));
  }
  CHECK_THAT(refusal("\xEF\xBB\xBF<a/>"), Contains("text beside"));
  CHECK_THAT(refusal(std::string("<\0a\0/\0>\0", 8)), Contains("forbids"));
}

TEST_CASE("a frame is one element and nothing beside it", "[xmpp]") {
  CHECK_THAT(refusal("<a/><b/>"), Contains("more than one"));
  CHECK_THAT(refusal("<a></a><a></a>"), Contains("more than one"));
  for (const char* frame : {"x<a/>", "<a/>x", "x", "&amp;<a/>", "<a/>&lt;"})
    CHECK_THAT(refusal(frame), Contains("text beside"));
  for (const char* frame : {"",
                            " ",
                            "<",
                            "<a",
                            "<a>",
                            "</a>",
                            "<a/",
                            "<a></b>",
                            "<a></a></a>",
                            "<a><b></a></b>",
                            "<a><b/>",
                            "< a/>",
                            "<a/ >",
                            "<1a/>",
                            "<-a/>",
                            "<a b/>",
                            "<a b=c/>",
                            "<a b='c/>",
                            "<a b='c\"/>",
                            "<a b='<'/>",
                            "<a b='c'd='e'/>",
                            "<a 1b=''/>",
                            "<a b'c'/>",
                            "<a></>",
                            "<a></ a>",
                            "<a></a b='c'>",
                            "<a>]]></a>",
                            "<a><![CDATA[</a>",
                            "<![CDATA[]]><a/>",
                            "<a/><![CDATA[]]>",
                            "<>",
                            "<a:/>",
                            "<:a/>",
                            "<a:b:c/>",
                            "<a:1/>",
                            "<a b:='c'/>",
                            "<a/></a>",
                            "<a>\xC3\xA9</A>",
                            "<a =''/>"})
    CHECK_THAT(refusal(frame), Contains("no XML"));
  CHECK(refusal("<canary>&canary;</canary>").find("canary") == std::string::npos);
}

TEST_CASE("an attribute stands once in an element, by whichever prefix", "[xmpp]") {
  for (const char* frame :
       {"<a b='1' b='1'/>", "<a xmlns='urn:a' xmlns='urn:a'/>", "<a xmlns:p='urn:a' xmlns:p='urn:b'/>",
        "<a xmlns:p='urn:a' xmlns:q='urn:a' p:b='1' q:b='2'/>",
        "<x xmlns:p='urn:a'><a xmlns:q='urn:a' p:b='1' q:b='2'/></x>"})
    CHECK_THAT(refusal(frame), Contains("twice"));
  read("<a xmlns='urn:a' xmlns:p='urn:a' b='1' p:b='2'/>");
  read("<x xmlns:p='urn:a' xmlns:q='urn:a'><a xmlns:q='urn:b' p:b='1' q:b='2'/></x>");
  read("<a xmlns:p='urn:a' xmlns:q='xmlns' q:p='1'/>");
}

TEST_CASE("a namespace is what prefix and place make of it", "[xmpp]") {
  const auto document = read(
      "<message xmlns='jabber:client' xmlns:p='urn:p'><p:body>1</p:body><body xmlns='urn:other'>2<in/></body>"
      "<body>3</body><p:body xmlns:p='jabber:client'><p:in/><in/></p:body><body xmlns=''><in/></body><body>5</body>"
      "</message>");
  const auto message = document.first_child();
  CHECK(text_of(child(message, "body", "jabber:client")) == "3");
  CHECK(children(message, "body", "jabber:client").size() == 3);
  CHECK(text_of(children(message, "body", "jabber:client")[2]) == "5");
  CHECK(text_of(child(message, "body", "urn:p")) == "1");
  CHECK(local_name(child(message, "body", "urn:p")) == "body");
  const auto other = child(message, "body", "urn:other");
  CHECK(namespace_of(other.child("in")) == "urn:other");
  const auto again = children(message, "body", "jabber:client")[1];
  CHECK(namespace_of(child(again, "in", "jabber:client")) == "jabber:client");
  CHECK(children(again, "in", "jabber:client").size() == 2);
  CHECK(namespace_of(child(message, "body", "")) == "");
  CHECK(child(child(message, "body", ""), "in", ""));
  CHECK_FALSE(child(message, "p:body", "urn:p"));
  CHECK_FALSE(child(message, "xmlns", "jabber:client"));
  CHECK_FALSE(child(message, "in", "urn:other"));
  CHECK_FALSE(is({}, "", ""));
  CHECK_FALSE(child({}, "a", ""));
  CHECK(children({}, "a", "").empty());
  CHECK(text_of({}).empty());
  CHECK(namespace_of(read("<xml:a/>").first_child()) == "http://www.w3.org/XML/1998/namespace");
  CHECK(namespace_of(read("<a xmlns='urn:a&amp;&#98;'/>").first_child()) == "urn:a&b");
}

TEST_CASE("a prefix without a namespace is refused, and one that XML keeps for itself", "[xmpp]") {
  for (const char* frame : {"<p:a/>", "<a p:b='c'/>", "<a><b xmlns:p='urn:p'/><p:c/></a>", "<xmlns:a/>",
                            "<a><b xmlns:p='urn:p'><c/></b><d p:e=''/></a>", "<a><p:b/><c xmlns:p='urn:p'/></a>"})
    CHECK_THAT(refusal(frame), Contains("prefix"));
  for (const char* frame :
       {"<a xmlns:p=''/>", "<a xmlns:xmlns='urn:a'/>", "<a xmlns:xml='urn:a'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>"})
    CHECK_THAT(refusal(frame), Contains("declares"));
  read("<a xml:lang='de' xmlns:xml='http://www.w3.org/XML/1998/namespace'><b xml:lang='en'/></a>");
  read("<a xmlns:p='urn:p'><b xmlns:p='urn:q'><c/></b><p:d p:e=''/></a>");
}

TEST_CASE("size, depth and attributes of a frame are bounded", "[xmpp]") {
  const auto nested = [](std::size_t depth) {
    return repeated("<a>", depth - 1) + "<a/>" + repeated("</a>", depth - 1);
  };
  read(nested(32));
  CHECK_THAT(refusal(nested(33)), Contains("deeper"));
  read(repeated("<a>", 32) + repeated("</a>", 32));
  CHECK_THAT(refusal(repeated("<a>", 33) + repeated("</a>", 33)), Contains("deeper"));
  read("<a>" + repeated("<b></b>", 1000) + "</a>");

  const std::string most = "<a>" + std::string(256 * 1024 - 7, 'x') + "</a>";
  read(most);
  CHECK_THAT(refusal(most + " "), Contains("larger than the 262144 bytes"));
  CHECK_THAT(refusal("<abc/>", {.bytes = 5}), Contains("larger than the 5 bytes"));

  const auto attributes = [](int count) {
    std::string frame = "<a";
    for (int i = 0; i < count; ++i) frame += " b" + std::to_string(i) + "=''";
    return frame + "/>";
  };
  read(attributes(64));
  CHECK_THAT(refusal(attributes(65)), Contains("more attributes"));
}

TEST_CASE("a frame made of start tags overflows no stack", "[xmpp]") {
  CHECK_THAT(refusal(repeated("<a>", 80'000)), Contains("deeper"));
  const XmlLimits deep{.bytes = 1 << 21, .depth = 1'000'000};
  CHECK_THAT(refusal(repeated("<a>", 80'000), deep), Contains("no XML"));
  const auto frame = repeated("<a>", 200'000) + "x" + repeated("</a>", 200'000);
  const auto document = read_xml(frame, deep);
  REQUIRE(document);
  CHECK(written(*document) == frame);
}

TEST_CASE("no frame within the bounds takes long", "[xmpp]") {
  // Each declares as many prefixes as it may and then asks for one of them as often as it can.
  std::string frame;
  for (int depth = 0; depth < 31; ++depth) {
    frame += "<a";
    for (int i = 0; i < 64; ++i) frame += " xmlns:p" + std::to_string(depth * 64 + i) + "='u'";
    frame += ">";
  }
  while (frame.size() < 262'000) frame += "<p0:b/>";
  frame += repeated("</a>", 31);
  const auto began = std::chrono::steady_clock::now();
  read(frame);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{2});
}

TEST_CASE("what is built is written as one line and read back the same", "[xmpp]") {
  pugi::xml_document document;
  auto message = add(document, "message", "jabber:client");
  set(message, "type", "groupchat");
  set(message, "type", "chat");
  set(message, "to", "a'b\"<&>\n\r\n\tc");
  auto body = add(message, "body");
  set_text(body, "replaced");
  set_text(body, "1 < 2 && \"3\" > '0'\n\r\nline\r]]>\tend ");
  add(message, "store", "urn:xmpp:hints");
  set_text(add(message, "empty"), "");
  const auto line = written(document);
  CHECK(line ==
        "<message xmlns=\"jabber:client\" type=\"chat\" to=\"a'b&quot;&lt;&amp;&gt;&#10;&#13;&#10;&#9;c\">"
        "<body>1 &lt; 2 &amp;&amp; \"3\" &gt; '0'&#10;&#13;&#10;line&#13;]]&gt;\tend </body>"
        "<store xmlns=\"urn:xmpp:hints\"/><empty/></message>");
  const auto back = read(line);
  CHECK(std::string_view{back.first_child().attribute("to").value()} == "a'b\"<&>\n\r\n\tc");
  CHECK(text_of(child(back.first_child(), "body", "jabber:client")) == "1 < 2 && \"3\" > '0'\n\r\nline\r]]>\tend ");
  CHECK(child(back.first_child(), "store", "urn:xmpp:hints"));
  CHECK(written(back) == line);
  CHECK(written(pugi::xml_document{}).empty());
}

TEST_CASE("a text is replaced with the CDATA beside it, and elements stay", "[xmpp]") {
  const auto document = read("<a>1<b/>2<![CDATA[3]]><c/></a>");
  set_text(document.first_child(), "4");
  CHECK(written(document) == "<a><b/><c/>4</a>");
  set_text(document.first_child(), "");
  CHECK(written(document) == "<a><b/><c/></a>");
  CHECK(written(read("<a><![CDATA[<\n>]]></a>")) == "<a>&lt;&#10;&gt;</a>");
}

TEST_CASE("what XML cannot carry is replaced when it is set", "[xmpp]") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {std::string("a\0b", 3), "a\uFFFDb"},
      {"\x01\x1F\x0B", "\uFFFD\uFFFD\uFFFD"},
      {"a\xFF", "a\uFFFD"},
      {"\xC3(", "\uFFFD("},
      {"\uFFFE\uFFFF", "\uFFFD\uFFFD"},
      {"\t\n\r \x7F\u0085é€😀\uFFFD", "\t\n\r \x7F\u0085é€😀\uFFFD"}};
  for (const auto& [given, expected] : cases) {
    pugi::xml_document document;
    auto node = add(document, "a");
    set(node, "b", given);
    set_text(node, given);
    CHECK(std::string_view{node.attribute("b").value()} == expected);
    CHECK(text_of(node) == expected);
    CHECK(text_of(read(written(document)).first_child()) == expected);
  }
  pugi::xml_document document;
  auto node = add(document, "a");
  set(node, "b", "\xED\xA0\x80");
  set_text(node, "\xC0\xAF");
  CHECK(std::string_view{node.attribute("b").value()}.starts_with("\uFFFD"));
  read(written(document));
  // Set past these functions, it still does not go out.
  node.append_attribute("c").set_value("\x02");
  read(written(document));
}

TEST_CASE("20,000 damaged stanzas are read or refused, and what is read is written and read again", "[xmpp]") {
  std::mt19937 random{20'000};
  const auto below = [&](std::size_t n) { return random() % n; };
  const std::vector<std::string> pieces{"<",          ">",
                                        "/>",         "</",
                                        "&",          ";",
                                        "&#0;",       "&#x41;",
                                        "'",          "\"",
                                        "xmlns",      ":",
                                        "=",          "<!--",
                                        "<![CDATA[",  "]]>",
                                        "<?",         "<!DOCTYPE",
                                        "\xFF",       "\xC3",
                                        "\n",         "\r\n",
                                        "&lol;",      "<a>",
                                        "</message>", std::string(1, '\0')};
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto frame = stanzas[below(stanzas.size())];
    for (auto changes = 1 + below(3); changes > 0; --changes) {
      const auto at = below(frame.size() + 1);
      const auto length = below(4) == 0 ? below(40) : below(3);
      switch (below(4)) {
        case 0: frame.insert(at, pieces[below(pieces.size())]); break;
        case 1: frame.erase(at, length); break;
        case 2: frame.insert(at, frame.substr(below(frame.size() + 1), length)); break;
        default:
          if (at < frame.size()) frame[at] = static_cast<char>(below(256));
      }
    }
    const auto document = read_xml(frame);
    if (!document) {
      if (document.error().empty()) FAIL(frame);
      continue;
    }
    ++taken;
    const auto line = written(*document);
    const auto again = read_xml(line);
    if (!again || written(*again) != line || line.find('\n') != line.npos) FAIL(frame);
  }
  CHECK(taken > 500);
  CHECK(taken < 15'000);
}
