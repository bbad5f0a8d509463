#pragma once
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bot/policy.hpp"

// `parley.toml`: what an operator sets for a house, checked as a whole before anything starts (R-policy-1).
namespace bot {

/// Where e-mail is handed in. Everything here was checked: a file that is named could be read at the start.
struct MailConfig {
  enum class Tls {
    required,  ///< from the first byte with `smtps`, by STARTTLS with `smtp`, with a certificate that holds
    none       ///< only on loopback
  };
  std::string url;  ///< as written: `smtps://mail.example.org:465`
  std::string host;
  unsigned short port = 465;  ///< 465 for `smtps` and 587 for `smtp`, where the url names none
  bool smtps = true;
  std::string from;                     ///< a bare address
  std::string user;                     ///< empty: the server asks nobody who they are
  std::filesystem::path password_file;  ///< its first line is the password; empty exactly where `user` is
  std::filesystem::path ca_file;        ///< empty: the system's authorities
  Tls tls = Tls::required;
  std::int64_t digest_over = 5;  ///< more notes than this wait for one person: one letter with all of them
  workflow::Duration retry_first = std::chrono::minutes{1};
  workflow::Duration retry_most = std::chrono::hours{6};  ///< the longest wait between two tries
  workflow::Duration give_up = workflow::days(3);         ///< after the first try
};

struct Config {
  workflow::Policy policy;
  Origins origins;
  std::optional<MailConfig> mail;  ///< empty: no e-mail is sent
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
