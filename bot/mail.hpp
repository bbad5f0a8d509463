#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/platform.hpp"

namespace boost::asio {
class io_context;
}

// Mail goes to one server of the operator's, over one connection, from a thread of its own: libcurl blocks.
namespace bot {

/// Where mail goes and how. `url` is `smtp://host:587` (TLS by STARTTLS, always) or `smtps://host:465`.
struct MailConfig {
  std::string url, from, user;
  std::filesystem::path password_file;  ///< read once, never printed; empty: no sign-in
  bool tls = true;                      ///< false: only where the server is this machine
  std::filesystem::path ca_file;        ///< empty: the system's authorities
  std::int64_t digest_over = 5;         ///< more mails than these to one person after an outage go as one
  workflow::Duration retry_first = std::chrono::minutes{1};
  workflow::Duration retry_most = std::chrono::hours{6};
  workflow::Duration give_up = std::chrono::hours{72};
};

/// Takes mails that are committed and sends them, one at a time, each person's in order. What became of each is
/// reported as Delivered or Refused, and the next one goes only when that is recorded: at most one mail can be sent
/// and not known to be. Everything here is called on the io_context's thread.
class Postman {
 public:
  struct Hooks {
    /// Everything unsent, folded; nothing: it cannot be recorded at the moment.
    std::function<std::optional<std::vector<Mail>>()> backlog;
    std::function<void(Incoming)> report;
    std::function<Instant()> wall;
  };

  /// Throws std::runtime_error where the password cannot be read.
  Postman(boost::asio::io_context&, MailConfig, Hooks);
  ~Postman();
  Postman(const Postman&) = delete;

  void start();
  void add(Mail);
  /// All that was reported is recorded.
  void settled();
  /// Waits a little for a mail that is on its way; what became of it is returned, not reported.
  std::vector<Incoming> stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bot
