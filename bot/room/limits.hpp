#pragma once
#include <chrono>
#include <cstddef>

// Every bound of the room in one place. Sizes in bytes.
namespace room {

inline constexpr std::size_t frame_limit = 256 * 1024;          ///< a WebSocket message, either way
inline constexpr std::size_t joined_lines_limit = 96 * 1024;    ///< several lines share a message up to here
inline constexpr std::size_t page_bytes_limit = 96 * 1024;      ///< a page of history is cut behind this
inline constexpr std::size_t outgoing_limit = 8 * 1024 * 1024;  ///< unread by a slow client: then it is closed
inline constexpr std::size_t text_limit = 16 * 1024;            ///< the text of a message
inline constexpr std::size_t label_limit = 64;                  ///< a thread's label, a kind, a key
inline constexpr std::size_t name_limit = 120;                  ///< a display name, the name of a room
inline constexpr std::size_t handle_limit = 32;
inline constexpr std::size_t members_limit = 200;  ///< of one room, bots included
inline constexpr std::size_t json_depth = 16;
inline constexpr int page_limit = 500;            ///< entries in a page of history
inline constexpr long page_span = 20'000;         ///< positions looked through for one page
inline constexpr std::size_t batch_limit = 1024;  ///< frames in one transaction
inline constexpr int tokens_limit = 16;           ///< the newest of one user; older ones lapse
inline constexpr std::size_t header_limit = 8 * 1024;
inline constexpr std::chrono::seconds header_time{10};   ///< for a request's headers
inline constexpr std::chrono::seconds sign_in_time{10};  ///< for the first frame
inline constexpr std::chrono::seconds idle_time{45};     ///< a silent connection is closed; pinged at half

}  // namespace room
