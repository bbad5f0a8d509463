#include "commands/telling.hpp"

#include "commands/suggest.hpp"
#include "commands/unicode.hpp"

namespace commands {
namespace {

using namespace workflow;

constexpr std::size_t name_length = 40, scope_length = 200;

std::string called(const Person& p) {
  const auto name = trimmed(p.name);
  return shortened(name.empty() ? p.handle : name, name_length);
}

/// The clocks of a note: the reader's, or those of the pair that it concerns.
Zones zones_for(std::span<const Event> events, const Room& room, const Cast& cast) {
  if (cast.reader) return {cast.reader->zone};
  Zones zones;
  const auto add = [&](PersonId id) {
    if (const auto* p = look_up(cast.people, id)) zones.push_back(p->zone);
  };
  if (!events.empty() && person_of(events.front())) {
    add(*person_of(events.front()));
    return zones;
  }
  std::optional<Parties> both = parties(room, {});
  for (const auto& e : events)
    if (!both || both->freelancer.n == 0) both = parties(room, subject(e));
  if (both) add(both->freelancer), add(both->client);
  return zones;
}

struct Titles {
  const Room& room;
  Args operator()(ProposalId id) const {
    const auto* p = look_up(room.proposals, id);
    return {{"title", p && !p->versions.empty() ? p->current().terms.title : std::string{}}};
  }
  Args operator()(OfferId id) const {
    const auto* o = look_up(room.offers, id);
    return {{"title", o ? o->terms.title : std::string{}}};
  }
  Args operator()(ContractId id) const {
    const auto* c = look_up(room.contracts, id);
    return {{"title", c ? c->terms.title : std::string{}}, {"contract", text(id)}};
  }
  Args operator()(MilestoneId id) const {
    auto args = (*this)(id.contract);
    const auto* m = look_up(room.milestones, id);
    args.emplace_back("milestone", m ? m->title : text(id));
    return args;
  }
  Args operator()(EscrowRefundId id) const {
    const auto* r = look_up(room.refunds, id);
    return r ? (*this)(r->contract) : Args{};
  }
  Args operator()(AmendmentId id) const { return (*this)(id.contract); }
  Args operator()(ChangeRequestId id) const {
    const auto* c = look_up(room.change_requests, id);
    if (!c) return {};
    auto args = (*this)(c->offer);
    args.emplace_back("offer", text(c->offer));
    return args;
  }
  Args operator()(QuestionId id) const {
    const auto* q = look_up(room.questions, id);
    return q ? std::visit(*this, q->about) : Args{};
  }
};

std::string dates_of(const Terms& t) {
  std::vector<std::string> dates;
  if (t.start) dates.push_back(say("terms.start", {{"start", *t.start}}));
  if (t.end) dates.push_back(say("terms.end", {{"end", *t.end}}));
  return joined(dates);
}

Arg due_of(const MilestoneTerms& m) { return m.due ? Arg{*m.due} : Arg{}; }

}  // namespace

Telling::Telling(std::span<const Event> told, const Room& after, const Cast& people)
    : events(told), room(after), cast(people), zones(zones_for(told, after, people)) {}

std::string Telling::name(PersonId id) const {
  const auto* person = look_up(cast.people, id);
  if (!person) return "#" + std::to_string(id.n);
  const auto mine = called(*person);
  for (const auto& [other, p] : cast.people)
    if (other != id && compared(called(p)) == compared(mine)) return mine + " (@" + person->handle + ")";
  return mine;
}

std::string Telling::name(const AnyId& id, Side side) const {
  const auto both = parties(room, id);
  if (!both) return {};
  return name(side == Side::client ? both->client : both->freelancer);
}

std::string Telling::handle(PersonId id) const {
  const auto* person = look_up(cast.people, id);
  return person ? person->handle : std::string{};
}

Args Telling::about(const AnyId& id) const {
  auto args = std::visit(Titles{room}, id);
  args.emplace_back("id", text(id));
  args.emplace_back("client", name(id, Side::client));
  args.emplace_back("freelancer", name(id, Side::freelancer));
  return args;
}

std::string Telling::say(std::string_view key, const Args& args) const { return commands::say(key, args, zones); }

Args with(Args a, Args b) {
  for (auto& x : b) a.push_back(std::move(x));
  return a;
}

std::string brief(const Terms& t) {
  std::vector<std::string> stages;
  for (const auto& m : t.milestones)
    stages.push_back(say("terms.milestone", {{"title", m.title}, {"amount", m.amount}, {"due", due_of(m)}}));
  const auto& first = t.milestones.front();
  const bool single = t.milestones.size() == 1 && first.title == t.title && first.due == t.end;
  return say("terms.brief", {{"amount", t.amount},
                             {"n", static_cast<std::int64_t>(t.milestones.size())},
                             {"milestones", single ? std::string{} : joined(stages)},
                             {"dates", dates_of(t)}});
}

std::string in_full(const Terms& t, const Digest& digest, std::size_t scope) {
  std::vector<std::string> stages;
  for (const auto& m : t.milestones)
    stages.push_back(say("terms.full_milestone", {{"n", static_cast<std::int64_t>(stages.size() + 1)},
                                                  {"title", m.title},
                                                  {"amount", m.amount},
                                                  {"due", due_of(m)}}));
  return say("terms.full", {{"title", t.title},
                            {"scope", shortened(t.scope, scope)},
                            {"amount", t.amount},
                            {"milestones", joined(stages, "\n")},
                            {"dates", dates_of(t)},
                            {"hash", digest.hex}});
}

std::string brief_scope(const Terms& t) { return shortened(t.scope, scope_length); }

std::string changes(const std::vector<Change>& diff) {
  std::vector<std::string> all;
  for (const auto& c : diff) {
    const auto side = [](const Arg& a) {
      return shortened(std::holds_alternative<std::string>(a) ? tame_quoted(std::get<std::string>(a)) : written(a, {}),
                       scope_length);
    };
    all.push_back(say("change", {{"field", c.field}, {"from", side(c.from)}, {"to", side(c.to)}}));
  }
  return joined(all);
}

Args funding(const milestone::Funded& e) {
  Args args{{"amount", e.amount}};
  if (!e.credit) return args;
  args.emplace_back("credit", *e.credit);
  args.emplace_back("charged", e.amount - *e.credit);
  return args;
}

std::string several(const Terms& t) { return t.milestones.size() > 1 ? "yes" : ""; }

std::string ids_of(const std::vector<AnyId>& ids) {
  std::vector<std::string> all;
  for (const auto& id : ids) all.push_back(text(id));
  return joined(all);
}

}  // namespace commands
