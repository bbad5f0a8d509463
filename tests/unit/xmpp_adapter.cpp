#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>

#include "bot/platforms/xmpp/archive.hpp"
#include "bot/platforms/xmpp/xmpp.hpp"
#include "xmpp_peer.hpp"

// The whole adapter with a server that does what the test says: one account, one room with Ana in it.
namespace {

using namespace xmpp_test;
using bot::Found;
using bot::Incoming;
using bot::Post;
using bot::xmpp::read_stamp;
using Lines = std::vector<std::string>;
using Where = Found::Where;

const std::string own = "parley@example.org";
const std::string logo = "logo@rooms.example.org";
const std::string nine = "2026-11-25T09:00:00Z";

std::string between(const std::string& text, const std::string& before, const std::string& behind) {
  const auto from = text.find(before);
  if (from == text.npos) return {};
  return text.substr(from + before.size(), text.find(behind, from + before.size()) - from - before.size());
}

std::string told(const Incoming& what) {
  struct {
    std::string operator()(const bot::Heard& one) { return "heard " + one.user + " " + one.message + " " + one.text; }
    std::string operator()(const bot::Member& one) { return one.direct ? "" : "member " + one.user; }
    std::string operator()(const bot::Edited& one) { return "edited " + one.message; }
    std::string operator()(const bot::Deleted& one) { return "deleted " + one.message; }
    std::string operator()(const bot::ReadThrough& one) {
      return one.except.empty() ? "through" : "through except " + one.except[0];
    }
    std::string operator()(const bot::Delivered& one) { return "delivered " + one.key + " " + one.message; }
    std::string operator()(const bot::Refused& one) { return "refused " + one.key + " " + one.reason; }
    std::string operator()(const bot::Link& one) { return one.up ? "up" : "down"; }
  } words;
  return std::visit(words, what);
}

Post post(const std::string& key, const std::string& channel = logo) {
  Post out;
  out.key = key;
  out.channel = channel;
  out.text = "text of " + key;
  return out;
}

struct Server {
  explicit Server(std::chrono::milliseconds silence = std::chrono::hours{1}) : peer(io) {
    bot::XmppConfig config;
    config.url = "ws://127.0.0.1:" + std::to_string(peer.port()) + "/ws";
    config.jid = own;
    config.password = "correct horse";
    config.rooms = {logo};
    config.insecure = true;
    bot::XmppTuning tuning;
    tuning.ping = std::chrono::hours{1};
    tuning.silence = silence;
    tuning.first_retry = std::chrono::milliseconds{5};
    tuning.wall = [] { return *read_stamp("2026-11-25T10:00:00Z"); };
    adapter = bot::make_xmpp_platform(io, config, tuning);
  }

  void start() {
    const auto ms = std::to_string(read_stamp(nine)->time_since_epoch().count());
    adapter->start("{\"" + logo + "\":[\"s0\"," + ms + "],\"" + own + "\":[\"p0\"," + ms + "]}", [this] {
      for (const auto& one : adapter->take(100)) {
        if (const auto* heard = std::get_if<bot::Heard>(&one)) stamps[heard->message] = heard->sent_at;
        if (auto line = told(one); !line.empty()) came.push_back(line);
      }
    });
  }

  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience = std::chrono::seconds{5}) {
    const auto limit = std::chrono::steady_clock::now() + patience;
    io.restart();
    while (!done() && std::chrono::steady_clock::now() < limit) {
      io.run_one_for(std::chrono::milliseconds{10});
      for (; !peer.frames.empty(); peer.frames.pop_front()) {
        const auto& frame = peer.frames.front();
        counted += frame.starts_with("<message") || frame.starts_with("<presence") || frame.starts_with("<iq");
        frames.push_back(frame);
      }
    }
    return done();
  }
  void settle() {
    run_until([] { return false; }, std::chrono::milliseconds{60});
  }
  /// Takes the first frame that holds all of these, and leaves the others.
  std::string frame(const Lines& parts) {
    std::deque<std::string>::iterator found;
    CAPTURE(parts, frames, came);
    REQUIRE(run_until([&] {
      found = std::ranges::find_if(frames, [&](const std::string& one) {
        return std::ranges::all_of(parts, [&](const std::string& part) { return one.find(part) != one.npos; });
      });
      return found != frames.end();
    }));
    auto out = *found;
    frames.erase(found);
    return out;
  }
  void wait(const std::string& line) {
    CAPTURE(line, came, frames);
    REQUIRE(run_until([&] { return std::ranges::find(came, line) != came.end(); }));
  }
  bool has(const std::string& line) { return std::ranges::find(came, line) != came.end(); }

  void say(const std::string& frame) { peer.say(frame); }
  static std::string id(const std::string& frame) { return between(frame, " id=\"", "\""); }
  void answer(const std::string& question, const std::string& from, const std::string& content = {},
              const char* type = "result") {
    say(text(
        "iq",
        "type='" + std::string{type} + "' id='" + id(question) + "'" + (from.empty() ? "" : " from='" + from + "'"),
        content));
  }
  void acknowledge(std::uint32_t number) { say("<a xmlns='urn:xmpp:sm:3' h='" + std::to_string(number) + "'/>"); }

  void sign_in() {
    frame({"<open"});
    say(open_frame);
    say(plain_offer);
    frame({"<auth"});
    say(success);
    frame({"<open"});
    say(open_frame);
    say(bind_offer);
  }
  void bind() {
    answer(frame({"<iq", "xmpp-bind"}), {},
           "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" + me + "</jid></bind>");
    frame({"<enable"});
    counted = 0;
    say("<enabled xmlns='urn:xmpp:sm:3' id='stream' resume='true' max='600'/>");
  }
  void occupant(const std::string& nick, const std::string& jid, const std::string& codes = {}) {
    say(text("presence", "from='" + logo + "/" + nick + "'",
             "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' jid='" + jid + "'/>" + codes +
                 "</x>"));
  }
  /// Lets the bot in and tells it what the room is like.
  void join() {
    const auto asked = frame({"<presence", "to=\"" + logo + "/Parley\""});
    CHECK(asked.find("maxstanzas=\"0\"") != asked.npos);
    occupant("Ana", "ana@example.org/desk");
    occupant("Parley", me, "<status code='100'/><status code='110'/>");
    say(text("message", "type='groupchat' from='" + logo + "'", "<subject/>"));
    answer(frame({"<iq", "to=\"" + logo + "\"", "disco#info"}), logo,
           "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:mam:2'/>"
           "<feature var='muc_nonanonymous'/></query>");
  }

  std::string typed(const std::string& nick, const std::string& body, const std::string& stanza,
                    const std::string& from_them = {}) {
    return text(
        "message",
        "type='groupchat' from='" + logo + "/" + nick + "' id='" + (from_them.empty() ? "i" + stanza : from_them) + "'",
        "<body>" + body + "</body><stanza-id xmlns='urn:xmpp:sid:0' by='" + logo + "' id='" + stanza + "'/>");
  }

  struct Kept {
    std::string id, at, author, body, key = {};
  };
  /// One page of an archive, the last one.
  void page(const std::string& question, const std::string& archive, const std::vector<Kept>& messages) {
    const auto number = between(question, "queryid=\"", "\"");
    for (const auto& one : messages) {
      const bool room = archive == logo;
      const auto inner = text(
          "message",
          std::string{room ? "type='groupchat'" : "type='chat'"} + " id='" +
              (one.key.empty() ? "i" + one.id : one.key) + "' from='" + (room ? logo + "/x" : one.author + "/d") + "'",
          "<body>" + one.body + "</body>" +
              (room ? "<x xmlns='http://jabber.org/protocol/muc#user'><item jid='" + one.author + "'/></x>" : ""));
      say(text("message", archive == own ? "" : "from='" + archive + "'",
               "<result xmlns='urn:xmpp:mam:2' queryid='" + number + "' id='" + one.id +
                   "'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='" + one.at + "'/>" +
                   inner + "</forwarded></result>"));
    }
    answer(question, archive == own ? "" : archive, "<fin xmlns='urn:xmpp:mam:2' complete='true'/>");
  }
  std::string asked(const std::string& archive, const char* kind) {
    return archive == own ? own_question(kind) : frame({"<iq", "to=\"" + archive + "\"", "urn:xmpp:mam:2", kind});
  }
  std::string own_question(const char* kind) { return frame({"type=\"set\" id=", "urn:xmpp:mam:2", kind}); }
  void newest(const std::vector<Kept>& room = {}) {
    page(asked(own, "<before"), own, {});
    page(asked(logo, "<before"), logo, room);
  }
  void backfill(const std::vector<Kept>& room = {}, const std::vector<Kept>& direct = {}) {
    page(asked(own, "<after"), own, direct);
    page(asked(logo, "<after"), logo, room);
  }
  /// From nothing to a link that stands.
  void stand() {
    start();
    sign_in();
    bind();
    join();
    newest();
    backfill();
    wait("up");
    settle();
    came.clear();
    frames.clear();
  }

  boost::asio::io_context io;
  Peer peer;
  std::deque<std::string> frames;
  std::uint32_t counted = 0;  ///< stanzas of the bot since the stream began
  Lines came;
  std::map<std::string, bot::Instant> stamps;  ///< of what was heard
  std::unique_ptr<bot::Platform> adapter;
};

/// What find() tells; empty as long as it waits.
struct Asked {
  Asked(Server& server, const Post& what) {
    server.adapter->find(what, [this](Found told) {
      CHECK(!found);
      found = std::move(told);
    });
  }
  Asked(const Asked&) = delete;
  bool is(Where where, const std::string& message = {}) const {
    return found && found->where == where && found->message == message;
  }
  std::optional<Found> found;
};

}  // namespace

TEST_CASE("xmpp adapter: signs in, enters, reads what it missed in order, and only then what is live", "[xmpp]") {
  Server server;
  server.start();
  server.sign_in();
  server.bind();
  CHECK(server.frame({"<iq", "urn:xmpp:time"}).find("to=\"example.org\"") != std::string::npos);
  CHECK(server.frame({"<presence"}).find("to=") == std::string::npos);
  server.join();
  // Live already, while the archives have not been asked: it waits, and one of them the archive has too.
  const auto room_newest = server.asked(logo, "<before");
  server.say(server.typed("Ana", "/live one", "s4"));
  server.page(server.asked(own, "<before"), own, {});
  server.page(room_newest, logo, {{"s0", nine, "ana@example.org", "before"}});
  const auto direct = server.asked(own, "<after"), room = server.asked(logo, "<after");
  CHECK(between(room, "<after>", "<") == "s0");
  CHECK(between(direct, "<after>", "<") == "p0");
  server.say(server.typed("Ana", "/live two", "s5"));
  server.page(room, logo,
              {{"s1", "2026-11-25T09:01:00Z", "ana@example.org", "/missed one"},
               {"s2", "2026-11-25T09:03:00Z", own, "ours", "k0"},
               {"s3", "2026-11-25T09:05:00Z", "ana@example.org", "/missed three"},
               {"s4", "2026-11-25T09:59:00Z", "ana@example.org", "/live one"}});
  server.settle();
  CHECK_FALSE(server.has("heard ana@example.org s1 /missed one"));
  server.page(direct, own,
              {{"p1", "2026-11-25T09:02:00Z", "ben@example.org", "/direct"},
               {"p2", "2026-11-25T09:06:00Z", own, "ours", "k1"}});
  server.wait("up");
  std::erase_if(server.came, [](const std::string& line) { return line.starts_with("member"); });
  CHECK(server.came == Lines{"heard ana@example.org s1 /missed one", "heard ben@example.org p1 /direct",
                             "delivered k0 s2", "heard ana@example.org s3 /missed three", "delivered k1 p2",
                             "heard ana@example.org s4 /live one", "heard ana@example.org s5 /live two", "through",
                             "up"});
  CHECK(between(server.adapter->cursor(), "\"" + logo + "\":[\"", "\"") == "s5");
  CHECK(between(server.adapter->cursor(), "\"" + own + "\":[\"", "\"") == "p2");

  server.came.clear();
  server.say(server.typed("Ana", "/now", "s6"));
  server.say(server.typed("Mallory", "/unknown", "s7"));
  server.wait("heard ana@example.org s6 /now");
  server.settle();
  CHECK(server.came.size() == 1);
  CHECK(between(server.adapter->cursor(), "\"" + logo + "\":[\"", "\"") == "s7");
}

TEST_CASE("xmpp adapter: a post to the room is there when it comes back, one to a person when it is counted",
          "[xmpp]") {
  Server server;
  server.stand();
  server.adapter->send({post("k1"), post("k2", "ana@example.org")});
  CHECK(Server::id(server.frame({"<message", "to=\"" + logo + "\"", "text of k1"})) == "k1");
  CHECK(server.frame({"<message", "text of k2"}).find("to=\"ana@example.org\"") != std::string::npos);
  server.say(server.typed("Mallory", "text of k1", "s1", "k1"));
  server.settle();
  CHECK(server.came.empty());
  server.say(server.typed("Parley", "text of k1", "s2", "k1"));
  server.wait("delivered k1 s2");
  server.acknowledge(server.counted);
  server.wait("delivered k2 k2");
  CHECK(server.came.size() == 2);
}

TEST_CASE("xmpp adapter: somebody who says that they are us is not", "[xmpp]") {
  Server server;
  server.stand();
  server.say(text("presence", "from='" + logo + "/Mallory'",
                  "<x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/><status code='100'/></x>"
                  "<x xmlns='http://jabber.org/protocol/muc#user'><item jid='mallory@example.org/d'/></x>"));
  server.adapter->send({post("k1")});
  server.frame({"<message", "text of k1"});
  server.say(server.typed("Mallory", "text of k1", "s1", "k1"));
  server.settle();
  CHECK(server.came.empty());
  // A change of our standing does not make the room an anonymous one.
  server.say(text("presence", "from='" + logo + "/Parley'",
                  "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' jid='" + me +
                      "'/><status code='110'/></x>"));
  server.say(server.typed("Ana", "/still here", "s2"));
  server.wait("heard ana@example.org s2 /still here");
}

TEST_CASE("xmpp adapter: a link that is taken up again tells which posts arrived", "[xmpp]") {
  Server server;
  server.stand();
  server.adapter->send({post("had", "ana@example.org")});
  server.frame({"<message", "text of had"});
  const auto arrived = server.counted;
  server.adapter->send({post("lost", "ana@example.org"), post("lost-room"), post("late-room")});
  server.frame({"<message", "text of late-room"});
  Asked lost(server, post("lost", "ana@example.org")), lost_room(server, post("lost-room"));
  Asked late_room(server, post("late-room"));
  server.frames.clear();
  server.peer.cut();
  server.wait("down");
  // A try that fails is no reason to give the stream up.
  server.frame({"<open"});
  server.peer.cut();
  server.sign_in();
  const auto resume = server.frame({"<resume", "previd=\"stream\""});
  CHECK(between(resume, " h=\"", "\"") != "0");
  server.counted = 0;
  server.say("<resumed xmlns='urn:xmpp:sm:3' previd='stream' h='" + std::to_string(arrived) + "'/>");
  server.say(server.typed("Ana", "/while away", "s1"));
  server.say(server.typed("Parley", "text of late-room", "s2", "late-room"));
  server.wait("delivered had had");
  const auto home = server.frame({"<iq", "urn:xmpp:ping", "to=\"example.org\""});
  const auto room = server.frame({"<iq", "urn:xmpp:ping", "to=\"" + logo + "/Parley\""});
  // Our questions have the numbers now that the lost posts had.
  server.acknowledge(arrived + server.counted);
  server.settle();
  CHECK_FALSE(server.has("delivered lost lost"));
  CHECK((!lost.found && !lost_room.found));
  server.answer(room, logo + "/Parley");
  server.answer(home, "example.org");
  CHECK_FALSE(server.has("heard ana@example.org s1 /while away"));
  // It arrived at ten: the archive knows when it was said.
  const auto at = "2026-11-25T09:30:00Z";
  server.backfill({{"s1", at, "ana@example.org", "/while away"},
                   {"s2", "2026-11-25T09:31:00Z", own, "text of late-room", "late-room"}});
  server.wait("up");
  CHECK(server.stamps["s1"] == *read_stamp(at));
  CHECK(lost.is(Where::absent));
  CHECK(lost_room.is(Where::absent));
  CHECK(late_room.is(Where::there, "s2"));
  CHECK(server.came == Lines{"down", "delivered had had", "heard ana@example.org s1 /while away",
                             "delivered late-room s2", "through", "up"});
}

TEST_CASE("xmpp adapter: what arrives when the server has long been silent has the archive's stamp", "[xmpp]") {
  Server server(std::chrono::milliseconds{20});
  server.stand();  // which takes longer
  server.say(server.typed("Ana", "/typed early", "s1"));
  const auto home = server.frame({"<iq", "urn:xmpp:ping", "to=\"example.org\""});
  server.answer(server.frame({"<iq", "urn:xmpp:ping", "to=\"" + logo + "/Parley\""}), logo + "/Parley");
  server.say(server.typed("Ana", "/typed then", "s2"));
  server.answer(home, "example.org");
  server.backfill({{"s1", "2026-11-25T09:58:00Z", "ana@example.org", "/typed early"}});
  server.wait("up");
  CHECK(server.came ==
        Lines{"heard ana@example.org s1 /typed early", "heard ana@example.org s2 /typed then", "through", "up"});
  CHECK(server.stamps["s1"] == *read_stamp("2026-11-25T09:58:00Z"));
  CHECK(server.stamps["s2"] == *read_stamp("2026-11-25T10:00:00Z"));
}

TEST_CASE("xmpp adapter: a link that is not taken up again, and posts that were under way", "[xmpp]") {
  Server server;
  server.stand();
  server.adapter->send({post("k1"), post("k2", "ana@example.org"), post("k3"), post("k4", "ana@example.org")});
  server.frame({"<message", "text of k4"});
  auto repeated = post("k4", "ana@example.org");
  repeated.again = true;
  Asked k1(server, post("k1")), k2(server, post("k2", "ana@example.org")), k3(server, post("k3")), k4(server, repeated);
  server.frames.clear();
  server.peer.cut();
  server.wait("down");
  server.sign_in();
  server.frame({"<resume"});
  server.say("<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
  server.bind();
  server.join();
  server.newest();
  const auto at = "2026-11-25T09:59:00Z";
  const Server::Kept first{"s1", at, own, "text of k1", "k1"};
  CHECK((!k1.found && !k2.found && !k3.found && !k4.found));
  SECTION("what lies in an archive is there, the rest is not") {
    server.backfill({first}, {{"p1", at, own, "text of k2", "k2"}});
    server.wait("up");
    CHECK(k1.is(Where::there, "s1"));
    CHECK(k2.is(Where::there, "p1"));
    CHECK(k3.is(Where::absent));
    CHECK(k4.is(Where::absent));
    CHECK((server.has("delivered k1 s1") && server.has("delivered k2 p1") && server.has("through")));
  }
  SECTION("where our own archive cannot be read, nobody knows") {
    server.answer(server.asked(own, "<after"), {},
                  "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
                  "error");
    server.page(server.asked(logo, "<after"), logo, {first});
    server.wait("up");
    CHECK(k1.is(Where::there, "s1"));
    CHECK(k4.is(Where::unknown));
  }
  SECTION("where the room's cannot, it is waited for") {
    server.page(server.asked(own, "<after"), own, {});
    server.answer(server.asked(logo, "<after"), logo,
                  "<error type='cancel'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
                  "error");
    server.wait("up");
    CHECK(server.has("through except " + logo));
    CHECK(k4.is(Where::absent));
    CHECK((!k1.found && !k3.found));
  }
  SECTION("a link that goes again in the middle says nothing of what was not read") {
    server.page(server.asked(own, "<after"), own, {});
    server.asked(logo, "<after");
    server.settle();
    server.came.clear();
    server.peer.cut();
    server.sign_in();
    CHECK(server.came.empty());
    CHECK((!k1.found && !k2.found && !k3.found && !k4.found));
    server.bind();  // what broke off half-way in is not taken up
    server.join();
    server.newest();
    server.backfill({first}, {});
    server.wait("up");
    CHECK(k1.is(Where::there, "s1"));
    CHECK(k3.is(Where::absent));
  }
}

TEST_CASE("xmpp adapter: a room that it made is set up as it needs it, by what the room's form offers", "[xmpp]") {
  Server s;
  s.start();
  s.sign_in();
  s.bind();
  s.frame({"<presence", "to=\"" + logo + "/Parley\""});
  s.occupant("Parley", me, "<status code='110'/><status code='201'/>");
  s.say(text("message", "type='groupchat' from='" + logo + "'", "<subject/>"));
  const Lines owner{"<iq", "to=\"" + logo + "\"", "muc#owner"};
  const auto form = s.frame(owner);
  CHECK(form.find("type=\"get\"") != form.npos);
  s.answer(form, logo,
           "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='form'>"
           "<field var='muc#roomconfig_whois'/><field var='mam'/><field var='muc#roomconfig_roomname'/></x></query>");
  const auto filled = s.frame(owner);
  CHECK(filled.find("type=\"set\"") != filled.npos);
  for (const char* wanted :
       {"<field var=\"mam\"><value>1</value>", "<field var=\"muc#roomconfig_whois\"><value>anyone</value>"})
    CHECK(filled.find(wanted) != filled.npos);
  for (const char* not_offered : {"persistentroom", "enablearchiving", "roomname"}) {
    CAPTURE(filled);
    CHECK(filled.find(not_offered) == filled.npos);
  }
  s.answer(filled, logo);
  s.frame({"<iq", "to=\"" + logo + "\"", "disco#info"});
}
