#include "bot/room/frames.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "bot/room/limits.hpp"

namespace room {
namespace {

namespace json = boost::json;

/// Reads the members of one frame. A member of the wrong type is remembered and makes the whole frame unreadable.
class Reader {
 public:
  explicit Reader(const json::object& frame) : frame_(frame) {}

  std::string text(std::string_view name) {
    const json::value* found = frame_.if_contains(name);
    if (!found) return {};
    if (const json::string* value = found->if_string()) return {value->data(), value->size()};
    return wrong(name), std::string{};
  }
  std::optional<std::string> maybe_text(std::string_view name) {
    if (!frame_.contains(name)) return std::nullopt;
    return text(name);
  }
  std::optional<std::int64_t> number(std::string_view name) {
    const json::value* found = frame_.if_contains(name);
    if (!found) return std::nullopt;
    if (const std::int64_t* value = found->if_int64(); value && *value >= 0) return *value;
    return wrong(name), std::nullopt;
  }
  bool flag(std::string_view name, bool otherwise) {
    const json::value* found = frame_.if_contains(name);
    if (!found) return otherwise;
    if (const bool* value = found->if_bool()) return *value;
    return wrong(name), otherwise;
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    const json::value* found = frame_.if_contains(name);
    if (!found) return all;
    const json::array* values = found->if_array();
    if (!values || values->size() > members_limit) return wrong(name), all;
    for (const json::value& value : *values) {
      if (!value.is_string()) return wrong(name), all;
      all.emplace_back(value.get_string().data(), value.get_string().size());
    }
    return all;
  }
  const std::string& complaint() const { return complaint_; }

 private:
  void wrong(std::string_view name) { complaint_ = "`" + std::string(name) + "` is not what it should be"; }
  const json::object& frame_;
  std::string complaint_;
};

std::optional<Request> read_by_type(std::string_view type, Reader& in) {
  if (type == "post")
    return PostMessage{in.text("channel"), in.text("thread"), in.text("text"),
                       in.text("key"),     in.text("to"),     in.text("kind")};
  if (type == "ping") return Ping{};
  if (type == "history") {
    LoadHistory load{.channel = in.text("channel")};
    load.after = in.number("after").value_or(load.after);
    load.until = in.number("until").value_or(load.until);
    load.before = in.number("before").value_or(load.before);
    load.limit = static_cast<int>(std::clamp<std::int64_t>(in.number("limit").value_or(100), 1, page_limit));
    return load;
  }
  if (type == "find") return FindKey{in.text("key")};
  if (type == "delete") return DeleteMessage{in.text("id")};
  if (type == "create") return CreateRoom{in.text("name"), in.texts("handles")};
  if (type == "join") return JoinRoom{in.text("channel"), in.texts("handles")};
  if (type == "leave") return LeaveRoom{in.text("channel")};
  if (type == "rename") return Rename{in.maybe_text("handle"), in.maybe_text("name"), in.maybe_text("zone")};
  if (type == "rooms") return ListRooms{};
  if (type == "sign_in") return SignIn{in.text("token"), in.flag("rooms", true)};
  return std::nullopt;
}

/// Builds one line. Members that say nothing are left out.
class Line {
 public:
  explicit Line(std::string_view type) { put("type", type); }

  Line& put(std::string_view name, std::string_view text) { return begin(name), string(text), *this; }
  Line& put(std::string_view name, std::int64_t number) { return begin(name), out_ += std::to_string(number), *this; }
  Line& some(std::string_view name, std::string_view text) { return text.empty() ? *this : put(name, text); }
  Line& flag(std::string_view name, bool set) { return set ? (begin(name), out_ += "true", *this) : *this; }
  Line& raw(std::string_view name, std::string_view written) { return begin(name), out_ += written, *this; }
  Line& ask(std::optional<std::int64_t> number) { return number ? put("ask", *number) : *this; }
  std::string end() {
    out_ += '}';
    return std::move(out_);
  }

 protected:
  Line() = default;

 private:
  void begin(std::string_view name) {
    out_ += out_.empty() ? "{" : ",";
    string(name);
    out_ += ':';
  }
  void string(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    out_ += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
        out_ += "\\u00";
        out_ += digits[static_cast<unsigned char>(c) >> 4];
        out_ += digits[c & 15];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }
  std::string out_;
};

struct Nested : Line {
  Nested() = default;
};

/// An address is for bots: to people nobody's is shown.
std::string user_object(const User& user, bool for_bot) {
  Nested out;
  out.put("id", user.id).put("handle", user.handle).put("name", user.name).some("zone", user.zone);
  if (for_bot) out.some("email", user.email);
  return out.flag("bot", user.bot).end();
}

template <class Items, class Write>
std::string list(const Items& items, Write write) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += write(item);
  }
  return out += ']';
}

std::string user_list(const std::vector<User>& users, bool for_bot) {
  return list(users, [for_bot](const User& user) { return user_object(user, for_bot); });
}

std::string room_object(const Channel& channel, const std::vector<User>& members, bool for_bot) {
  Nested out;
  out.put("id", channel.id).some("name", channel.name).flag("direct", channel.direct);
  return out.raw("members", user_list(members, for_bot)).end();
}

std::string message_line(const Entry& entry, Row reader) {
  Line out("message");
  out.put("position", entry.position).put("id", message_id(entry.position)).put("channel", entry.channel.id);
  out.flag("direct", entry.channel.direct).put("at", entry.at).put("user", entry.user.id);
  out.put("handle", entry.user.handle).put("name", entry.user.name).flag("bot", entry.user.bot);
  out.some("thread", entry.thread).some("kind", entry.note).put("text", entry.text);
  out.flag("private", entry.reader != 0).some("to", entry.reader_id).flag("deleted", entry.erased);
  if (entry.user.row == reader) out.some("key", entry.key);
  return out.end();
}

}  // namespace

std::expected<Asked, Unreadable> read_request(std::string_view line) {
  json::error_code error;
  json::parse_options strict;
  strict.max_depth = json_depth;
  const json::value parsed = json::parse(line, error, {}, strict);
  if (error) return std::unexpected(Unreadable{true, "not JSON: " + error.message(), {}});
  const json::object* frame = parsed.if_object();
  if (!frame) return std::unexpected(Unreadable{true, "not a JSON object", {}});
  Reader in(*frame);
  const auto ask = in.number("ask");
  const std::string type = in.text("type");
  auto request = read_by_type(type, in);
  if (!in.complaint().empty()) return std::unexpected(Unreadable{false, in.complaint(), ask});
  if (!request) return std::unexpected(Unreadable{false, "there is no such type of frame", ask});
  return Asked{std::move(*request), ask};
}

std::string failure_line(const Failure& failure, std::optional<std::int64_t> ask, const std::string& key) {
  Line out("error");
  out.put("code", failure.code).put("text", failure.text).flag("permanent", failure.permanent);
  return out.some("key", key).ask(ask).end();
}

std::string welcome_line(const User& me, const std::string& store, Position head, Millis now) {
  Line out("welcome");
  return out.put("store", store).put("position", head).put("now", now).raw("me", user_object(me, false)).end();
}

std::string room_line(const Channel& channel, const std::vector<User>& members, bool left, bool for_bot) {
  Line out("room");
  out.put("id", channel.id).some("name", channel.name).flag("direct", channel.direct).flag("left", left);
  return out.raw("members", user_list(members, for_bot)).end();
}

std::string pong_line(std::optional<std::int64_t> ask, Millis now, Position head) {
  Line out("pong");
  return out.put("now", now).put("position", head).ask(ask).end();
}

std::string posted_line(const std::string& key, Position position, std::optional<std::int64_t> ask) {
  Line out("posted");
  return out.put("key", key).put("id", message_id(position)).put("position", position).ask(ask).end();
}

std::string found_line(const std::string& key, std::optional<Position> position, std::optional<std::int64_t> ask) {
  Line out("found");
  out.put("key", key);
  if (position) out.put("id", message_id(*position));
  return out.ask(ask).end();
}

std::string done_line(std::optional<std::int64_t> ask, const std::string& channel) {
  Line out("done");
  return out.some("channel", channel).ask(ask).end();
}

std::string history_line(const std::vector<std::string>& entries, const std::string& channel, Position next, bool more,
                         std::optional<std::int64_t> ask) {
  Line out("history");
  out.some("channel", channel).put("next", next).flag("more", more).ask(ask);
  return out.raw("entries", list(entries, [](const std::string& line) { return line; })).end();
}

std::string entry_line(const Entry& entry, const User& reader, const std::vector<User>* members) {
  switch (entry.kind) {
    case EntryKind::message: return message_line(entry, reader.row);
    case EntryKind::joined:
    case EntryKind::left: {
      Line out(entry.kind == EntryKind::joined ? "joined" : "left");
      out.put("position", entry.position).put("channel", entry.channel.id).flag("direct", entry.channel.direct);
      out.put("at", entry.at).raw("user", user_object(entry.user, reader.bot));
      if (members) out.raw("room", room_object(entry.channel, *members, reader.bot));
      return out.end();
    }
    case EntryKind::renamed: {
      Line out("renamed");
      out.put("position", entry.position).put("at", entry.at).put("was", entry.was);
      return out.raw("user", user_object(entry.user, reader.bot)).end();
    }
    case EntryKind::deleted: {
      Line out("deleted");
      out.put("position", entry.position).put("channel", entry.channel.id).put("at", entry.at);
      return out.put("id", message_id(entry.about)).put("by", entry.user.id).end();
    }
  }
  return {};
}

}  // namespace room
