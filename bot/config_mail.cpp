#include "bot/config_reader.hpp"
#include "bot/mail/message.hpp"
#include "bot/url.hpp"

namespace bot::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* url_form = R"(a server like "smtps://mail.example.org:465" or "smtp://mail.example.org:587")";
constexpr const char* day_to_day = R"(a duration like "30d", "72h" or "10m")";

const std::vector<std::string> mail_keys{"url",     "from",        "user",        "password_file", "tls",
                                         "ca_file", "digest_over", "retry_first", "retry_most",    "give_up"};

class MailReader : TableReader {
 public:
  MailReader(const Table& table, const fs::path& folder, Findings& findings)
      : TableReader("mail", table, folder, findings) {}

  MailConfig read() {
    only_keys(mail_keys);
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
  void url() {
    const auto* e = text("url", url_form, true);
    if (!e) return;
    if (e->value.contains('@'))
      // Not shown: there may be a password in it.
      return add("url", e->line,
                 ": who signs in stands in `user` and `password_file`, not in the url; " + std::string{url_form} +
                     " is expected");
    const auto url = read_server_url(e->value, {{"smtps", 465}, {"smtp", 587}});
    if (!url || !url->path.empty()) return expected(*e, url_form);
    mail_.url = e->value;
    server_ = *url;
  }

  void sign_in() {
    const auto* user = text("user", R"(a name like "parley@example.org")");
    const auto* password = text("password_file", R"(a file like "mail-password")");
    if (user) mail_.user = user->value;
    if (password) mail_.password_file = file(*password, "the password");
    const auto alone = [this](const char* one, const char* other) {
      if (const auto* e = table_.find(one); e && !table_.find(other))
        add(one, e->line, std::string{" needs mail."} + other + " beside it: either both or none");
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
    if (server_.host.empty()) return;  // the url is wrong already
    if (server_.scheme == "smtps")
      add("tls", e->line,
          ": \"none\" contradicts a url that begins with smtps; \"smtp://127.0.0.1:25\" is expected with it");
    else if (!server_.on_this_machine)
      add("tls", e->line,
          ": \"none\" is only for a server on this machine, like \"smtp://127.0.0.1:25\"; \"required\" is expected "
          "for " +
              server_.host);
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
    add(key, e->line,
        std::string{": a duration not shorter than "} + than + ", which is \"" + duration_text(least) +
            "\", is expected, not \"" + duration_text(is) + "\"");
  }

  MailConfig mail_;
  ServerUrl server_;
};

}  // namespace

void read_mail(const Table& table, const fs::path& folder, Config& config, Findings& findings) {
  config.mail = MailReader(table, folder, findings).read();
}

}  // namespace bot::config
