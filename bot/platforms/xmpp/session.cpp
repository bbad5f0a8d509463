#include "bot/platforms/xmpp/session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/questions.hpp"
#include "bot/platforms/xmpp/session_impl.hpp"

namespace bot::xmpp {
namespace {

constexpr std::chrono::seconds goodbye{5};  ///< for the server's last words, and what is queued before ours

std::optional<std::uint32_t> count_in(Node node) {
  const std::string_view text = node.attribute("h").value();
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

}  // namespace

void Session::Impl::start() {
  WebLink::Handlers called;
  called.opened = guarded([](Impl& self) { self.opened(); });
  called.frame = guarded([](Impl& self, std::string_view text) { self.frame(text); });
  called.closed = guarded([](Impl& self, const std::string& reason) {
    if (self.why.empty()) self.why = reason;
    self.finish();
  });
  link = std::make_unique<WebLink>(io, options.link, std::move(called));
}

void Session::Impl::opened() {
  if (stage != Stage::connecting) return;
  stage = Stage::opening;
  began = Clock::now();
  link->send(framing("open", options.domain));
  watch();
}

void Session::Impl::live(Node root) {
  if (is(root, "r", managed_ns) && managed) {
    Document document;
    set(add(document, "a", managed_ns), "h", std::to_string(resumable.handled));
    return write(document);
  }
  if (is(root, "a", managed_ns) && managed) {
    const std::uint32_t before = resumable.acked;
    if (!acknowledge(root)) return;
    asked = false;
    if (resumable.sent != asked_at_number) ask_soon();
    if (resumable.acked != before && handlers.acked) handlers.acked();
    return;
  }
  if (!is_stanza(root)) return;  // something that we do not know, and that does not count
  if (is(root, "iq", client_ns))
    query(root);
  else if (handlers.stanza)
    handlers.stanza(root);
  if (!abandoned && stage != Stage::over) ++resumable.handled;
}

void Session::Impl::query(Node iq) {
  const std::string_view type = attribute(iq, "type");
  if (type == "result" || type == "error") return answer(iq);
  const bool question = type == "get" || type == "set";
  if (question && !attribute(iq, "id").empty()) say(answer_to(iq));
}

void Session::Impl::answer(Node iq) {
  const std::string_view id = attribute(iq, "id"), from = attribute(iq, "from");
  const auto at = std::ranges::find_if(requests, [&](const Pending& one) { return one.id == id; });
  if (at == requests.end() || !may_answer(*at, from)) return;
  const auto answered = std::move(at->answered);
  requests.erase(at);
  if (answered) answered(iq);
}

/// Anybody may send us an answer, so it is taken only from whoever was asked. Without an address that was the server,
/// in the name of our account; only the server can leave out who is speaking.
bool Session::Impl::may_answer(const Pending& request, std::string_view from) const {
  const std::string own = bare(std::string_view(address));
  if (!request.to.empty() && request.to != own) return from == request.to;
  return from.empty() || from == own || (request.to.empty() && from == options.domain);
}

/// Takes what the server says it has handled of ours. It cannot have handled what was not sent, nor less than before;
/// if it says so, one of us has miscounted, and nothing that hangs on the numbers is known.
bool Session::Impl::acknowledge(Node root) {
  const auto count = count_in(root);
  if (count && *count - resumable.acked <= resumable.sent - resumable.acked) {
    resumable.acked = *count;
    return true;
  }
  const std::string sent = std::to_string(resumable.sent), acked = std::to_string(resumable.acked);
  resumable.id.clear();
  end("the server's count of our stanzas is wrong: expected one from " + acked + " to " + sent + ", not \"" +
      line(std::string(attribute(root, "h"))) + "\"");
  return false;
}

std::uint32_t Session::Impl::say(const Document& stanza) {
  if (stage != Stage::up) return stage == Stage::over ? beyond : resumable.sent + 1;
  write(stanza);
  return ++resumable.sent;
}

void Session::Impl::request(Document iq, std::function<void(Node)> answered) {
  if (stage != Stage::up) {
    asio::post(io, guarded([answered = std::move(answered)](Impl&) {
                 if (answered) answered(Node());
               }));
    return;
  }
  const Node root = iq.document_element();
  Pending pending{random_id(), std::string(attribute(root, "to")), Clock::now(), std::move(answered)};
  set(root, "id", pending.id);
  say(iq);
  requests.push_back(std::move(pending));
  watch();
}

/// One question for everything that is sent in this turn, and never a second one before the first is answered.
void Session::Impl::ask_soon() {
  if (!managed || asked || asking_soon || stage != Stage::up) return;
  asking_soon = true;
  asio::post(io, guarded([](Impl& self) { self.ask(); }));
}

void Session::Impl::ask() {
  asking_soon = false;
  if (asked || stage != Stage::up || resumable.sent == resumable.acked) return;
  asked = true;
  asked_at = Clock::now();
  asked_at_number = resumable.sent;
  Document document;
  add(document, "r", managed_ns);
  write(document);
  watch();
}

/// Since when the server owes us something; `never` if nothing.
Clock::time_point Session::Impl::waiting_since() const {
  auto since = never;
  if (stage < Stage::up) since = began;
  if (stage == Stage::up && !requests.empty()) since = requests.front().since;
  if (stage == Stage::up && asked) since = std::min(since, asked_at);
  return paused || since == never ? never : std::max(since, unpaused);
}

void Session::Impl::watch() {
  const auto since = waiting_since();
  if (watching || since == never) return;
  watching = true;
  // Who was stopped itself, or asleep, finds the timer due and the answers unread: it waits once more.
  late.expires_at(since == looked_again ? Clock::now() + options.patience / 8 : since + options.patience);
  late.async_wait([look = guarded([](Impl& self) {
                     self.watching = false;
                     self.look();
                   })](boost::system::error_code cancelled) {
    if (!cancelled) look();
  });
}

void Session::Impl::look() {
  const auto since = waiting_since();
  if (since == never) return;
  if (Clock::now() - since < options.patience) return watch();
  if (since != looked_again) {
    looked_again = since;
    return watch();
  }
  why = stage == Stage::up ? "the server did not answer within " : "the sign-in did not come to its end within ";
  why += std::to_string(std::chrono::ceil<std::chrono::seconds>(options.patience).count()) + " s";
  finish();
}

void Session::Impl::pause(bool wanted) {
  if (paused == wanted || !link) return;
  paused = wanted;
  link->pause(wanted);
  if (wanted) return;
  unpaused = Clock::now();
  watch();
}

/// Says goodbye and waits for the server to do the same, but not for long.
void Session::Impl::end(std::string reason, bool unwanted) {
  if (stage >= Stage::leaving) return;
  stage = Stage::leaving;
  why = std::move(reason);
  refused = unwanted;
  link->pause(false);
  link->send(framing("close"));
  leave.expires_after(goodbye);
  leave.async_wait([done = guarded([](Impl& self) { self.finish(); })](boost::system::error_code cancelled) {
    if (!cancelled) done();
  });
}

void Session::Impl::finish() {
  if (stage == Stage::over) return;
  // A stream that brought nothing since it was resumed would perhaps break off at the same stanza again.
  if (resumed && resumable.handled == handled_before) resumable.id.clear();
  beyond = resumable.sent + 1;
  stage = Stage::over;
  late.cancel();
  leave.cancel();
  link.reset();
  for (Pending& one : std::exchange(requests, {})) {
    if (one.answered) one.answered(Node());
    if (abandoned) return;
  }
  if (handlers.closed) handlers.closed(why, refused);
}

Session::Session(asio::io_context& io, Options options, Resumable& resumable, Handlers handlers)
    : impl_(std::make_shared<Impl>(io, std::move(options), resumable, std::move(handlers))) {
  impl_->start();
}

Session::~Session() {
  impl_->abandoned = true;
  impl_->late.cancel();
  impl_->leave.cancel();
  impl_->link.reset();
}

const std::string& Session::address() const { return impl_->address; }

std::uint32_t Session::send(const Document& stanza) {
  const std::uint32_t number = impl_->say(stanza);
  impl_->ask_soon();
  return number;
}

void Session::request(Document iq, std::function<void(Node)> answered) {
  impl_->request(std::move(iq), std::move(answered));
}

void Session::pause(bool paused) { impl_->pause(paused); }

void Session::close() {
  if (impl_->stage >= Impl::Stage::leaving) return;
  impl_->resumable.id.clear();
  if (impl_->stage != Impl::Stage::connecting) return impl_->end("closed");
  impl_->stage = Impl::Stage::leaving;
  impl_->why = "closed";
  asio::post(impl_->io, impl_->guarded([](Impl& self) { self.finish(); }));
}

}  // namespace bot::xmpp
