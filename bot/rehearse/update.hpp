#pragma once
#include <map>
#include <string>
#include <vector>

#include "bot/rehearse/play.hpp"

namespace bot::rehearse {

/// How many expected lines were written anew, by the kind of note; `(removed)` for those that nothing took the place
/// of.
using Changes = std::map<std::string, int>;

/// The text of a script with its expected output rewritten to what was said. Lines that hold, comments, blank lines and
/// facts stay as they are. With `words` texts are written, otherwise kinds and codes.
std::string updated(const std::string& content, const std::vector<Outcome>&, bool words, Changes&);

/// The conversation as its people read it: what was typed, and below it everything that was said, in full.
std::string conversation(const Played&);

}  // namespace bot::rehearse
