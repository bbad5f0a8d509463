#include "bot/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "bot/config_tables.hpp"
#include "commands/unicode.hpp"

namespace bot {
namespace {

namespace fs = std::filesystem;
using config::Entry;
using config::Findings;
using config::Table;

/// By name; the empty one holds what stands above every table.
using Tables = std::map<std::string, Table>;

const std::vector<std::string> table_names{"policy", "mail", "xmpp"};
constexpr std::size_t longest_shown = 60;

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

std::string shown(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: return "a date or a time";
    case toml::node_type::none:
    case toml::node_type::string:
    case toml::node_type::integer:
    case toml::node_type::floating_point:
    case toml::node_type::boolean: break;
  }
  std::ostringstream out;
  node.visit([&](const auto& each) {
    if constexpr (toml::is_value<decltype(each)>) out << each;
  });
  return out.str();
}

Entry entry(const std::string& key, int line, const toml::node& node) {
  Entry e{.key = key, .line = line};
  e.shown = shown(node);
  if (const auto* text = node.as_string()) {
    e.type = Entry::Type::text;
    e.value = text->get();
    e.shown = '"' + commands::shortened(e.value, longest_shown) + '"';
  } else if (const auto* whole = node.as_integer()) {
    e.type = Entry::Type::whole;
    e.value = std::to_string(whole->get());
  } else if (const auto* truth = node.as_boolean()) {
    e.type = Entry::Type::truth;
    e.value = truth->get() ? "yes" : "no";
  } else if (const auto* list = node.as_array()) {
    e.type = Entry::Type::list;
    for (const auto& item : *list) e.items.push_back(entry(key, line_of(item), item));
  }
  return e;
}

Entry entry_of(const toml::key& key, const toml::node& node) {
  return entry(std::string{key.str()}, static_cast<int>(key.source().begin.line), node);
}

Tables tables_of(const toml::table& file) {
  Tables tables;
  for (const auto& [key, node] : file) {
    const auto* table = node.as_table();
    if (!table) {
      tables[""].entries.push_back(entry_of(key, node));
      continue;
    }
    Table& mine = tables[std::string{key.str()}];
    mine.line = line_of(node);
    for (const auto& [name, value] : *table) mine.entries.push_back(entry_of(name, value));
  }
  return tables;
}

/// Whatever stands outside the tables that there are.
void check_names(const Tables& tables, Findings& findings) {
  for (const auto& [name, table] : tables)
    if (!name.empty() && std::ranges::find(table_names, name) == table_names.end())
      findings.add(table.line, did_you_mean("the tables [policy], [mail] and [xmpp] are expected, not [" + name + "]",
                                            name, table_names));
  const auto top = tables.find("");
  if (top == tables.end()) return;
  for (const auto& e : top->second.entries) {
    if (std::ranges::find(table_names, e.key) != table_names.end())
      findings.add(e.line, e.key + ": a table is expected, which begins with the line [" + e.key + "], not " + e.shown);
    else if (policy_kind(e.key))
      findings.add(e.line, e.key + " stands outside of its table; it is expected below the line [policy]");
    else
      findings.add(e.line,
                   did_you_mean(e.key + ": the tables [policy], [mail] and [xmpp] are expected here, and nothing else",
                                e.key, policy_names()));
  }
}

/// Empty: it cannot be read.
std::optional<std::string> content_of(const fs::path& file) {
  std::error_code none;
  std::ifstream in(file, std::ios::binary);
  if (!in || fs::is_directory(file, none)) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

/// Everything wrong with the file, or the configuration it makes.
void read_file(const fs::path& file, const std::string& content, Config& config, Findings& findings) {
  Tables tables;
  try {
    tables = tables_of(toml::parse(content));
  } catch (const toml::parse_error& e) {
    findings.add(
        static_cast<int>(e.source().begin.line),
        "this is not TOML, where a line like offer_ttl = \"30d\" is expected: " + std::string{e.description()});
    return;
  }
  check_names(tables, findings);
  if (const auto policy = tables.find("policy"); policy != tables.end())
    config::read_policy(policy->second, file.filename().string(), config, findings);
  if (const auto mail = tables.find("mail"); mail != tables.end())
    config::read_mail(mail->second, file.parent_path(), config, findings);
  if (const auto xmpp = tables.find("xmpp"); xmpp != tables.end())
    config::read_xmpp(xmpp->second, file.parent_path(), config, findings);
}

/// What is wrong with `--policy`.
std::vector<std::string> override_with(std::span<const std::string> overrides, Config& config) {
  std::vector<std::string> wrong, given;
  const auto before = config.policy;
  const auto put = [&](const std::string& text, bool currency) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    if ((name == "currency") != currency) return;
    given.push_back(name);
    const auto bad = equals == std::string::npos ? "NAME=VALUE is expected, like offer_ttl=7d, not " + text
                                                 : set_policy(config.policy, name, text.substr(equals + 1));
    if (bad)
      wrong.push_back("--policy " + *bad);
    else
      config.origins.given[name] = "--policy";
  };
  for (const auto& text : overrides) put(text, true);
  for (const auto& text : overrides) put(text, false);
  for (const auto& amount : config::amounts_missing(before, config.policy, given))
    wrong.push_back("--policy " + amount + " is missing: " + policy_expected(config.policy, amount, "", Style::plain) +
                    " is expected beside currency=" + std::string{config.policy.currency.name()});
  return wrong;
}

}  // namespace

std::expected<Config, ConfigError> read_config(const fs::path& file, std::span<const std::string> overrides) {
  using Where = ConfigError::Where;
  Config config;
  Findings findings(file.string());
  if (!file.empty()) {
    const auto content = content_of(file);
    if (!content)
      return std::unexpected(
          ConfigError{Where::unreadable,
                      {file.string() + ": a configuration is expected here, like deploy/parley.toml.example, and "
                                       "there is no file that can be read"}});
    read_file(file, *content, config, findings);
  }
  const auto wrong = override_with(overrides, config);
  if (findings.empty() && wrong.empty()) return config;
  ConfigError error{findings.empty() ? Where::command_line : Where::file, findings.lines()};
  error.lines.insert(error.lines.end(), wrong.begin(), wrong.end());
  return std::unexpected(std::move(error));
}

}  // namespace bot
