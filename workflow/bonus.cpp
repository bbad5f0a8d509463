#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::bonus {

Decision decide(const Room&, const Pay&, const Context&) {
  return std::unexpected(refuse(Code::WRONG_STATE, "not_yet", ""));
}

void on(Room&, const Paid&) {}

}  // namespace workflow::bonus
