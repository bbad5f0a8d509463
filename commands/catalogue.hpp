#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "commands/format.hpp"
#include "workflow/rejection.hpp"

// All words by key, and how values are put into them.
namespace commands {

/// A file of words, as it was when the program was built.
struct Language {
  std::string_view name, text;
};
const std::vector<Language>& languages();

/// Whether there is an entry for this key.
bool has_words(std::string_view key);
/// Every key, in the order of the file.
std::vector<std::string> word_keys();

/// The entry with its values in place. A key without an entry is given back as it is; a value that is not among the
/// arguments is nothing. Never throws.
std::string say(std::string_view key, const workflow::Args&, const Zones& = {});
std::string say(std::string_view key);

/// The value as it stands in a sentence without further ado. Words of a person are tamed.
std::string written(const workflow::Arg&, const Zones&);

}  // namespace commands
