#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "store/store.hpp"

// The exit codes that --help promises, of the program as it is installed.
namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "parley-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    fs::create_directories(path / "bot");
    fs::permissions(path / "bot", fs::perms::owner_all);
  }
  ~Folder() { fs::remove_all(path); }
};

struct Result {
  int code = -1;
  std::string out;
};
Result parley(const std::string& line) {
  Result result;
  FILE* pipe = ::popen((std::string(PARLEY_BINARY) + " " + line + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> some{};
  while (const auto n = std::fread(some.data(), 1, some.size(), pipe)) result.out.append(some.data(), n);
  const int status = ::pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace

TEST_CASE("a wrong command line exits 64") {
  CHECK(parley("").code == 64);
  CHECK(parley("dance").code == 64);
  CHECK(parley("rehearse").code == 64);
  CHECK(parley("rehearse --over nowhere x.chat").code == 64);
  CHECK(parley("serve --policy offer_ttl=soon").code == 64);
  CHECK(parley("--help").code == 0);
}

TEST_CASE("rehearse exits 0, 1 or 2") {
  const Folder folder;
  std::ofstream(folder.path / "good.chat") << "person ana\nroom r: ana\nana> hello\n";
  std::ofstream(folder.path / "bad.chat") << "person ana\nroom r: ana\nana> hello\n  <never>\n";
  std::ofstream(folder.path / "ugly.chat") << "nonsense here\n";
  const auto file = [&](const char* name) { return "rehearse " + (folder.path / name).string(); };
  CHECK(parley(file("good.chat")).code == 0);
  CHECK(parley(file("bad.chat")).code == 1);
  CHECK(parley(file("ugly.chat")).code == 2);
}

TEST_CASE("a store that is not there exits 2, one that a bot holds 73, a stopped one is read") {
  const Folder folder;
  const std::string data = " --data " + folder.path.string();
  for (const std::string verb : {"inspect ledger", "verify", "rebuild"}) CHECK(parley(verb + data).code == 2);
  {
    store::Store running({.file = folder.path / "bot" / "parley.db"});
    for (const std::string verb : {"inspect ledger", "verify", "rebuild"}) {
      const auto result = parley(verb + data);
      CHECK(result.code == 73);
      CHECK(result.out.find("a bot runs on this store") != std::string::npos);
    }
    running.close();
  }
  const auto ledger = parley("inspect --json ledger" + data);
  CHECK(ledger.code == 0);
  CHECK(ledger.out == "{\"sum\":\"0.00\"}\n");
  CHECK(parley("inspect P-1" + data).out == "P-1 absent\n");
  CHECK(parley("inspect nonsense" + data).code == 64);
  CHECK(parley("verify" + data).code == 0);
  CHECK(parley("rebuild" + data).code == 0);
}
