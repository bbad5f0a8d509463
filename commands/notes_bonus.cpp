#include "commands/telling.hpp"

namespace commands {

using namespace workflow;

Tale tell(const Telling&, const bonus::Paid&) { return {}; }

}  // namespace commands
