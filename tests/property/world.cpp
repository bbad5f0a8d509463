#include "world.hpp"

#include <ostream>

namespace property {

World::World() {
  client = {.id = {1}, .user = "u-c", .handle = "carl", .name = "Carl"};
  freelancer = {.id = {2}, .user = "u-f", .handle = "freya", .name = "Freya"};
  stranger = {.id = {3}, .user = "u-m", .handle = "mallory", .name = "Mallory"};
  room.id = {10};
}

Context World::context(const Person& actor, Place place) {
  Context ctx{.now = std::max(now, room.last),
              .policy = &policy,
              .actor = &actor,
              .client = &client,
              .freelancer = &freelancer,
              .place = place};
  ctx.next_id = [this](Numbered n) { return ++numbers[n]; };
  ctx.salt = [this] { return std::to_string(++salts); };
  return ctx;
}

void World::pass(int minutes) {
  now += std::chrono::minutes{minutes};
  while (true) {
    auto ctx = context(client, Place::room);
    ctx.actor = nullptr;
    ctx.now = now;
    const auto fired = fire_due(room, ctx);
    if (fired.events.empty()) break;
    for (const auto& e : fired.events) history.push_back(e);
    if (const auto b = broken_invariant(room)) broken.push_back(b->sentence);
  }
  if (const auto next = next_alarm(room); next && next->due <= now) overdue.push_back(next->due);
}

Outcome World::order(const Person& actor, const Command& c, Place place) {
  Room before = room;
  auto outcome = carry_out(room, c, context(actor, place));
  if (outcome.rejection) {
    room = std::move(before);
    return outcome;
  }
  for (const auto& e : outcome.events) {
    history.push_back(e);
    for (auto* p : {&client, &freelancer, &stranger})
      if (person_of(e) == p->id) evolve(*p, e);
  }
  if (const auto b = broken_invariant(room)) broken.push_back(b->sentence);
  return outcome;
}

Command World::command(const Step& s) const {
  const Money amount{s.amount * 100LL, policy.currency};
  const auto yes = Yes{s.yes};
  const auto v = s.yes ? std::optional{Version{s.version}} : std::nullopt;
  TermsInput terms{.title = "Logo", .scope = "Three concepts", .amount = amount};
  if (!s.yes && s.version == 3) terms.end = day_of(now) + std::chrono::days{10 * s.number};
  const ContractId c{s.number};
  const MilestoneId m{c, s.version};
  // The contract's last amendment, mostly at its current version: an id that comes to mind is seldom an open one.
  const auto amended = room.contracts.find(c);
  const AmendmentId a{c, amended == room.contracts.end() ? 1 : amended->second.amendments};
  const auto open = room.amendments.find(a);
  const Version current{open == room.amendments.end() ? 1 : open->second.version() + (s.amount % 4 == 0)};
  const Date day = day_of(now) + std::chrono::days{s.amount % 60 - 5};
  switch (s.what) {
    case 0: return proposal::Propose{{}, terms, yes};
    case 1: return proposal::Counter{{s.number}, v, {.amount = amount}, yes};
    case 2: return proposal::Approve{{s.number}, v, {}, yes};
    case 3: return proposal::Decline{{s.number}, {}};
    case 4: return proposal::Withdraw{{s.number}, {}};
    case 5: return offer::Send{{}, terms, yes};
    case 6: return offer::Accept{{s.number}, Version{1}, {}, Yes{true}};
    case 7: return offer::Decline{{s.number}, {}};
    case 8: return offer::Withdraw{{s.number}};
    case 9: return milestone::Fund{m, Yes{true}};
    case 10: return milestone::Submit{m, {"done"}};
    case 11: return milestone::Release{m, {}, Yes{true}};
    case 12:
      terms.milestones = {
          {"Draft", Money{amount.minor / 2 + 500, policy.currency}, day_of(now) + std::chrono::days{s.version}},
          {"Final", Money{amount.minor / 3 + 500, policy.currency}, {}}};
      terms.amount.reset();
      return offer::Send{{}, terms, yes};
    case 13: return contract::End{.id = c, .reason = "completed", .yes = yes};
    case 14:
      return contract::End{.id = c,
                           .reason = "completed",
                           .pay = s.yes ? std::optional{amount} : std::nullopt,
                           .feedback = {.stars = 5, .text = "All as agreed, thank you"},
                           .yes = Yes{true}};
    case 16: return amendment::AddMilestone{c, {"Extra"}, {amount}, s.yes ? std::optional{day} : std::nullopt};
    case 17: return amendment::EditMilestone{m, {}, s.yes ? std::nullopt : std::optional{amount}, day};
    case 18: return amendment::DropMilestone{m};
    case 19: return amendment::Amend{c, s.yes ? std::optional<std::string>{"Logo 2"} : std::nullopt, {}, day};
    case 20: return amendment::Counter{a, current, {}, {}, amount, {}, {}};
    case 21: return amendment::Approve{a, current, {}, yes};
    case 22: return amendment::Decline{a, {}};
    case 23: return amendment::Withdraw{a};
    case 24: return contract::KeepOpen{c};
    case 25: return contract::NudgeOther{c};
    case 26: return question::Ask{s.yes ? AnyId{c} : AnyId{OfferId{s.number}}, {"Which font?"}};
    case 27: return question::Answer{{s.version}, {"Helvetica"}};
    case 15: return contract::EndAnswer{{.stars = 4, .text = "Good work, a little late"}, Yes{true}};
    case 28: return proposal::Propose{From{c}, {.amount = amount}, yes};
    case 29: return proposal::Repropose{{s.number}, {.amount = amount}};
    case 30: return offer::Rehire{c, {.amount = amount}, yes};
    case 31: return offer::Revise{{s.number}, {.amount = amount}, yes};
    case 32: return offer::Discuss{{s.number}, {"What if it takes longer?"}};
    case 33: return change_request::Request{{s.number}, v, {.amount = amount}};
    case 34: return change_request::Approve{{s.number}, yes};
    case 35: return change_request::Decline{{s.number}, {}};
    case 36: return change_request::Withdraw{{s.number}};
    case 37: return milestone::RequestChanges{m, {"shorter"}};
    case 38: return milestone::Release{m, workflow::Amount{amount}, Yes{true}};
    case 39:
      return milestone::ReleaseCredit{c, s.yes ? std::optional{workflow::Amount{amount}} : std::nullopt, Yes{true}};
    case 40: return bonus::Pay{c, workflow::Amount{amount}, {}, yes};
    default: return offer::Accept{{s.number}, Version{s.version}, {}, Yes{true}};
  }
}

void World::take(const Step& s) {
  pass(s.minutes);
  const Person& actor = s.who == 0 ? client : s.who == 1 ? freelancer : stranger;
  const bool direct = s.what == 14 || s.what == 15;
  order(actor, command(s), direct ? Place::direct : Place::room);
}

void showValue(const Step& s, std::ostream& os) {
  os << "{what " << s.what << ", who " << s.who << ", number " << s.number << ", version " << s.version << ", amount "
     << s.amount << ", after " << s.minutes << " min" << (s.yes ? ", yes" : "") << "}";
}

}  // namespace property
