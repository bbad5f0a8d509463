#include "bot/config_tables.hpp"

#include <algorithm>

#include "commands/unicode.hpp"

namespace bot::config {
namespace {

Entry::Type type_of(PolicyKind kind) {
  if (kind == PolicyKind::count) return Entry::Type::whole;
  return kind == PolicyKind::truth ? Entry::Type::truth : Entry::Type::text;
}

/// An amount may also be a whole number, of major units; never a fraction, because those are not exact in TOML.
bool right_type(const Entry& e, PolicyKind kind) {
  return e.type == type_of(kind) || (kind == PolicyKind::money && e.type == Entry::Type::whole);
}

void put_entry(const Entry& e, const std::string& name, Config& config, Findings& findings) {
  const auto kind = policy_kind(e.key);
  if (!kind)
    return findings.add(
        e.line, did_you_mean("policy." + e.key + ": one of the numbers in deploy/parley.toml.example is expected",
                             e.key, policy_names()));
  if (right_type(e, *kind) && put_policy(config.policy, e.key, e.value)) {
    config.origins.given[e.key] = name + ":" + std::to_string(e.line);
    return;
  }
  // A right value of a wrong type (`fee_bps = "1000"`) misses the form, not the bounds.
  const std::string_view value = right_type(e, *kind) ? std::string_view{e.value} : std::string_view{};
  findings.add_expected(e, "policy", policy_expected(config.policy, e.key, value, Style::file));
}

}  // namespace

const Entry* Table::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &*found;
}

void Findings::add_expected(const Entry& e, std::string_view table, const std::string& expected) {
  add(e.line, std::string{table} + "." + e.key + ": " + expected + " is expected, not " + e.shown);
}

std::vector<std::string> Findings::lines() const {
  auto sorted = found_;
  std::ranges::stable_sort(sorted, {}, [](const auto& one) { return one.first; });
  std::vector<std::string> lines;
  for (const auto& [line, what] : sorted) {
    // What a person wrote stays on this line, with everything hidden made visible.
    std::string one = commands::shown(what);
    std::ranges::replace_if(one, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    lines.push_back(file_ + ":" + std::to_string(line) + ": " + one);
  }
  return lines;
}

void read_policy(const Table& table, const std::string& name, Config& config, Findings& findings) {
  const auto before = config.policy;
  // The currency first, wherever it stands: it says what an amount is.
  const auto* currency = table.find("currency");
  if (currency) put_entry(*currency, name, config, findings);
  std::vector<std::string> given;
  for (const auto& e : table.entries) {
    given.push_back(e.key);
    if (&e != currency) put_entry(e, name, config, findings);
  }
  for (const auto& amount : amounts_missing(before, config.policy, given))
    findings.add(currency->line,
                 "policy." + amount + " is missing: " + policy_expected(config.policy, amount, "", Style::file) +
                     " is expected beside another currency than " + std::string{before.currency.name()});
}

std::vector<std::string> amounts_missing(const workflow::Policy& before, const workflow::Policy& after,
                                         const std::vector<std::string>& given) {
  std::vector<std::string> missing;
  if (before.currency == after.currency) return missing;
  for (const auto& name : policy_names())
    if (policy_kind(name) == PolicyKind::money && std::ranges::find(given, name) == given.end())
      missing.push_back(name);
  return missing;
}

}  // namespace bot::config
