#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "bot/config.hpp"
#include "bot/inspect.hpp"
#include "bot/rehearse/rehearse.hpp"
#include "bot/room/invite.hpp"
#include "bot/room/main.hpp"
#include "bot/serve.hpp"

// The command line: one process, eight subcommands.
namespace {

namespace fs = std::filesystem;

/// What a caller may rely on. A code means the same in every subcommand.
enum Exit {
  good = 0,
  differs = 1,
  unreadable = 2,
  usage = 64,
  unavailable = 69,
  held = 73,
  unknown = 75,
  misconfigured = 78
};

constexpr const char* footer =
    "Exit codes:\n"
    "   0  done, everything holds\n"
    "   1  a transcript differs, or a chain of events or a rebuilt list is not what it was\n"
    "   2  a file cannot be read\n"
    "  64  the command line is wrong\n"
    "  69  something that is needed does not answer: the room, its control socket, a token\n"
    "  71  the room cannot listen on its address\n"
    "  73  another process holds the store\n"
    "  75  the store failed; what it holds is not known until it is opened again\n"
    "  78  the configuration is wrong\n";

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

/// Where the configuration lies, and what the command line puts over it.
struct Settings {
  fs::path file;                   ///< empty: `DATA/parley.toml`, if it is there
  std::vector<std::string> given;  ///< `NAME=VALUE`
};

fs::path usual_config(const fs::path& data) { return data / "parley.toml"; }

/// The configuration; or nothing, with every problem in `problems` and the exit code in `code`.
std::optional<bot::Config> configured(const fs::path& file, const std::vector<std::string>& given,
                                      std::ostream& problems, int& code) {
  auto config = bot::read_config(file, given);
  if (config) return std::move(*config);
  for (const auto& line : config.error().lines) problems << line << "\n";
  switch (config.error().where) {
    case bot::ConfigError::Where::unreadable: code = unreadable; break;
    case bot::ConfigError::Where::file: code = misconfigured; break;
    case bot::ConfigError::Where::command_line: code = usage; break;
  }
  return std::nullopt;
}

std::string xmpp_line(const bot::XmppConfig& xmpp) {
  const auto rooms = xmpp.rooms.size();
  return "xmpp " + xmpp.jid + " at " + xmpp.url + " in " + std::to_string(rooms) + (rooms == 1 ? " room" : " rooms") +
         (xmpp.invitations ? ", and where it is invited" : "");
}

int check_config(const fs::path& file) {
  int code = good;
  // Here the problems are the answer. Only a file that is not there leaves the question open.
  std::ostringstream problems;
  const auto config = configured(file, {}, problems, code);
  if (!config) {
    (code == unreadable ? std::cerr : std::cout) << problems.str();
    return code;
  }
  for (const auto& [name, value, origin] : bot::policy_lines(config->policy, config->origins))
    std::cout << std::left << std::setw(24) << name << std::setw(12) << value << origin << "\n";
  if (config->mail)
    std::cout << "mail from " << config->mail->from << " through " << config->mail->url << "\n";
  else
    std::cout << "no [mail]: nothing is sent by e-mail\n";
  std::cout << (config->xmpp ? xmpp_line(*config->xmpp) : "no [xmpp]: the bot works in the built-in room") << "\n";
  return good;
}

void add_check_config(CLI::App& app, int& code) {
  auto* check = app.add_subcommand("check-config", "Print what is wrong with a configuration, or what it amounts to");
  const auto file = std::make_shared<fs::path>(usual_config("data"));
  check->add_option("file", *file, "the configuration")->capture_default_str();
  check->callback([file, &code] { code = check_config(*file); });
}

/// The subcommands that run or join a server.
void add_servers(CLI::App& app, int& code) {
  auto* serve = app.add_subcommand("serve", "Run the bot until it is interrupted");
  auto serving = std::make_shared<bot::ServeOptions>();
  serve->add_option("--data", serving->data, "folder of the stores")->capture_default_str();
  serve->add_option("--room-host", serving->room_host, "where the room listens")->capture_default_str();
  serve->add_option("--room-port", serving->room_port)->capture_default_str();
  serve->add_option("--token-file", serving->token_file, "the bot's token for the room [DATA/bot/token]");
  const auto settings = std::make_shared<Settings>();
  serve->add_option("--config", settings->file, "the configuration [DATA/parley.toml, if it is there]");
  serve->add_option("--policy", settings->given, "NAME=VALUE, over the configuration, e.g. offer_ttl=7d");
  serve->callback([serving, settings, &code] {
    std::error_code none;
    if (settings->file.empty() && fs::exists(usual_config(serving->data), none))
      settings->file = usual_config(serving->data);
    auto config = configured(settings->file, settings->given, std::cerr, code);
    if (!config) return;
    serving->config = std::move(*config);
    code = bot::serve(*serving);
  });

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
  rehearse->add_flag("--show", options->show, "print the conversations, with everything the bot says in them")
      ->excludes(update);
  rehearse->add_flag("--restart-every-line", options->restart_every_line, "stop and start the bot before each line");
  rehearse->add_option("--over", options->over, "through a real server instead of in process")
      ->check(CLI::IsMember({"room", "xmpp"}))
      ->excludes(update);
  rehearse->add_option("--url", options->xmpp.url, "of an XMPP server, e.g. ws://127.0.0.1:5280/xmpp-websocket");
  rehearse->add_option("--domain", options->xmpp.domain, "of the accounts there")->capture_default_str();
  rehearse->add_option("--rooms-domain", options->xmpp.rooms, "of its rooms [rooms.DOMAIN]");
  const auto config_file = std::make_shared<fs::path>();
  rehearse->add_option("--config", *config_file, "a configuration whose [policy] scripts start from");
  rehearse->callback([options, config_file, &code] {
    const auto config = configured(*config_file, {}, std::cerr, code);
    if (!config) return;
    options->policy = config->policy;
    if (const auto wrong = wrong_with(options->xmpp); options->over == "xmpp" && !wrong.empty()) {
      std::cerr << wrong << "\n";
      code = usage;
      return;
    }
    options->xmpp.wall = [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); };
    // A script that sets clocks wrong means to; what it leads to is in the script.
    spdlog::set_level(spdlog::level::err);
    code = bot::rehearse::rehearse(*options, std::cout, std::cerr);
  });
}

void add_stopped(CLI::App& app, int& code) {
  struct Options {
    fs::path data = "data";
    std::string platform;
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
  see->add_option("--platform", o->platform, "room or xmpp [the one that the bot last worked on]");
  see->add_option("subject", o->subject)->required();
  see->callback([o, &code] {
    code = with_store(o->data, "inspect", [&](auto& s) {
      const auto platform = !o->platform.empty() ? o->platform : s.cursor("xmpp").empty() ? "room" : "xmpp";
      return inspect(s, platform, o->subject, o->json);
    });
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
  add_check_config(app, code);
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
