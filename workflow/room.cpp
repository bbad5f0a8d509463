#include "workflow/room.hpp"

#include <algorithm>
#include <array>

#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow {
namespace room {

/// An operator fixes a pair before anybody has offered anything (R-room-4).
Decision decide(const Room& room, const Bind& c, const Context& ctx) {
  if (room.fixed()) return std::unexpected(refuse(Code::WRONG_STATE, "room.is_fixed", "R-room-4"));
  if (c.client == c.freelancer) return std::unexpected(refuse(Code::USAGE, "offer.self", "R-room-4"));
  if (ctx.client->room_as_client.contains(c.freelancer))
    return std::unexpected(refuse(Code::WRONG_ROOM, "room.pair_elsewhere", "R-room-3"));
  return done(Fixed{room.id, c.client, c.freelancer});
}

void on(Room& room, const Fixed& e) {
  room.client = e.client;
  room.freelancer = e.freelancer;
}

/// The first acceptance fixes the room's pair (R-room-2).
Decision react(const Room& room, const Event& e, const Context&) {
  const auto* accepted = std::get_if<offer::Accepted>(&e);
  if (!accepted || room.fixed()) return Done{};
  const auto& o = room.offers.at(accepted->id);
  return done(Fixed{room.id, o.client, o.freelancer});
}

}  // namespace room

namespace ledger {

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [n, lot] : room.ledger.lots) out.push_back({lot.due, "lot-" + std::to_string(n), "ledger.clear"});
  for (const auto& [n, lot] : room.ledger.transits)
    out.push_back({lot.due, "transit-" + std::to_string(n), "ledger.settle"});
}

/// Pending money becomes available (R-ledger-4); money on its way back arrives (R-ledger-5).
Events fire(const Room& room, const Alarm& alarm, const Context&) {
  if (alarm.kind == "ledger.clear")
    for (const auto& [n, lot] : room.ledger.lots)
      if ("lot-" + std::to_string(n) == alarm.id) return {clear(n, lot)};
  if (alarm.kind == "ledger.settle")
    for (const auto& [n, lot] : room.ledger.transits)
      if ("transit-" + std::to_string(n) == alarm.id) return {Settled{lot.contract, lot.amount}, settle(n, lot)};
  return {};
}

void on(Room& room, const Posted& e) { evolve(room.ledger, e); }
void on(Room&, const Settled&) {}

}  // namespace ledger

namespace person {
// A person's events are no business of a room's state.
void on(Room&, const Seen&) {}
void on(Room&, const Changed&) {}
void on(Room&, const ZoneChosen&) {}
void on(Room&, const Blocked&) {}
void on(Room&, const Unblocked&) {}
void on(Room&, const Asked&) {}
void on(Room&, const Answered&) {}
void on(Room&, const AskLapsed&) {}
}  // namespace person

namespace {

/// Every noun, in the order in which they react to the same event.
constexpr std::array<Decision (*)(const Room&, const Event&, const Context&), 9> reactions{
    room::react,      proposal::react,  offer::react,         change_request::react, contract::react,
    amendment::react, milestone::react, escrow_refund::react, feedback::react};

using Alarms = void (*)(const Room&, std::vector<Alarm>&);
using Fire = Events (*)(const Room&, const Alarm&, const Context&);
constexpr std::array<std::pair<Alarms, Fire>, 7> timers{{{proposal::alarms, proposal::fire},
                                                         {offer::alarms, offer::fire},
                                                         {contract::alarms, contract::fire},
                                                         {amendment::alarms, amendment::fire},
                                                         {milestone::alarms, milestone::fire},
                                                         {reminder::alarms, reminder::fire},
                                                         {ledger::alarms, ledger::fire}}};

/// Takes the first events, then lets every noun react to each in turn, until nobody has anything to add. An event is in
/// force at once, so that a noun that reacts later sees what the earlier ones did: the request for a refund looks at
/// what the milestones have left in escrow.
Outcome settle(Room& room, Done first, const Context& ctx) {
  Outcome out;
  const auto take = [&](Done d) {
    for (auto& e : d.events) {
      evolve(room, e);
      out.events.push_back(std::move(e));
    }
    for (auto& s : d.secrets) out.secrets.push_back(std::move(s));
  };
  take(std::move(first));
  for (std::size_t i = 0; i < out.events.size(); ++i) {
    const Event e = out.events[i];
    for (const auto react : reactions) {
      auto more = react(room, e, ctx);
      if (!more) return {.rejection = more.error(), .spoiled = true};
      take(std::move(*more));
    }
    if (i + 1 == out.events.size()) take({contract::conclude(room, ctx), {}});
  }
  if (!out.events.empty()) room.last = std::max(room.last, ctx.now);
  return out;
}

const FeedbackWords* words_of(const Command& command) {
  if (const auto* end = std::get_if<contract::End>(&command)) return &end->feedback;
  if (const auto* answer = std::get_if<contract::EndAnswer>(&command)) return &answer->feedback;
  return nullptr;
}

}  // namespace

Outcome carry_out(Room& room, const Command& command, const Context& given) {
  Context ctx = given;
  ctx.words = words_of(command);
  auto decided = std::visit([&](const auto& c) { return decide(room, c, ctx); }, command);
  if (!decided) return {.rejection = decided.error()};
  return settle(room, std::move(*decided), ctx);
}

Outcome fire_due(Room& room, const Context& given) {
  const auto alarm = next_alarm(room);
  if (!alarm || given.now < alarm->due) return {};
  Context ctx = given;
  ctx.now = alarm->due;
  Done first;
  for (const auto& [list, fire] : timers)
    if (first.events.empty()) first.events = fire(room, *alarm, ctx);
  return settle(room, std::move(first), ctx);
}

std::optional<Alarm> next_alarm(const Room& room) {
  std::vector<Alarm> all;
  for (const auto& [list, fire] : timers) list(room, all);
  const auto first = std::min_element(all.begin(), all.end());
  return first == all.end() ? std::nullopt : std::optional{*first};
}

void wait(std::vector<Alarm>& out, const Deadline& d, const AnyId& id, std::string kind) {
  if (!d.frozen()) out.push_back({d.due, text(id), std::move(kind)});
}

void evolve(Room& room, const Event& e) {
  std::visit([&](const auto& x) { on(room, x); }, e);
}

Binding binding(const Room& room) {
  if (room.fixed()) return Binding::fixed;
  for (const auto& [id, o] : room.offers)
    if (o.state == offer::State::pending) return Binding::provisional;
  return Binding::unbound;
}

AnyId became(const Room& room, AnyId id) {
  if (const auto* p = std::get_if<ProposalId>(&id))
    if (const auto found = room.proposals.find(*p); found != room.proposals.end() && found->second.offer)
      id = *found->second.offer;
  if (const auto* o = std::get_if<OfferId>(&id))
    if (const auto found = room.offers.find(*o); found != room.offers.end() && found->second.contract)
      id = *found->second.contract;
  return id;
}

namespace {

/// The offer that something is, or is about: what may live in a room that belongs to nobody yet.
std::optional<OfferId> offer_of(const Room& room, const std::optional<AnyId>& id) {
  if (!id) return {};
  if (const auto* offer = std::get_if<OfferId>(&*id)) return *offer;
  if (const auto* request = std::get_if<ChangeRequestId>(&*id))
    if (const auto found = room.change_requests.find(*request); found != room.change_requests.end())
      return found->second.offer;
  if (const auto* asked = std::get_if<QuestionId>(&*id))
    if (const auto found = room.questions.find(*asked); found != room.questions.end())
      return offer_of(room, found->second.about);
  return {};
}

}  // namespace

std::optional<Parties> parties(const Room& room, const std::optional<AnyId>& id) {
  if (const auto offer_id = offer_of(room, id))
    if (const auto o = room.offers.find(*offer_id); o != room.offers.end())
      return Parties{o->second.client, o->second.freelancer};
  if (room.fixed()) return Parties{*room.client, *room.freelancer};
  return {};
}

std::optional<Side> side_of(const Room& room, const std::optional<AnyId>& id, PersonId person) {
  const auto both = parties(room, id);
  if (both && both->client == person) return Side::client;
  if (both && both->freelancer == person) return Side::freelancer;
  return {};
}

std::vector<MilestoneId> standing(const Room& room, ContractId contract) {
  std::vector<MilestoneId> ids;
  for (const auto& [id, m] : room.milestones)
    if (id.contract == contract && !m.dropped) ids.push_back(id);
  return ids;
}

std::string thread_of(const Room& room, const AnyId& id) {
  struct {
    const Room& r;
    std::string operator()(ProposalId p) const { return text(p); }
    std::string operator()(OfferId o) const {
      const auto& from = r.offers.at(o).from;
      return from ? text(*from) : text(o);
    }
    std::string operator()(ContractId c) const { return (*this)(r.contracts.at(c).offer); }
    std::string operator()(MilestoneId m) const { return (*this)(m.contract); }
    std::string operator()(EscrowRefundId e) const { return (*this)(r.refunds.at(e).contract); }
    std::string operator()(AmendmentId a) const { return (*this)(a.contract); }
    std::string operator()(ChangeRequestId c) const { return (*this)(r.change_requests.at(c).offer); }
    std::string operator()(QuestionId q) const { return std::visit(*this, r.questions.at(q).about); }
  } const label{room};
  return std::visit(label, id);
}

}  // namespace workflow
