#include "tests/bench/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace bench {
namespace {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "parley-bench-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder can be made");
  return name;
}

/// Every whole line that comes, until the other end closes.
template <class Each>
void each_line(int from, Each each) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t n; (n = ::read(from, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
      each(std::string_view{text}.substr(0, end));
  }
}

}  // namespace

Folder::Folder() : path(new_folder()) {}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

Child::Child(std::vector<std::string> words, bool under_strace) : strace_(under_strace) {
  if (strace_) words.insert(words.begin(), {"strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,pwrite64"});
  std::array<int, 2> out{}, errors{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(errors.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe can be made");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
  started_ = now_ms();
  const int failed = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(errors[1]);
  out_ = out[0];
  errors_ = errors[0];
  if (failed != 0) throw std::runtime_error(words.front() + " cannot be started");
  reader_ = std::thread([this] {
    each_line(errors_, [this](std::string_view line) {
      if (line.find("sync(") != std::string_view::npos && line.find("resumed") == std::string_view::npos)
        ++syncs_;
      else if (const auto at = line.rfind(") = "); at != std::string_view::npos && line.find("pwrite64") < at)
        bytes_ += std::atoll(line.data() + at + 4);
      else if (!strace_)
        (void)::write(STDERR_FILENO, (std::string{line} + "\n").data(), line.size() + 1);
    });
  });
}

Child::~Child() {
  if (pid_ != 0) {
    ::kill(program(), SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (reader_.joinable()) reader_.join();
  ::close(out_);
  ::close(errors_);
}

double Child::ready() {
  std::string line;
  for (char byte = 0; ::read(out_, &byte, 1) == 1 && byte != '\n';) line += byte;
  const double at = now_ms();
  if (line != "bot ready") throw std::runtime_error("the bot ended before it was ready");
  return at - started_;
}

/// Under strace the program is strace's only child.
pid_t Child::program() const {
  if (!strace_) return pid_;
  const auto id = std::to_string(pid_);
  pid_t child = 0;
  std::ifstream{"/proc/" + id + "/task/" + id + "/children"} >> child;
  return child != 0 ? child : pid_;
}

long Child::status_kb(const char* field) const {
  std::ifstream status{"/proc/" + std::to_string(program()) + "/status"};
  for (std::string name; status >> name;) {
    long kb = 0;
    if (name == field && status >> kb) return kb;
  }
  return 0;
}

long Child::resident_kb() const { return status_kb("VmRSS:"); }
long Child::most_resident_kb() const { return status_kb("VmHWM:"); }

int Child::stop() {
  ::kill(program(), SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  reader_.join();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool strace_is_there() { return std::system("strace -V >/dev/null 2>&1") == 0; }

}  // namespace bench
