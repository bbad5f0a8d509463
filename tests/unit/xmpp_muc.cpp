#include "bot/platforms/xmpp/muc.hpp"

#include <catch2/catch.hpp>

#include "xmpp_peer.hpp"

using bot::Member;
using bot::xmpp::Muc;
using xmpp_test::stanza;
using What = Muc::Change::What;

namespace {

const std::string home = "example.org";
const std::string logo = "logo@rooms.example.org";

std::string x(const std::string& content) {
  return "<x xmlns='http://jabber.org/protocol/muc#user'>" + content + "</x>";
}

std::string item(const std::string& jid, const std::string& affiliation = "none", const std::string& more = {}) {
  return "<item affiliation='" + affiliation + "' role='participant'" + (jid.empty() ? "" : " jid='" + jid + "'") +
         more + "/>";
}

std::string code(int number) { return "<status code='" + std::to_string(number) + "'/>"; }

struct Room {
  Muc muc{logo, "Parley", "parley@example.org"};

  Muc::Change came(const std::string& nick, const std::string& content) {
    return muc.presence(stanza("presence", "from='" + logo + "/" + nick + "'", content).document_element(), home);
  }
  Muc::Change went(const std::string& nick, const std::string& content) {
    return muc.presence(
        stanza("presence", "type='unavailable' from='" + logo + "/" + nick + "'", content).document_element(), home);
  }
  Muc::Change error(const std::string& from, const std::string& condition, const std::string& words = {}) {
    const auto text = words.empty() ? "" : "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>" + words + "</text>";
    return muc.presence(stanza("presence", "type='error' from='" + from + "'",
                               "<error type='auth'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" +
                                   text + "</error>")
                            .document_element(),
                        home);
  }
  void enter() {
    REQUIRE(came("Parley", x(item("parley@example.org/desk", "owner") + code(100) + code(110))).what == What::entered);
  }
  bool said(const std::string& content) {
    return muc.configured(stanza("message", "type='groupchat' from='" + logo + "'", content).document_element());
  }
};

/// `joined ana@example.org ana Ana`
std::vector<std::string> told(const Muc::Change& change) {
  std::vector<std::string> out;
  for (const auto& one : change.members) {
    const std::string what = one.what == Member::What::joined ? "joined"
                             : one.what == Member::What::left ? "left"
                                                              : "renamed";
    CHECK(one.channel == (one.what == Member::What::renamed ? "" : logo));
    out.push_back(what + " " + one.user + " " + one.handle + " " + one.name);
  }
  return out;
}

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("xmpp muc: somebody comes, is seen again, and goes", "[xmpp]") {
  Room room;
  room.enter();
  CHECK(room.muc.open());
  CHECK(told(room.came("Ana", x(item("ana@example.org/a1")))) == Told{"joined ana@example.org ana Ana"});
  CHECK(room.muc.nick_of("ana@example.org") == "Ana");
  CHECK(told(room.came("Ana", "<show>away</show>" + x(item("ana@example.org/a1")))).empty());
  CHECK(told(room.came("ben", x(item("ben@elsewhere.net/x")))) ==
        Told{"joined ben@elsewhere.net ben@elsewhere.net ben"});
  CHECK(told(room.went("Ana", x(item("ana@example.org/a1")))) == Told{"left ana@example.org ana Ana"});
  CHECK_FALSE(room.muc.occupant("Ana"));
  CHECK(told(room.went("Ana", x(item("ana@example.org/a1")))).empty());
  CHECK(told(room.went("nobody", x(item("ana@example.org/a1")))).empty());
}

TEST_CASE("xmpp muc: who belongs to the room stays when they go offline", "[xmpp]") {
  for (const char* affiliation : {"member", "admin", "owner"}) {
    Room room;
    room.enter();
    room.came("Ana", x(item("ana@example.org/a", affiliation)));
    CHECK(room.muc.occupant("Ana")->stays);
    CHECK(told(room.went("Ana", x(item("", affiliation)))).empty());
    CHECK_FALSE(room.muc.occupant("Ana"));
  }
  Room room;
  room.enter();
  room.came("Ana", x(item("ana@example.org/a", "member")));
  // Removed from the room and, with that, from its list.
  CHECK(told(room.went("Ana", x(item("", "none") + code(321)))) == Told{"left ana@example.org ana Ana"});
  room.came("Ben", x(item("ben@example.org/a", "member")));
  CHECK(told(room.went("Ben", x(item("", "outcast") + code(301)))) == Told{"left ben@example.org ben Ben"});
  room.came("Cy", x(item("cy@example.org/a", "none")));
  room.came("Cy", x(item("cy@example.org/a", "member")));
  CHECK(told(room.went("Cy", x(item("", "member")))).empty());
}

TEST_CASE("xmpp muc: another nick is no other person", "[xmpp]") {
  Room room;
  room.enter();
  room.came("Ana", x(item("ana@example.org/a")) + "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='o1'/>");
  const auto change = room.went("Ana", x(item("ana@example.org/a", "none", " nick='Anna'") + code(303)));
  CHECK(told(change) == Told{"renamed ana@example.org ana Anna"});
  CHECK(room.muc.occupant("Anna")->occupant_id == "o1");
  CHECK_FALSE(room.muc.occupant("Ana"));
  CHECK(told(room.came("Anna", x(item("ana@example.org/a")))).empty());
  // Without the new nick it is a leaving.
  CHECK(told(room.went("Anna", x(item("ana@example.org/a") + code(303)))) == Told{"left ana@example.org ana Anna"});
  // Our own nick can be changed for us.
  CHECK(room.went("Parley", x(item("parley@example.org/d", "none", " nick='Bot'") + code(303) + code(110))).what ==
        What::nothing);
  CHECK(room.muc.nick() == "Bot");
  CHECK(room.muc.occupant("Bot")->user == "parley@example.org");
  CHECK(room.came("Bot", x(item("parley@example.org/d") + code(110))).what == What::nothing);
  CHECK(room.muc.open());
}

TEST_CASE("xmpp muc: two clients of one person are one person", "[xmpp]") {
  Room room;
  room.enter();
  CHECK(told(room.came("Ana", x(item("ana@example.org/desk")))) == Told{"joined ana@example.org ana Ana"});
  CHECK(told(room.came("Ana-phone", x(item("ana@example.org/phone")))).empty());
  CHECK(told(room.went("Ana", x(item("ana@example.org/desk")))).empty());
  CHECK(room.muc.nick_of("ana@example.org") == "Ana-phone");
  CHECK(told(room.went("Ana-phone", x(item("ana@example.org/phone")))) == Told{"left ana@example.org ana Ana-phone"});
}

TEST_CASE("xmpp muc: a nick that somebody else takes is theirs", "[xmpp]") {
  Room room;
  room.enter();
  room.came("Ana", x(item("ana@example.org/a")));
  CHECK(told(room.came("Ana", x(item("mallory@example.org/a")))) ==
        Told{"left ana@example.org ana Ana", "joined mallory@example.org mallory Ana"});
  CHECK(room.muc.occupant("Ana")->user == "mallory@example.org");
}

TEST_CASE("xmpp muc: who is told twice, or not at all, is nobody", "[xmpp]") {
  Room room;
  room.enter();
  const auto ana = item("ana@example.org/a", "owner");
  for (const auto& content : {x(ana) + x(item("mallory@example.org/a")), x(item("mallory@example.org/a")) + x(ana),
                              x(ana + item("mallory@example.org/a")), x(item("mallory@example.org/a")) + x(""),
                              x(item("")), x(""), std::string{}, x("<item xmlns='urn:other' jid='ana@example.org/a'/>"),
                              std::string{"<x xmlns='urn:other'><item jid='ana@example.org/a'/></x>"}}) {
    CAPTURE(content);
    CHECK(told(room.came("Mallory", content)).empty());
    REQUIRE(room.muc.occupant("Mallory"));
    CHECK(room.muc.occupant("Mallory")->user.empty());
    CHECK_FALSE(room.muc.occupant("Mallory")->stays);
    CHECK(told(room.went("Mallory", content)).empty());
  }
  CHECK_FALSE(room.muc.nick_of("ana@example.org"));
}

TEST_CASE("xmpp muc: nobody can say that they are us", "[xmpp]") {
  Room room;
  room.enter();
  const auto change = room.came("Mallory", x(code(110) + code(100) + code(201)) + x(item("mallory@example.org/a")));
  CHECK(change.what == What::nothing);
  CHECK(room.muc.nick() == "Parley");
  CHECK(room.muc.occupant("Mallory")->user.empty());
  CHECK(room.went("Mallory", x(code(110) + code(301)) + x(item("mallory@example.org/a"))).what == What::nothing);
  room.came("Mallory", x(item("mallory@example.org/a")));
  const auto renamed = room.went("Mallory", x(item("", "none", " nick='Parley'") + code(303)) + x(item("")));
  CHECK(told(renamed) == Told{"left mallory@example.org mallory Mallory"});
  CHECK(room.muc.occupant("Parley")->user == "parley@example.org");
}

TEST_CASE("xmpp muc: our own presence tells that we are in, and whether the room is open", "[xmpp]") {
  Room room;
  CHECK(told(room.came("Ana", x(item("ana@example.org/a")))) == Told{"joined ana@example.org ana Ana"});
  const auto change = room.came("Parley", x(item("") + code(110) + code(201)));
  CHECK(change.what == What::entered);
  CHECK(change.members.empty());
  CHECK_FALSE(room.muc.open());
  CHECK(room.muc.occupant("Parley")->user == "parley@example.org");
  room.muc.believe(true);
  // What we may do here has changed, and nothing else.
  CHECK(room.came("Parley", x(item("parley@example.org/d", "owner") + code(110))).what == What::nothing);
  CHECK(room.muc.open());
  room.muc.leave();
  CHECK_FALSE(room.muc.open());
  CHECK_FALSE(room.muc.occupant("Ana"));
  // The server may give us a nick that we did not ask for, or leave out who we are.
  CHECK(room.came("Parley-2", x(item("parley@example.org/d") + code(210) + code(110) + code(100))).what ==
        What::entered);
  CHECK(room.muc.nick() == "Parley-2");
  CHECK(room.muc.open());
  room.muc.leave();
  CHECK(room.came("Parley-2", x(item("parley@example.org/d"))).what == What::entered);
}

TEST_CASE("xmpp muc: we are out, and whether to come again", "[xmpp]") {
  struct Case {
    std::string content, reason;
    bool for_good;
  };
  const std::string why = "<item affiliation='none' role='none'><reason>too loud</reason></item>";
  for (const auto& one :
       {Case{why + code(307) + code(110), "we were sent out: too loud", true},
        Case{why + code(301) + code(110), "we were banned: too loud", true},
        Case{code(321) + code(110), "the room is for members only", true},
        Case{code(322) + code(110), "the room is for members only", true},
        Case{code(332) + code(110), "the rooms are being shut down", false},
        Case{code(307) + code(333) + code(110), "we are no longer in it", false},
        Case{"<destroy/>" + code(110), "the room was destroyed", false}, Case{"", "we are no longer in it", false}}) {
    Room room;
    room.enter();
    const auto change = room.went("Parley", x(one.content));
    CAPTURE(one.content);
    CHECK(change.what == What::out);
    CHECK(change.reason == one.reason);
    CHECK(change.for_good == one.for_good);
  }
  Room room;
  room.enter();
  CHECK(room.went("Parley", {}).what == What::out);
  // Somebody else is sent out: that is no word about us.
  room.came("Ana", x(item("ana@example.org/a")));
  const auto change = room.went("Ana", x(item("", "none") + code(307)));
  CHECK(change.what == What::nothing);
  CHECK(told(change) == Told{"left ana@example.org ana Ana"});
}

TEST_CASE("xmpp muc: we are not let in", "[xmpp]") {
  Room room;
  const auto conflict = room.error(logo + "/Parley", "conflict");
  CHECK((conflict.what == What::conflict && !conflict.for_good));
  const auto banned = room.error(logo + "/Parley", "forbidden", "go away");
  CHECK((banned.what == What::refused && banned.for_good && banned.reason == "forbidden: go away"));
  const auto members = room.error(logo, "registration-required");
  CHECK((members.what == What::refused && members.for_good));
  const auto full = room.error(logo + "/Parley", "service-unavailable");
  CHECK((full.what == What::refused && !full.for_good && full.reason == "service-unavailable"));
  room.enter();
  room.came("Mallory", x(item("mallory@example.org/a")));
  CHECK(room.error(logo + "/Mallory", "forbidden").what == What::nothing);
}

TEST_CASE("xmpp muc: what is no presence of the room changes nothing", "[xmpp]") {
  Room room;
  room.enter();
  for (const char* attributes : {"from='logo@rooms.example.org/Ana' type='subscribe'", "from='a@b@c/Ana'", ""}) {
    const auto change =
        room.muc.presence(stanza("presence", attributes, x(item("ana@example.org/a"))).document_element(), home);
    CHECK(change.what == What::nothing);
    CHECK(change.members.empty());
  }
  CHECK_FALSE(room.muc.occupant("Ana"));
}

TEST_CASE("xmpp muc: the room's word that it shows addresses, or no longer", "[xmpp]") {
  Room room;
  room.enter();
  CHECK_FALSE(room.said(x(code(172))));  // it does already
  CHECK(room.said(x(code(173))));
  CHECK_FALSE(room.muc.open());
  CHECK_FALSE(room.said(x(code(174))));
  CHECK_FALSE(room.said(x(code(172) + code(173))));
  CHECK_FALSE(room.said(x(code(104))));
  CHECK_FALSE(room.said("<x xmlns='urn:other'><status code='172'/></x>"));
  CHECK(room.said(x(code(104) + code(172))));
  CHECK(room.muc.open());
  CHECK(room.said(x(code(174))));
}

TEST_CASE("xmpp muc: what people are called", "[xmpp]") {
  CHECK(bot::xmpp::handle_of("ana@example.org", home) == "ana");
  CHECK(bot::xmpp::handle_of("ana@example.org.evil.net", home) == "ana@example.org.evil.net");
  CHECK(bot::xmpp::handle_of("ana@sub.example.org", home) == "ana@sub.example.org");
  CHECK(bot::xmpp::handle_of("example.org", home) == "example.org");
}
