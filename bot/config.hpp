#pragma once
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bot/mail.hpp"
#include "bot/platforms/xmpp/xmpp.hpp"
#include "bot/policy.hpp"

// `parley.toml`: what an operator sets for a house, checked as a whole before anything starts (R-policy-1).
namespace bot {

struct Config {
  workflow::Policy policy;
  Origins origins;
  std::optional<MailConfig> mail;  ///< empty: no e-mail is sent
  std::optional<XmppConfig> xmpp;  ///< empty: the bot works in the built-in room
};

/// Why there is no configuration.
struct ConfigError {
  enum class Where { unreadable, file, command_line } where = Where::file;  ///< `file` where both are wrong
  /// Everything that is wrong, by line: `parley.toml:12: policy.offer_ttl: a duration like "30d", "72h" or "10m" is
  /// expected, not "soon"`. Never a password that somebody wrote into the file.
  std::vector<std::string> lines;
};

/// What holds in a house: the defaults, over them the file (an empty path: none), over them each `NAME=VALUE` of
/// `--policy`, the later winning.
std::expected<Config, ConfigError> read_config(const std::filesystem::path& file,
                                               std::span<const std::string> overrides = {});

}  // namespace bot
