#pragma once
#include <string>
#include <vector>

#include "workflow/terms.hpp"

namespace workflow {

/// Something that terms leave open. `what` is a stable key: `end`, `vague`, `deliverable`, `done`, `due`; `words` are
/// those that stand for it in the terms, where there are any.
struct Unsaid {
  std::string what;
  std::string words;
  bool operator==(const Unsaid&) const = default;
};

/// What a careful reader would ask about these terms, the most important first (R-terms-10). It reads English, guesses,
/// and stops nobody: terms that are complete stay complete.
std::vector<Unsaid> lint(const Terms&);

}  // namespace workflow
