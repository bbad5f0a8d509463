#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bot/mail.hpp"
#include "bot/mail/queue.hpp"

// The thread that talks to the mail server, by libcurl.
namespace bot::mail {

class Sender {
 public:
  /// `done` is called on the sender's own thread, once for each mail.
  Sender(MailConfig, std::string password, std::function<void(Mail, Attempt)> done);
  /// Breaks off what is on its way.
  ~Sender();
  Sender(const Sender&) = delete;

  void send(Mail);  ///< one at a time: the one before must be done
  /// Waits so long for the mail on its way. False: it is not done yet.
  bool wait(std::chrono::milliseconds);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bot::mail
