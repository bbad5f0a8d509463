#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::offer {
namespace {

const Offer* find(const Room& room, OfferId id) {
  const auto it = room.offers.find(id);
  return it == room.offers.end() ? nullptr : &it->second;
}

/// Why an offer that is over takes no more commands (R-offer-9). `revises`: an accepted one goes on as its contract.
std::optional<Rejection> over(const Offer& o, bool answers, bool revises = false) {
  Args args{{"id", text(o.id)}, {"at", o.closed_at}, {"contract", o.contract ? text(*o.contract) : ""}};
  const auto wrong = [&](std::string why) { return refuse(Code::WRONG_STATE, std::move(why), "R-offer-9", args); };
  switch (o.state) {
    case State::pending: return {};
    case State::draft: return wrong("offer.is_draft");
    case State::accepted: return wrong(revises ? "offer.is_accepted_amend" : "offer.is_accepted");
    case State::declined: return wrong("offer.is_declined");
    case State::withdrawn: return wrong("offer.is_withdrawn");
    case State::expired:
      return refuse(answers ? Code::TOO_LATE : Code::WRONG_STATE, "offer.is_expired", "R-offer-9", args);
  }
  return {};
}

/// The version typed must be the current one, and the hash its beginning (R-offer-5).
std::optional<Rejection> stale(const Offer& o, const Accept& c) {
  Args args{{"id", text(o.id)}, {"version", o.version}, {"amount", o.terms.amount}, {"hash", o.digest.brief()}};
  if (c.version && c.version->n != o.version) {
    auto r = refuse(Code::STALE_VERSION, "offer.stale", "R-offer-5", args);
    if (c.version->n >= 1 && c.version->n < o.version)
      r.diff = diff(o.earlier[static_cast<std::size_t>(c.version->n - 1)].terms, o.terms);
    return r;
  }
  if (c.hash && !o.digest.hex.starts_with(c.hash->hex))
    return refuse(Code::STALE_VERSION, "offer.stale_hash", "R-offer-5", args);
  return {};
}

/// One pair has one room (R-room-3).
std::optional<Rejection> pair_elsewhere(const Room& room, const Context& ctx) {
  const auto there = ctx.client->room_as_client.find(ctx.freelancer->id);
  if (there == ctx.client->room_as_client.end() || there->second == room.id) return {};
  return refuse(Code::WRONG_ROOM, "room.pair_elsewhere", "R-room-3");
}

/// Who has blocked the client gets no more offers from them (R-offer-10).
std::optional<Rejection> blocked(const Context& ctx) {
  if (!ctx.freelancer->blocked.contains(ctx.client->id)) return {};
  return refuse(Code::NOT_ELIGIBLE, "offer.blocked", "R-offer-10", {{"freelancer", ctx.freelancer->name}}, "blocked");
}

Sent sent(const Terms& terms, const Context& ctx) {
  return {.id = OfferId{ctx.next_id(Numbered::offer)},
          .client = ctx.client->id,
          .freelancer = ctx.freelancer->id,
          .terms = terms,
          .digest = digest(terms),
          .at = ctx.now,
          .due = ctx.now + ctx.policy->offer_ttl};
}

/// To whom the offer goes must be plain (R-offer-2).
std::optional<Rejection> nobody(const Room& room, const Send& c, const Context& ctx) {
  if (ctx.place == Place::direct) return {};
  if (!ctx.freelancer)
    return c.freelancer ? refuse(Code::USAGE, "offer.unknown_handle", "R-offer-2", {{"handle", c.freelancer->name}})
                        : refuse(Code::USAGE, "offer.who", "R-offer-2");
  if (!room.fixed() && ctx.freelancer->id == ctx.actor->id) return refuse(Code::USAGE, "offer.self", "R-offer-2");
  return {};
}

}  // namespace

Decision decide(const Room& room, const Send& c, const Context& ctx) {
  std::expected<Terms, Rejection> terms;
  const auto refused = guard(
      room, ctx,
      {.usage = [&] { return nobody(room, c, ctx); },
       .elsewhere = [&]() -> std::optional<Rejection> {
         if (!room.fixed()) return pair_elsewhere(room, ctx);
         if (ctx.actor->id != *room.client || ctx.freelancer->id == *room.freelancer) return {};
         return refuse(Code::WRONG_ROOM, "offer.other_pair", "R-room-3", {{"name", ctx.freelancer->name}});
       },
       .role = Side::client,
       .role_why = "offer.freelancer_offers",
       .state = [&] { return blocked(ctx); },
       .data = [&]() -> std::optional<Rejection> {
         terms = complete(c.terms, *ctx.policy, day_of(ctx.now));
         if (!terms) return terms.error();
         if (room.fixed() || ctx.client->cold_offers < ctx.policy->cold_offers_a_day) return {};
         return refuse(Code::OVER_LIMIT, "offer.cold_offers", "R-offer-3", {{"most", ctx.policy->cold_offers_a_day}});
       }});
  if (refused) return std::unexpected(*refused);
  return done(sent(*terms, ctx));
}

/// Any contract of the room may be repeated, whatever became of it (R-offer-11).
Decision decide(const Room& room, const Rehire& c, const Context& ctx) {
  std::expected<Terms, Rejection> terms;
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = Side::client,
                              .role_why = "offer.freelancer_rehires",
                              .state = [&] { return blocked(ctx); },
                              .data = [&]() -> std::optional<Rejection> {
                                terms =
                                    anew(undated(room.contracts.at(c.id).terms), c.terms, *ctx.policy, day_of(ctx.now));
                                return terms ? std::nullopt : std::optional{terms.error()};
                              }});
  if (refused) return std::unexpected(*refused);
  auto e = sent(*terms, ctx);
  e.repeats = c.id;
  return done(std::move(e));
}

/// "Make a different offer": a new version in the place of the one before (R-offer-12).
Decision decide(const Room& room, const Revise& c, const Context& ctx) {
  const auto* o = find(room, c.id);
  std::expected<Terms, Rejection> terms;
  const auto refused =
      guard(room, ctx,
            {.usage = [&] { return nothing_typed(c.terms); },
             .subject = c.id,
             .elsewhere = [&] { return o->state == State::pending ? pair_elsewhere(room, ctx) : std::nullopt; },
             .role = Side::client,
             .role_why = "offer.freelancer_revises",
             .state = [&]() -> std::optional<Rejection> {
               if (auto r = over(*o, false, true)) return r;
               return blocked(ctx);
             },
             .data = [&]() -> std::optional<Rejection> {
               terms = changed(o->terms, c.terms, *ctx.policy, day_of(ctx.now));
               return terms ? std::nullopt : std::optional{terms.error()};
             }});
  if (refused) return std::unexpected(*refused);
  return done(
      Revised{c.id, o->version + 1, *terms, digest(*terms), ctx.now, ctx.now + ctx.policy->offer_ttl, std::nullopt});
}

/// Words, on record: the clock runs on (R-offer-13).
Decision decide(const Room& room, const Discuss& c, const Context& ctx) {
  const auto* o = find(room, c.id);
  const auto refused = guard(room, ctx, {.subject = c.id, .state = [&] { return over(*o, false); }});
  if (refused) return std::unexpected(*refused);
  return done(Discussed{c.id, *side_of(room, AnyId{c.id}, ctx.actor->id), c.message.words, ctx.now});
}

Decision decide(const Room& room, const Accept& c, const Context& ctx) {
  const auto* o = find(room, c.id);
  const auto refused =
      guard(room, ctx,
            {.usage = [&]() -> std::optional<Rejection> {
               if (!c.yes.given || c.version) return {};
               return refuse(Code::USAGE, "yes_needs_version", "R-confirm-2", {{"verb", "accept"}, {"id", text(c.id)}});
             },
             .subject = c.id,
             .elsewhere = [&] { return o->state == State::pending ? pair_elsewhere(room, ctx) : std::nullopt; },
             .role = Side::freelancer,
             .role_why = "offer.client_accepts",
             .state = [&] { return over(*o, true); },
             .version = [&] { return stale(*o, c); },
             .funds = [&]() -> std::optional<Rejection> {
               if (ctx.client->billing_ok) return {};
               return refuse(Code::INSUFFICIENT_FUNDS, "offer.billing", "R-offer-6", {{"client", ctx.client->name}});
             },
             .confirm = [&]() -> std::string {
               if (c.yes.given) return {};
               return text(c.id) + " v" + std::to_string(o->version) + " " + o->digest.hex + " " +
                      decimal(o->terms.milestones.front().amount);
             }});
  if (refused) return std::unexpected(*refused);
  return done(Accepted{c.id, o->version, ContractId{ctx.next_id(Numbered::contract)}, ctx.now});
}

Decision decide(const Room& room, const Decline& c, const Context& ctx) {
  const auto* o = find(room, c.id);
  const auto refused =
      guard(room, ctx, {.subject = c.id, .role = Side::freelancer, .role_why = "offer.client_declines", .state = [&] {
                          return over(*o, true);
                        }});
  if (refused) return std::unexpected(*refused);
  return done(Declined{c.id, c.reason ? std::optional{c.reason->words} : std::nullopt, ctx.now});
}

Decision decide(const Room& room, const Withdraw& c, const Context& ctx) {
  const auto* o = find(room, c.id);
  const auto refused =
      guard(room, ctx, {.subject = c.id, .role = Side::client, .role_why = "offer.freelancer_withdraws", .state = [&] {
                          return over(*o, false);
                        }});
  if (refused) return std::unexpected(*refused);
  return done(Withdrawn{c.id, false, ctx.now});
}

void on(Room& room, const Sent& e) {
  room.offers[e.id] = {.id = e.id,
                       .client = e.client,
                       .freelancer = e.freelancer,
                       .from = e.from,
                       .terms = e.terms,
                       .digest = e.digest,
                       .at = e.at,
                       .expire = {e.due, {}, e.at}};
}
void on(Room& room, const Revised& e) {
  auto& o = room.offers[e.id];
  o.earlier.push_back({o.terms, o.digest, o.at});
  o.version = e.version;
  o.terms = e.terms;
  o.digest = e.digest;
  o.at = e.at;
  o.expire = {e.due, {}, e.at};
}
void on(Room&, const Discussed&) {}
void on(Room& room, const Accepted& e) {
  auto& o = room.offers[e.id];
  o.state = State::accepted;
  o.contract = e.contract;
  o.closed_at = e.at;
}
void on(Room& room, const Declined& e) {
  auto& o = room.offers[e.id];
  o.state = State::declined;
  o.closed_at = e.at;
}
void on(Room& room, const Withdrawn& e) {
  auto& o = room.offers[e.id];
  o.state = State::withdrawn;
  o.closed_at = e.at;
}
void on(Room& room, const Expired& e) {
  auto& o = room.offers[e.id];
  o.state = State::expired;
  o.closed_at = e.at;
}

Decision react(const Room& room, const Event& e, const Context& ctx) {
  if (const auto* approved = std::get_if<proposal::Approved>(&e)) {
    // An approval is not the end: the client's makes an offer, the freelancer's also accepts it (R-proposal-9).
    const auto& p = room.proposals.at(approved->id);
    Done d;
    d.events.push_back(Sent{.id = approved->offer,
                            .client = *room.client,
                            .freelancer = *room.freelancer,
                            .from = approved->id,
                            .terms = p.current().terms,
                            .digest = p.current().digest,
                            .at = ctx.now,
                            .due = ctx.now + ctx.policy->offer_ttl});
    if (approved->by == Side::freelancer)
      d.events.push_back(Accepted{approved->offer, 1, ContractId{ctx.next_id(Numbered::contract)}, ctx.now});
    return d;
  }
  if (const auto* fixed = std::get_if<room::Fixed>(&e)) {
    // The room now belongs to one pair: what others had open here is withdrawn (R-room-2).
    Done d;
    for (const auto& [id, o] : room.offers)
      if (o.state == State::pending && (o.client != fixed->client || o.freelancer != fixed->freelancer))
        d.events.push_back(Withdrawn{id, true, ctx.now});
    return d;
  }
  return Done{};
}

void alarms(const Room& room, std::vector<Alarm>& out) {
  for (const auto& [id, o] : room.offers)
    if (o.state == State::pending) wait(out, o.expire, id, "offer.expire");
}

Events fire(const Room& room, const Alarm& alarm, const Context&) {
  for (const auto& [id, o] : room.offers)
    if (alarm.kind == "offer.expire" && text(id) == alarm.id) return {Expired{id, alarm.due}};
  return {};
}

}  // namespace workflow::offer
