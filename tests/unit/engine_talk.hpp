#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "bot/engine.hpp"

// A chat server in three functions, for tests that look at the engine itself rather than at a conversation.
namespace talk {

using bot::Heard;
using bot::Incoming;
using bot::Instant;
using bot::Outgoing;
using bot::Post;

inline const Instant morning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 2} + std::chrono::hours{9}};

inline std::vector<Incoming> people() {
  using bot::Member;
  std::vector<Incoming> all;
  for (const std::string name : {"bob", "ana"}) {
    all.push_back(Member{.what = Member::What::joined,
                         .channel = "studio",
                         .user = "u-" + name,
                         .handle = name,
                         .name = name,
                         .at = morning});
    all.push_back(Member{.what = Member::What::joined,
                         .channel = "dm:" + name,
                         .user = "u-" + name,
                         .handle = name,
                         .name = name,
                         .at = morning,
                         .direct = true});
  }
  return all;
}

inline Heard typed(const std::string& who, const std::string& text, const std::string& message, Instant at = morning) {
  return {.channel = "studio", .message = message, .user = "u-" + who, .text = text, .sent_at = at};
}

inline std::vector<Post> posts(const std::vector<Outgoing>& out) {
  std::vector<Post> found;
  for (const auto& one : out)
    if (const auto* post = std::get_if<Post>(&one)) found.push_back(*post);
  return found;
}

/// `/offer … accept`, each in a batch of its own; afterwards C-1 with M-1.1 funded.
inline void agree(bot::Engine& engine) {
  const auto all = people();
  engine.handle(all, morning);
  const std::vector<Incoming> offer{
      typed("bob", R"(/offer @ana title="Logo" amount=100 scope="Three concepts")", "m-1")};
  engine.handle(offer, morning);
  const std::vector<Incoming> accept{typed("ana", "/accept O-1 v1 --yes", "m-2")};
  engine.handle(accept, morning);
}

/// A directory of its own for one store, removed afterwards.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "parley-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path file() const { return path / "store" / "parley.db"; }
};

}  // namespace talk
