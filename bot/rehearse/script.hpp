#pragma once
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bot/platform.hpp"
#include "workflow/policy.hpp"

// A conversation that is also a test, as read from a `.chat` file. The format is described in
// tests/transcripts/README.md.
namespace bot::rehearse {

/// A file that cannot be read, and why.
struct Unreadable {
  std::string file;
  int line = 0;  ///< 0: the whole file
  std::string reason;
};
std::string text(const Unreadable&);

/// Where lines are typed: a room by its name or `dm:ana`, and the label of a thread.
struct Spot {
  std::string channel, thread;
};
/// The channel of somebody's direct chat, and the other way round (empty: it is a room).
std::string direct_chat(const std::string& person);
std::string whose_direct_chat(const std::string& channel);
/// Where somebody's mails lie: no channel of the server.
std::string mailbox(const std::string& person);

/// One thing that the bot should say below a line.
struct Expected {
  enum class Form { text, kind, refusal, anything, erased, mail };
  Form form = Form::text;
  int first = 0, last = 0;            ///< lines of the file
  std::string channel;                ///< empty: where the line above was typed
  std::optional<std::string> thread;  ///< exactly this thread; none: whichever
  std::string to;                     ///< the only reader; empty: everybody, or of a refusal the author
  std::vector<std::string> lines;     ///< of a text, or subject and body of a mail; otherwise one: `STALE_VERSION`
};

// What the lines of a script order, one struct a kind of line.
struct PersonLine {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};
struct RoomLine {
  std::string name;
  std::vector<std::string> people;
};
struct BindLine {
  std::string room, client, freelancer;
};
struct PaidLine {
  std::string room, client, freelancer, amount;
};
struct MemberLine {
  Member::What what = Member::What::joined;
  std::string person, display;
};
struct MoveLine {};  ///< `in …`: the spot of the following lines
struct AtLine {
  Instant instant{};
};
struct PassLine {
  workflow::Duration duration{};
};
struct WallLine {
  workflow::Duration duration{};  ///< below zero: back
};
struct TypedLine {
  std::string who, text;      ///< as in the file, with its escapes
  std::optional<Instant> at;  ///< typed then, arriving now
  std::string label;          ///< its own name for the message, or empty
  bool pressed = false;       ///< a button or a form: `confirm`, `form propose title=…`
};
struct AgainLine {
  std::string label, room;  ///< both may be empty
};
struct EditLine {
  std::string label, text;
};
struct DeleteLine {
  std::string label;
};
struct KeepLine {
  std::string name;  ///< of what `$name` stands for from here on: the last preview's code
};
struct RestartLine {};
enum class Death { before_commit, after_commit, after_post };
struct CrashLine {
  Death death = Death::before_commit;
};
struct LinkLine {
  bool up = false;
};
struct RefuseLine {
  int posts = 0;
};
struct ThrottleLine {
  workflow::Duration duration{};
};
struct HeaderLine {};  ///< `show header`
struct EmailLine {};   ///< `show email`
struct FactLine {
  std::string subject;
  bool absent = false;
  std::vector<std::pair<std::string, std::string>> fields;
};

using Action = std::variant<PersonLine, RoomLine, BindLine, PaidLine, MemberLine, MoveLine, AtLine, PassLine, WallLine,
                            TypedLine, AgainLine, EditLine, DeleteLine, KeepLine, RestartLine, CrashLine, LinkLine,
                            RefuseLine, ThrottleLine, HeaderLine, EmailLine, FactLine>;

/// A line that acts, what should be said below it, and where it was typed.
struct Step {
  std::string file;
  int line = 0, last = 0;  ///< a message may go on over several lines
  Spot spot;
  bool checked = true;  ///< false in an included file: its output is checked there
  Action action;
  std::vector<Expected> expected;
};

struct Script {
  std::string file;
  std::vector<std::string> rules;  ///< that it says it shows
  workflow::Policy policy;
  Can can;
  Instant start{};
  std::vector<Step> steps;
};

/// Reads a script and the files it includes. Its `policy` lines stand above `policy`, and timer_grace is 0 without one.
std::expected<Script, Unreadable> read(const std::filesystem::path&, const workflow::Policy& policy = {});
/// The same from text in memory; includes are looked for beside `file`.
std::expected<Script, Unreadable> read(const std::filesystem::path& file, const std::string& content,
                                       const workflow::Policy& policy = {});

/// Puts in what `$name` stands for, then `\x41`, `\u{202e}` and `{"a" * 4001}`.
std::string expand(const std::string& raw, const std::map<std::string, std::string>& kept);
/// Puts in what `$name` stands for and nothing else: for expected lines and facts.
std::string expand_names(const std::string& raw, const std::map<std::string, std::string>& kept);

}  // namespace bot::rehearse
