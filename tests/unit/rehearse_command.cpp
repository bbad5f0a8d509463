#include <stdlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "bot/rehearse/rehearse.hpp"

// The command as it is typed: what it prints, what it returns, what it leaves in the files.
namespace {

namespace fs = std::filesystem;
using bot::rehearse::Options;

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "parley-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path write(const std::string& name, const std::string& content) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << content;
    return path / name;
  }
  std::string read(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(path / name).rdbuf();
    return out.str();
  }
};

struct Result {
  int code = 0;
  std::string out, err;
};
Result run(const Options& options) {
  std::ostringstream out, err;
  const int code = bot::rehearse::rehearse(options, out, err);
  return {code, out.str(), err.str()};
}

const std::string people = "person ana\nperson bob\nroom studio: ana, bob\n";

}  // namespace

TEST_CASE("all hold: exit 0") {
  const Folder folder;
  folder.write("a.chat", people + "ana> good morning\n= P-1 absent\n= ledger sum=0.00\n");
  folder.write("b.chat", people + "ana> /whoami\n  @ana <query.whoami>\n");
  const auto result = run({.files = {folder.path}});
  CHECK(result.out == "2 scripts, 2 hold, 0 differ\n");
  CHECK(result.code == 0);
}

TEST_CASE("a difference: exit 1, with the place, what was wanted and what came") {
  const Folder folder;
  const auto file =
      folder.write("a.chat", people + "ana> hello\n  <hint.nothing>\n= P-1 state=pending\n= ledger total=0.00\n");
  const auto result = run({.files = {file}});
  CHECK(result.code == 1);
  CHECK(result.out.find(file.string() + ":5: wanted <hint.nothing>") != std::string::npos);
  CHECK(result.out.find("got    nothing") != std::string::npos);
  CHECK(result.out.find(file.string() + ":6: wanted P-1") != std::string::npos);
  CHECK(result.out.find("total is no field of it") != std::string::npos);
  CHECK(result.out.ends_with("1 scripts, 0 hold, 1 differ\n"));
}

TEST_CASE("a file that cannot be read: exit 2, with line and reason, and the others are played") {
  const Folder folder;
  const auto bad = folder.write("a.chat", people + "cy> hello\n");
  const auto good = folder.write("b.chat", people + "ana> hello\n");
  const auto result = run({.files = {bad, good, folder.path / "none.chat"}});
  CHECK(result.code == 2);
  CHECK(result.err ==
        bad.string() + ":4: there is no person cy\n" + (folder.path / "none.chat").string() + ": cannot be read\n");
  CHECK(result.out == "2 cannot be read\n3 scripts, 1 hold, 0 differ\n");
}

TEST_CASE("an update rewrites once and then holds; a fact that fails still fails") {
  const Folder folder;
  const auto file = folder.write("a.chat", people + "ana> /whoami\n# kept\n= P-1 state=pending\n");
  const auto first = run({.files = {file}, .update = true});
  CHECK(first.code == 1);
  CHECK(first.out.find("  query.whoami: 1\n1 rewritten\n") != std::string::npos);
  const auto after = people + "ana> /whoami\n  @ana <query.whoami>\n# kept\n= P-1 state=pending\n";
  CHECK(folder.read("a.chat") == after);
  const auto second = run({.files = {file}, .update = true});
  CHECK(second.out.find("0 rewritten\n") != std::string::npos);
  CHECK(folder.read("a.chat") == after);
}

TEST_CASE("below a folder `words` an update writes texts") {
  const Folder folder;
  const auto file = folder.write("words/a.chat", people + "ana> /whoami\n");
  CHECK(run({.files = {file}, .update = true}).code == 0);
  CHECK(folder.read("words/a.chat").find("<query") == std::string::npos);
  CHECK(run({.files = {file}}).code == 0);
  CHECK(run({.files = {file}, .restart_every_line = true}).code == 0);
}
