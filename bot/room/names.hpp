#pragma once
#include <string>
#include <string_view>

// What may be called what.
namespace room {

/// 1 to 32 of a–z, 0–9, `.`, `_`, `-`, beginning with a letter or a digit: no two look alike by script or case.
bool valid_handle(std::string_view);
/// 1 to 120 bytes of UTF-8 with something to see, without control characters and those that change the direction.
bool valid_name(std::string_view);
/// The form of an IANA zone (`Europe/Berlin`), or empty. Whether it exists is for those who reckon with it.
bool valid_zone(std::string_view);
/// An e-mail address of plain characters, at most 254; `off`, or empty.
bool valid_email(std::string_view);
/// A thread's label or a key: up to 64 printable ASCII characters without a space, or empty.
bool valid_label(std::string_view);
/// A kind of note, which may name what it is about (`proposal.countered P-1`): up to 128 printable ASCII characters.
bool valid_kind(std::string_view);
bool valid_utf8(std::string_view);

}  // namespace room
