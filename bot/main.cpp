#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "bot/inspect.hpp"
#include "bot/policy.hpp"
#include "bot/rehearse/rehearse.hpp"
#include "bot/room/invite.hpp"
#include "bot/room/main.hpp"
#include "bot/serve.hpp"

// The command line: one process, seven subcommands.
namespace {

namespace fs = std::filesystem;

/// What a caller may rely on. A code means the same in every subcommand.
enum Exit { good = 0, differs = 1, unreadable = 2, usage = 64, unavailable = 69, held = 73, unknown = 75 };

constexpr const char* footer =
    "Exit codes:\n"
    "   0  done, everything holds\n"
    "   1  a transcript differs, or a chain of events or a rebuilt list is not what it was\n"
    "   2  a file cannot be read\n"
    "  64  the command line is wrong\n"
    "  69  something that is needed does not answer: the room, its control socket, a token\n"
    "  71  the room cannot listen on its address\n"
    "  73  another process holds the store\n"
    "  75  the store failed; what it holds is not known until it is opened again\n";

/// The store of a stopped bot, opened for `act`.
template <class Act>
int with_store(const fs::path& data, const std::string& verb, Act act) {
  const fs::path file = data / "bot" / "parley.db";
  if (std::error_code none; !fs::is_regular_file(file, none)) {
    std::cerr << file.string() << ": there is no store here; --data names the folder\n";
    return unreadable;
  }
  try {
    store::Store store({.file = file, .create = false});
    const int code = act(store);
    store.close();
    return code;
  } catch (const store::Held& e) {
    std::cerr << e.what() << "\na bot runs on this store: stop it first, `parley " << verb
              << "` opens a store that nobody else holds\n";
    return held;
  } catch (const store::Full& e) {
    std::cerr << e.what() << "\n";
    return unknown;
  } catch (const store::Unknown& e) {
    std::cerr << e.what() << "\n";
    return unknown;
  }
}

int inspect(store::Store& store, const std::string& platform, const std::vector<std::string>& words, bool json) {
  std::string subject;
  for (const auto& word : words) subject += (subject.empty() ? "" : " ") + word;
  const auto facts = bot::inspect(store, platform, subject);
  if (!facts) {
    std::cerr << facts.error() << "\n";
    return usage;
  }
  if (json) {
    std::cout << bot::to_json(*facts) << "\n";
    return good;
  }
  std::cout << subject;
  if (facts->empty()) std::cout << " absent";
  for (const auto& [field, value] : *facts) std::cout << (subject == "dead" ? "\n  " : " ") << field << "=" << value;
  std::cout << "\n";
  return good;
}

int verify(store::Store& store) {
  const auto faults = store.verify();
  for (const auto& fault : faults)
    std::cout << "stream " << fault.stream << " event " << fault.seq << ": " << fault.what << "\n";
  if (faults.empty()) std::cout << store.events_count() << " events, every chain holds\n";
  return faults.empty() ? good : differs;
}

int rebuild(store::Store& store) {
  const bool same = store.rebuild();
  std::cout << (same ? "the lists are what they were\n" : "the lists were not what the events say, and are now\n");
  return same ? good : differs;
}

/// `NAME=VALUE` into the policy; CLI11 prints what is wrong.
std::string put_policy(workflow::Policy& policy, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return "NAME=VALUE is expected";
  return bot::set_policy(policy, text.substr(0, equals), text.substr(equals + 1)).value_or("");
}

/// How mail is sent. Without a server notices stay in the chat.
void add_mail(CLI::App& serve, const std::shared_ptr<bot::ServeOptions>& options) {
  const auto mail = [options]() -> bot::MailConfig& {
    return options->mail ? *options->mail : options->mail.emplace();
  };
  const auto text = [&](const char* name, const char* help, auto put) {
    serve.add_option_function<std::string>(name, [mail, put](const std::string& value) { put(mail(), value); }, help);
  };
  const auto time = [&](const char* name, const char* help, workflow::Duration bot::MailConfig::* member) {
    serve.add_option_function<std::string>(
        name,
        [mail, member](const std::string& value) {
          const auto duration = bot::parse_duration(value);
          if (!duration) throw CLI::ValidationError(value, "a duration is written 90s, 5m, 6h or 3d");
          mail().*member = *duration;
        },
        help);
  };
  text("--mail-url", "mail server: smtp://host:587 or smtps://host:465", [](auto& m, auto& v) { m.url = v; });
  text("--mail-from", "address of the sender", [](auto& m, auto& v) { m.from = v; });
  text("--mail-user", "who signs in there", [](auto& m, auto& v) { m.user = v; });
  text("--mail-password-file", "its first line is the password", [](auto& m, auto& v) { m.password_file = v; });
  text("--mail-ca-file", "who may vouch for the server [the system's]", [](auto& m, auto& v) { m.ca_file = v; });
  serve.add_flag_callback("--mail-without-tls", [mail] { mail().tls = false; }, "to a server on this machine only");
  time("--mail-retry-first", "after a failure [1m]", &bot::MailConfig::retry_first);
  time("--mail-retry-most", "and twice as long each time, up to [6h]", &bot::MailConfig::retry_most);
  time("--mail-give-up", "until a mail is so old [3d]", &bot::MailConfig::give_up);
}

/// The subcommands that run or join a server.
void add_servers(CLI::App& app, int& code) {
  auto* serve = app.add_subcommand("serve", "Run the bot until it is interrupted");
  auto serving = std::make_shared<bot::ServeOptions>();
  serve->add_option("--data", serving->data, "folder of the stores")->capture_default_str();
  serve->add_option("--room-host", serving->room_host, "where the room listens")->capture_default_str();
  serve->add_option("--room-port", serving->room_port)->capture_default_str();
  serve->add_option("--token-file", serving->token_file, "the bot's token for the room [DATA/bot/token]");
  serve->add_option_function<std::vector<std::string>>(
           "--policy", [](const auto&) {}, "NAME=VALUE, e.g. offer_ttl=7d")
      ->check([serving](const std::string& text) { return put_policy(serving->policy, text); });
  add_mail(*serve, serving);
  serve->callback([serving, &code] { code = bot::serve(*serving); });

  auto* room = app.add_subcommand("room", "Run the built-in chat server until it is interrupted");
  auto rooming = std::make_shared<room::Options>();
  rooming->data = "data";
  room->add_option("--data", rooming->data, "folder of the stores; the room's own is DATA/room")->capture_default_str();
  room->add_option("--address", rooming->address, "numeric address to listen on")->capture_default_str();
  room->add_option("--port", rooming->port, "0: any free one")->capture_default_str();
  room->callback([rooming, &code] {
    rooming->data /= "room";
    code = room::run_room(*rooming);
  });
}

void add_invite(CLI::App& app, int& code) {
  struct Options {
    fs::path data = "data";
    room::InviteRequest request;
  };
  auto* invite = app.add_subcommand("invite", "Ask the running room for somebody's sign-in link");
  const auto o = std::make_shared<Options>();
  invite->add_option("handle", o->request.handle, "who: ana, or parley for the bot")->required();
  invite->add_option("--data", o->data, "folder of the stores")->capture_default_str();
  invite->add_option("--name", o->request.name, "display name");
  invite->add_option("--zone", o->request.zone, "time zone, e.g. Europe/Berlin");
  invite->add_option("--email", o->request.email, "where notices go as well; off: nowhere any more");
  invite->add_option("--room", o->request.join_room, "a room to be put into, made if it is not there");
  invite->add_flag("--bot", o->request.bot, "an account for the bot; its token goes into a file");
  invite->add_option("--token-file", o->request.token_file, "where the bot's token goes [DATA/bot/token]");
  invite->callback([o, &code] {
    if (o->request.bot && o->request.token_file.empty()) {
      // The folder that `serve` will look in, for its owner alone. If it cannot be made, the token cannot be written.
      std::error_code later;
      fs::create_directories(o->data / "bot", later);
      fs::permissions(o->data / "bot", fs::perms::owner_all, later);
      o->request.token_file = o->data / "bot" / "token";
    }
    code = room::invite(o->data / "room", o->request);
  });
}

void add_rehearse(CLI::App& app, int& code) {
  auto* rehearse = app.add_subcommand("rehearse", "Play scripted conversations and compare");
  auto options = std::make_shared<bot::rehearse::Options>();
  rehearse->add_option("files", options->files, "scripts, or folders of .chat files")->required();
  auto* update = rehearse->add_flag("--update", options->update, "write what was said into the files");
  rehearse->add_flag("--words", options->words, "show and write texts instead of kinds");
  rehearse->add_flag("--restart-every-line", options->restart_every_line, "stop and start the bot before each line");
  rehearse->add_option("--over", options->over, "through a real server instead of in process")
      ->check(CLI::IsMember({"room"}))
      ->excludes(update);
  rehearse->callback([options, &code] {
    // A script that sets clocks wrong means to; what it leads to is in the script.
    spdlog::set_level(spdlog::level::err);
    code = bot::rehearse::rehearse(*options, std::cout, std::cerr);
  });
}

void add_stopped(CLI::App& app, int& code) {
  struct Options {
    fs::path data = "data";
    std::string platform = "room";
    std::vector<std::string> subject;
    bool json = false;
  };
  const auto o = std::make_shared<Options>();
  const auto add = [&](const char* name, const char* help) {
    auto* sub = app.add_subcommand(name, help);
    sub->add_option("--data", o->data, "folder of the stores")->capture_default_str();
    return sub;
  };
  auto* see = add("inspect",
                  "Print what is true of a subject: P-1, M-1.1, feedback C-1, room NAME, account NAME, ledger, events, "
                  "outbox, dead");
  see->add_flag("--json", o->json);
  see->add_option("--platform", o->platform)->capture_default_str();
  see->add_option("subject", o->subject)->required();
  see->callback([o, &code] {
    code = with_store(o->data, "inspect", [&](auto& s) { return inspect(s, o->platform, o->subject, o->json); });
  });
  add("verify", "Read every chain of events from its first link")->callback([o, &code] {
    code = with_store(o->data, "verify", [](auto& s) { return verify(s); });
  });
  add("rebuild", "Make every list again from the events")->callback([o, &code] {
    code = with_store(o->data, "rebuild", [](auto& s) { return rebuild(s); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Parley keeps contracts in a chat room."};
  app.name("parley");
  app.footer(footer);
  app.require_subcommand(1);
  // Standard output is for answers.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("parley"));
  int code = good;
  add_servers(app, code);
  add_invite(app, code);
  add_rehearse(app, code);
  add_stopped(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return usage;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return unavailable;
  }
  return code;
}
