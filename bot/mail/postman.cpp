#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <mutex>
#include <random>

#include "bot/mail.hpp"
#include "bot/mail/message.hpp"
#include "bot/mail/sender.hpp"

namespace bot {
namespace {

namespace asio = boost::asio;
using mail::Attempt;
using mail::Moment;

constexpr auto last_wait = std::chrono::seconds{5};
constexpr auto again_after = std::chrono::seconds{1};

Moment moment() { return std::chrono::steady_clock::now(); }

std::string read_password(const MailConfig& c) {
  if (c.password_file.empty()) return {};
  std::ifstream in(c.password_file);
  std::string password;
  if (!in || !std::getline(in, password) || password.empty())
    throw std::runtime_error(c.password_file.string() + ": no password for the mail server can be read from it");
  if (password.ends_with('\r')) password.pop_back();
  return password;
}

std::uint64_t any_number() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

struct Postman::Impl {
  asio::io_context& io;
  Hooks hooks;
  mail::Queue queue;
  asio::steady_timer timer;
  std::shared_ptr<int> alive = std::make_shared<int>(0);  ///< what is posted from the other thread looks for it
  std::mutex guard;
  std::optional<std::pair<Mail, Attempt>> result;  ///< of the last try, until it is taken
  bool sending = false, unsettled = false, stopped = false;
  bool stale = true;                     ///< the backlog is asked for before the next try
  std::string told;                      ///< the trouble that was logged
  std::unique_ptr<mail::Sender> sender;  ///< last: its thread ends before the rest goes

  Impl(asio::io_context& context, const MailConfig& c, Hooks h)
      : io(context),
        hooks(std::move(h)),
        queue({c.retry_first, c.retry_most, c.give_up}, any_number()),
        timer(context) {
    sender = std::make_unique<mail::Sender>(c, read_password(c),
                                            [this, weak = std::weak_ptr<int>(alive)](Mail m, Attempt a) {
                                              {
                                                const std::lock_guard lock(guard);
                                                result.emplace(std::move(m), std::move(a));
                                              }
                                              asio::post(io, [this, weak] {
                                                if (!weak.expired()) take_result();
                                              });
                                            });
  }

  void next();
  void later(std::chrono::steady_clock::duration);
  void take_result();
  std::vector<Incoming> concluded();
  void log(const Attempt&);
};

void Postman::Impl::later(std::chrono::steady_clock::duration wait) {
  timer.expires_after(std::max(wait, std::chrono::steady_clock::duration{0}));
  timer.async_wait([this, weak = std::weak_ptr<int>(alive)](boost::system::error_code cancelled) {
    if (cancelled || weak.expired()) return;
    stale = true;
    next();
  });
}

void Postman::Impl::next() {
  if (sending || unsettled || stopped) return;
  if (stale) {
    auto all = hooks.backlog();
    if (!all) return later(again_after);
    queue.replace(std::move(*all));
    stale = false;
  }
  if (auto mail = queue.next(moment())) {
    sending = true;
    sender->send(std::move(*mail));
  } else if (const auto at = queue.wake()) {
    later(*at - moment());
  }
}

std::vector<Incoming> Postman::Impl::concluded() {
  std::optional<std::pair<Mail, Attempt>> got;
  {
    const std::lock_guard lock(guard);
    got.swap(result);
  }
  if (!got) return {};
  sending = false;
  log(got->second);
  return queue.conclude(got->first, got->second, moment(), hooks.wall());
}

void Postman::Impl::take_result() {
  if (stopped) return;
  for (auto& item : concluded()) {
    unsettled = true;
    hooks.report(std::move(item));
  }
  next();
}

/// Each trouble is told once, and that it is over.
void Postman::Impl::log(const Attempt& a) {
  if (a.how == Attempt::How::trouble && told != a.reason) {
    told = a.reason;
    if (a.config)
      spdlog::error("mail: nothing is sent until this is mended: {}", a.reason);
    else
      spdlog::warn("mail: the server cannot be used for now: {}", a.reason);
  } else if (a.how != Attempt::How::trouble && !told.empty()) {
    told.clear();
    spdlog::info("mail: the server can be used again");
  }
}

Postman::Postman(asio::io_context& io, MailConfig config, Hooks hooks)
    : impl_(std::make_unique<Impl>(io, config, std::move(hooks))) {}
Postman::~Postman() = default;

void Postman::start() { impl_->next(); }

void Postman::add(Mail mail) {
  impl_->queue.add(std::move(mail));
  impl_->next();
}

void Postman::settled() {
  impl_->unsettled = false;
  impl_->next();
}

std::vector<Incoming> Postman::stop() {
  impl_->stopped = true;
  impl_->timer.cancel();
  impl_->sender->wait(last_wait);
  return impl_->concluded();
}

}  // namespace bot
