#include "workflow/nouns.hpp"

namespace workflow::reminder {

void on(Room& room, const Reminded& e) { room.reminded[{e.id, e.of}] = {e.due, e.left}; }
void alarms(const Room&, std::vector<Alarm>&) {}
Events fire(const Room&, const Alarm&, const Context&) { return {}; }

}  // namespace workflow::reminder
