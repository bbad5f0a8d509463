#include "workflow/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "workflow/feedback_words.hpp"

namespace workflow {

Digest sha256(std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  // Fetched once: looking the algorithm up costs more than hashing a short text.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, algorithm, nullptr) != 1)
    throw std::runtime_error("SHA-256 is not to be had");
  static constexpr std::string_view hex = "0123456789abcdef";
  Digest d;
  for (unsigned i = 0; i < size; ++i) {
    d.hex += hex[out[i] >> 4];
    d.hex += hex[out[i] & 15];
  }
  return d;
}

std::string framed(std::string_view part) { return std::to_string(part.size()) + ":" + std::string{part}; }

std::string canonical(const FeedbackWords& w, ContractId contract, Side author) {
  std::string s = "contract=" + text(contract) + "\nauthor=" + std::string{text(author)} + "\n";
  const auto number = [&](std::string_view name, const std::optional<std::int64_t>& n) {
    if (n) s += std::string{name} + "=" + std::to_string(*n) + "\n";
  };
  number("stars", w.stars);
  number("quality", w.quality);
  number("skills", w.skills);
  number("communication", w.communication);
  number("availability", w.availability);
  number("deadlines", w.deadlines);
  number("cooperation", w.cooperation);
  return s + "text=" + w.text.value_or("");
}

Digest commitment(std::string_view words, const Salt& salt) {
  return sha256(framed("parley-feedback-1") + framed(salt) + framed(words));
}

}  // namespace workflow
