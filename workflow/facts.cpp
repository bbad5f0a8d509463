#include "workflow/facts.hpp"

namespace workflow {
namespace {

using Named = std::function<std::string(PersonId)>;
using Amount = std::optional<Money>;

/// The name of a described enumerator, without the underscore that a keyword needs.
template <class E>
std::string name(E value) {
  return boost::describe::enum_to_string(value, "?");
}

std::string or_none(const std::optional<Instant>& t) { return t ? iso(*t) : "none"; }

template <class Map, class Key>
auto* find(const Map& map, const Key& key) {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

std::optional<Instant> due_if(bool runs, const Deadline& d) {
  return runs && !d.frozen() ? std::optional{d.due} : std::nullopt;
}

struct Tell {
  const Room& r;
  const Named& handle;

  Facts operator()(ProposalId id) const {
    const auto* p = find(r.proposals, id);
    if (!p) return {};
    const bool open = p->state == proposal::State::pending;
    return {{"state", name(p->state)},
            {"version", std::to_string(p->version())},
            {"turn", open ? std::string{text(p->turn)} : "none"},
            {"amount", decimal(p->current().terms.amount)},
            {"due", or_none(due_if(open, p->expire))},
            {"client", handle(*r.client)},
            {"freelancer", handle(*r.freelancer)}};
  }
  Facts operator()(OfferId id) const {
    const auto* o = find(r.offers, id);
    if (!o) return {};
    return {{"state", name(o->state)},
            {"version", std::to_string(o->version)},
            {"amount", decimal(o->terms.amount)},
            {"due", or_none(due_if(o->state == offer::State::pending, o->expire))},
            {"from", o->from ? text(*o->from) : "none"},
            {"client", handle(o->client)},
            {"freelancer", handle(o->freelancer)}};
  }
  Facts operator()(ContractId id) const {
    const auto* c = find(r.contracts, id);
    if (!c) return {};
    const bool over = c->state == contract::State::ending || c->state == contract::State::ended;
    const Money escrow = r.ledger.escrow(id, c->policy.currency);
    return {{"state", name(c->state)},
            {"type", "fixed"},
            {"client", handle(c->client)},
            {"freelancer", handle(c->freelancer)},
            {"end_kind", c->end_kind ? name(*c->end_kind) : "none"},
            {"ended_at", over ? iso(c->ended_at) : "none"},
            {"ends_at", over ? iso(c->officially.due) : "none"},
            {"escrow", decimal(escrow)},
            {"credit", decimal(r.ledger.of({Book::escrow, id.n}, 0, c->policy.currency))},
            {"on_hold", "no"},
            {"disputed", "no"},
            {"auto_end", or_none(contract::ends_by_itself(*c))},
            {"kept_open", c->kept_open ? "yes" : "none"}};
  }
  Facts operator()(MilestoneId id) const {
    const auto* m = find(r.milestones, id);
    if (!m) return {};
    return {{"state", name(m->state)},
            {"amount", decimal(m->amount)},
            {"escrow", decimal(r.ledger.escrow(id, m->amount.currency))},
            {"due", m->due ? iso(*m->due) : "none"},
            {"review_due", or_none(due_if(m->state == milestone::State::submitted, m->review))}};
  }
  Facts operator()(EscrowRefundId id) const {
    const auto* e = find(r.refunds, id);
    if (!e) return {};
    return {{"state", name(e->state)},
            {"amount", decimal(e->amount)},
            {"due", or_none(due_if(e->state == escrow_refund::State::pending, e->answer))}};
  }
  Facts operator()(AmendmentId id) const {
    const auto* a = find(r.amendments, id);
    if (!a) return {};
    const bool open = a->state == amendment::State::pending;
    return {{"state", name(a->state)},
            {"version", std::to_string(a->version())},
            {"turn", open ? std::string{text(a->turn)} : "none"},
            {"due", or_none(due_if(open, a->expire))}};
  }
  Facts operator()(ChangeRequestId id) const {
    const auto* c = find(r.change_requests, id);
    if (!c) return {};
    const auto& o = r.offers.at(c->offer);
    return {{"state", name(c->state)},
            {"offer", text(c->offer)},
            {"amount", decimal(c->terms.amount)},
            {"due", or_none(due_if(c->state == change_request::State::open, o.expire))}};
  }
  Facts operator()(QuestionId id) const {
    const auto* q = find(r.questions, id);
    if (!q) return {};
    return {{"state", name(q->state)}, {"about", text(q->about)}};
  }
};

struct MakeRow {
  const Room& r;

  Row operator()(ProposalId id) const {
    const auto& p = r.proposals.at(id);
    const bool open = p.state == proposal::State::pending;
    const auto& t = p.current().terms;
    return {.id = id,
            .state = name(p.state),
            .title = t.title,
            .amount = t.amount,
            .due = due_if(open, p.expire),
            .client = *r.client,
            .freelancer = *r.freelancer,
            .open = open,
            .waits_for = open ? std::optional{p.turn} : std::nullopt};
  }
  Row operator()(OfferId id) const {
    const auto& o = r.offers.at(id);
    const bool open = o.state == offer::State::pending;
    return {.id = id,
            .state = name(o.state),
            .title = o.terms.title,
            .amount = o.terms.amount,
            .due = due_if(open, o.expire),
            .client = o.client,
            .freelancer = o.freelancer,
            .open = open,
            .waits_for = open ? std::optional{Side::freelancer} : std::nullopt};
  }
  Row operator()(ContractId id) const {
    const auto& c = r.contracts.at(id);
    const bool ending = c.state == contract::State::ending;
    return {.id = id,
            .state = name(c.state),
            .title = c.terms.title,
            .amount = c.terms.amount,
            .due = ending ? std::optional{c.officially.due} : contract::ends_by_itself(c),
            .client = c.client,
            .freelancer = c.freelancer,
            .open = c.state != contract::State::ended,
            .waits_for = {}};
  }
  Row operator()(MilestoneId id) const {
    using enum milestone::State;
    const auto& m = r.milestones.at(id);
    const auto& c = r.contracts.at(id.contract);
    const bool open = m.state == planned || m.state == funded || m.state == submitted || m.state == changes_requested;
    std::optional<Side> waits;
    if (m.state == planned || m.state == submitted) waits = Side::client;
    if (m.state == funded || m.state == changes_requested) waits = Side::freelancer;
    return {.id = id,
            .state = name(m.state),
            .title = m.title,
            .amount = m.amount,
            .due = due_if(m.state == submitted, m.review),
            .client = c.client,
            .freelancer = c.freelancer,
            .open = open,
            .waits_for = waits};
  }
  Row operator()(EscrowRefundId id) const {
    const auto& e = r.refunds.at(id);
    const auto& c = r.contracts.at(e.contract);
    const bool open = e.state == escrow_refund::State::pending;
    return {.id = id,
            .state = name(e.state),
            .title = c.terms.title,
            .amount = e.amount,
            .due = due_if(open, e.answer),
            .client = c.client,
            .freelancer = c.freelancer,
            .open = open,
            .waits_for = open ? std::optional{Side::freelancer} : std::nullopt};
  }
  Row operator()(AmendmentId id) const {
    const auto& a = r.amendments.at(id);
    const auto& c = r.contracts.at(id.contract);
    const bool open = a.state == amendment::State::pending;
    return {.id = id,
            .state = name(a.state),
            .title = c.terms.title,
            .amount = a.current().terms.amount,
            .due = due_if(open, a.expire),
            .client = c.client,
            .freelancer = c.freelancer,
            .open = open,
            .waits_for = open ? std::optional{a.turn} : std::nullopt};
  }
  Row operator()(ChangeRequestId id) const {
    const auto& c = r.change_requests.at(id);
    const auto& o = r.offers.at(c.offer);
    const bool open = c.state == change_request::State::open;
    return {.id = id,
            .state = name(c.state),
            .title = c.terms.title,
            .amount = c.terms.amount,
            .due = due_if(open, o.expire),
            .client = o.client,
            .freelancer = o.freelancer,
            .open = open,
            .waits_for = open ? std::optional{Side::client} : std::nullopt};
  }
  Row operator()(QuestionId id) const {
    const auto& q = r.questions.at(id);
    const auto about = std::visit(*this, became(r, q.about));
    const bool open = q.state == question::State::open && about.open;
    return {.id = id,
            .state = name(q.state),
            .title = q.words,
            .amount = about.amount,
            .due = {},
            .client = about.client,
            .freelancer = about.freelancer,
            .open = open,
            .waits_for = open ? std::optional{other(q.by)} : std::nullopt};
  }
};

}  // namespace

Facts facts(const Room& room, const AnyId& id, const Named& handle) { return std::visit(Tell{room, handle}, id); }

Facts feedback_facts(const Room& room, ContractId id) {
  const auto* pair = find(room.feedback, id);
  if (!pair) return {};
  return {{"client", name(pair->client.state)}, {"freelancer", name(pair->freelancer.state)}};
}

Facts room_facts(const Room& room, const Named& handle) {
  static constexpr std::string_view bindings[]{"unbound", "provisional", "fixed"};
  return {{"binding", std::string{bindings[static_cast<int>(binding(room))]}},
          {"client", room.fixed() ? handle(*room.client) : "none"},
          {"freelancer", room.fixed() ? handle(*room.freelancer) : "none"}};
}

Row row(const Room& room, const AnyId& id) { return std::visit(MakeRow{room}, id); }

std::vector<AnyId> everything(const Room& room) {
  std::vector<AnyId> all;
  const auto add = [&](const auto& map) {
    for (const auto& [id, thing] : map) all.emplace_back(id);
  };
  add(room.proposals);
  add(room.offers);
  add(room.contracts);
  add(room.milestones);
  add(room.refunds);
  add(room.amendments);
  add(room.change_requests);
  add(room.questions);
  return all;
}

}  // namespace workflow
