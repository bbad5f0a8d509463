#include <algorithm>
#include <charconv>

#include "bot/policy.hpp"
#include "bot/rehearse/reader.hpp"

// The lines of a script that begin with a word.
namespace bot::rehearse {
namespace {

std::unexpected<Wrong> wrong(std::string text) { return std::unexpected(std::move(text)); }

std::optional<std::string> value_of(const Values& values, std::string_view name) {
  for (const auto& [key, value] : values)
    if (key == name) return value;
  return std::nullopt;
}

bool one_of(std::string_view value, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, value) != list.end();
}

std::optional<Wrong> wrong_value(const std::string& key, const std::string& value) {
  if (key == "kind" && !one_of(value, {"person", "agency", "enterprise", "support", "mediator", "arbiter", "operator"}))
    return "kind is person, agency, enterprise, support, mediator, arbiter or operator";
  if (key == "status" && !one_of(value, {"active", "inactive", "suspended"}))
    return "status is active, inactive or suspended";
  if (key == "billing" && !one_of(value, {"ok", "failed"})) return "billing is ok or failed";
  if (!one_of(key, {"kind", "tz", "email", "name", "status", "billing"}))
    return "a person has kind, tz, email, name, status and billing, no " + key;
  return std::nullopt;
}

template <class Done>
std::expected<bool, Wrong> as_bool(Done done) {
  if (!done) return std::unexpected(done.error());
  return true;
}

}  // namespace

std::expected<bool, Wrong> Reader::setting(std::string_view word, std::string_view rest) {
  if (word == "policy") return as_bool(policy(rest));
  if (word == "platform") return as_bool(platform(rest));
  if (word == "include") return as_bool(include(rest));
  if (word == "at") return as_bool(at(rest));
  if (word == "in") return as_bool(in(rest));
  if (word == "show") {
    if (rest != "header" && rest != "email") return wrong("what can be shown is header or email");
    if (rest == "email") {
      emails_shown_ = true;
      act(EmailLine{});
    } else {
      act(HeaderLine{});
    }
    return true;
  }
  if (word == "wall") {
    const bool back = rest.starts_with('-');
    const auto duration = parse_duration(rest.substr(std::min<std::size_t>(1, rest.size())));
    if (!duration || (!back && !rest.starts_with('+'))) return wrong("the wall clock is set as in wall -1h");
    act(WallLine{back ? -*duration : *duration});
    return true;
  }
  return false;
}

std::expected<bool, Wrong> Reader::people(std::string_view word, std::string_view rest) {
  if (word == "person") return as_bool(person(rest));
  if (word == "room") return as_bool(room(rest));
  if (word == "bind") return as_bool(bind(rest));
  if (word == "paid") return as_bool(paid(rest));
  if (word == "join") return as_bool(member(Member::What::joined, rest));
  if (word == "leave") return as_bool(member(Member::What::left, rest));
  if (word == "rename") return as_bool(member(Member::What::renamed, rest));
  if (word == "again") return as_bool(again(rest));
  if (word == "edit") return as_bool(edit(rest));
  if (word == "delete") return as_bool(remove(rest));
  return false;
}

std::expected<bool, Wrong> Reader::trouble(std::string_view word, std::string_view rest) {
  if (word == "crash") return as_bool(crash(rest));
  if (word == "refuse-posts") {
    int n = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (error != std::errc{} || end != rest.data() + rest.size() || n < 1 || n > 1000)
      return wrong("posts are refused as in refuse-posts 3");
    act(RefuseLine{n});
    return true;
  }
  if (word == "throttle") {
    const auto duration = parse_duration(rest);
    if (!duration) return wrong("posts are delayed as in throttle 30s");
    act(ThrottleLine{*duration});
    return true;
  }
  if (!one_of(word, {"restart", "offline", "online"})) return false;
  if (!rest.empty()) return wrong("nothing stands behind " + std::string(word));
  if (word == "restart") act(RestartLine{});
  if (word != "restart") act(LinkLine{word == "online"});
  return true;
}

Reader::Result Reader::policy(std::string_view rest) {
  auto values = read_values(rest);
  if (!values) return wrong(values.error());
  for (const auto& [name, value] : *values)
    if (auto bad = set_policy(script_.policy, name, value)) return wrong(*bad);
  return {};
}

Reader::Result Reader::platform(std::string_view rest) {
  auto values = read_values(rest);
  if (!values) return wrong(values.error());
  const std::initializer_list<std::pair<std::string_view, bool Can::*>> names{
      {"history", &Can::history},        {"edits", &Can::edits},
      {"threads", &Can::threads},        {"find", &Can::find},
      {"deletes", &Can::deletes},        {"private-replies", &Can::private_replies},
      {"server-time", &Can::server_time}};
  for (const auto& [name, value] : *values) {
    const auto* found = std::ranges::find(names, name, [](const auto& n) { return n.first; });
    if (found == names.end()) return wrong("a chat server has no " + name);
    if (value != "yes" && value != "no") return wrong(name + " is yes or no");
    script_.can.*found->second = value == "yes";
  }
  return {};
}

Reader::Result Reader::person(std::string_view rest) {
  const auto name = take_word(rest);
  if (!is_name(name)) return wrong("a person is named by letters, digits, _ and -");
  auto values = read_values(rest);
  if (!values) return wrong(values.error());
  for (const auto& [key, value] : *values)
    if (auto bad = wrong_value(key, value)) return wrong(*bad);
  people_.insert(std::string(name));
  act(PersonLine{std::string(name), std::move(*values)});
  return {};
}

Reader::Result Reader::room(std::string_view rest) {
  const auto colon = rest.find(':');
  RoomLine out{std::string(trimmed(rest.substr(0, colon))), {}};
  if (colon == rest.npos || !is_name(out.name)) return wrong("a room is written room studio: ana, bob");
  for (const auto& part : split(rest.substr(colon + 1), ',')) {
    const auto name = trimmed(part);
    if (name.empty() && trimmed(rest.substr(colon + 1)).empty()) break;
    if (auto known = known_person(name); !known) return known;
    out.people.emplace_back(name);
  }
  if (rooms_.contains(out.name)) return wrong("a room named " + out.name + " stands above already");
  rooms_[out.name] = {out.people.begin(), out.people.end()};
  if (spot_.channel.empty()) spot_ = {out.name, {}};
  act(std::move(out));
  return {};
}

Reader::Result Reader::bind(std::string_view rest) {
  const std::string name(take_word(rest));
  const auto values = read_values(rest);
  if (!values) return wrong(values.error());
  const auto client = value_of(*values, "client"), freelancer = value_of(*values, "freelancer");
  if (!client || !freelancer || values->size() != 2)
    return wrong("a pair is fixed by bind ROOM client=bob freelancer=ana");
  if (!rooms_.contains(name)) return wrong("there is no room " + name);
  for (const auto& who : {*client, *freelancer})
    if (auto known = known_person(who); !known) return known;
  pairs_[{*client, *freelancer}] = name;
  act(BindLine{name, *client, *freelancer});
  return {};
}

Reader::Result Reader::paid(std::string_view rest) {
  const std::string client(take_word(rest)), freelancer(take_word(rest)), amount(take_word(rest));
  if (amount.empty() || !rest.empty()) return wrong("a payment before is written paid bob ana 50.00");
  const auto pair = pairs_.find({client, freelancer});
  if (pair == pairs_.end()) return wrong("paid stands below a bind of " + client + " and " + freelancer);
  if (acted_) return wrong("paid stands before the first line that acts");
  act(PaidLine{pair->second, client, freelancer, amount});
  return {};
}

Reader::Result Reader::member(Member::What what, std::string_view rest) {
  MemberLine out{what, std::string(take_word(rest)), {}};
  if (auto known = known_person(out.person); !known) return known;
  if (what == Member::What::renamed) {
    if (rest.size() < 2 || !rest.starts_with('"') || !rest.ends_with('"')) return wrong("rename ana \"New Name\"");
    out.display = rest.substr(1, rest.size() - 2);
  } else {
    if (!rest.empty()) return wrong("one person joins or leaves a line");
    const auto here = rooms_.find(spot_.channel);
    if (here == rooms_.end()) return wrong("people join and leave rooms");
    if (what == Member::What::joined) here->second.insert(out.person);
    if (what == Member::What::left) here->second.erase(out.person);
  }
  act(std::move(out));
  return {};
}

Reader::Result Reader::in(std::string_view rest) {
  const std::string first(take_word(rest));
  if (first == "thread" && !rest.empty()) {
    if (spot_.channel.empty()) return wrong("there is no room yet");
    spot_.thread = rest;
  } else if (first == "dm" && !rest.empty()) {
    if (auto known = known_person(rest); !known) return known;
    spot_ = {direct_chat(std::string(rest)), {}};
  } else if (rooms_.contains(first) && rest.empty()) {
    spot_ = {first, {}};
  } else {
    return wrong("there is no room " + first);
  }
  act(MoveLine{});
  return {};
}

Reader::Result Reader::at(std::string_view rest) {
  const auto instant = workflow::parse_instant(rest);
  if (!instant) return wrong("the clock is set as in at 2026-11-02T09:00Z");
  if (!at_seen_) script_.start = *instant;
  at_seen_ = true;
  const bool acted = acted_;
  act(AtLine{*instant});
  acted_ = acted;
  return {};
}

Reader::Result Reader::again(std::string_view rest) {
  AgainLine out{std::string(take_word(rest)), {}};
  if (!out.label.empty() && !labels_.contains(out.label)) return wrong("no message above is named " + out.label);
  if (!rest.empty()) {
    if (take_word(rest) != "in" || !rooms_.contains(std::string(rest)))
      return wrong("a message comes again as in again m-3 in NAME");
    out.room = rest;
  }
  act(std::move(out));
  return {};
}

Reader::Result Reader::edit(std::string_view rest) {
  EditLine out{std::string(take_word(rest)), std::string(rest)};
  if (!labels_.contains(out.label)) return wrong("no message above is named " + out.label);
  act(std::move(out));
  return {};
}

Reader::Result Reader::remove(std::string_view rest) {
  if (!labels_.contains(std::string(rest))) return wrong("no message above is named " + std::string(rest));
  act(DeleteLine{std::string(rest)});
  return {};
}

Reader::Result Reader::crash(std::string_view rest) {
  if (rest == "before-commit") {
    act(CrashLine{Death::before_commit});
  } else if (rest == "after-commit") {
    act(CrashLine{Death::after_commit});
  } else if (rest == "after-post") {
    act(CrashLine{Death::after_post});
  } else {
    return wrong("the bot dies before-commit, after-commit or after-post");
  }
  return {};
}

}  // namespace bot::rehearse
