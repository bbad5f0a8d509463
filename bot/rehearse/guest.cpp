#include "bot/rehearse/guest.hpp"

#include <stdexcept>

namespace bot::rehearse {

namespace json = boost::json;

std::string text_of(const json::object& frame, std::string_view name) {
  const json::value* found = frame.if_contains(name);
  const json::string* value = found ? found->if_string() : nullptr;
  return value ? std::string(value->data(), value->size()) : std::string();
}

Guest::Guest(boost::asio::io_context& io, unsigned short port, std::string token) : token_(std::move(token)) {
  WebLink::Options options{
      .host = "127.0.0.1", .port = port, .path = "/ws", .subprotocol = "parley.room.1", .lines = true};
  WebLink::Handlers handlers;
  handlers.opened = [this] {
    link_->send(json::serialize(json::object{{"type", "sign_in"}, {"token", token_}, {"rooms", true}}));
  };
  handlers.frame = [this](std::string_view text) { frame(text); };
  handlers.closed = [this](const std::string& why) { gone_ = why.empty() ? "it was closed" : why; };
  link_ = std::make_unique<WebLink>(io, std::move(options), std::move(handlers));
}

std::int64_t Guest::ask(json::object frame) {
  if (!gone_.empty()) throw std::runtime_error("a person's connection to the room ended: " + gone_);
  frame["ask"] = ++asked_;
  link_->send(json::serialize(frame));
  return asked_;
}

const json::object* Guest::answer(std::int64_t ask) const {
  if (!gone_.empty()) throw std::runtime_error("a person's connection to the room ended: " + gone_);
  const auto found = answers_.find(ask);
  return found == answers_.end() ? nullptr : &found->second;
}

void Guest::frame(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    json::error_code error;
    const json::value parsed = json::parse(text.substr(0, end), error);
    if (!error && parsed.is_object()) line(parsed.get_object());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void Guest::line(const json::object& frame) {
  const auto type = text_of(frame, "type");
  if (type == "welcome") here_ = true;
  if (type == "message") messages_.insert(text_of(frame, "id"));
  const json::value* direct = frame.if_contains("direct");
  if (type == "room" && direct && direct->is_bool() && direct->get_bool()) direct_chat_ = text_of(frame, "id");
  const json::value* ask = frame.if_contains("ask");
  if (ask && ask->is_int64()) answers_.emplace(ask->get_int64(), frame);
}

}  // namespace bot::rehearse
