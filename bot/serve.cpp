#include "bot/serve.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <set>

#include "bot/engine.hpp"
#include "bot/platforms/room.hpp"
#include "bot/platforms/xmpp/xmpp.hpp"
#include "commands/notes.hpp"

namespace bot {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_at_once = 2000;
constexpr auto again_after = std::chrono::seconds{1};
constexpr auto idle_after = std::chrono::milliseconds{200};

Instant wall_clock() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// The loop of the bot: takes what arrived, has the engine handle it, sends what it says. One thread.
class Loop {
 public:
  Loop(asio::io_context& io, store::Store& store, Engine& engine, Platform& platform)
      : store_(store), engine_(engine), platform_(platform), later_(io), repost_(io), idle_(io), io_(io) {}

  void use_mail(const MailConfig& config) {
    Postman::Hooks hooks;
    hooks.backlog = [this] { return mail_backlog(); };
    hooks.report = [this](Incoming item) {
      items_.push_back(std::move(item));
      wake();
    };
    hooks.wall = wall_clock;
    mail_ = std::make_unique<Postman>(io_, config, std::move(hooks));
  }

  void start() {
    if (mail_) mail_->start();
    platform_.start(store_.cursor(platform_.name()), [this] { wake(); });
  }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    if (!failed_) keep_last();
    platform_.stop();
    later_.cancel();
    repost_.cancel();
    idle_.cancel();
    io_.stop();
  }

  bool failed() const { return failed_; }

 private:
  void wake() {
    if (scheduled_ || stopped_) return;
    scheduled_ = true;
    asio::post(io_, [this] {
      scheduled_ = false;
      pump();
    });
  }

  /// One batch: what arrived, or what could not be recorded the last time.
  void pump() {
    if (stopped_ || waiting_) return;
    if (items_.empty()) {
      items_ = platform_.take(most_at_once);
      if (items_.empty()) return;
    }
    engine_.set_cursor(platform_.cursor());
    try {
      auto out = engine_.handle(items_, wall_clock());
      bool up = false;
      for (const auto& item : items_) {
        if (const auto* link = std::get_if<Link>(&item)) {
          up = link->up;
          linked_ = false;
          ++round_;
        }
        if (const auto* r = std::get_if<Refused>(&item); r && !r->permanent && !r->maybe) try_again();
      }
      items_.clear();
      hand_over_mail(out);
      deliver(std::move(out));
      if (up) catch_up();
      full_ = false;
      wait_for_idle();
      wake();
    } catch (const store::Full& e) {
      nothing_recorded(e.what());
    } catch (const std::exception& e) {
      fail(e);
    }
  }

  /// Recorded with the last cursor: what became of the mail that was on its way.
  void keep_last() {
    try {
      if (mail_)
        if (const auto last = mail_->stop(); !last.empty()) engine_.handle(last, wall_clock());
      engine_.flush();
    } catch (const std::exception& e) {
      spdlog::error("the last marks and the cursor are not kept: {}", e.what());
      failed_ = true;
    }
  }

  /// What is in `out` for the mail server is taken out of it; and what was heard from there is recorded by now.
  void hand_over_mail(std::vector<Outgoing>& out) {
    if (!mail_) return;
    for (auto& one : out)
      if (auto* mail = std::get_if<Mail>(&one)) mail_->add(std::move(*mail));
    std::erase_if(out, [](const Outgoing& one) { return std::holds_alternative<Mail>(one); });
    mail_->settled();
  }

  std::optional<std::vector<Mail>> mail_backlog() {
    try {
      engine_.fold_mail();
      return engine_.unsent_mail();
    } catch (const store::Full&) {
      return {};
    } catch (const std::exception& e) {
      fail(e);
      return {};
    }
  }

  void fail(const std::exception& e) {
    spdlog::critical("the store failed, what it holds is unknown until it is opened again: {}", e.what());
    failed_ = true;
    stop();
  }

  /// Until everything older is known to be delivered, posts wait in the outbox and answers to queries here.
  void deliver(std::vector<Outgoing> out) {
    if (linked_) {
      if (!out.empty()) platform_.send(std::move(out));
      return;
    }
    for (auto& one : out) deferred_.push_back(std::move(one));
  }

  /// After every connection: each post without a known delivery is looked up by its key, and posted if it is not there.
  /// Whatever makes another round necessary ends the one that is on its way: it knows nothing of what was taken back
  /// since it began, and would let what is newer go first.
  void catch_up() {
    auto posts = std::make_shared<std::vector<Post>>(engine_.unsent());
    auto found = std::make_shared<std::vector<Found>>(posts->size());
    auto left = std::make_shared<std::size_t>(posts->size());
    ++round_;
    if (posts->empty()) return caught_up(*posts, *found);
    for (std::size_t i = 0; i < posts->size(); ++i)
      platform_.find((*posts)[i], [this, round = round_, posts, found, left, i](Found one) {
        if (round != round_) return;
        (*found)[i] = std::move(one);
        if (--*left == 0) caught_up(*posts, *found);
      });
  }

  void caught_up(const std::vector<Post>& posts, const std::vector<Found>& found) {
    std::vector<Outgoing> send;
    std::set<std::string> keys;
    for (std::size_t i = 0; i < posts.size(); ++i) {
      keys.insert(posts[i].key);
      switch (found[i].where) {
        case Found::Where::there: items_.push_back(Delivered{posts[i].key, found[i].message}); break;
        case Found::Where::absent: send.push_back(posts[i]); break;
        case Found::Where::unknown: send.push_back(engine_.as_repeat(posts[i])); break;
      }
    }
    for (auto& one : deferred_) {
      const auto* post = std::get_if<Post>(&one);
      if (!post || !keys.contains(post->key)) send.push_back(std::move(one));
    }
    deferred_.clear();
    for (auto& erase : engine_.unerased()) send.push_back(std::move(erase));
    linked_ = true;
    if (!send.empty()) platform_.send(std::move(send));
    if (!announced_) {
      keep_the_beginning();
      std::puts("bot ready");
      std::fflush(stdout);
      announced_ = true;
    }
    wake();
  }

  /// Whatever is typed from here on is found again after a death: where reading began is on the disk.
  void keep_the_beginning() {
    try {
      engine_.flush();
    } catch (const store::Full&) {
      // The next batch carries it, when there is room.
    } catch (const std::exception& e) {
      fail(e);
    }
  }

  /// The server would not take a post now: a second later everything undelivered is looked up and posted in order.
  void try_again() {
    linked_ = false;
    ++round_;
    repost_.expires_after(again_after);
    repost_.async_wait([this](auto error) {
      if (!error && !stopped_) catch_up();
    });
  }

  /// No room on the disk: nothing of the batch is kept or posted, it is handed in again when there may be room.
  void nothing_recorded(const char* what) {
    if (!full_) {
      spdlog::error("nothing is recorded: {}", what);
      std::set<std::string> told;
      for (const auto& item : items_)
        if (const auto* h = std::get_if<Heard>(&item); h && !h->by_bot && told.insert(h->channel).second && linked_)
          platform_.send({Post{.key = "full-" + h->channel + "-" + h->message,
                               .channel = h->channel,
                               .thread = h->thread,
                               .kind = "hint.not_recorded",
                               .text = commands::hint("not_recorded", {}).text}});
    }
    full_ = waiting_ = true;
    later_.expires_after(again_after);
    later_.async_wait([this](auto error) {
      waiting_ = false;
      if (!error) pump();
    });
  }

  void wait_for_idle() {
    idle_.expires_after(idle_after);
    idle_.async_wait([this](auto error) {
      if (error || stopped_) return;
      try {
        engine_.rest();
        store_.checkpoint_some();
      } catch (const store::Full& e) {
        spdlog::warn("no room to tidy up: {}", e.what());
      } catch (const std::exception& e) {
        fail(e);
      }
    });
  }

  store::Store& store_;
  Engine& engine_;
  Platform& platform_;
  std::unique_ptr<Postman> mail_;
  asio::steady_timer later_, repost_, idle_;
  asio::io_context& io_;
  std::vector<Incoming> items_;
  std::vector<Outgoing> deferred_;
  std::uint64_t round_ = 0;  ///< of looking up what was not delivered; only the last one counts
  bool scheduled_ = false, linked_ = false, waiting_ = false, full_ = false;
  bool announced_ = false, stopped_ = false, failed_ = false;
};

std::string read_token(const ServeOptions& o) {
  std::ifstream in(o.token_file.empty() ? o.data / "bot" / "token" : o.token_file);
  std::string token;
  in >> token;
  return token;
}

/// The chat server of the configuration, else the built-in room. Empty: there is no token for the room.
std::unique_ptr<Platform> platform_of(const ServeOptions& o, asio::io_context& io) {
  if (o.config.xmpp) {
    XmppTuning tuning;
    tuning.wall = wall_clock;
    return make_xmpp_platform(io, *o.config.xmpp, std::move(tuning));
  }
  const auto token = read_token(o);
  return token.empty() ? nullptr : make_room_platform(io, o.room_host, o.room_port, token);
}

int run(const ServeOptions& o) {
  asio::io_context io{1};
  const auto platform = platform_of(o, io);
  if (!platform) {
    spdlog::error("no token for the room: run `parley invite --bot parley` first");
    return 69;
  }
  store::Store store({.file = o.data / "bot" / "parley.db"});
  Engine engine(store, {.platform = platform->name(),
                        .can = platform->can(),
                        .policy = o.config.policy,
                        .origins = o.config.origins,
                        .mail = o.config.mail.has_value(),
                        .digest_over = o.config.mail ? o.config.mail->digest_over : 5});
  Loop loop(io, store, engine, *platform);
  if (o.config.mail) loop.use_mail(*o.config.mail);
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](auto error, int) {
    if (!error) loop.stop();
  });
  loop.start();
  io.run();
  if (loop.failed()) return 75;
  store.close();
  return 0;
}

}  // namespace

int serve(const ServeOptions& o) {
  // A full disk and a closed pipe are answers to a write, not a death.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return run(o);
  } catch (const store::Held& e) {
    spdlog::error("{}", e.what());
    return 73;
  } catch (const std::exception& e) {
    spdlog::critical("{}", e.what());
    return 75;
  }
}

}  // namespace bot
