#include "bot/config_tables.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <fstream>

#include "bot/mail/message.hpp"
#include "commands/suggest.hpp"
#include "commands/unicode.hpp"

namespace bot::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* url_form = R"(a server like "smtps://mail.example.org:465" or "smtp://mail.example.org:587")";
constexpr const char* day_to_day = R"(a duration like "30d", "72h" or "10m")";

const std::vector<std::string> mail_keys{"url",     "from",        "user",        "password_file", "tls",
                                         "ca_file", "digest_over", "retry_first", "retry_most",    "give_up"};

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

bool loopback(const boost::urls::url_view& url) {
  using boost::urls::host_type;
  if (url.host_type() == host_type::ipv4) return url.host_ipv4_address().is_loopback();
  if (url.host_type() == host_type::ipv6) return url.host_ipv6_address().is_loopback();
  return url.host() == "localhost";
}

/// 0: none that can be.
unsigned short port_of(std::string_view digits) {
  unsigned short port = 0;
  const auto* const behind = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), behind, port);
  return error == std::errc{} && end == behind ? port : static_cast<unsigned short>(0);
}

class MailReader {
 public:
  MailReader(const Table& table, const fs::path& folder, Findings& findings)
      : table_(table), folder_(folder), findings_(findings) {}

  MailConfig read() {
    known_keys();
    url();
    if (const auto* e = text("from", R"(an address like "parley@example.org")", true)) {
      mail_.from = e->value;
      if (!mail::valid_address(mail_.from)) expected(*e, R"(an address like "parley@example.org")");
    }
    sign_in();
    tls();
    if (const auto* e = text("ca_file", R"(a file like "ca.pem")")) mail_.ca_file = file(*e, "a certificate");
    if (const auto* e = table_.find("digest_over")) count(*e);
    patience();
    return mail_;
  }

 private:
  /// Whoever takes the file for the password shall not read it on a screen.
  void expected(Entry e, const std::string& what) {
    if (e.key == "password_file") e.shown = "what stands there";
    findings_.add_expected(e, "mail", what);
  }

  void known_keys() {
    for (const auto& e : table_.entries) {
      if (e.key == "password")
        findings_.add(e.line,
                      "mail.password: the password itself never stands here; put it into a file of its own and "
                      "name that, like password_file = \"mail-password\"");
      else if (std::ranges::find(mail_keys, e.key) == mail_keys.end())
        findings_.add(e.line, did_you_mean("mail." + e.key + ": one of " + commands::joined(mail_keys) + " is expected",
                                           e.key, mail_keys));
    }
  }

  /// The text of a key, and nullptr with a finding where it is no text, is empty, or is missing and needed.
  const Entry* text(std::string_view key, const std::string& form, bool needed = false) {
    const auto* e = table_.find(key);
    if (!e && needed) findings_.add(table_.line, "mail." + std::string{key} + " is missing: " + form + " is expected");
    if (!e) return nullptr;
    if (e->type == Entry::Type::text && !e->value.empty()) return e;
    expected(*e, form);
    return nullptr;
  }

  void url() {
    const auto* e = text("url", url_form, true);
    if (!e) return;
    const auto parsed = boost::urls::parse_uri(e->value);
    if (e->value.contains('@'))
      // Not shown: there may be a password in it.
      return findings_.add(e->line, "mail.url: who signs in stands in `user` and `password_file`, not in the url; " +
                                        std::string{url_form} + " is expected");
    // Boost.URL 1.81 reads 127.0.0.1.example.org as that address with a path, libcurl as a name: no path is taken.
    const bool plain = parsed && (parsed->scheme() == "smtps" || parsed->scheme() == "smtp") && !parsed->has_query() &&
                       !parsed->has_fragment() && parsed->encoded_path().empty();
    const unsigned short usual = parsed && parsed->scheme() == "smtps" ? 465 : 587;
    const auto port = plain && parsed->has_port() ? port_of(parsed->port()) : usual;
    if (!plain || parsed->encoded_host_address().empty() || port == 0) return expected(*e, url_form);
    mail_.url = e->value;
    host_ = parsed->host_address();
    on_this_machine_ = loopback(*parsed);
    smtps_ = parsed->scheme() == "smtps";
  }

  void sign_in() {
    const auto* user = text("user", R"(a name like "parley@example.org")");
    const auto* password = text("password_file", R"(a file like "mail-password")");
    if (user) mail_.user = user->value;
    if (password) mail_.password_file = file(*password, "the password");
    const auto alone = [this](const char* one, const char* other) {
      if (const auto* e = table_.find(one); e && !table_.find(other))
        findings_.add(e->line, std::string{"mail."} + one + " needs mail." + other + " beside it: either both or none");
    };
    alone("user", "password_file");
    alone("password_file", "user");
  }

  void tls() {
    const auto* e = text("tls", R"("required" or "none")");
    if (!e) return;
    if (e->value != "required" && e->value != "none") return expected(*e, R"("required" or "none")");
    if (e->value == "required") return;
    mail_.tls = false;
    if (host_.empty()) return;  // the url is wrong already
    if (smtps_)
      findings_.add(
          e->line,
          "mail.tls: \"none\" contradicts a url that begins with smtps; \"smtp://127.0.0.1:25\" is expected with it");
    else if (!on_this_machine_)
      findings_.add(e->line,
                    "mail.tls: \"none\" is only for a server on this machine, like \"smtp://127.0.0.1:25\"; "
                    "\"required\" is expected for " +
                        host_);
  }

  /// A path of a file that can be read and is not empty; relative ones begin where the configuration lies.
  fs::path file(const Entry& e, const std::string& holds) {
    const fs::path path = folder_ / e.value;
    std::error_code none;
    std::ifstream in(path);
    if (fs::is_directory(path, none) || !in || in.peek() == std::ifstream::traits_type::eof() || in.peek() == '\n')
      findings_.add(e.line, "mail." + e.key + ": a file that can be read and begins with " + holds +
                                " is expected; a relative path like \"mail-password\" begins where this file lies");
    return path;
  }

  void count(const Entry& e) {
    Config any;
    // Read as any count of the policy is, by one that has no upper bound worth the name.
    if (e.type == Entry::Type::whole && put_policy(any.policy, "cold_offers_a_day", e.value))
      mail_.digest_over = any.policy.cold_offers_a_day;
    else
      expected(e, "a whole number from 1 to 10000");
  }

  void patience() {
    for (const auto& [key, member] : {std::pair{"retry_first", &MailConfig::retry_first},
                                      {"retry_most", &MailConfig::retry_most},
                                      {"give_up", &MailConfig::give_up}}) {
      const auto* e = text(key, day_to_day);
      if (!e) continue;
      const auto parsed = parse_duration(e->value);
      if (parsed && *parsed >= std::chrono::seconds{1})
        mail_.*member = *parsed;
      else
        expected(*e, parsed ? R"(a duration of at least "1s")" : day_to_day);
    }
    not_shorter("retry_most", mail_.retry_most, "retry_first", mail_.retry_first);
    not_shorter("give_up", mail_.give_up, "retry_most", mail_.retry_most);
  }

  void not_shorter(const char* key, workflow::Duration is, const char* than, workflow::Duration least) {
    if (is >= least) return;
    const auto* e = table_.find(key) ? table_.find(key) : table_.find(than);
    findings_.add(e->line, std::string{"mail."} + key + ": a duration not shorter than " + than + ", which is \"" +
                               duration_text(least) + "\", is expected, not \"" + duration_text(is) + "\"");
  }

  const Table& table_;
  const fs::path& folder_;
  Findings& findings_;
  MailConfig mail_;
  std::string host_;
  bool smtps_ = true;
  bool on_this_machine_ = false;
};

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

void read_mail(const Table& table, const fs::path& folder, Config& config, Findings& findings) {
  config.mail = MailReader(table, folder, findings).read();
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
