#include "bot/platforms/xmpp/sasl.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unicode/usprep.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

namespace bot::xmpp {
namespace {

constexpr int fewest_iterations = 4096, most_iterations = 1'000'000;
constexpr std::size_t nonce_bytes = 18;
constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::unexpected<std::string> wrong(std::string why) { return std::unexpected(std::move(why)); }

const unsigned char* bytes_of(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

/// Whatever holds bytes or code units: overwritten, then empty.
template <typename Text>
void wipe(Text& text) {
  OPENSSL_cleanse(text.data(), text.size() * sizeof(text[0]));
  text.clear();
}

/// Bytes that leave no copy behind, neither where they came from nor here.
struct Secret {
  explicit Secret(std::string& from) : bytes(from) { wipe(from); }
  Secret(Secret&& from) : Secret(from.bytes) {}
  Secret& operator=(Secret&&) = delete;
  ~Secret() { wipe(bytes); }

  std::string bytes;
};

/// What a server wrote, made fit for a line of a log.
std::string told(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 60)) out += c > ' ' && c < 0x7F ? c : '?';
  return out;
}

bool plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
}

/// SASLprep in place, as for a question: characters newer than the profile may pass. False: some character is not
/// allowed in names and passwords, or the text is not UTF-8.
bool prepare(std::string& text) {
  if (plain_ascii(text)) return true;
  if (text.size() > 4096) return false;
  const auto room = static_cast<std::int32_t>(text.size()) * 18 + 1;  // the longest that a code unit can grow to
  const auto units = static_cast<std::size_t>(room);
  std::u16string wide(units, u'\0'), prepared(units, u'\0');
  std::string out(units, '\0');
  std::int32_t length = 0;
  auto error = U_ZERO_ERROR;
  auto* profile = usprep_openByType(USPREP_RFC4013_SASLPREP, &error);
  u_strFromUTF8(wide.data(), room, &length, text.data(), static_cast<std::int32_t>(text.size()), &error);
  length =
      usprep_prepare(profile, wide.data(), length, prepared.data(), room, USPREP_ALLOW_UNASSIGNED, nullptr, &error);
  u_strToUTF8(out.data(), room, &length, prepared.data(), length, &error);
  usprep_close(profile);
  wipe(text);
  if (U_SUCCESS(error)) text.assign(out, 0, static_cast<std::size_t>(length));
  wipe(wide);
  wipe(prepared);
  wipe(out);
  return U_SUCCESS(error);
}

struct Hash {
  std::string_view mechanism;
  const EVP_MD* (*function)();
};

constexpr std::array<Hash, 3> hashes{
    {{"SCRAM-SHA-512", EVP_sha512}, {"SCRAM-SHA-256", EVP_sha256}, {"SCRAM-SHA-1", EVP_sha1}}};

std::string sized(const EVP_MD* hash) { return std::string(static_cast<std::size_t>(EVP_MD_get_size(hash)), '\0'); }

unsigned char* into(std::string& out) { return reinterpret_cast<unsigned char*>(out.data()); }

[[noreturn]] void fail() { throw std::runtime_error("OpenSSL refuses to compute a hash"); }

std::string hmac(const EVP_MD* hash, std::string_view key, std::string_view text) {
  auto out = sized(hash);
  if (!HMAC(hash, key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), into(out), nullptr)) fail();
  return out;
}

std::string digest(const EVP_MD* hash, std::string_view text) {
  auto out = sized(hash);
  if (EVP_Digest(text.data(), text.size(), into(out), nullptr, hash, nullptr) != 1) fail();
  return out;
}

std::string salted(const EVP_MD* hash, std::string_view password, std::string_view salt, int iterations) {
  auto out = sized(hash);
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                        static_cast<int>(salt.size()), iterations, hash, static_cast<int>(out.size()), into(out)) != 1)
    fail();
  return out;
}

std::string random_nonce() {
  std::string raw(nonce_bytes, '\0');
  if (RAND_bytes(into(raw), static_cast<int>(raw.size())) != 1) throw std::runtime_error("no randomness is to be had");
  return base64(raw);
}

/// A name within SCRAM, where comma and equals sign are syntax.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '=')
      out += "=3D";
    else if (c == ',')
      out += "=2C";
    else
      out += c;
  }
  return out;
}

struct Attribute {
  char name;
  std::string_view value;
};

/// `a=…,b=…`; nothing: the text is not of this form.
std::optional<std::vector<Attribute>> attributes(std::string_view text) {
  std::vector<Attribute> all;
  for (;;) {
    const auto one = text.substr(0, text.find(','));
    const bool letter = !one.empty() && ((one[0] >= 'a' && one[0] <= 'z') || (one[0] >= 'A' && one[0] <= 'Z'));
    if (!letter || one.size() < 2 || one[1] != '=') return std::nullopt;
    all.push_back({one[0], one.substr(2)});
    if (one.size() == text.size()) return all;
    text.remove_prefix(one.size() + 1);
  }
}

class Scram final : public Sasl {
 public:
  Scram(const Hash& hash, std::string_view user, Secret password, std::string nonce)
      : name_(hash.mechanism),
        hash_(hash.function()),
        password_(std::move(password)),
        nonce_(std::move(nonce)),
        first_("n=" + escaped(user) + ",r=" + nonce_) {}

  std::string mechanism() const override { return std::string{name_}; }
  // We bind to no channel, for over a WebSocket the TLS may end before the server.
  std::string first() override { return "n,," + first_; }
  std::expected<std::string, std::string> answer(std::string_view challenge) override;
  std::expected<void, std::string> finish(std::string_view success) override;

 private:
  struct Challenge {
    std::string_view nonce;
    std::string salt;
    int iterations;
  };
  std::expected<Challenge, std::string> read(std::string_view challenge) const;
  std::expected<void, std::string> check(std::string_view proof);

  std::string_view name_;
  const EVP_MD* hash_;
  Secret password_;
  std::string nonce_, first_;
  std::string signature_;  ///< what the server has to prove itself by; empty: not asked yet
  bool proved_ = false;
};

std::expected<Scram::Challenge, std::string> Scram::read(std::string_view challenge) const {
  const auto parts = attributes(challenge);
  if (!parts) return wrong("the server's challenge cannot be read: expected r=NONCE,s=SALT,i=4096");
  if (parts->front().name == 'e') return wrong("the server says: " + told(parts->front().value));
  if (std::ranges::any_of(*parts, [](const Attribute& part) { return part.name == 'm'; }))
    return wrong("the server wants an extension of SCRAM (m=) that this bot does not know");
  static constexpr std::string_view order = "rsi";
  for (std::size_t i = 0; i < order.size(); ++i)
    if (i >= parts->size() || (*parts)[i].name != order[i])
      return wrong("the server's challenge has its parts in a wrong order: expected r=NONCE,s=SALT,i=4096");

  const auto nonce = (*parts)[0].value;
  const bool printable = std::ranges::all_of(nonce, [](char c) { return c > ' ' && c < 0x7F; });
  if (!nonce.starts_with(nonce_) || nonce.size() == nonce_.size() || !printable)
    return wrong("the server's nonce does not go on from ours: somebody may be repeating an old conversation");
  auto salt = from_base64((*parts)[1].value);
  if (!salt || salt->empty()) return wrong("the server's salt is no base64");
  const auto count = (*parts)[2].value;
  int iterations = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), iterations);
  if (error != std::errc{} || end != count.data() + count.size() || iterations < fewest_iterations ||
      iterations > most_iterations)
    return wrong("the server wants " + told(count) + " iterations: expected " + std::to_string(fewest_iterations) +
                 " to " + std::to_string(most_iterations) + ", 10000 for example");
  return Challenge{nonce, std::move(*salt), iterations};
}

std::expected<std::string, std::string> Scram::answer(std::string_view challenge) {
  if (!signature_.empty()) {
    // Some servers prove themselves in a challenge of its own, and their success is empty.
    if (auto proof = check(challenge); !proof) return wrong(proof.error());
    return "";
  }
  const auto asked = read(challenge);
  if (!asked) return wrong(asked.error());

  auto key = salted(hash_, password_.bytes, asked->salt, asked->iterations);
  wipe(password_.bytes);
  auto proof = hmac(hash_, key, "Client Key");
  const auto last = "c=" + base64("n,,") + ",r=" + std::string{asked->nonce};
  const auto whole = first_ + "," + std::string{challenge} + "," + last;
  const auto signature = hmac(hash_, digest(hash_, proof), whole);
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ signature[i]);
  auto server_key = hmac(hash_, key, "Server Key");
  signature_ = hmac(hash_, server_key, whole);
  wipe(server_key);
  wipe(key);
  return last + ",p=" + base64(proof);
}

std::expected<void, std::string> Scram::finish(std::string_view success) {
  if (proved_ && success.empty()) return {};
  return check(success);
}

std::expected<void, std::string> Scram::check(std::string_view proof) {
  proved_ = false;
  const auto parts = attributes(proof);
  if (parts && parts->front().name == 'e') return wrong("the server says: " + told(parts->front().value));
  const bool form = !signature_.empty() && parts && parts->front().name == 'v';
  const auto given = form ? from_base64(parts->front().value) : wrong("");
  if (!given || given->size() != signature_.size() ||
      CRYPTO_memcmp(given->data(), signature_.data(), signature_.size()) != 0)
    return wrong("the server did not prove that it knows the password: it may be another than it says");
  proved_ = true;
  return {};
}

class Plain final : public Sasl {
 public:
  Plain(std::string user, Secret password) : user_(std::move(user)), password_(std::move(password)) {}

  std::string mechanism() const override { return "PLAIN"; }
  std::string first() override {
    auto text = std::string(1, '\0') + user_ + std::string(1, '\0');
    text.reserve(text.size() + password_.bytes.size());
    text += password_.bytes;
    wipe(password_.bytes);
    return text;
  }
  std::expected<std::string, std::string> answer(std::string_view) override {
    return wrong("the server answers PLAIN with a challenge, where there is none");
  }
  std::expected<void, std::string> finish(std::string_view) override { return {}; }

 private:
  std::string user_;
  Secret password_;
};

bool has(const std::vector<std::string>& offered, std::string_view mechanism) {
  return std::ranges::find(offered, mechanism) != offered.end();
}

std::string none_will_do(const std::vector<std::string>& offered) {
  constexpr std::size_t most = 12;
  std::string names;
  for (std::size_t i = 0; i < std::min(offered.size(), most); ++i) names += (i ? ", " : "") + told(offered[i]);
  if (offered.size() > most) names += ", …";
  const auto there = names.empty() ? std::string{"the server offers no way to sign in"} : "the server offers " + names;
  if (has(offered, "PLAIN"))
    return there + ": of these we know only PLAIN, which shows the password to whoever listens; use wss://";
  return there + ": expected SCRAM-SHA-256, for example";
}

}  // namespace

std::expected<std::unique_ptr<Sasl>, std::string> choose_sasl(const std::vector<std::string>& offered,
                                                              SaslOptions options) {
  Secret password{options.password};
  if (!prepare(options.user) || options.user.empty())
    return wrong("the user name cannot be used to sign in: expected one such as parley");
  if (!prepare(password.bytes) || password.bytes.empty())
    return wrong("the password cannot be used to sign in: expected letters, digits and signs, no control characters");
  for (const auto& hash : hashes)
    if (has(offered, hash.mechanism)) {
      auto nonce = options.nonce ? options.nonce() : random_nonce();
      return std::make_unique<Scram>(hash, options.user, std::move(password), std::move(nonce));
    }
  if (options.plain && has(offered, "PLAIN"))
    return std::make_unique<Plain>(std::move(options.user), std::move(password));
  return wrong(none_will_do(offered));
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto three = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = (bits << 8) | (i < three.size() ? bytes_of(three)[i] : 0u);
    for (std::size_t i = 0; i < 4; ++i) out += i <= three.size() ? digits[(bits >> (18 - 6 * i)) & 63] : '=';
  }
  return out;
}

std::expected<std::string, std::string> from_base64(std::string_view text) {
  const auto no = [] { return wrong("no base64: expected for example cGVuY2ls"); };
  if (text.size() % 4 != 0) return no();
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = digits.find(c);
    if (value == digits.npos) return no();
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> held) & 0xFF);
  }
  if ((bits & ((1u << held) - 1)) != 0) return no();
  return out;
}

}  // namespace bot::xmpp
