#include "workflow/nouns.hpp"

namespace workflow {
namespace {

template <class T>
void take(T& into, const std::optional<T>& from) {
  if (from) into = *from;
}

/// A person's stream holds only a person's events; a room's are passed by.
struct Fold {
  Person& p;
  void operator()(const person::Seen& e) const {
    p.id = e.id;
    p.user = e.user;
    p.handle = e.handle;
    p.name = e.name;
    if (!e.zone.empty()) p.zone = e.zone;
  }
  void operator()(const person::ZoneChosen& e) const {
    p.zone = e.zone;
    p.zone_chosen = true;
  }
  void operator()(const person::Blocked& e) const { p.blocked.insert(e.who); }
  void operator()(const person::Unblocked& e) const { p.blocked.erase(e.who); }
  void operator()(const person::Changed& e) const {
    take(p.handle, e.handle);
    take(p.name, e.name);
    if (!p.zone_chosen) take(p.zone, e.zone);
    take(p.email, e.email);
    take(p.kind, e.account);
    take(p.status, e.status);
    take(p.billing_ok, e.billing_ok);
  }
  void operator()(const person::Asked& e) const { p.question = e.question; }
  void operator()(const person::Answered&) const { p.question.reset(); }
  void operator()(const person::AskLapsed&) const { p.question.reset(); }
};

}  // namespace

void evolve(Person& p, const Event& e) {
  std::visit(
      [&](const auto& x) {
        if constexpr (requires { Fold{p}(x); }) Fold{p}(x);
      },
      e);
}

namespace person {
namespace {

/// What everybody who orders something about themselves must be (R-guard-6).
std::optional<Rejection> inactive(const Context& ctx) {
  if (ctx.actor->status == AccountStatus::active) return {};
  return refuse(Code::ACCOUNT_INACTIVE, "account_inactive", "R-guard-6");
}

/// Somebody else who is known must be named (R-person-2).
std::optional<Rejection> nobody(const Handle& typed, const Context& ctx) {
  const Args args{{"handle", typed.name}};
  if (!ctx.named) return refuse(Code::USAGE, "person.unknown_handle", "R-person-2", args);
  if (ctx.named->id == ctx.actor->id) return refuse(Code::USAGE, "person.self", "R-person-2", args);
  return inactive(ctx);
}

}  // namespace

Decision decide(const Room&, const SetZone& c, const Context& ctx) {
  if (auto r = inactive(ctx)) return std::unexpected(*r);
  return done(ZoneChosen{ctx.actor->id, c.zone.name});
}

Decision decide(const Room&, const Block& c, const Context& ctx) {
  if (auto r = nobody(c.who, ctx)) return std::unexpected(*r);
  if (ctx.actor->blocked.contains(ctx.named->id))
    return std::unexpected(refuse(Code::WRONG_STATE, "person.is_blocked", "R-person-2", {{"handle", c.who.name}}));
  return done(Blocked{ctx.actor->id, ctx.named->id});
}

Decision decide(const Room&, const Unblock& c, const Context& ctx) {
  if (auto r = nobody(c.who, ctx)) return std::unexpected(*r);
  if (!ctx.actor->blocked.contains(ctx.named->id))
    return std::unexpected(refuse(Code::WRONG_STATE, "person.not_blocked", "R-person-2", {{"handle", c.who.name}}));
  return done(Unblocked{ctx.actor->id, ctx.named->id});
}

}  // namespace person

std::optional<Alarm> next_alarm(const Person& p) {
  if (!p.question) return {};
  return Alarm{p.question->lapse, text(p.question->contract), "person.ask_lapse"};
}

Events fire_due(const Person& p, Instant now) {
  const auto alarm = next_alarm(p);
  if (!alarm || now < alarm->due) return {};
  Events events{person::AskLapsed{p.id, p.question->contract}};
  return events;
}

}  // namespace workflow
