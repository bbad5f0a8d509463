#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::proposal {
namespace {

const Proposal* find(const Room& room, ProposalId id) {
  const auto it = room.proposals.find(id);
  return it == room.proposals.end() ? nullptr : &it->second;
}

const Proposal* pending(const Room& room) {
  for (const auto& [id, p] : room.proposals)
    if (p.state == State::pending) return &p;
  return nullptr;
}

/// Why a proposal that is over takes no more commands. `answers`: the command would have answered it (R-proposal-12).
std::optional<Rejection> over(const Room& room, const Proposal& p, bool answers) {
  Args args{{"id", text(p.id)},
            {"at", p.closed_at},
            {"offer", p.offer ? text(*p.offer) : ""},
            {"by", p.by ? text(*p.by) : ""}};
  const auto wrong = [&](std::string why) { return refuse(Code::WRONG_STATE, std::move(why), "R-proposal-12", args); };
  switch (p.state) {
    case State::pending: return {};
    case State::approved:
      return wrong(room.offers.at(*p.offer).state == offer::State::pending ? "proposal.is_approved"
                                                                           : "proposal.is_settled");
    case State::declined: return wrong("proposal.is_declined");
    case State::withdrawn: return wrong("proposal.is_withdrawn");
    case State::superseded: return wrong("proposal.is_superseded");
    case State::expired:
      return refuse(answers ? Code::TOO_LATE : Code::WRONG_STATE, "proposal.is_expired", "R-proposal-12", args);
  }
  return {};
}

std::string_view name_of(const Context& ctx, Side side) {
  const auto* person = side == Side::client ? ctx.client : ctx.freelancer;
  return person ? std::string_view{person->name} : std::string_view{};
}

Args current_args(const Proposal& p, const Context& ctx) {
  return {{"id", text(p.id)},
          {"version", p.version()},
          {"amount", p.current().terms.amount},
          {"hash", p.current().digest.brief()},
          {"turn", std::string{name_of(ctx, p.turn)}},
          {"turn_side", std::string{text(p.turn)}}};
}

/// The version typed must be the current one, and the hash its beginning (R-proposal-5).
std::optional<Rejection> stale(const Room& room, const Proposal& p, const std::optional<Version>& typed,
                               const std::optional<HashPrefix>& hash, const Context& ctx) {
  if (typed && typed->n != p.version()) {
    const bool yours = side_of(room, AnyId{p.id}, ctx.actor->id) == p.turn;
    auto r = refuse(Code::STALE_VERSION, yours ? "proposal.stale" : "proposal.stale_waiting", "R-proposal-5",
                    current_args(p, ctx));
    r.args.emplace_back("typed", typed->n);
    if (typed->n >= 1 && typed->n < p.version())
      r.diff = diff(p.versions[static_cast<std::size_t>(typed->n - 1)].terms, p.current().terms);
    return r;
  }
  if (hash && !p.current().digest.hex.starts_with(hash->hex))
    return refuse(Code::STALE_VERSION, "proposal.stale_hash", "R-proposal-5", current_args(p, ctx));
  return {};
}

std::optional<Rejection> not_your_turn(const Room& room, const Proposal& p, const Context& ctx) {
  if (side_of(room, AnyId{p.id}, ctx.actor->id) == p.turn) return {};
  return refuse(Code::WRONG_ROLE, "proposal.other_turn", "R-proposal-6", current_args(p, ctx));
}

/// Who may not be proposed to, or may not propose, in the order of R-proposal-2.
std::optional<Rejection> ineligible(const Room& room, const Context& ctx) {
  const auto refused = [&](std::string why, std::string reason) {
    return refuse(Code::NOT_ELIGIBLE, std::move(why), "R-proposal-2",
                  {{"client", std::string{name_of(ctx, Side::client)}}}, std::move(reason));
  };
  if (ctx.client && ctx.client->kind == AccountKind::enterprise) return refused("proposal.enterprise", "enterprise");
  const auto agency = [](const Person* p) { return p && p->kind == AccountKind::agency; };
  if (!ctx.policy->agency_may_propose && (agency(ctx.client) || agency(ctx.freelancer)))
    return refused("proposal.agency", "agency");
  for (const auto& [contract, total] : room.ledger.totals)
    if (!room.ledger.gross_paid(contract, total.sum.currency).zero()) return {};
  return refused("proposal.no_payment", "no_payment");
}

/// An approval needs both accounts in order; the actor's own is asked for before (R-proposal-8).
std::optional<Rejection> unable(const Room& room, const Context& ctx) {
  if (auto r = ineligible(room, ctx)) return r;
  for (const auto* p : {ctx.client, ctx.freelancer})
    if (p->status != AccountStatus::active)
      return refuse(Code::NOT_ELIGIBLE, "proposal.other_inactive", "R-proposal-8", {{"name", p->name}}, "inactive");
  return {};
}

/// A side counters the same proposal a few times an hour, no more (R-proposal-14).
std::optional<Rejection> too_many_counters(const Proposal& p, const Context& ctx) {
  std::int64_t recent = 0;
  for (std::size_t v = 1; v < p.versions.size(); ++v)
    recent += p.versions[v].author == p.turn && !p.versions[v].taken_back &&
              p.versions[v].at > ctx.now - std::chrono::hours{1};
  if (recent < ctx.policy->change_request_rate) return {};
  return refuse(Code::RATE_LIMITED, "proposal.counter_rate", "R-proposal-14",
                {{"id", text(p.id)}, {"most", ctx.policy->change_request_rate}});
}

Proposed proposed(const Terms& terms, std::optional<ContractId> repeats, const Context& ctx) {
  const ProposalId id{ctx.next_id(Numbered::proposal)};
  return {id, terms, digest(terms), ctx.now, ctx.now + ctx.policy->proposal_ttl, repeats};
}

}  // namespace

Decision decide(const Room& room, const Propose& c, const Context& ctx) {
  const auto copied = c.from ? std::optional<AnyId>{c.from->contract} : std::nullopt;
  std::expected<Terms, Rejection> terms;
  const auto refused =
      guard(room, ctx,
            {.subject = copied,
             .elsewhere = [&]() -> std::optional<Rejection> {
               if (!ctx.client) return {};
               const auto there = ctx.client->room_as_client.find(ctx.freelancer->id);
               if (there == ctx.client->room_as_client.end() || there->second == room.id) return {};
               return refuse(Code::WRONG_ROOM, "room.pair_elsewhere", "R-room-3");
             },
             .role = Side::freelancer,
             .role_why = "proposal.client_proposes",
             .state = [&]() -> std::optional<Rejection> {
               if (auto r = ineligible(room, ctx)) return r;
               if (const auto* open = pending(room))
                 return refuse(Code::DUPLICATE_OPEN, "proposal.duplicate", "R-proposal-3", {{"id", text(open->id)}});
               return {};
             },
             .data = [&]() -> std::optional<Rejection> {
               const auto today = day_of(ctx.now);
               terms = c.from ? anew(undated(room.contracts.at(c.from->contract).terms), c.terms, *ctx.policy, today)
                              : complete(c.terms, *ctx.policy, today);
               return terms ? std::nullopt : std::optional{terms.error()};
             }});
  if (refused) return std::unexpected(*refused);
  return done(proposed(*terms, c.from ? std::optional{c.from->contract} : std::nullopt, ctx));
}

/// As a withdrawal and a proposal in one act: the slot is free for the new one and for nobody else (R-proposal-15).
Decision decide(const Room& room, const Repropose& c, const Context& ctx) {
  const auto* p = find(room, c.id);
  std::expected<Terms, Rejection> terms;
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = Side::freelancer,
                              .role_why = "proposal.client_reproposes",
                              .state = [&]() -> std::optional<Rejection> {
                                if (auto r = over(room, *p, false)) return r;
                                return ineligible(room, ctx);
                              },
                              .data = [&]() -> std::optional<Rejection> {
                                terms = anew(p->current().terms, c.terms, *ctx.policy, day_of(ctx.now));
                                return terms ? std::nullopt : std::optional{terms.error()};
                              }});
  if (refused) return std::unexpected(*refused);
  auto next = proposed(*terms, {}, ctx);
  return done(Superseded{c.id, next.id, ctx.now}, std::move(next));
}

Decision decide(const Room& room, const Counter& c, const Context& ctx) {
  const auto* p = find(room, c.id);
  std::expected<Terms, Rejection> terms;
  const auto refused = guard(room, ctx,
                             {.usage = [&] { return nothing_typed(c.terms); },
                              .subject = c.id,
                              .state = [&] { return over(room, *p, true); },
                              .version = [&] { return stale(room, *p, c.version, {}, ctx); },
                              .turn = [&] { return not_your_turn(room, *p, ctx); },
                              .data = [&]() -> std::optional<Rejection> {
                                if (auto r = too_many_counters(*p, ctx)) return r;
                                terms = changed(p->current().terms, c.terms, *ctx.policy, day_of(ctx.now));
                                if (terms) return {};
                                terms.error().args.emplace_back("id", text(c.id));
                                return terms.error();
                              }});
  if (refused) return std::unexpected(*refused);
  return done(
      Countered{c.id, p->version() + 1, p->turn, *terms, digest(*terms), ctx.now, ctx.now + ctx.policy->proposal_ttl});
}

Decision decide(const Room& room, const Approve& c, const Context& ctx) {
  const auto* p = find(room, c.id);
  const auto refused = guard(
      room, ctx,
      {.usage = [&]() -> std::optional<Rejection> {
         if (!c.yes.given || c.version) return {};
         return refuse(Code::USAGE, "yes_needs_version", "R-confirm-2", {{"verb", "approve"}, {"id", text(c.id)}});
       },
       .subject = c.id,
       .state = [&]() -> std::optional<Rejection> {
         if (auto r = over(room, *p, true)) return r;
         return unable(room, ctx);
       },
       .version = [&] { return stale(room, *p, c.version, c.hash, ctx); },
       .turn = [&] { return not_your_turn(room, *p, ctx); },
       .data = [&] { return end_passed(p->current().terms, day_of(ctx.now), "proposal.end_has_passed", text(c.id)); },
       .funds = [&]() -> std::optional<Rejection> {
         if (p->turn == Side::client || ctx.client->billing_ok) return {};
         return refuse(Code::INSUFFICIENT_FUNDS, "offer.billing", "R-offer-6", {{"client", ctx.client->name}});
       },
       .confirm = [&]() -> std::string {
         if (c.yes.given || (c.version && p->turn == Side::client)) return {};
         return text(c.id) + " v" + std::to_string(p->version()) + " " + p->current().digest.hex;
       }});
  if (refused) return std::unexpected(*refused);
  return done(Approved{c.id, p->version(), p->turn, OfferId{ctx.next_id(Numbered::offer)}, ctx.now});
}

Decision decide(const Room& room, const Decline& c, const Context& ctx) {
  const auto* p = find(room, c.id);
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .state = [&] { return over(room, *p, true); },
                              .turn = [&] { return not_your_turn(room, *p, ctx); }});
  if (refused) return std::unexpected(*refused);
  return done(Declined{c.id, p->turn, c.reason ? std::optional{c.reason->words} : std::nullopt, ctx.now});
}

Decision decide(const Room& room, const Withdraw& c, const Context& ctx) {
  const auto* p = find(room, c.id);
  const bool client = side_of(room, AnyId{c.id}, ctx.actor->id) == Side::client;
  const auto refused =
      guard(room, ctx,
            {.subject = c.id,
             .state = [&]() -> std::optional<Rejection> {
               if (auto r = over(room, *p, false)) return r;
               if (!client || p->turn == Side::freelancer) return {};
               return refuse(Code::WRONG_STATE, "proposal.client_turn_decline", "R-proposal-11", current_args(*p, ctx));
             },
             .version = [&]() -> std::optional<Rejection> {
               if (!client) return {};
               return stale(room, *p, c.version, {}, ctx);
             }});
  if (refused) return std::unexpected(*refused);
  if (!client) return done(Withdrawn{c.id, {}, ctx.now});
  const auto& before = p->versions[p->versions.size() - 2];
  return done(
      TakenBack{c.id, p->version() + 1, before.terms, before.digest, ctx.now, ctx.now + ctx.policy->proposal_ttl});
}

void on(Room& room, const Proposed& e) {
  room.proposals[e.id] = {.id = e.id,
                          .versions = {{e.terms, e.digest, Side::freelancer, e.at}},
                          .turn = Side::client,
                          .expire = {e.due, {}, e.at}};
}
void on(Room& room, const Countered& e) {
  auto& p = room.proposals[e.id];
  p.versions.push_back({e.terms, e.digest, e.by, e.at});
  p.turn = other(e.by);
  p.expire = {e.due, {}, e.at};
}
void on(Room& room, const TakenBack& e) {
  auto& p = room.proposals[e.id];
  p.versions.push_back({e.terms, e.digest, Side::freelancer, e.at, true});
  p.turn = Side::client;
  p.expire = {e.due, {}, e.at};
}
void on(Room& room, const Approved& e) {
  auto& p = room.proposals[e.id];
  p.state = State::approved;
  p.offer = e.offer;
  p.closed_at = e.at;
}
void on(Room& room, const Declined& e) {
  auto& p = room.proposals[e.id];
  p.state = State::declined;
  p.closed_at = e.at;
}
void on(Room& room, const Withdrawn& e) {
  auto& p = room.proposals[e.id];
  p.state = State::withdrawn;
  p.closed_at = e.at;
}
void on(Room& room, const Superseded& e) {
  auto& p = room.proposals[e.id];
  p.state = State::superseded;
  p.by = e.by;
  p.closed_at = e.at;
}
void on(Room& room, const Expired& e) {
  auto& p = room.proposals[e.id];
  p.state = State::expired;
  p.closed_at = e.at;
}

/// The decline of an offer withdraws the proposal it came from (R-proposal-13).
Decision react(const Room& room, const Event& e, const Context& ctx) {
  const auto* declined = std::get_if<offer::Declined>(&e);
  if (!declined) return Done{};
  const auto& from = room.offers.at(declined->id).from;
  if (!from) return Done{};
  return done(Withdrawn{*from, declined->id, ctx.now});
}

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, p] : room.proposals)
    if (p.state == State::pending) wait(out, p.expire, id, "proposal.expire");
}

Events fire(const Room& room, const Alarm& alarm, const Context&) {
  for (const auto& [id, p] : room.proposals)
    if (alarm.kind == "proposal.expire" && text(id) == alarm.id) return {Expired{id, alarm.due}};
  return {};
}

}  // namespace workflow::proposal
