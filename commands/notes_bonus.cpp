#include "commands/telling.hpp"

namespace commands {

using namespace workflow;

/// Every note of a bonus says that nothing protects it (R-bonus-2).
Tale tell(const Telling& t, const bonus::Paid& e) {
  return Told{.text = t.say("note.bonus.paid", with(t.about(e.id), {{"gross", e.gross},
                                                                    {"net", e.gross - e.fee},
                                                                    {"reason", e.reason.value_or("")},
                                                                    {"clears", e.clears}})),
              .at = e.at};
}

}  // namespace commands
