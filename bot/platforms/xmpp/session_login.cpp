#include <spdlog/spdlog.h>

#include <limits>
#include <utility>

#include "bot/platforms/xmpp/jid.hpp"
#include "bot/platforms/xmpp/session_impl.hpp"

namespace bot::xmpp {

void Session::Impl::frame(std::string_view text) {
  if (stage == Stage::over) return;
  const auto read = read_xml(text, {.bytes = stanza_limit});
  const Node root = read ? read->document_element() : Node();
  const bool farewell = is(root, "close", framing_ns);
  if (stage == Stage::leaving) {
    if (!read || farewell) link->close();
  } else if (!read) {
    if (beyond_reading(text)) return;
    resumable.id.clear();  // a stream that is resumed sends the same again
    end("the server sent what cannot be read: " + read.error());
  } else if (is(root, "error", streams_ns)) {
    resumable.id.clear();
    const bool unknown =
        child(root, "host-unknown", stream_errors_ns) || child(root, "not-authorized", stream_errors_ns);
    end("the server ended the stream: " + reason_of(root, stream_errors_ns), unknown && stage < Stage::up);
  } else if (farewell) {
    resumable.id.clear();
    const bool elsewhere = root.attribute("see-other-uri");
    end(elsewhere ? "the server closed the stream and named another, which is not followed"
                  : "the server closed the stream");
    link->close();
  } else if (stage == Stage::up) {
    live(root);
  } else {
    login(root);
  }
}

/// A stanza that is only longer, deeper or wider than we read: anybody may write one into a room, so it must not end
/// the link, or the room's archive would end it for ever. It is handled by leaving it out.
bool Session::Impl::beyond_reading(std::string_view text) {
  constexpr int any = std::numeric_limits<int>::max();
  if (stage != Stage::up) return false;
  const auto read = read_xml(text, {.bytes = options.link.frame_limit, .depth = any, .attributes = any});
  if (!read || !is_stanza(read->document_element())) return false;
  spdlog::warn("xmpp: a stanza from {} is left out: it is too long, nested too deep, or has too many attributes",
               line(std::string(attribute(read->document_element(), "from"))));
  ++resumable.handled;
  return true;
}

void Session::Impl::unexpected(Node root, std::string_view wanted) {
  end("the server sent <" + line(local_name(root)) + "> where " + std::string(wanted) + " was expected");
}

void Session::Impl::login(Node root) {
  switch (stage) {
    case Stage::opening:
      if (!is(root, "open", framing_ns)) return unexpected(root, "<open>");
      stage = Stage::features;
      return;
    case Stage::features:
      if (!is(root, "features", streams_ns)) return unexpected(root, "<features>");
      return offered(root);
    case Stage::signing_in: return signing(root);
    case Stage::resuming: return take_up(root);
    case Stage::binding: return bound(root);
    case Stage::enabling: return enabled(root);
    case Stage::connecting:
    case Stage::up:
    case Stage::leaving:
    case Stage::over: return;
  }
}

void Session::Impl::offered(Node features) {
  if (!signed_in) return choose(child(features, "mechanisms", sasl_ns));
  manageable = static_cast<bool>(child(features, "sm", managed_ns));
  if (!manageable || resumable.id.empty()) return bind();
  stage = Stage::resuming;
  Document document;
  const Node resume = add(document, "resume", managed_ns);
  set(resume, "h", std::to_string(resumable.handled));
  set(resume, "previd", resumable.id);
  write(document);
}

void Session::Impl::choose(Node mechanisms) {
  std::vector<std::string> names;
  for (const Node each : children(mechanisms, "mechanism", sasl_ns)) names.push_back(text_of(each));
  SaslOptions wanted;
  wanted.user = options.user;
  wanted.password = options.password;
  wanted.plain = options.plain;
  auto chosen = choose_sasl(names, std::move(wanted));
  if (!chosen) return end(chosen.error(), true);
  sasl = std::move(*chosen);
  stage = Stage::signing_in;
  Document document;
  const Node auth = add(document, "auth", sasl_ns);
  set(auth, "mechanism", sasl->mechanism());
  const std::string first = sasl->first();
  set_text(auth, first.empty() ? "=" : base64(first));
  write(document);
}

void Session::Impl::signing(Node root) {
  const std::string text = text_of(root);
  if (is(root, "failure", sasl_ns)) {
    // Who repeats our password is not repeated.
    std::string reason = reason_of(root, sasl_ns);
    if (!options.password.empty() && reason.find(options.password) != std::string::npos) reason = "no reason given";
    const bool passes = static_cast<bool>(child(root, "temporary-auth-failure", sasl_ns));
    return end("the server refused the sign-in of " + options.user + "@" + options.domain + ": " + reason, !passes);
  }
  const bool done = is(root, "success", sasl_ns);
  if (!done && !is(root, "challenge", sasl_ns)) return unexpected(root, "<challenge>, <success> or <failure>");
  const auto bytes = from_base64(text == "=" ? "" : text);
  if (!bytes) return end("the sign-in broke off: " + bytes.error(), true);
  if (!done) {
    const auto response = sasl->answer(*bytes);
    if (!response) return end("the sign-in broke off: " + response.error(), true);
    Document document;
    set_text(add(document, "response", sasl_ns), response->empty() ? "=" : base64(*response));
    return write(document);
  }
  if (const auto proved = sasl->finish(*bytes); !proved) return end("the sign-in broke off: " + proved.error(), true);
  sasl.reset();
  signed_in = true;
  stage = Stage::opening;
  link->send(framing("open", options.domain));
}

void Session::Impl::take_up(Node root) {
  if (is(root, "failed", managed_ns)) return bind();
  if (!is(root, "resumed", managed_ns)) {
    if (!is_stanza(root)) unexpected(root, "<resumed> or <failed>");
    return;
  }
  if (!acknowledge(root)) return;
  resumable.sent = resumable.acked;
  managed = true;
  stand(true);
}

void Session::Impl::bind() {
  resumable = {};
  stage = Stage::binding;
  binding_id = random_id();
  Document document;
  const Node iq = add(document, "iq", client_ns);
  set(iq, "type", "set");
  set(iq, "id", binding_id);
  set_text(add(add(iq, "bind", bind_ns), "resource"), options.resource);
  write(document);
}

void Session::Impl::bound(Node root) {
  if (!is(root, "iq", client_ns) || attribute(root, "id") != binding_id) {
    if (!is_stanza(root)) unexpected(root, "the answer to <bind>");
    return;
  }
  if (attribute(root, "type") != "result")
    return end("the server gave no address: " + reason_of(child(root, "error", client_ns), stanza_errors_ns));
  const std::string given = text_of(child(child(root, "bind", bind_ns), "jid", bind_ns));
  const auto jid = read_jid(given);
  if (!jid || jid->local.empty() || jid->resource.empty())
    return end("the server gave an address that is none: expected one like user@example.org/parley");
  resumable.address = given;
  if (!manageable) return stand(false);
  stage = Stage::enabling;
  Document document;
  set(add(document, "enable", managed_ns), "resume", "true");
  write(document);
}

void Session::Impl::enabled(Node root) {
  if (is(root, "enabled", managed_ns)) {
    managed = true;
    const std::string_view resume = attribute(root, "resume");
    if (resume == "true" || resume == "1") resumable.id = attribute(root, "id");
  } else if (!is(root, "failed", managed_ns)) {
    if (!is_stanza(root)) unexpected(root, "<enabled> or <failed>");
    return;
  }
  stand(false);
}

void Session::Impl::stand(bool as_before) {
  stage = Stage::up;
  resumed = as_before;
  handled_before = resumable.handled;
  address = resumable.address;
  if (handlers.ready) handlers.ready(as_before);
}

}  // namespace bot::xmpp
