#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "commands/commands.hpp"
#include "workflow/facts.hpp"
#include "workflow/room.hpp"

// The room's language, outwards: from what happened to what people read. All words are the catalogue's.
namespace commands {

/// Something a person was told of and has not marked as read.
struct Unread {
  std::int64_t note = 0;
  workflow::Instant at{};
  std::string text;
};

/// The people a note may name, and what it may look up.
struct Cast {
  std::map<workflow::PersonId, workflow::Person> people;
  std::function<std::optional<workflow::Secret>(const workflow::Digest&)> words;  ///< revealed feedback
  const workflow::Person* reader = nullptr;  ///< of an answer for one person: their zone and sides
  std::vector<Unread> unread;                ///< of the reader, for `/inbox`: the newest, oldest first
  std::int64_t unread_in_all = 0;
};

/// What the bot says once. For everybody in the room unless `direct` names the person in whose direct chat it goes.
struct Note {
  std::string kind;     ///< `proposal.countered`, `preview.accept`, `query.list`, `ask.end`, or for a refusal its code
  std::string subject;  ///< `P-1`; may be empty
  std::string text;     ///< lines separated by \n
  std::optional<workflow::PersonId> direct;
};

/// The notes of one cause: at most one for the room, told by its first event that has a sentence, and where a question
/// is asked or lapses one for a direct chat. `typed_at`: the message's instant, so that only a different one is
/// printed.
std::vector<Note> notes(std::span<const workflow::Event>, const workflow::Room& after, const Cast&,
                        std::optional<workflow::Instant> typed_at);

/// What a ‡ command would do, from the events it would cause; with the code to confirm it.
Note preview(std::string_view verb, std::span<const workflow::Event>, const workflow::Room& after, const Cast&,
             std::string_view code, workflow::Duration valid, workflow::Instant now, const workflow::Room& before);

/// `NOT_ELIGIBLE(no_payment)`
std::string code_of(const workflow::Rejection&);
/// A refusal: its code, what was expected, what to do instead. Kind `refusal`, subject the code with its detail.
Note refusal(const workflow::Rejection&, const Cast&);

/// A try that was refused: on what, and with which code.
struct Tried {
  std::string about, code;
};
/// Something of a room's past, as it was recorded.
struct Past {
  workflow::Instant at{};
  workflow::PersonId who;  ///< 0: it happened by itself
  bool follows = false;    ///< from what stands before it: nobody ordered it as such
  std::variant<workflow::Event, Tried> what;
};
/// A number of the house, or one under which a contract was accepted.
struct Number {
  std::string name, value;
  std::string origin;  ///< `default`, `parley.toml:12`; none for a contract's
  std::string house;   ///< of a contract's number, what the house has by now, where that is another
};
/// Somebody for whom the reader works or has worked.
struct Client {
  const workflow::Room* room = nullptr;
  std::optional<workflow::Rejection> closed;  ///< why the reader may not propose there; none: they may
};
/// What an answer may need besides the rooms.
struct Beside {
  std::vector<Past> past;
  std::vector<Number> numbers;
  std::vector<Client> clients;
  workflow::Currency currency{};
};

/// The answer to a query of the cast's reader, who must be there. `rooms` are those the reader may see here: the room
/// itself, or in a direct chat all of theirs.
Note answer(const Query&, std::span<const workflow::Room* const> rooms, const Cast&, workflow::Instant now,
            const Beside& = {});

/// One of several things that a line without its id could be about, with the line as it would have to be typed.
std::string line_to_choose(const workflow::Room&, const workflow::AnyId&, const Cast&, std::string_view typed);

/// A few sentences that no event or refusal carries: `edited`, `catching_up`, `poisoned`, `repeat`, …
Note hint(std::string_view name, const workflow::Args&);

/// The same about one thing.
Note hint_about(std::string_view name, const workflow::Room&, const workflow::AnyId&, const Cast&);
/// The first line of a note, without anything that could end or turn a line, cut where it is longer.
std::string headline(std::string_view text, std::size_t most);

/// A notice as an e-mail: one line of a subject, and what is read. `with`: whose room it is about.
struct Letter {
  std::string subject, body;
};
Letter letter(std::string_view note, std::string_view with);
/// Many in one; each line begins with `- `. Where there are too many the oldest are left out.
std::string digest_line(std::string_view subject, workflow::Instant, const std::string& zone);
Letter digest(std::vector<std::string> lines);

/// What ends a note in the room: ` · N-881 a1b2c3`.
std::string with_number(std::string text, std::int64_t number, std::string_view hash);

}  // namespace commands
