#pragma once
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workflow/time.hpp"

// The port through which the bot meets a chat server. An adapter yields `Incoming`s in the server's order and takes
// `Outgoing`s; it knows nothing of contracts.
namespace bot {

using workflow::Instant;

/// Somebody typed a message.
struct Heard {
  std::string channel;  ///< the server's immutable id of the room or direct chat
  std::string thread;   ///< the label of the thread, empty in the channel itself
  std::string message;  ///< the server's id of the message; unique within the channel
  std::string user;     ///< the server's immutable id of the author
  std::string text;     ///< as typed, UTF-8 not yet checked
  Instant sent_at{};    ///< the server's own stamp
  bool direct = false;  ///< a direct chat of the author and the bot
  bool edited = false;  ///< history shows that it was edited: what was first typed is unknown
  bool by_bot = false;  ///< typed by a bot, this one or another
};

/// Somebody came, went, or changed how they look. Part of the history where the server keeps it.
struct Member {
  enum class What { joined, left, renamed };
  What what = What::joined;
  std::string channel;  ///< where; empty for a rename, which holds everywhere
  std::string user;
  std::string handle;  ///< `ana` of `@ana`: unique on the server, without the @
  std::string name;    ///< display name: decoration, never authority
  std::string zone;    ///< IANA zone if the server knows it, e.g. `Europe/Berlin`
  Instant at{};
  bool is_bot = false;
  bool direct = false;  ///< the channel is a direct chat of this person and the bot
  std::string email;    ///< where notices go as well, if the server knows; `off`: nowhere any more
};

/// A message was changed on the server after it was sent. Never executed.
struct Edited {
  std::string channel, thread, message, user;
  Instant at{};
};

/// A message was removed on the server.
struct Deleted {
  std::string channel, message;
  Instant at{};
};

/// Everything of this channel up to here has been read. With an empty channel: of every channel of this link.
struct ReadThrough {
  std::string channel;
  Instant at{};
  std::vector<std::string> except = {};  ///< with an empty channel: those that cannot be read at the moment
};

/// The server has our post, or our mail, with this key.
struct Delivered {
  std::string key;
  std::string message;  ///< the server's id of it
};

/// The server will not take our post or mail with this key now, or ever.
struct Refused {
  std::string key;
  bool permanent = false;
  std::string reason;
  bool maybe = false;  ///< it broke off where the server may have taken it all the same
};

/// The link to the server went down (`up` false) or stands again and the backfill is through (`up` true).
struct Link {
  bool up = false;
};

using Incoming = std::variant<Heard, Member, Edited, Deleted, ReadThrough, Delivered, Refused, Link>;

/// A note to be posted. With `to` it is shown to that user alone, in place.
struct Post {
  std::string key;  ///< random, ours: posting the same key twice on a server that can tell shows it once
  std::string channel;
  std::string thread;  ///< label, may be empty
  std::string to;      ///< immutable user id of the only reader, or empty for everybody
  std::string kind;    ///< stable kind of the note (`proposal.countered`), for cards in the page
  std::string text;    ///< plain text, lines separated by \n
  bool again = false;  ///< it was there when this process started: an earlier one may have sent it
};

/// Remove a message that should not have been typed where it was.
struct Erase {
  std::string channel, message;
};

/// A notice by e-mail. Not the chat server's business: whoever sends it answers with Delivered or Refused.
struct Mail {
  std::string key;      ///< random, ours: its Message-ID is made of it, so that a second copy is known as one
  std::string person;   ///< whose it is: the order of one person's mails is kept
  std::string to;       ///< address
  std::string subject;  ///< one line
  std::string body;     ///< plain text, lines separated by \n
  Instant at{};         ///< when it was queued
};

using Outgoing = std::variant<Post, Erase, Mail>;

/// What is known of a post that was sent before, or perhaps was not.
struct Found {
  enum class Where {
    there,    ///< the server has it
    absent,   ///< it has not, and will not get it from the last time
    unknown,  ///< this server cannot be asked: to be posted as a repeat
  };
  Where where = Where::absent;
  std::string message;  ///< the server's id, if it is there
};

/// What the server can do; what it cannot is worked around (a private reply goes to the direct chat, then the room).
struct Can {
  bool threads = true;
  bool private_replies = true;
  bool edits = true;  ///< edits are announced and shown in the history
  bool deletes = true;
  bool history = true;
  bool server_time = true;  ///< the server stamps live messages itself
  bool find = true;         ///< a post can be looked up by its key
};

/// One connection to one chat server. Runs on the caller's io_context, never blocks it, reconnects by itself.
class Platform {
 public:
  virtual ~Platform() = default;
  virtual std::string name() const = 0;  ///< `room`, `xmpp`: the first part of every place
  virtual Can can() const = 0;
  /// Starts to connect and read. `wake` is called, on the io_context's thread, whenever take() has something new.
  /// Everything after `cursor` (adapter's own text, empty: from the beginning) is yielded again.
  virtual void start(std::string cursor, std::function<void()> wake) = 0;
  /// What arrived since the last call, oldest first; at most `most`. Reading stops while too much lies here.
  virtual std::vector<Incoming> take(std::size_t most) = 0;
  /// The adapter's cursor as of the last take(): stored with the batch, handed to start() next time.
  virtual std::string cursor() const = 0;
  /// Sends, in this order. Each Post is answered by one Delivered or Refused, or by the link going down.
  virtual void send(std::vector<Outgoing>) = 0;
  /// Looks a post up by its key, e.g. after an unclean start. One that is on its way is waited for.
  virtual void find(const Post&, std::function<void(Found)> found) = 0;
  /// Closes politely.
  virtual void stop() = 0;
};

}  // namespace bot
