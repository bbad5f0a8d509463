#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Signing in (RFC 4422, 5802, 7677): SCRAM-SHA-512, SCRAM-SHA-256, SCRAM-SHA-1, and PLAIN where nobody else can read
// it. All texts here are bytes, not base64. The password is wiped from memory as soon as it has been used.
namespace bot::xmpp {

class Sasl {
 public:
  virtual ~Sasl() = default;
  virtual std::string mechanism() const = 0;
  virtual std::string first() = 0;
  /// The answer to a challenge, or why the server is not to be trusted: its nonce does not go on from ours, it wants
  /// fewer than 4096 iterations or more than a million (which would stop the bot for a second), a part is no base64 or
  /// in the wrong place, or an extension that we do not know must be understood (`m=`). Others are passed over.
  virtual std::expected<std::string, std::string> answer(std::string_view challenge) = 0;
  /// Whether the server proved that it knows the password too; the reason if not. PLAIN proves nothing.
  virtual std::expected<void, std::string> finish(std::string_view success) = 0;
};

struct SaslOptions {
  std::string user, password;
  bool plain = false;                            ///< PLAIN may be used
  std::function<std::string()> nonce = nullptr;  ///< tests; otherwise 144 random bits in base64
};

/// The strongest of what the server offers and we may use. The error says what is offered and why none of it will do,
/// or that user or password cannot be used. User and password are prepared as RFC 4013 (SASLprep) wants it.
std::expected<std::unique_ptr<Sasl>, std::string> choose_sasl(const std::vector<std::string>& offered, SaslOptions);

std::string base64(std::string_view);
/// Strict: padded, no blanks, no bits left over.
std::expected<std::string, std::string> from_base64(std::string_view);

}  // namespace bot::xmpp
