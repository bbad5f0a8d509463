#pragma once
#include <expected>
#include <filesystem>
#include <iosfwd>
#include <string>

// Asking the running room for a way in.
namespace room {

struct InviteRequest {
  std::string handle;
  std::string name;   ///< display name; empty: the handle, or what an existing user has
  std::string zone;   ///< IANA zone, may be empty
  std::string email;  ///< shown to bots alone; `off`: none any more; empty: as it was
  bool bot = false;
  std::string join_room;             ///< name of a room to be put into, made if absent; may be empty
  std::filesystem::path token_file;  ///< for a bot: where its token goes, mode 0600
};

/// A new token for a user, made if the handle was new.
struct Invited {
  std::string user;  ///< immutable id
  std::string token;
  unsigned short port = 0;
};

struct InviteFailure {
  int exit_code = 0;  ///< 64 bad use, 69 no running room
  std::string text;
};

/// Asks the room that runs on this data directory, through its socket there. Blocks up to 10 s.
std::expected<Invited, InviteFailure> request_invite(const std::filesystem::path& data, const InviteRequest&);

/// The subcommand. For a person prints `http://127.0.0.1:PORT/#token=…` on standard output; for a bot prints nothing
/// and writes the token into `token_file`. Complaints go to standard error. Returns the exit code: 0, 64, 69, or 73
/// if the token file cannot be written.
int invite(const std::filesystem::path& data, const InviteRequest&);

}  // namespace room
