#include <algorithm>

#include "workflow/amendment_change.hpp"
#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::amendment {
namespace {

const Amendment* find(const Room& room, AmendmentId id) {
  const auto it = room.amendments.find(id);
  return it == room.amendments.end() ? nullptr : &it->second;
}

std::string name_of(const Context& ctx, Side side) {
  const auto* person = side == Side::client ? ctx.client : ctx.freelancer;
  return person ? person->name : std::string{};
}

Args args_of(const Amendment& a, const Context& ctx) {
  return {{"id", text(a.id)},
          {"contract", text(a.id.contract)},
          {"version", a.version()},
          {"hash", a.current().digest.brief()},
          {"turn", name_of(ctx, a.turn)},
          {"author", name_of(ctx, a.author())},
          {"same", std::string{a.turn == a.author() ? "yes" : ""}},
          {"at", a.closed_at}};
}

/// A contract is changed by one amendment at a time (R-amendment-2).
std::optional<Rejection> another_open(const Room& room, ContractId id, const Context& ctx) {
  for (const auto& [aid, a] : room.amendments)
    if (aid.contract == id && a.state == State::pending) {
      auto r = refuse(Code::DUPLICATE_OPEN, "amendment.duplicate", "R-amendment-2", args_of(a, ctx));
      r.args.emplace_back("answerable", std::string{as_shown(room, a) ? "yes" : ""});
      return r;
    }
  return {};
}

/// Why an amendment that is over takes no more commands. `answers`: the command would have answered it.
std::optional<Rejection> over(const Room& room, const Amendment& a, bool answers, const Context& ctx) {
  auto args = args_of(a, ctx);
  if (not_open(room, a.id.contract)) args.emplace_back("ended", "yes");
  const auto wrong = [&](std::string why) { return refuse(Code::WRONG_STATE, std::move(why), "R-amendment-10", args); };
  switch (a.state) {
    case State::pending: return {};
    case State::approved: return wrong("amendment.is_approved");
    case State::declined: return wrong("amendment.is_declined");
    case State::withdrawn: return wrong("amendment.is_withdrawn");
    case State::expired:
      return refuse(answers ? Code::TOO_LATE : Code::WRONG_STATE, "amendment.is_expired", "R-amendment-10", args);
  }
  return {};
}

/// A milestone that was funded meanwhile is not changed any more; no answer but a refusal is left (R-amendment-11).
std::optional<Rejection> overtaken(const Room& room, const Amendment& a, const Context& ctx) {
  if (!not_planned(room, a.current().change)) return {};
  auto args = args_of(a, ctx);
  args.emplace_back("milestone", text(*a.current().change.milestone));
  return refuse(Code::WRONG_STATE, "amendment.overtaken", "R-amendment-11", std::move(args));
}

/// What was shown must be what the contract would become (R-amendment-11).
std::optional<Rejection> not_as_shown(const Room& room, const Amendment& a, const Context& ctx) {
  if (auto r = overtaken(room, a, ctx)) return r;
  if (as_shown(room, a)) return {};
  return refuse(Code::WRONG_STATE, "amendment.overtaken", "R-amendment-11", args_of(a, ctx));
}

std::optional<Rejection> stale(const Amendment& a, const std::optional<workflow::Version>& typed,
                               const std::optional<HashPrefix>& hash, const Context& ctx) {
  if (typed && typed->n != a.version()) {
    auto r = refuse(Code::STALE_VERSION, "amendment.stale", "R-amendment-8", args_of(a, ctx));
    r.args.emplace_back("typed", typed->n);
    if (typed->n >= 1 && typed->n < a.version())
      r.diff = diff(a.versions[static_cast<std::size_t>(typed->n - 1)].terms, a.current().terms);
    return r;
  }
  if (hash && !a.current().digest.hex.starts_with(hash->hex))
    return refuse(Code::STALE_VERSION, "amendment.stale_hash", "R-amendment-8", args_of(a, ctx));
  return {};
}

std::optional<Rejection> not_your_turn(const Room& room, const Amendment& a, const Context& ctx) {
  if (side_of(room, AnyId{a.id}, ctx.actor->id) == a.turn) return {};
  return refuse(Code::WRONG_ROLE, "amendment.other_turn", "R-amendment-7", args_of(a, ctx));
}

/// A line that changes something, for who has typed one that does not.
std::string example_of(const Change& change, ContractId id) {
  if (change.milestone) return "/milestone edit " + text(*change.milestone) + " amount=300";
  return "/amend " + text(id) + " end=2026-12-31";
}

bool empty(const Change& c) { return !c.title && !c.scope && !c.amount && !c.due && !c.end; }

/// The client's own act, without an answer: the milestone, and the contract's terms with it (R-amendment-4).
Decision moved(MilestoneId id, const Terms& after, const Room& room, Date due, Instant at) {
  const auto& m = room.milestones.at(id);
  return done(milestone::Edited{id, m.title, m.amount, due, at}, Followed{id.contract, after, digest(after), at});
}

/// What the four commands that propose have in common.
Decision propose(const Room& room, const Context& ctx, const AnyId& subject, ContractId id, const Change& change) {
  Terms after;
  const auto refused = guard(room, ctx,
                             {.usage = [&]() -> std::optional<Rejection> {
                                if (change.what == What::drop || !empty(change)) return {};
                                return nothing_changed(example_of(change, id));
                              },
                              .subject = subject,
                              .state = [&]() -> std::optional<Rejection> {
                                if (auto r = not_open(room, id)) return r;
                                if (auto r = not_planned(room, change)) return r;
                                return another_open(room, id, ctx);
                              },
                              .data = [&]() -> std::optional<Rejection> {
                                after = applied(room, id, change);
                                if (after == room.contracts.at(id).terms)
                                  return nothing_changed(example_of(change, id));
                                return problem(room, id, change, after, day_of(ctx.now));
                              }});
  if (refused) return std::unexpected(*refused);
  const auto& c = room.contracts.at(id);
  const Side by = *side_of(room, subject, ctx.actor->id);
  if (by == Side::client && change.what == What::edit && only_later(c.terms, after))
    return moved(*change.milestone, after, room, *change.due, ctx.now);
  return done(
      Proposed{{id, c.amendments + 1}, change, after, digest(after), by, ctx.now, ctx.now + c.policy.amendment_ttl});
}

/// The change with what a counter says differently; keys that it has no room for are USAGE (R-amendment-6).
std::expected<Change, Rejection> countered(const Amendment& a, const Counter& c) {
  Change change = a.current().change;
  const bool words = change.what == What::terms, stage = change.what == What::add || change.what == What::edit;
  const bool fits = (!c.title || words || stage) && (!c.scope || words) && (!c.end || words) && (!c.amount || stage) &&
                    (!c.due || stage);
  if (!fits || change.what == What::drop)
    return std::unexpected(refuse(Code::USAGE,
                                  change.what == What::drop ? "amendment.drop_counter" : "amendment.unfit_key",
                                  "R-amendment-6", {{"id", text(a.id)}, {"keys", keys_of(change.what)}}));
  if (c.title) change.title = c.title;
  if (c.scope) change.scope = c.scope;
  if (c.amount) change.amount = c.amount;
  if (c.due) change.due = c.due;
  if (c.end) change.end = c.end;
  return change;
}

}  // namespace

Decision decide(const Room& room, const Amend& c, const Context& ctx) {
  return propose(room, ctx, c.id, c.id,
                 {.what = What::terms,
                  .milestone = {},
                  .title = c.title,
                  .scope = c.scope,
                  .amount = {},
                  .due = {},
                  .end = c.end});
}

Decision decide(const Room& room, const AddMilestone& c, const Context& ctx) {
  return propose(room, ctx, c.id, c.id,
                 {.what = What::add,
                  .milestone = {},
                  .title = c.title.words,
                  .scope = {},
                  .amount = c.amount.money,
                  .due = c.due,
                  .end = {}});
}

Decision decide(const Room& room, const EditMilestone& c, const Context& ctx) {
  return propose(room, ctx, c.id, c.id.contract,
                 {.what = What::edit,
                  .milestone = c.id,
                  .title = c.title,
                  .scope = {},
                  .amount = c.amount,
                  .due = c.due,
                  .end = {}});
}

Decision decide(const Room& room, const DropMilestone& c, const Context& ctx) {
  return propose(room, ctx, c.id, c.id.contract,
                 {.what = What::drop, .milestone = c.id, .title = {}, .scope = {}, .amount = {}, .due = {}, .end = {}});
}

Decision decide(const Room& room, const Counter& c, const Context& ctx) {
  const auto* a = find(room, c.id);
  Change change;
  Terms after;
  const auto refused =
      guard(room, ctx,
            {.subject = c.id,
             .state = [&]() -> std::optional<Rejection> {
               if (auto r = over(room, *a, true, ctx)) return r;
               return overtaken(room, *a, ctx);
             },
             .version = [&] { return stale(*a, c.version, {}, ctx); },
             .turn = [&] { return not_your_turn(room, *a, ctx); },
             .data = [&]() -> std::optional<Rejection> {
               const auto wanted = countered(*a, c);
               if (!wanted) return wanted.error();
               change = *wanted;
               after = applied(room, c.id.contract, change);
               const auto& now = a->current();
               if (after == now.terms || after == room.contracts.at(c.id.contract).terms)
                 return nothing_changed("/counter " + text(c.id) + " v" + std::to_string(a->version()) +
                                        (now.change.what == What::terms ? " end=2026-12-31" : " amount=300"));
               return problem(room, c.id.contract, change, after, day_of(ctx.now));
             }});
  if (refused) return std::unexpected(*refused);
  return done(Countered{c.id, a->version() + 1, change, after, digest(after), a->turn, ctx.now,
                        ctx.now + room.contracts.at(c.id.contract).policy.amendment_ttl});
}

Decision decide(const Room& room, const Approve& c, const Context& ctx) {
  const auto* a = find(room, c.id);
  const auto refused = guard(
      room, ctx,
      {.usage = [&]() -> std::optional<Rejection> {
         if (!c.yes.given || c.version) return {};
         return refuse(Code::USAGE, "yes_needs_version", "R-confirm-2", {{"verb", "approve"}, {"id", text(c.id)}});
       },
       .subject = c.id,
       .state = [&]() -> std::optional<Rejection> {
         if (auto r = over(room, *a, true, ctx)) return r;
         return not_as_shown(room, *a, ctx);
       },
       .version = [&] { return stale(*a, c.version, c.hash, ctx); },
       .turn = [&] { return not_your_turn(room, *a, ctx); },
       .data = [&] { return problem(room, c.id.contract, a->current().change, a->current().terms, day_of(ctx.now)); },
       .confirm = [&]() -> std::string {
         if (c.version) return {};
         return text(c.id) + " v" + std::to_string(a->version()) + " " + a->current().digest.hex;
       }});
  if (refused) return std::unexpected(*refused);
  auto change = a->current().change;
  if (change.what == What::add) {
    // Numbered when it comes to be, above all that there have been: a number is never used again (R-amendment-13).
    std::int64_t last = 0;
    for (const auto& [id, m] : room.milestones)
      if (id.contract == c.id.contract) last = std::max(last, id.n);
    change.milestone = MilestoneId{c.id.contract, last + 1};
  }
  return done(Approved{c.id, a->version(), a->turn, change, a->current().terms, a->current().digest, ctx.now});
}

Decision decide(const Room& room, const Decline& c, const Context& ctx) {
  const auto* a = find(room, c.id);
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .state = [&] { return over(room, *a, true, ctx); },
                              .turn = [&] { return not_your_turn(room, *a, ctx); }});
  if (refused) return std::unexpected(*refused);
  return done(Declined{c.id, a->turn, c.reason ? std::optional{c.reason->words} : std::nullopt, ctx.now});
}

Decision decide(const Room& room, const Withdraw& c, const Context& ctx) {
  const auto* a = find(room, c.id);
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = a ? std::optional{a->author()} : std::nullopt,
                              .role_why = "amendment.other_withdraws",
                              .state = [&] { return over(room, *a, false, ctx); }});
  if (refused) return std::unexpected(*refused);
  return done(Withdrawn{c.id, false, ctx.now});
}

void on(Room& room, const Proposed& e) {
  auto& a = room.amendments[e.id];
  a.id = e.id;
  a.versions = {{e.change, e.terms, e.digest, e.by, e.at}};
  a.turn = other(e.by);
  a.expire = {e.due, {}, e.at};
  room.contracts[e.id.contract].amendments = e.id.n;
}
void on(Room& room, const Countered& e) {
  auto& a = room.amendments[e.id];
  a.versions.push_back({e.change, e.terms, e.digest, e.by, e.at});
  a.turn = other(e.by);
  a.expire = {e.due, {}, e.at};
}
void on(Room& room, const Approved& e) {
  auto& a = room.amendments[e.id];
  a.state = State::approved;
  a.closed_at = e.at;
  auto& c = room.contracts[e.id.contract];
  c.terms = e.terms;
  c.digest = e.digest;
  c.versions.push_back({e.terms, e.digest, e.at, e.id});
}
void on(Room& room, const Declined& e) {
  auto& a = room.amendments[e.id];
  a.state = State::declined;
  a.closed_at = e.at;
}
void on(Room& room, const Withdrawn& e) {
  auto& a = room.amendments[e.id];
  a.state = State::withdrawn;
  a.closed_at = e.at;
}
void on(Room& room, const Expired& e) {
  auto& a = room.amendments[e.id];
  a.state = State::expired;
  a.closed_at = e.at;
}
void on(Room& room, const Followed& e) {
  auto& c = room.contracts[e.id];
  c.terms = e.terms;
  c.digest = e.digest;
  c.versions.push_back({e.terms, e.digest, e.at, {}});
}

/// A contract that ends takes its open amendment with it (R-amendment-12).
Decision react(const Room& room, const Event& e, const Context&) {
  const auto* ending = std::get_if<contract::Ending>(&e);
  if (!ending) return Done{};
  Done d;
  for (const auto& [id, a] : room.amendments)
    if (id.contract == ending->id && a.state == State::pending) d.events.push_back(Withdrawn{id, true, ending->at});
  return d;
}

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, a] : room.amendments)
    if (a.state == State::pending) wait(out, a.expire, id, "amendment.expire");
}

Events fire(const Room& room, const Alarm& alarm, const Context&) {
  for (const auto& [id, a] : room.amendments)
    if (alarm.kind == "amendment.expire" && text(id) == alarm.id) return {Expired{id, alarm.due}};
  return {};
}

}  // namespace workflow::amendment
