#include "bot/config.hpp"

#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <regex>
#include <sstream>

#include "bot/inspect.hpp"
#include "engine_talk.hpp"

namespace {

using bot::ConfigError;
using Lines = std::vector<std::string>;

struct Place : talk::Folder {
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path / name) << content;
    return path / name;
  }
};

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What is wrong with a file of this content, each line without the folder.
Lines wrong(const std::string& content, const Lines& overrides = {}) {
  const Place place;
  place.write("secret", "hunter2\n");
  const auto config = bot::read_config(place.write("parley.toml", content), overrides);
  if (config) return {};
  Lines lines;
  for (const auto& line : config.error().lines)
    lines.push_back(line.starts_with(place.path.string()) ? line.substr(place.path.string().size() + 1) : line);
  return lines;
}

std::string only(const std::string& content) {
  const auto lines = wrong(content);
  CAPTURE(content);
  REQUIRE(lines.size() == 1);
  return lines[0];
}

std::string policy(const std::string& line) { return only("[policy]\n" + line + "\n"); }

const std::string mail_head = "[mail]\nurl = \"smtps://mail.example.org\"\nfrom = \"p@example.org\"\n";
std::string mail(const std::string& line) { return only(mail_head + line + "\n"); }

/// Another value than the default, for every member.
std::string another(const std::string& name) {
  switch (bot::policy_kind(name).value()) {
    case bot::PolicyKind::duration: return "1h2m3s4ms";
    case bot::PolicyKind::money: return "7.50";
    case bot::PolicyKind::count: return "42";
    case bot::PolicyKind::truth: return "yes";
    case bot::PolicyKind::currency: return "CHF";
  }
  return {};
}

}  // namespace

TEST_CASE("every member is read back as it is written") {
  workflow::Policy p;
  for (const auto& name : bot::policy_names())
    if (name != "timer_grace" && name != "confirm_ttl") {
      CAPTURE(name);
      CHECK_FALSE(bot::set_policy(p, name, another(name)));
    }
  REQUIRE_FALSE(bot::set_policy(p, "timer_grace", "0s"));
  for (const auto& from : {p, workflow::Policy{}}) {
    workflow::Policy to;
    for (const auto& [name, value, origin] : bot::policy_lines(from, {})) {
      CAPTURE(name, value);
      CHECK(bot::put_policy(to, name, value));
    }
    CHECK(to == from);
  }
  CHECK(bot::duration_text(workflow::days(4) + std::chrono::hours{12}) == "4d12h");
  CHECK(bot::duration_text(std::chrono::minutes{61} + std::chrono::milliseconds{7}) == "1h1m7ms");
}

// R-policy-2
TEST_CASE("a number tells where it comes from") {
  const Place place;
  const auto file = place.write("parley.toml", "[policy]\n\noffer_ttl = \"4d12h\"\nfee_bps = 250\n");
  const auto config = bot::read_config(file, Lines{"fee_bps=300", "end_undo=1d", "fee_bps=400"});
  REQUIRE(config);
  std::map<std::string, std::string> told;
  for (const auto& [name, value, origin] : bot::policy_lines(config->policy, config->origins))
    told[name] = value + " " + origin;
  CHECK(told.size() == bot::policy_names().size());
  CHECK(told["offer_ttl"] == "4d12h parley.toml:3");
  CHECK(told["fee_bps"] == "400 --policy");
  CHECK(told["end_undo"] == "1d --policy");
  CHECK(told["confirm_over"] == "1000.00 default");
  CHECK(told["agency_may_propose"] == "no default");
  CHECK(told["currency"] == "USD default");
}

TEST_CASE("a configuration may be empty, or missing on purpose") {
  const Place place;
  for (const char* content : {"", "# nothing\n", "[policy]\n", "\xEF\xBB\xBF[policy]\r\n"}) {
    const auto config = bot::read_config(place.write("parley.toml", content));
    REQUIRE(config);
    CHECK(config->policy == workflow::Policy{});
    CHECK_FALSE(config->mail);
  }
  CHECK(bot::read_config({}));
  for (const auto& file : {place.path / "nowhere.toml", place.path}) {
    const auto none = bot::read_config(file);
    REQUIRE_FALSE(none);
    CHECK(none.error().where == ConfigError::Where::unreadable);
  }
}

TEST_CASE("amounts are texts or whole numbers of the major unit") {
  const Place place;
  const auto file = place.write("parley.toml",
                                "[policy]\nmin_milestone = 500\nconfirm_over = \"20000\"\ncurrency = \"JPY\"\n"
                                "agency_may_propose = true\n");
  const auto config = bot::read_config(file);
  REQUIRE(config);
  CHECK(config->policy.currency.name() == "JPY");
  CHECK(config->policy.min_milestone == 500);
  CHECK(config->policy.confirm_over == 20'000);
  CHECK(config->policy.agency_may_propose);
  CHECK_FALSE(bot::read_config(file, Lines{"currency=EUR"}));
  const auto euros = bot::read_config(file, Lines{"min_milestone=5", "confirm_over=0", "currency=EUR"});
  REQUIRE(euros);
  CHECK(euros->policy.min_milestone == 500);
  CHECK(euros->policy.confirm_over == 0);
}

// R-policy-1
TEST_CASE("a number that cannot be is told with file, line and what was expected") {
  CHECK(policy("offer_ttl = \"soon\"") ==
        R"(parley.toml:2: policy.offer_ttl: a duration like "30d", "72h" or "10m" is expected, not "soon")");
  CHECK(policy("offer_ttl = 30") ==
        R"(parley.toml:2: policy.offer_ttl: a duration like "30d", "72h" or "10m" is expected, not 30)");
  CHECK(policy("offer_ttl = \"0s\"") ==
        R"(parley.toml:2: policy.offer_ttl: a duration from "1ms" to "36525d" is expected, not "0s")");
  CHECK(policy("offer_ttl = \"99999d\"") ==
        R"(parley.toml:2: policy.offer_ttl: a duration from "1ms" to "36525d" is expected, not "99999d")");
  CHECK(policy("timer_grace = \"2h\"") ==
        R"(parley.toml:2: policy.timer_grace: a duration from "0s" to "1h" is expected, not "2h")");
  CHECK(policy("fee_bps = 10001") ==
        "parley.toml:2: policy.fee_bps: a whole number from 0 to 10000 is expected, not 10001");
  CHECK(policy("fee_bps = -1") == "parley.toml:2: policy.fee_bps: a whole number from 0 to 10000 is expected, not -1");
  CHECK(policy("fee_bps = \"1000\"") ==
        "parley.toml:2: policy.fee_bps: a whole number from 0 to 10000 is expected, not \"1000\"");
  CHECK(policy("fee_bps = 7.5") ==
        "parley.toml:2: policy.fee_bps: a whole number from 0 to 10000 is expected, not 7.5");
  CHECK(policy("change_request_rate = 0") ==
        "parley.toml:2: policy.change_request_rate: a whole number from 1 to 10000 is expected, not 0");
  CHECK(policy("min_milestone = 0") ==
        R"(parley.toml:2: policy.min_milestone: an amount in USD above zero like "1000.00" is expected, not 0)");
  CHECK(policy("min_milestone = \"-5\"") ==
        R"(parley.toml:2: policy.min_milestone: an amount in USD above zero like "1000.00" is expected, not "-5")");
  CHECK(policy("confirm_over = 12.5") ==
        R"(parley.toml:2: policy.confirm_over: an amount in USD like "1000.00" is expected, not 12.5)");
  CHECK(policy("confirm_over = \"1,000\"") ==
        R"(parley.toml:2: policy.confirm_over: an amount in USD like "1000.00" is expected, not "1,000")");
  CHECK(policy("agency_may_propose = \"yes\"") ==
        "parley.toml:2: policy.agency_may_propose: true or false is expected, not \"yes\"");
  CHECK(
      policy("currency = \"XXX\"") ==
      R"(parley.toml:2: policy.currency: a currency that Parley knows, like "USD", "EUR" or "JPY", is expected, not "XXX")");
  CHECK(policy("end_undo = [\"14d\"]").ends_with("is expected, not an array"));
  CHECK(policy("end_undo.days = 14").ends_with("is expected, not a table"));
  CHECK(policy("end_undo = 2026-11-02").ends_with("is expected, not a date or a time"));
  CHECK(policy("end_undo = \"1\\u202e\\n2\"").ends_with(R"(is expected, not "1\u{202E} 2")"));
}

TEST_CASE("what has no name here is told with what was probably meant") {
  CHECK(policy("offer_tll = \"7d\"") ==
        "parley.toml:2: policy.offer_tll: one of the numbers in deploy/parley.toml.example is expected; "
        "did you mean offer_ttl?");
  CHECK(policy("colour = \"red\"") ==
        "parley.toml:2: policy.colour: one of the numbers in deploy/parley.toml.example is expected");
  CHECK(only("\n[polcy]\nfee_bps = 1\n") ==
        "parley.toml:2: the tables [policy], [mail] and [xmpp] are expected, not [polcy]; did you mean policy?");
  CHECK(only("fee_bps = 1\n") ==
        "parley.toml:1: fee_bps stands outside of its table; it is expected below the line [policy]");
  CHECK(only("policy = 3\n") ==
        "parley.toml:1: policy: a table is expected, which begins with the line [policy], not 3");
  CHECK(only("[[mail]]\n").ends_with("which begins with the line [mail], not an array"));
  CHECK(only("colour = 3\n") ==
        "parley.toml:1: colour: the tables [policy], [mail] and [xmpp] are expected here, and nothing else");
}

TEST_CASE("what is no TOML is told with its line") {
  for (const char* content : {"[policy]\nfee_bps = 1\noffer_ttl = 30d\n", "[policy]\n\n[policy\n",
                              "[policy]\nfee_bps = 1\nfee_bps = 2\n", "[policy]\n\noffer_ttl = \"30d\n"}) {
    const auto line = only(content);
    CAPTURE(line);
    CHECK(line.starts_with("parley.toml:3: this is not TOML, where a line like offer_ttl = \"30d\" is expected: "));
  }
  CHECK(only("[policy]\n# \xff\n").starts_with("parley.toml:2: this is not TOML"));
}

TEST_CASE("everything that is wrong is told, by line") {
  const auto lines = wrong(
      "zone = 1\n[policy]\nreview_period = \"0s\"\nfee_bps = 20000\ncurrency = \"EUR\"\nmin_milestone = \"x\"\n"
      "[mail]\nfrom = \"nobody\"\n",
      {"offer_tl=7d", "end_undo=never", "end_undo"});
  CHECK(lines ==
        Lines{"parley.toml:1: zone: the tables [policy], [mail] and [xmpp] are expected here, and nothing else",
              R"(parley.toml:3: policy.review_period: a duration from "1ms" to "36525d" is expected, not "0s")",
              "parley.toml:4: policy.fee_bps: a whole number from 0 to 10000 is expected, not 20000",
              R"(parley.toml:5: policy.confirm_over is missing: an amount in EUR like "1000.00" is expected )"
              "beside another currency than USD",
              R"(parley.toml:6: policy.min_milestone: an amount in EUR above zero like "1000.00" is expected, not "x")",
              R"(parley.toml:7: mail.url is missing: a server like "smtps://mail.example.org:465" or )"
              R"("smtp://mail.example.org:587" is expected)",
              R"(parley.toml:8: mail.from: an address like "parley@example.org" is expected, not "nobody")",
              "--policy one of the numbers in deploy/parley.toml.example is expected, not offer_tl; did you mean "
              "offer_ttl?",
              "--policy end_undo=never: a duration like 30d, 72h or 10m is expected",
              "--policy NAME=VALUE is expected, like offer_ttl=7d, not end_undo"});
}

TEST_CASE("the command line alone can be wrong") {
  const auto config = bot::read_config({}, Lines{"currency=JPY", "confirm_over=1000"});
  REQUIRE_FALSE(config);
  CHECK(config.error().where == ConfigError::Where::command_line);
  CHECK(
      config.error().lines ==
      Lines{
          "--policy min_milestone is missing: an amount in JPY above zero like 1000 is expected beside currency=JPY"});
  CHECK_FALSE(bot::read_config({}, Lines{"\xff=\xfe", "=", "", "fee_bps=\xff"}));
}

TEST_CASE("where e-mail is handed in") {
  const Place place;
  place.write("secret", "hunter2\n");
  const auto file =
      place.write("parley.toml",
                  "[mail]\nurl = \"smtp://mail.example.org:587\"\nfrom = \"p@example.org\"\nuser = \"p\"\n"
                  "password_file = \"secret\"\ndigest_over = 9\nretry_first = \"2m\"\n");
  const auto config = bot::read_config(file);
  REQUIRE(config);
  REQUIRE(config->mail);
  const auto& m = *config->mail;
  CHECK((m.url == "smtp://mail.example.org:587" && m.tls));
  CHECK((m.from == "p@example.org" && m.user == "p" && m.password_file == place.path / "secret"));
  CHECK((m.digest_over == 9 && m.retry_first == std::chrono::minutes{2} && m.retry_most == std::chrono::hours{6}));
  for (const char* host : {"127.0.0.1:2525", "localhost:2525", "[::1]:2525"}) {
    const auto local = bot::read_config(place.write(
        "local.toml", "[mail]\nurl = \"smtp://" + std::string{host} + "\"\nfrom = \"p@localhost\"\ntls = \"none\"\n"));
    CAPTURE(host);
    REQUIRE(local);
    CHECK_FALSE(local->mail->tls);
  }
}

TEST_CASE("what e-mail cannot be sent by is refused") {
  for (const char* url : {"mail.example.org", "https://mail.example.org", "smtps://", "smtps://host:0",
                          "smtps://host:99999", "smtps://host/path", "smtps://host:", "smtp://ho st", ""}) {
    CAPTURE(url);
    CHECK(only("[mail]\nurl = \"" + std::string{url} + "\"\nfrom = \"p@x.org\"\n")
              .starts_with("parley.toml:2: mail.url: a server like \"smtps://mail.example.org:465\""));
  }
  for (const char* url : {"smtps://p:hunter2@host:465", "smtps://p:hun ter2@host"}) {
    const auto line = only("[mail]\nurl = \"" + std::string{url} + "\"\nfrom = \"p@x.org\"\n");
    CHECK(line.find("user` and `password_file`") != std::string::npos);
    CHECK(line.find("hun") == std::string::npos);
  }
  CHECK(mail("password = \"hunter2\"")
            .starts_with("parley.toml:4: mail.password: the password itself never stands here"));
  CHECK(mail("password = \"hunter2\"").find("hunter2") == std::string::npos);
  CHECK(mail("frm = \"x\"").ends_with("is expected; did you mean from?"));
  CHECK(mail("user = \"p\"") == "parley.toml:4: mail.user needs mail.password_file beside it: either both or none");
  CHECK(mail("password_file = \"secret\"") ==
        "parley.toml:4: mail.password_file needs mail.user beside it: either both or none");
  const auto nowhere = mail("user = \"p\"\npassword_file = \"hunter2\"");
  CHECK(nowhere.starts_with("parley.toml:5: mail.password_file: a file that can be read and begins with the password"));
  CHECK(nowhere.find("hunter2") == std::string::npos);
  CHECK(mail("user = \"p\"\npassword_file = 12345").find("12345") == std::string::npos);
  CHECK(mail("ca_file = \"nowhere.pem\"").starts_with("parley.toml:4: mail.ca_file: a file"));
  CHECK(mail("tls = \"maybe\"") == R"(parley.toml:4: mail.tls: "required" or "none" is expected, not "maybe")");
  CHECK(mail("tls = \"none\"").starts_with("parley.toml:4: mail.tls: \"none\" contradicts"));
  CHECK(only("[mail]\nurl = \"smtp://127.evil.example\"\nfrom = \"p@x.org\"\ntls = \"none\"\n")
            .starts_with("parley.toml:4: mail.tls: \"none\" is only for a server on this machine"));
  // R-notice-9: a name that begins like an address of this machine is no address of this machine.
  CHECK(only("[mail]\nurl = \"smtp://127.0.0.1.example.org\"\nfrom = \"p@x.org\"\ntls = \"none\"\n")
            .starts_with("parley.toml:2: mail.url: a server like"));
  CHECK(mail("digest_over = 0") ==
        "parley.toml:4: mail.digest_over: a whole number from 1 to 10000 is expected, not 0");
  CHECK(mail("retry_first = \"1ms\"") ==
        R"(parley.toml:4: mail.retry_first: a duration of at least "1s" is expected, not "1ms")");
  CHECK(mail("give_up = \"1h\"") ==
        R"(parley.toml:4: mail.give_up: a duration not shorter than retry_most, which is "6h", is expected, not "1h")");
  for (const char* from : {"p", "@x.org", "p@", "a@b@c", "P <p@x.org>", "p@x.org\\r\\nBcc: q@x.org"})
    CHECK(only("[mail]\nurl = \"smtps://h\"\nfrom = \"" + std::string{from} + "\"\n")
              .starts_with("parley.toml:3: mail.from: an address"));
}

TEST_CASE("the example lists every number with its default") {
  const Place place;
  place.write("mail-password", "hunter2\n");
  place.write("xmpp-password", "hunter2\n");
  place.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  const auto example = content_of(PARLEY_SOURCE "/deploy/parley.toml.example");
  const auto as_it_is = bot::read_config(place.write("parley.toml", example));
  REQUIRE(as_it_is);
  CHECK(as_it_is->origins == bot::Origins{});
  const std::regex commented(R"((^|\n)# (\[mail\]|\[xmpp\]|[a-z_]+ = .*))");
  const auto config = bot::read_config(place.write("parley.toml", std::regex_replace(example, commented, "$1$2")));
  if (!config) FAIL(config.error().lines.at(0));
  CHECK(config->policy == workflow::Policy{});
  for (const auto& [name, value, origin] : bot::policy_lines(config->policy, config->origins)) {
    CAPTURE(name);
    CHECK(origin.starts_with("parley.toml:"));
  }
  REQUIRE(config->mail);
  const bot::MailConfig usual;
  CHECK(config->mail->digest_over == usual.digest_over);
  CHECK(config->mail->retry_first == usual.retry_first);
  CHECK(config->mail->retry_most == usual.retry_most);
  CHECK(config->mail->give_up == usual.give_up);
}

// R-policy-3
TEST_CASE("a contract keeps the numbers under which it was accepted") {
  using namespace talk;
  store::Store store({});
  workflow::Policy before;
  before.review_period = workflow::days(2);
  {
    bot::Engine engine(store, {.policy = before, .seed = 1});
    agree(engine);
  }
  bot::Engine engine(store, {.policy = {}, .seed = 2});
  const std::vector<Incoming> submit{typed("ana", "/submit M-1.1 \"logo.svg\"", "m-3")};
  engine.handle(submit, morning);
  const auto facts = bot::inspect(store, "room", "M-1.1");
  REQUIRE(facts);
  CHECK(std::ranges::count(*facts, std::pair<std::string, std::string>{"review_due", "2026-11-04T09:00Z"}) == 1);
}

namespace {

std::pair<int, std::string> parley(const std::string& line) {
  std::string out;
  FILE* pipe = ::popen((std::string(PARLEY_BINARY) + " " + line + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> some{};
  while (const auto n = std::fread(some.data(), 1, some.size(), pipe)) out.append(some.data(), n);
  const int status = ::pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out};
}

}  // namespace

TEST_CASE("a wrong configuration keeps the bot from starting") {
  const Place place;
  const auto bad = place.write("parley.toml", "[policy]\nfee_bps = -1\noffer_ttl = \"soon\"\n").string();
  const auto good = place.write("good.toml", "[policy]\nfee_bps = 250\n").string();
  // Found below --data by itself, and named; what is wrong is told in either case, all of it.
  for (const auto& options : {"--data " + place.path.string(), "--config " + bad}) {
    const auto [code, out] = parley("serve " + options);
    CHECK(code == 78);
    CHECK(out.find(bad + ":2: policy.fee_bps") != std::string::npos);
    CHECK(out.find(bad + ":3: policy.offer_ttl") != std::string::npos);
  }
  CHECK(parley("serve --config " + good + " --policy fee_bps=x").first == 64);
  CHECK(parley("serve --config " + place.path.string() + "/nowhere").first == 2);
  CHECK(parley("check-config " + place.path.string() + "/nowhere").first == 2);
  CHECK(parley("check-config " + bad).first == 78);
  const auto [code, out] = parley("check-config " + good);
  CHECK(code == 0);
  CHECK(std::regex_search(out, std::regex("fee_bps +250 +good.toml:2\n")));
  CHECK(std::regex_search(out, std::regex("offer_ttl +30d +default\n")));
}

TEST_CASE("a script starts from the numbers of a configuration") {
  const Place place;
  const auto config = place.write("parley.toml", "[policy]\nreview_period = \"2d\"\n").string();
  const auto script = place
                          .write("a.chat",
                                 "person freya\nperson carl\nroom r: freya, carl\nat 2026-11-02T09:00Z\n"
                                 "carl> /offer title=\"Logo\" amount=800 scope=\"3 concepts\"\n  <offer.sent O-1>\n"
                                 "freya> /accept O-1 v1 --yes\n  <offer.accepted O-1>\n"
                                 "freya> /submit M-1.1 \"logo.svg\"\n  <milestone.submitted M-1.1>\n"
                                 "= M-1.1 review_due=2026-11-04T09:00Z\n")
                          .string();
  CHECK(parley("rehearse --config " + config + " " + script).first == 0);
  CHECK(parley("rehearse " + script).first == 1);
}
