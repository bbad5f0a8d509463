#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace workflow {

/// A SHA-256, as 64 lower-case hex digits.
struct Digest {
  std::string hex;
  bool operator==(const Digest&) const = default;
  /// The first `n` digits, as shown to people.
  std::string brief(std::size_t n = 4) const { return hex.substr(0, n); }
};

/// 128 random bits, as 32 hex digits: what makes a commitment impossible to guess.
using Salt = std::string;

Digest sha256(std::string_view);
/// Text with its length before it, so that no two sequences of parts hash alike.
std::string framed(std::string_view part);

}  // namespace workflow
