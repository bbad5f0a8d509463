#include "bot/room/secret.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <stdexcept>

namespace room {
namespace {

template <std::size_t N>
std::array<unsigned char, N> random_bytes() {
  std::array<unsigned char, N> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(N)) != 1) throw std::runtime_error("no randomness");
  return bytes;
}

}  // namespace

Hash hash(std::string_view text) {
  Hash out{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

std::string random_id(std::string_view prefix) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string id{prefix};
  for (const unsigned char byte : random_bytes<8>()) {
    id += digits[byte >> 4];
    id += digits[byte & 15];
  }
  return id;
}

std::string random_token() {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string token;
  unsigned bits = 0;
  int held = 0;
  for (const unsigned char byte : random_bytes<32>()) {
    bits = (bits << 8) | byte;
    for (held += 8; held >= 6; held -= 6) token += digits[(bits >> (held - 6)) & 63];
  }
  if (held > 0) token += digits[(bits << (6 - held)) & 63];
  return token;
}

}  // namespace room
