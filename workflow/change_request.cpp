#include "workflow/guard.hpp"
#include "workflow/nouns.hpp"

namespace workflow::change_request {
namespace {

const ChangeRequest* find(const Room& room, ChangeRequestId id) {
  const auto it = room.change_requests.find(id);
  return it == room.change_requests.end() ? nullptr : &it->second;
}

const ChangeRequest* open_of(const Room& room, OfferId offer) {
  for (const auto& [id, c] : room.change_requests)
    if (c.offer == offer && c.state == State::open) return &c;
  return nullptr;
}

/// Why nothing can be asked of an offer that is over (R-offer-9).
std::optional<Rejection> offer_over(const offer::Offer& o) {
  const Args args{{"id", text(o.id)}, {"at", o.closed_at}, {"contract", o.contract ? text(*o.contract) : ""}};
  const auto wrong = [&](std::string why) { return refuse(Code::WRONG_STATE, std::move(why), "R-offer-9", args); };
  switch (o.state) {
    case offer::State::pending: return {};
    case offer::State::draft: return wrong("offer.is_draft");
    case offer::State::accepted: return wrong("offer.is_accepted_amend");
    case offer::State::declined: return wrong("offer.is_declined");
    case offer::State::withdrawn: return wrong("offer.is_withdrawn");
    case offer::State::expired: return refuse(Code::TOO_LATE, "offer.is_expired", "R-offer-9", args);
  }
  return {};
}

/// Why a change request that is over takes no more commands (R-change-7).
std::optional<Rejection> over(const ChangeRequest& c) {
  const Args args{{"id", text(c.id)}, {"offer", text(c.offer)}, {"at", c.closed_at}};
  const auto wrong = [&](std::string why) { return refuse(Code::WRONG_STATE, std::move(why), "R-change-7", args); };
  switch (c.state) {
    case State::open: return {};
    case State::approved: return wrong("change.is_approved");
    case State::declined: return wrong("change.is_declined");
    case State::withdrawn: return wrong("change.is_withdrawn");
    case State::closed: return wrong("change.is_closed");
  }
  return {};
}

std::optional<Rejection> ineligible(const Room& room, const offer::Offer& o, const Context& ctx) {
  if (ctx.client && ctx.client->kind == AccountKind::enterprise)
    return refuse(Code::NOT_ELIGIBLE, "change.enterprise", "R-change-2",
                  {{"client", ctx.client->name}, {"id", text(o.id)}}, "enterprise");
  if (const auto* open = open_of(room, o.id))
    return refuse(Code::DUPLICATE_OPEN, "change.duplicate", "R-change-3", {{"id", text(open->id)}});
  return {};
}

/// The version typed must be the current one; the current one is meant where none is.
std::optional<Rejection> stale(const offer::Offer& o, const std::optional<Version>& typed) {
  if (!typed || typed->n == o.version) return {};
  auto r = refuse(Code::STALE_VERSION, "change.stale", "R-offer-5",
                  {{"id", text(o.id)}, {"version", o.version}, {"amount", o.terms.amount}});
  if (typed->n >= 1 && typed->n < o.version)
    r.diff = diff(o.earlier[static_cast<std::size_t>(typed->n - 1)].terms, o.terms);
  return r;
}

/// Changes are asked for in the first days after the version was sent (R-change-4).
std::optional<Rejection> too_late(const offer::Offer& o, const Context& ctx) {
  const auto due = o.at + ctx.policy->change_request_window;
  if (ctx.now < due) return {};
  return refuse(Code::TOO_LATE, "change.window", "R-change-4", {{"id", text(o.id)}, {"due", due}});
}

std::optional<Rejection> too_many(const Room& room, OfferId offer, const Context& ctx) {
  std::int64_t recent = 0;
  for (const auto& [id, c] : room.change_requests) recent += c.offer == offer && c.at > ctx.now - std::chrono::hours{1};
  if (recent < ctx.policy->change_request_rate) return {};
  return refuse(Code::RATE_LIMITED, "change.rate", "R-change-5",
                {{"id", text(offer)}, {"most", ctx.policy->change_request_rate}});
}

}  // namespace

Decision decide(const Room& room, const Request& c, const Context& ctx) {
  const auto found = room.offers.find(c.id);
  const auto* o = found == room.offers.end() ? nullptr : &found->second;
  std::expected<Terms, Rejection> terms;
  const auto refused = guard(room, ctx,
                             {.usage = [&] { return nothing_typed(c.terms); },
                              .subject = c.id,
                              .role = Side::freelancer,
                              .role_why = "change.client_requests",
                              .state = [&]() -> std::optional<Rejection> {
                                if (auto r = offer_over(*o)) return r;
                                return ineligible(room, *o, ctx);
                              },
                              .version = [&] { return stale(*o, c.version); },
                              .deadline = [&] { return too_late(*o, ctx); },
                              .data = [&]() -> std::optional<Rejection> {
                                if (auto r = too_many(room, c.id, ctx)) return r;
                                terms = changed(o->terms, c.terms, *ctx.policy, day_of(ctx.now));
                                return terms ? std::nullopt : std::optional{terms.error()};
                              }});
  if (refused) return std::unexpected(*refused);
  const ChangeRequestId id{ctx.next_id(Numbered::change_request)};
  return done(Requested{id, c.id, o->version, *terms, digest(*terms), ctx.now});
}

/// The client's word for the freelancer's: the offer is revised in the same act (R-change-6).
Decision decide(const Room& room, const Approve& c, const Context& ctx) {
  const auto* r = find(room, c.id);
  const auto refused = guard(room, ctx,
                             {.subject = c.id,
                              .role = Side::client,
                              .role_why = "change.freelancer_answers",
                              .state = [&] { return over(*r); },
                              .data = [&] { return misfit(r->terms, *ctx.policy, day_of(ctx.now)); }});
  if (refused) return std::unexpected(*refused);
  const auto& o = room.offers.at(r->offer);
  return done(Approved{c.id, o.id, ctx.now},
              offer::Revised{o.id, o.version + 1, r->terms, r->digest, ctx.now, ctx.now + ctx.policy->offer_ttl, c.id});
}

Decision decide(const Room& room, const Decline& c, const Context& ctx) {
  const auto* r = find(room, c.id);
  const auto refused =
      guard(room, ctx, {.subject = c.id, .role = Side::client, .role_why = "change.freelancer_answers", .state = [&] {
                          return over(*r);
                        }});
  if (refused) return std::unexpected(*refused);
  return done(Declined{c.id, c.reason ? std::optional{c.reason->words} : std::nullopt, ctx.now});
}

Decision decide(const Room& room, const Withdraw& c, const Context& ctx) {
  const auto* r = find(room, c.id);
  const auto refused =
      guard(room, ctx, {.subject = c.id, .role = Side::freelancer, .role_why = "change.client_withdraws", .state = [&] {
                          return over(*r);
                        }});
  if (refused) return std::unexpected(*refused);
  return done(Withdrawn{c.id, ctx.now});
}

void on(Room& room, const Requested& e) {
  room.change_requests[e.id] = {
      .id = e.id, .offer = e.offer, .version = e.version, .terms = e.terms, .digest = e.digest, .at = e.at};
}
void on(Room& room, const Approved& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::approved;
  c.closed_at = e.at;
}
void on(Room& room, const Declined& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::declined;
  c.closed_at = e.at;
}
void on(Room& room, const Withdrawn& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::withdrawn;
  c.closed_at = e.at;
}
void on(Room& room, const Closed& e) {
  auto& c = room.change_requests[e.id];
  c.state = State::closed;
  c.closed_at = e.at;
}

namespace {

/// The offer whose terms or end an event settled; none: it left every offer as it was.
std::optional<OfferId> settled(const Event& e) {
  if (const auto* x = std::get_if<offer::Revised>(&e)) return x->id;
  if (const auto* x = std::get_if<offer::Accepted>(&e)) return x->id;
  if (const auto* x = std::get_if<offer::Declined>(&e)) return x->id;
  if (const auto* x = std::get_if<offer::Withdrawn>(&e)) return x->id;
  if (const auto* x = std::get_if<offer::Expired>(&e)) return x->id;
  return {};
}

}  // namespace

/// What was asked of an offer is moot once the offer is another or over (R-change-8). The request that an approval
/// answers is approved by then, so it is not found here.
Decision react(const Room& room, const Event& e, const Context& ctx) {
  const auto about = settled(e);
  const auto* open = about ? open_of(room, *about) : nullptr;
  return open ? done(Closed{open->id, ctx.now}) : Decision{Done{}};
}

}  // namespace workflow::change_request
