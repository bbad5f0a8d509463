#include "bot/platforms/xmpp/posts.hpp"

#include <catch2/catch.hpp>

using bot::Found;
using bot::Post;
using bot::xmpp::Posts;
using bot::xmpp::Recent;
using Keys = std::vector<std::string>;
using Where = Found::Where;

namespace {

Post post(const std::string& key, const std::string& text = "hello") {
  Post out;
  out.key = key;
  out.channel = "logo@rooms.example.org";
  out.text = text;
  return out;
}

/// What find() tells; empty as long as it waits.
struct Asked {
  explicit Asked(Posts& posts, const std::string& key) {
    posts.find(post(key), [this](Found found) {
      CHECK(!what);
      what = std::move(found);
    });
  }
  bool is(Where where, const std::string& message = {}) const {
    return what && what->where == where && what->message == message;
  }
  std::optional<Found> what;
};

}  // namespace

TEST_CASE("xmpp posts: what was never sent is not there", "[xmpp]") {
  Posts posts;
  CHECK(Asked(posts, "k").is(Where::absent));
  CHECK_FALSE(posts.sent_as("k"));
  CHECK(posts.thread_of("s1").empty());
}

TEST_CASE("xmpp posts: one to a room is there when it comes back", "[xmpp]") {
  Posts posts;
  posts.sent(post("k"), Posts::Way::room, 1);
  REQUIRE(posts.sent_as("k"));
  Asked first(posts, "k"), second(posts, "k");
  CHECK(posts.acknowledged(5).empty());  // the server has it, but the room may refuse it
  CHECK(!first.what);
  posts.there("k", "s1", "m-1");
  CHECK(first.is(Where::there, "s1"));
  CHECK(second.is(Where::there, "s1"));
  CHECK(Asked(posts, "k").is(Where::there, "s1"));
  CHECK(posts.thread_of("s1") == "m-1");
  CHECK_FALSE(posts.sent_as("k"));
  posts.there("other", "s2", {});  // of an earlier life
  CHECK(Asked(posts, "other").is(Where::there, "s2"));
}

TEST_CASE("xmpp posts: one to a person is there when the server has it", "[xmpp]") {
  Posts posts;
  posts.sent(post("a"), Posts::Way::person, 1);
  posts.sent(post("b"), Posts::Way::person, 2);
  posts.sent(post("c"), Posts::Way::person, 3);
  Asked a(posts, "a"), c(posts, "c");
  CHECK(posts.acknowledged(0).empty());
  CHECK(posts.acknowledged(2) == Keys{"a", "b"});
  CHECK(a.is(Where::there, "a"));
  CHECK(!c.what);
  CHECK(posts.acknowledged(2).empty());
  CHECK(posts.sent_as("a")->text == "hello");  // it may still come back as an error
  CHECK(posts.acknowledged(3) == Keys{"c"});
  CHECK(c.is(Where::there, "c"));
}

TEST_CASE("xmpp posts: the numbers go round at 2^32", "[xmpp]") {
  Posts posts;
  posts.sent(post("before"), Posts::Way::person, 0xFFFF'FFFE);
  posts.sent(post("last"), Posts::Way::person, 0xFFFF'FFFF);
  posts.sent(post("zero"), Posts::Way::person, 0);
  posts.sent(post("one"), Posts::Way::person, 1);
  CHECK(posts.acknowledged(0xFFFF'FFFD).empty());
  CHECK(posts.acknowledged(0xFFFF'FFFE) == Keys{"before"});
  CHECK(posts.acknowledged(0) == Keys{"last", "zero"});
  CHECK(posts.acknowledged(0).empty());
  CHECK(posts.acknowledged(1) == Keys{"one"});
}

TEST_CASE("xmpp posts: one that was refused is not there", "[xmpp]") {
  Posts posts;
  posts.sent(post("k"), Posts::Way::room, 1);
  Asked asked(posts, "k");
  posts.failed("k");
  CHECK(asked.is(Where::absent));
  CHECK(Asked(posts, "k").is(Where::absent));
  CHECK_FALSE(posts.sent_as("k"));
  posts.failed("k");
  posts.failed("never");
}

TEST_CASE("xmpp posts: one that takes another way is still on its way", "[xmpp]") {
  Posts posts;
  posts.sent(post("k"), Posts::Way::person, 4);
  Asked asked(posts, "k");
  posts.sent(post("k", "again"), Posts::Way::person, 9);
  CHECK(posts.acknowledged(4).empty());
  CHECK(!asked.what);
  CHECK(posts.acknowledged(9) == Keys{"k"});
  CHECK(asked.is(Where::there, "k"));
  CHECK(posts.sent_as("k")->text == "again");
}

TEST_CASE("xmpp posts: after a broken stream nobody knows of those to one person", "[xmpp]") {
  Posts posts;
  posts.sent(post("room"), Posts::Way::room, 1);
  posts.sent(post("lucky"), Posts::Way::room, 2);
  posts.sent(post("person"), Posts::Way::person, 3);
  posts.sent(post("seen"), Posts::Way::person, 4);
  Asked room(posts, "room"), lucky(posts, "lucky"), person(posts, "person"), seen(posts, "seen");
  posts.broke();
  posts.sent(post("new"), Posts::Way::person, 4);
  // The new stream's numbers are not the old one's.
  CHECK(posts.acknowledged(4) == Keys{"new"});
  posts.there("lucky", "s1", {});
  posts.there("seen", "s2", {});
  CHECK((!room.what && !person.what));
  posts.over();
  CHECK(room.is(Where::absent));
  CHECK(lucky.is(Where::there, "s1"));
  CHECK(person.is(Where::unknown));
  CHECK(seen.is(Where::there, "s2"));
  CHECK(Asked(posts, "room").is(Where::absent));
  CHECK(Asked(posts, "person").is(Where::unknown));
  // An archive may still tell, and that is the last word.
  posts.there("person", "s3", {});
  CHECK(Asked(posts, "person").is(Where::there, "s3"));
  posts.over();
}

TEST_CASE("xmpp posts: after a resumed stream it is known which arrived", "[xmpp]") {
  Posts posts;
  posts.sent(post("room"), Posts::Way::room, 9);
  posts.sent(post("had"), Posts::Way::person, 10);
  posts.sent(post("lost"), Posts::Way::person, 11);
  Asked lost(posts, "lost");
  CHECK(posts.resumed(10) == Keys{"had"});
  // Number 11 is another's by now.
  posts.sent(post("new"), Posts::Way::person, 11);
  CHECK(posts.acknowledged(12) == Keys{"new"});
  CHECK(!lost.what);
  posts.over();
  CHECK(lost.is(Where::absent));
  CHECK(Asked(posts, "room").is(Where::absent));
}

TEST_CASE("xmpp posts: what is on its way over the new stream is not over, nor what was not read yet", "[xmpp]") {
  Posts posts;
  posts.sent(post("old"), Posts::Way::room, 1);
  posts.sent(post("unread"), Posts::Way::room, 2);
  posts.broke();
  posts.sent(post("new"), Posts::Way::room, 1);
  Asked old(posts, "old"), unread(posts, "unread"), fresh(posts, "new");
  posts.over([](const Post& one) { return one.key == "unread"; });
  CHECK(old.is(Where::absent));
  CHECK((!unread.what && !fresh.what));
  posts.over();
  CHECK(unread.is(Where::absent));
  CHECK(!fresh.what);
  // Sent anew, it is of the new stream.
  posts.broke();
  posts.sent(post("new"), Posts::Way::room, 1);
  posts.over();
  CHECK(!fresh.what);
  posts.there("new", "s1", {});
  CHECK(fresh.is(Where::there, "s1"));
}

TEST_CASE("xmpp posts: whoever is told may send and ask at once", "[xmpp]") {
  Posts posts;
  int told = 0;
  posts.sent(post("a"), Posts::Way::person, 1);
  posts.sent(post("b"), Posts::Way::person, 2);
  posts.find(post("a"), [&](Found) {
    ++told;
    posts.failed("b");
    posts.sent(post("c"), Posts::Way::room, 3);
    posts.find(post("c"), [&](Found) { ++told; });
  });
  CHECK(posts.acknowledged(2).size() == 2);
  CHECK(told == 1);
  posts.find(post("c"), [&](Found found) {
    CHECK(found.where == Where::absent);
    posts.sent(post("c"), Posts::Way::room, 4);
  });
  posts.broke();
  posts.over();
  CHECK(told == 2);
  CHECK(posts.sent_as("c"));
}

TEST_CASE("xmpp posts: only so many are remembered", "[xmpp]") {
  Recent<int> recent(2);
  recent.put("a", 1);
  recent.put("b", 2);
  recent.put("a", 3);
  CHECK(*recent.find("a") == 3);
  recent.put("c", 4);
  CHECK(recent.find("a") == nullptr);
  CHECK(*recent.find("b") == 2);
  CHECK(*recent.find("c") == 4);
}
