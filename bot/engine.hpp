#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bot/platform.hpp"
#include "bot/policy.hpp"
#include "store/store.hpp"
#include "workflow/policy.hpp"

// Between the chat server and the books. Synchronous and without a clock, a socket or a thread of its own: a batch of
// what arrived and an instant go in, what is to be posted comes out, committed. The same engine runs under the bot,
// under a scripted conversation and under a simulated disaster.
namespace bot {

/// Who an account is, from the configuration or a script.
struct Account {
  std::string user, handle, name;
  std::optional<std::string> zone, email;
  std::optional<workflow::AccountKind> kind;
  std::optional<workflow::AccountStatus> status;
  std::optional<bool> billing_ok;
};

class Engine {
 public:
  struct Options {
    std::string platform = "room";  ///< first part of every place
    Can can;
    workflow::Policy policy;
    Origins origins;                      ///< of the policy, for whoever asks
    bool mail = false;                    ///< notices go by e-mail too, to those who have an address
    std::int64_t digest_over = 5;         ///< more mails than these to one person are sent as one
    std::optional<std::uint64_t> seed;    ///< rehearsal: codes, salts and keys from a seeded generator
    std::function<void()> before_commit;  ///< tests: called where a death would lose the batch
  };

  Engine(store::Store&, Options);
  ~Engine();

  /// Handles what arrived, in one transaction, and returns what is to be sent, in order. Never throws for anything a
  /// person typed. Throws store::Full (nothing was recorded, hand the same items in again later) and store::Unknown
  /// (exit 75). `wall` is the machine's clock: a server stamp more than 60 s later counts as it (R-clock-4).
  std::vector<Outgoing> handle(std::span<const Incoming>, Instant wall);

  /// Posts that were committed and perhaps not delivered before the last stop: look each up by its key, then either
  /// hand in a Delivered, or post it. With `unreadable` the history could not be asked: marked "(repeat)".
  std::vector<Post> unsent();
  Post as_repeat(Post) const;
  /// Removals that were committed and not yet seen to have happened. Asking twice does no harm.
  std::vector<Erase> unerased();

  /// Mails that were committed and perhaps not sent: by person, in order. Handing in a Delivered of one commits at
  /// once, for a mail server cannot be asked what it has.
  std::vector<Mail> unsent_mail();
  /// Where more than `digest_over` mails to one person lie unsent, one digest takes their place, under a key of its own
  /// and in one transaction; a digest that could not be sent either is taken into the next. Mails that may have arrived
  /// stay as they are. To be called while none is on its way.
  /// Throws as handle() does.
  void fold_mail();

  /// The earliest deadline of all, so that the bot knows when to ask the server for its time.
  std::optional<Instant> next_due() const;

  /// The cursor that rides in the next batch.
  void set_cursor(std::string cursor);
  /// Writes the cursor by itself, for a stop in order: queries and chat leave no trace that would carry it.
  void flush();
  /// For a moment of rest: writes the marks of delivery that wait for a batch to ride in. Throws as handle() does.
  void rest();

  /// An operator's acts, for the configuration and for scripts.
  std::vector<Outgoing> set_account(const Account&, Instant at);
  /// Fixes the pair of an unbound room. The text of the refusal, where there is one.
  std::optional<std::string> bind(const std::string& channel, const std::string& client_user,
                                  const std::string& freelancer_user, Instant at);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bot
