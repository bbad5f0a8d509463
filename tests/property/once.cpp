#include <stdlib.h>

#include <rapidcheck/catch.h>
#include <catch2/catch.hpp>
#include <filesystem>
#include <ostream>

#include "bot/engine.hpp"
#include "bot/inspect.hpp"

// The engine and a real store: whatever is delivered again, and wherever the bot stops and starts in between, the same
// things are true in the end and the same things have been said once.
namespace {

using bot::Heard;
using bot::Incoming;
using workflow::Instant;

const Instant start{std::chrono::hours{24 * 20'000}};

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "parley-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// One line of a conversation, and what befalls it: how often it arrives, and whether the bot dies behind it.
struct Line {
  int what = 0;
  int number = 1;
  int minutes = 0;
  int times = 1;
  bool restart = false;
};

const std::vector<std::pair<const char*, const char*>> lines{
    {"bob", R"(/offer title="Logo" milestones="Draft:50;Final:80" scope="Three concepts")"},
    {"ana", "/accept O-N v1 --yes"},
    {"ana", "/accept O-N"},
    {"ana", "/confirm"},
    {"ana", "/submit M-N.1 draft.zip"},
    {"bob", "/release M-N.1"},
    {"bob", "/fund M-N.2"},
    {"ana", R"(/propose title="Site" amount=90 scope="Five pages")"},
    {"bob", "/counter P-N amount=70"},
    {"bob", "/approve P-N v1"},
    {"ana", "/withdraw P-N"},
    {"ana", "/decline O-N"},
    {"bob", "/end C-N reason=budget"},
    {"bob dm", R"(stars=4 text="Good work, a little late" --yes)"},
    {"ana dm", R"(/end C-N reason=completed stars=5 text="A pleasure to work with" --yes)"},
    {"ana", "/ask C-N which font"},
    {"bob", "/answer Q-N Helvetica"},
    {"bob", "/nudge C-N"},
    {"ana", "/keepopen C-N"},
    {"bob", R"(/offer title="Icons" amount=40 scope="Twelve icons" end=2024-11-01)"},
    {"ana", "/milestone drop M-N.2"},
    {"ana", R"(/milestone add C-N "Extra" 30)"},
    {"bob", "/approve A-N.1"},
    {"bob", "/approve A-N.1 v1"},
    {"bob", "/release M-N.1 20.01 --yes"},
    {"bob", "/release C-N --yes"},
    {"bob", "/changes M-N.1 shorter"},
    {"bob", "/bonus C-N 5 --yes"},
    {"ana", "/status C-1"},
    {"bob", "no command at all"},
    {"bob", R"(/offer revise O-N milestones="Draft:60;Final:70")"},
    {"ana", "/request-changes O-N title=Logos"},
    {"bob", "/approve CR-N"},
    {"ana", "/repropose P-N amount=95"},
    {"bob", R"(/rehire C-N scope="Three more concepts")"}};

Heard heard(const Line& line, int index, Instant at) {
  std::string who = lines[static_cast<std::size_t>(line.what)].first,
              text = lines[static_cast<std::size_t>(line.what)].second;
  const bool direct = who.ends_with(" dm");
  who = who.substr(0, 3);
  if (const auto n = text.find("-N"); n != std::string::npos) text.replace(n + 1, 1, std::to_string(line.number));
  return {.channel = direct ? "dm:" + who : "studio",
          .message = "m-" + std::to_string(index),
          .user = "u-" + who,
          .text = text,
          .sent_at = at,
          .direct = direct};
}

/// What was said to everybody and what is true in the end.
struct Result {
  std::vector<std::string> said;
  std::string facts;
  bool operator==(const Result&) const = default;
};

void showValue(const Line& l, std::ostream& os) {
  os << lines[static_cast<std::size_t>(l.what)].first << "> " << lines[static_cast<std::size_t>(l.what)].second << " ("
     << l.number << ", +" << l.minutes << " min, " << l.times << " times" << (l.restart ? ", death)" : ")");
}

class Talk {
 public:
  Talk() { open(); }

  void play(const std::vector<Line>& talk, bool troubled) {
    for (const std::string name : {"bob", "ana"})
      for (const bool direct : {false, true})
        hand({bot::Member{.channel = direct ? "dm:" + name : "studio",
                          .user = "u-" + name,
                          .handle = name,
                          .name = name,
                          .at = start,
                          .direct = direct}},
             start);
    Instant now = start;
    int index = 0;
    for (const auto& line : talk) {
      now += std::chrono::minutes{line.minutes};
      hand({bot::ReadThrough{"", now}}, now);
      const auto message = heard(line, ++index, now);
      for (int i = 0; i < (troubled ? line.times : 1); ++i) hand({message}, now);
      if (troubled && line.restart) open();
    }
  }

  Result result() {
    Result r{said_, {}};
    for (const std::string subject : {"C-1", "C-2", "O-1", "O-2", "P-1", "P-2", "M-1.1", "M-1.2", "M-2.1", "A-1.1", "ER-1",
                                      "Q-1", "feedback C-1", "ledger", "events", "account ana", "account bob"})
      r.facts += subject + " " + bot::to_json(bot::inspect(*store_, "room", subject).value()) + "\n";
    return r;
  }

  bool rebuilt_the_same() { return store_->rebuild(); }

 private:
  /// A death without a farewell, where there was a life before; then what was not delivered is handed out again.
  void open() {
    engine_.reset();
    store_.reset();
    store_ = std::make_unique<store::Store>(store::Options{.file = folder_.path / "store" / "parley.db"});
    engine_ = std::make_unique<bot::Engine>(*store_, bot::Engine::Options{.seed = 7});
    std::vector<Incoming> delivered;
    for (const auto& post : engine_->unsent()) delivered.push_back(bot::Delivered{post.key, "x"});
    engine_->handle(delivered, start);
  }

  void hand(const std::vector<Incoming>& items, Instant now) {
    for (const auto& one : engine_->handle(items, now))
      if (const auto* post = std::get_if<bot::Post>(&one); post && !post->kind.starts_with("query"))
        said_.push_back(post->channel + " " + post->to + " " + post->kind);
  }

  Folder folder_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<bot::Engine> engine_;
  std::vector<std::string> said_;
};

}  // namespace

namespace rc {
template <>
struct Arbitrary<Line> {
  static Gen<Line> arbitrary() {
    return gen::build<Line>(gen::set(&Line::what, gen::inRange(0, static_cast<int>(lines.size()))),
                            gen::set(&Line::number, gen::inRange(1, 3)),
                            gen::set(&Line::minutes, gen::element(0, 1, 30, 1'440, 10'080, 20'160)),
                            gen::set(&Line::times, gen::inRange(1, 4)),
                            gen::set(&Line::restart, gen::arbitrary<bool>()));
  }
};
}  // namespace rc

TEST_CASE("deliveries and deaths change nothing") {
  rc::prop("once", [](std::vector<Line> talk) {
    for (std::size_t i = 0; i < 6; ++i)
      talk.insert(
          talk.begin() + static_cast<long>(i),
          Line{.what = i < 2 ? static_cast<int>(i) : static_cast<int>(i) + 2, .times = 2, .restart = i % 2 == 0});
    Talk calm, troubled;
    calm.play(talk, false);
    troubled.play(talk, true);
    RC_ASSERT(calm.result() == troubled.result());
    RC_ASSERT(troubled.rebuilt_the_same());
  });
}
