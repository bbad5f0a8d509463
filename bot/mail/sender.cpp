#include "bot/mail/sender.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "bot/mail/message.hpp"

namespace bot::mail {
namespace {

constexpr long connect_seconds = 20, whole_seconds = 60;
constexpr std::size_t reason_length = 300;

/// How far a conversation came, from what was said in it: libcurl's codes do not tell a refused sender from a refused
/// address.
struct Conversation {
  enum class Stage { before, from, address, text } stage = Stage::before;
  int code = 0;            ///< of the last answer
  std::string answer;      ///< its line
  bool unanswered = true;  ///< nothing came since the last that was sent
  bool leaving = false;
  std::string_view body;  ///< what is left to read of the message
  const std::atomic<bool>* stop = nullptr;

  void sent(std::string_view command) {
    // libcurl takes its leave after a refusal; what counts is what was said before.
    leaving = leaving || command.starts_with("QUIT");
    if (leaving) return;
    unanswered = true;
    if (command.starts_with("MAIL ")) stage = Stage::from;
    if (command.starts_with("RCPT ")) stage = Stage::address;
    if (command.starts_with("DATA")) stage = Stage::text;
  }
  void heard(std::string_view line) {
    if (leaving || line.size() < 3 ||
        !std::all_of(line.begin(), line.begin() + 3, [](char c) { return c >= '0' && c <= '9'; }))
      return;
    unanswered = false;
    code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    answer.clear();
    for (const char c : line.substr(0, reason_length)) answer += c >= ' ' && c < 0x7F ? c : '?';
    while (!answer.empty() && (answer.back() == '?' || answer.back() == ' ')) answer.pop_back();
  }
};

int on_debug(CURL*, curl_infotype type, char* data, size_t size, void* self) {
  auto& talk = *static_cast<Conversation*>(self);
  const std::string_view text{data, size};
  if (type == CURLINFO_HEADER_OUT) talk.sent(text);
  if (type == CURLINFO_DATA_OUT) talk.unanswered = true;
  if (type == CURLINFO_HEADER_IN) talk.heard(text);
  return 0;
}

size_t on_read(char* into, size_t size, size_t count, void* self) {
  auto& talk = *static_cast<Conversation*>(self);
  const auto n = std::min(size * count, talk.body.size());
  std::memcpy(into, talk.body.data(), n);
  talk.body.remove_prefix(n);
  return n;
}

int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Conversation*>(self)->stop->load() ? 1 : 0;
}

Attempt judged(CURLcode result, const Conversation& talk) {
  using How = Attempt::How;
  if (result == CURLE_OK) return {};
  Attempt a{.how = How::trouble, .reason = curl_easy_strerror(result)};
  a.maybe = talk.stage == Conversation::Stage::text && (talk.unanswered || talk.code == 354);
  const bool answered = !talk.unanswered && talk.code >= 400;
  if (answered) a.reason = talk.answer;
  const bool of_mail = talk.stage == Conversation::Stage::address || talk.stage == Conversation::Stage::text;
  if (answered && of_mail && talk.code >= 500) a.how = How::refused;
  if (answered && of_mail && talk.code < 500 && talk.code != 421) a.how = How::later;
  a.config = a.how == How::trouble && (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_USE_SSL_FAILED ||
                                       result == CURLE_LOGIN_DENIED || result == CURLE_SSL_CONNECT_ERROR ||
                                       result == CURLE_SSL_CACERT_BADFILE || (answered && talk.code >= 500));
  return a;
}

/// The URL with the name by which we greet: our own domain, not the name of this machine.
std::string greeting_url(const MailConfig& c) { return c.url + "/" + domain_of(c.from); }

/// libcurl's global part, once.
void prepare_curl() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (done != CURLE_OK) throw std::runtime_error("libcurl cannot be used");
}

}  // namespace

struct Sender::Impl {
  MailConfig config;
  std::string password;
  std::function<void(Mail, Attempt)> done;
  CURL* curl = nullptr;  ///< kept: its connection is used again
  std::mutex guard;
  std::condition_variable news;
  std::optional<Mail> mail;  ///< handed in and not yet taken: the next may come while done() of the last still runs
  bool busy = false, ending = false;
  std::atomic<bool> stop{false};
  std::thread thread;

  void configure(Conversation&, curl_slist* to);
  Attempt attempt(const Mail&);
  void work();
};

void Sender::Impl::configure(Conversation& talk, curl_slist* to) {
  curl_easy_reset(curl);  // keeps the connection
  const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
  set(CURLOPT_URL, greeting_url(config).c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, connect_seconds);
  set(CURLOPT_TIMEOUT, whole_seconds);
  set(CURLOPT_USE_SSL, static_cast<long>(config.tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!config.ca_file.empty()) set(CURLOPT_CAINFO, config.ca_file.c_str());
  if (!config.user.empty()) {
    set(CURLOPT_USERNAME, config.user.c_str());
    set(CURLOPT_PASSWORD, password.c_str());
  }
  set(CURLOPT_MAIL_FROM, ("<" + config.from + ">").c_str());
  set(CURLOPT_MAIL_RCPT, to);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(talk.body.size()));
  set(CURLOPT_READFUNCTION, &on_read);
  set(CURLOPT_READDATA, static_cast<void*>(&talk));
  set(CURLOPT_VERBOSE, 1L);
  set(CURLOPT_DEBUGFUNCTION, &on_debug);
  set(CURLOPT_DEBUGDATA, static_cast<void*>(&talk));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&talk));
}

Attempt Sender::Impl::attempt(const Mail& m) {
  if (!valid_address(m.to)) return {.how = Attempt::How::refused, .reason = "no address that mail can be sent to"};
  const std::string text = message(m, config.from);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to{
      curl_slist_append(nullptr, ("<" + m.to + ">").c_str()), &curl_slist_free_all};
  for (bool again = false;; again = true) {
    Conversation talk{.body = text, .stop = &stop};
    configure(talk, to.get());
    const auto result = curl_easy_perform(curl);
    long connections = 1;
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connections);
    // A kept connection that the server had closed meanwhile says nothing about the server.
    const bool stale = result != CURLE_OK && connections == 0 && talk.code == 0 && !stop.load();
    if (!stale || again) return judged(result, talk);
  }
}

void Sender::Impl::work() {
  std::unique_lock lock(guard);
  while (true) {
    news.wait(lock, [this] { return mail || ending; });
    if (ending) return;
    const Mail mine = std::move(*mail);
    mail.reset();
    busy = true;
    lock.unlock();
    const auto result = attempt(mine);
    done(mine, result);
    lock.lock();
    busy = false;
    news.notify_all();
  }
}

Sender::Sender(MailConfig config, std::string password, std::function<void(Mail, Attempt)> done)
    : impl_(std::make_unique<Impl>()) {
  prepare_curl();
  impl_->config = std::move(config);
  impl_->password = std::move(password);
  impl_->done = std::move(done);
  impl_->curl = curl_easy_init();
  if (!impl_->curl) throw std::runtime_error("libcurl cannot be used");
  impl_->thread = std::thread([this] { impl_->work(); });
}

Sender::~Sender() {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->ending = true;
    impl_->stop = true;
  }
  impl_->news.notify_all();
  impl_->thread.join();
  curl_easy_cleanup(impl_->curl);
}

void Sender::send(Mail mail) {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->mail = std::move(mail);
  }
  impl_->news.notify_all();
}

bool Sender::wait(std::chrono::milliseconds most) {
  std::unique_lock lock(impl_->guard);
  return impl_->news.wait_for(lock, most, [this] { return !impl_->busy && !impl_->mail; });
}

}  // namespace bot::mail
