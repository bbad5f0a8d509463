#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// What text is made of, by ICU: code points, the characters nobody sees, and the ones that look like others.
namespace commands {

bool valid_utf8(std::string_view);
/// The length by which limits are counted.
std::size_t code_points(std::string_view);
/// The code point at `at`, which moves behind it. For valid UTF-8.
char32_t next_code_point(std::string_view, std::size_t& at);
std::u32string letters(std::string_view);
std::string utf8(char32_t);

/// Bidi controls, zero-width and other characters without a glyph, by which two texts may look alike and differ.
bool hidden(char32_t);
bool any_hidden(std::string_view);
std::string without_hidden(std::string_view);
/// Hidden and control characters as `\u{200B}`, so that they are seen.
std::string shown(std::string_view);

/// Line ends as \n and every other Unicode space as a blank.
std::string plain_spaces(std::string_view);
/// The first control character besides \n and \t.
std::optional<char32_t> control_in(std::string_view);

/// The one form (NFC) in which text is kept, so that equal words are equal bytes.
std::string composed(std::string_view);
/// The compatible form (NFKC) in lower case with every digit and hyphen plain: what a text is compared or suggested by.
std::string compared(std::string_view);
bool ascii(std::string_view);
/// A digit of another script or width, in a place where only 0 to 9 may stand.
bool foreign_digit_in(std::string_view);

/// At most `most` code points, with an ellipsis where something was cut.
std::string shortened(std::string_view, std::size_t most);

/// ASCII only: ids, keys and codes are.
std::string lower(std::string_view);
std::string upper(std::string_view);
std::string_view trimmed(std::string_view);

}  // namespace commands
