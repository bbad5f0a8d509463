#include "commands/telling.hpp"

namespace commands {

using namespace workflow;

Tale tell(const Telling&, const amendment::Proposed&) { return {}; }
Tale tell(const Telling&, const amendment::Countered&) { return {}; }
Tale tell(const Telling&, const amendment::Approved&) { return {}; }
Tale tell(const Telling&, const amendment::Declined&) { return {}; }
Tale tell(const Telling&, const amendment::Withdrawn&) { return {}; }
Tale tell(const Telling&, const amendment::Expired&) { return {}; }

}  // namespace commands
