#include "commands/catalogue.hpp"

#include <map>

#include "commands/unicode.hpp"

namespace commands {
namespace {

using workflow::Arg;
using workflow::Args;

struct Words {
  std::map<std::string, std::string, std::less<>> by_key;
  std::vector<std::string> order;
};

/// `key = text`; an indented line continues the entry in a new line; `#` and empty lines are for the reader of the
/// file.
Words read_words(std::string_view text) {
  Words words;
  std::string* open = nullptr;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("  ") && open) {
      *open += "\n" + std::string{line.substr(2)};
      continue;
    }
    open = nullptr;
    const auto equals = line.find(" = ");
    if (line.empty() || line.front() == '#' || equals == std::string_view::npos) continue;
    const std::string key{line.substr(0, equals)};
    open = &(words.by_key[key] = line.substr(equals + 3));
    words.order.push_back(key);
  }
  return words;
}

/// The language of the house. Another one is chosen here.
const Words& words() {
  static const Words all = [] {
    for (const auto& l : languages())
      if (l.name == "en") return read_words(l.text);
    return Words{};
  }();
  return all;
}

const Arg* find(const Args& args, std::string_view name) {
  for (const auto& [key, value] : args)
    if (key == name) return &value;
  return nullptr;
}

bool is_empty(const Arg* a) {
  if (!a || std::holds_alternative<std::monostate>(*a)) return true;
  const auto* s = std::get_if<std::string>(a);
  return s && s->empty();
}

/// Splits `plural|one|many` at the bars that lie in no inner brace.
std::vector<std::string_view> split(std::string_view s) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  int depth = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '{') ++depth;
    if (s[i] == '}') --depth;
    if (s[i] != '|' || depth > 0) continue;
    parts.push_back(s.substr(from, i - from));
    from = i + 1;
  }
  parts.push_back(s.substr(from));
  return parts;
}

class Filling {
 public:
  Filling(const Args& args, const Zones& zones) : args_(args), zones_(zones) {}

  std::string text(std::string_view pattern) const {
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
      if (pattern[at] != '{') {
        out += pattern[at++];
        continue;
      }
      const auto inside = braced(pattern, at);
      out += place(inside);
      at += inside.size() + 2;
    }
    return out;
  }

 private:
  /// What stands between the brace at `at` and the one that closes it.
  static std::string_view braced(std::string_view s, std::size_t at) {
    int depth = 0;
    for (std::size_t i = at; i < s.size(); ++i) {
      if (s[i] == '{') ++depth;
      if (s[i] == '}' && --depth == 0) return s.substr(at + 1, i - at - 1);
    }
    return s.substr(at + 1);
  }

  std::string place(std::string_view inside) const {
    const auto colon = inside.find(':');
    const auto* value = find(args_, inside.substr(0, colon));
    if (colon == std::string_view::npos) return value ? written(*value, zones_) : std::string{};
    const auto parts = split(inside.substr(colon + 1));
    const auto part = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string_view{}; };
    if (parts.front() == "if") return text(is_empty(value) ? part(2) : part(1));
    if (!value) return {};
    if (parts.front() == "plural") {
      const auto* n = std::get_if<std::int64_t>(value);
      return text(n && *n == 1 ? part(1) : part(2));
    }
    return formed(*value, parts.front());
  }

  std::string formed(const Arg& value, std::string_view how) const {
    if (const auto* s = std::get_if<std::string>(&value)) {
      if (how == "raw") return shown(*s);
      if (how == "quoted") return tame_quoted(*s);
      if (how == "block") return tame_block(*s);
    }
    if (const auto* t = std::get_if<workflow::Instant>(&value); t && how == "day") return written_day(*t);
    if (const auto* m = std::get_if<workflow::Money>(&value); m && how == "plain") return decimal(*m);
    return written(value, zones_);
  }

  const Args& args_;
  const Zones& zones_;
};

}  // namespace

bool has_words(std::string_view key) { return words().by_key.contains(key); }
std::vector<std::string> word_keys() { return words().order; }

std::string say(std::string_view key, const Args& args, const Zones& zones) {
  const auto it = words().by_key.find(key);
  return it == words().by_key.end() ? std::string{key} : Filling{args, zones}.text(it->second);
}
std::string say(std::string_view key) { return say(key, {}, {}); }

std::string written(const Arg& value, const Zones& zones) {
  struct {
    const Zones& zones;
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(const std::string& s) const { return tame(s); }
    std::string operator()(std::int64_t n) const { return std::to_string(n); }
    std::string operator()(workflow::Money m) const { return written(m); }
    std::string operator()(workflow::Instant t) const { return written(t, zones); }
    std::string operator()(workflow::Date d) const { return written(d); }
    std::string operator()(workflow::Duration d) const { return written(d); }
  } const write{zones};
  return std::visit(write, value);
}

}  // namespace commands
