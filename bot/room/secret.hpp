#pragma once
#include <array>
#include <string>
#include <string_view>

namespace room {

using Hash = std::array<unsigned char, 32>;

/// SHA-256.
Hash hash(std::string_view);
/// `prefix` and 64 random bits in hex. Throws std::runtime_error without randomness.
std::string random_id(std::string_view prefix);
/// A sign-in token: 256 random bits in base64url, 43 characters.
std::string random_token();

}  // namespace room
