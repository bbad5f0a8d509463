#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "workflow/digest.hpp"
#include "workflow/ids.hpp"

namespace workflow {

/// What one side says of the other at the end: stars 1 to 5, a public text of 10 to 2,000 code points, scores 1 to 5,
/// and a private text of up to 1,000 that only the operator reads.
struct FeedbackWords {
  std::optional<std::int64_t> stars;
  std::optional<std::string> text;
  std::optional<std::string> private_text;
  std::optional<std::int64_t> quality, skills, communication, availability, deadlines, cooperation;
  bool operator==(const FeedbackWords&) const = default;
};
BOOST_DESCRIBE_STRUCT(FeedbackWords, (),
                      (stars, text, private_text, quality, skills, communication, availability, deadlines, cooperation))

/// Words that stay out of the chain of events: the event holds the commitment, the store keeps this beside it.
struct Secret {
  Digest commitment;
  Salt salt;
  std::string text;  ///< the canonical text that was committed to
};

/// The public part as canonical text: what the commitment is over, and what is shown at the reveal.
std::string canonical(const FeedbackWords&, ContractId, Side author);
/// SHA-256 over a domain tag, the salt and the text (R-feedback-2).
Digest commitment(std::string_view text, const Salt&);

}  // namespace workflow
