#pragma once
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/store.hpp"

// What the store's tests share: a directory of their own, two people and a room whose pair is fixed.
namespace fixture {

using namespace workflow;

struct Directory {
  std::filesystem::path path;
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "parley-store-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no directory for the test");
    path = name;
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::filesystem::path file() const { return path / "parley.db"; }
};

inline const Instant noon{std::chrono::hours{24 * 20000 + 12}};

struct World {
  RoomId room;
  PersonId client, freelancer;
};

inline Terms terms(std::int64_t minor = 30000) {
  return {.title = "Logo",
          .scope = "Three drafts and the sources",
          .amount = Money{minor},
          .milestones = {{"Draft", Money{minor}, {}}}};
}

/// Evolves the room and records, as the engine does.
inline void happen(store::Batch& b, store::Cause cause, RoomId id, const std::vector<Event>& events,
                   std::optional<PersonId> actor, Instant at) {
  auto& room = b.room(id);
  for (const auto& e : events) evolve(room, e);
  b.record(cause, id, events, actor, at, at);
}

inline World make_world(store::Batch& b) {
  World w;
  b.attempt([&] {
    const auto cause = b.order("world", noon);
    w.client = b.open_person(*cause, "room", {.user = "u1", .handle = "carl", .name = "Carl"}, noon);
    w.freelancer = b.open_person(*cause, "room", {.user = "u2", .handle = "freya", .name = "Freya"}, noon);
    w.room = b.open_room("room", "studio");
    happen(b, *cause, w.room, {room::Fixed{w.room, w.client, w.freelancer}}, {}, noon);
    return true;
  });
  return w;
}
inline World make_world(store::Store& s) {
  store::Batch b(s);
  const auto w = make_world(b);
  b.commit();
  return w;
}

inline Event proposed(store::Batch& b, Instant at = noon) {
  const auto t = terms();
  return proposal::Proposed{ProposalId{b.next_id(Numbered::proposal)}, t, digest(t), at, at + days(30)};
}

/// One message that proposes and says so; answers as Batch::attempt.
inline bool propose(store::Batch& b, const World& w, const std::string& message, Instant at = noon) {
  return b.attempt([&] {
    const auto cause = b.hear("room", "studio", message, at, "digest");
    if (!cause) return false;
    auto& room = b.room(w.room);
    std::vector<Event> events;
    for (const auto& [id, p] : room.proposals)
      if (p.state == proposal::State::pending) events.emplace_back(proposal::Declined{id, Side::client, {}, at});
    events.push_back(proposed(b, at));
    happen(b, *cause, w.room, events, w.freelancer, at);
    b.number_note(*cause, w.room, "digest");
    b.enqueue(
        {.platform = "room", .channel = "studio", .kind = "proposal.proposed", .text = "x", .key = "k" + message});
    b.set_answer(*cause, "proposal.proposed");
    return true;
  });
}

/// From the offer to the end, with money: every table that hangs on events gets rows.
inline void whole_contract(store::Batch& b, const World& w, Instant at = noon) {
  b.attempt([&] {
    const auto cause = b.order("contract", at);
    const auto t = terms();
    const OfferId offer{b.next_id(Numbered::offer)};
    const ContractId contract{b.next_id(Numbered::contract)};
    const MilestoneId m{contract, 1};
    happen(b, *cause, w.room,
           {offer::Sent{offer, w.client, w.freelancer, {}, t, digest(t), at, at + days(30)},
            offer::Accepted{offer, 1, contract, at},
            contract::Started{contract, offer, w.client, w.freelancer, t, digest(t), Policy{}, contract::State::active,
                              day_of(at), at},
            milestone::Funded{m, t.amount, at}, ledger::fund(m, t.amount, w.client)},
           w.freelancer, at);
    return true;
  });
  const auto later = at + days(1);
  b.attempt([&] {
    const auto cause = b.order("release", later);
    const MilestoneId m{ContractId{1}, 1};
    const auto amount = terms().amount, fee = share(amount, 1000);
    happen(b, *cause, w.room,
           {milestone::Submitted{m, 1, "done", later, later + days(14)},
            milestone::Released{m, milestone::How::client, amount, fee, later, later + days(5)},
            ledger::release(m, amount, fee, w.freelancer, later + days(5))},
           w.client, later);
    return true;
  });
}

}  // namespace fixture
