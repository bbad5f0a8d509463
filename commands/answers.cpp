#include <algorithm>

#include "commands/answers.hpp"
#include "commands/suggest.hpp"
#include "workflow/amendment_change.hpp"

// Answers to queries: what is true, to the one who asked. Here the lists and the state of one thing.
namespace commands {
namespace {

using namespace workflow;

/// One line of a list, and the order it stands in.
struct Line {
  workflow::Row row;
  Side side = Side::client;  ///< the reader's
  std::string text;
};

/// The line to type next; empty where it is the other side's turn or there is nothing to type.
struct Next {
  const workflow::Room& room;
  const workflow::Row& row;
  std::string operator()(ProposalId id) const {
    return "/approve " + text(id) + " v" + std::to_string(room.proposals.at(id).version());
  }
  std::string operator()(OfferId id) const {
    return "/accept " + text(id) + " v" + std::to_string(room.offers.at(id).version);
  }
  std::string operator()(ContractId) const { return {}; }
  std::string operator()(MilestoneId id) const {
    if (room.contracts.at(id.contract).state == contract::State::pending_start && row.waits_for == Side::freelancer)
      return {};
    if (row.waits_for == Side::freelancer) return "/submit " + text(id) + " \"…\"";
    return (row.state == "submitted" ? "/release " : "/fund ") + text(id);
  }
  std::string operator()(EscrowRefundId) const { return {}; }
  std::string operator()(AmendmentId id) const {
    const auto& a = room.amendments.at(id);
    if (!amendment::as_shown(room, a)) return "/decline " + text(id);
    return "/approve " + text(id) + " v" + std::to_string(a.version());
  }
  std::string operator()(ChangeRequestId id) const { return "/approve " + text(id); }
  std::string operator()(QuestionId id) const { return "/answer " + text(id) + " \"…\""; }
};

std::string line_of(const Telling& t, const workflow::Row& r, Side side, bool with_other) {
  const auto other_one = side == Side::client ? r.freelancer : r.client;
  const bool mine = r.waits_for == side;
  const auto* asked = std::get_if<QuestionId>(&r.id);
  return t.say(asked ? "query.list.asked" : "query.list.line",
               with({{"about", asked ? text(t.room.questions.at(*asked).about) : std::string{}}},
                    {{"id", text(r.id)},
                     {"title", r.title},
                     {"state", in_words(r.state)},
                     {"amount", r.amount},
                     {"with", with_other ? t.name(other_one) : std::string{}},
                     {"due", r.due ? Arg{*r.due} : Arg{}},
                     {"next", mine ? std::visit(Next{t.room, r}, r.id) : std::string{}}}));
}

/// Every line of the reader's that the test lets through, the most urgent first.
template <class Test>
std::vector<Line> lines(Rooms rooms, const Asking& ask, Test wanted) {
  std::vector<Line> out;
  for (const auto* room : rooms) {
    const Telling t{{}, *room, ask.cast};
    for (const auto& id : everything(*room)) {
      const auto side = side_of(*room, id, ask.reader.id);
      if (!side) continue;
      const auto r = row(*room, id);
      if (wanted(r, *side)) out.push_back({r, *side, line_of(t, r, *side, rooms.size() > 1)});
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Line& a, const Line& b) {
    return a.row.due.value_or(Instant::max()) < b.row.due.value_or(Instant::max());
  });
  return out;
}

std::string under(std::string_view heading, const std::vector<Line>& lines_) {
  std::string s = say(heading);
  for (const auto& l : lines_) s += "\n- " + l.text;
  return s;
}

/// The question of an `/end` waits too.
std::vector<Line> with_question(std::vector<Line> mine, const Asking& ask) {
  if (!ask.reader.question) return mine;
  const auto& q = *ask.reader.question;
  for (const auto* room : ask.rooms) {
    if (!room->contracts.contains(q.contract)) continue;
    const Telling t{{}, *room, ask.cast};
    mine.insert(mine.begin(),
                Line{.row = {}, .text = t.say("query.list.question", with(t.about(q.contract), {{"due", q.lapse}}))});
  }
  return mine;
}

template <class Test>
std::string listed(std::string_view heading, const Asking& ask, Test wanted) {
  const auto found = lines(ask.rooms, ask, wanted);
  return found.empty() ? say(heading) + " " + say("query.list.none") : under(heading, found);
}

template <class IdKind>
std::string list_of(std::string_view heading, const Asking& ask, bool closed_too = false) {
  return listed(heading, ask, [&](const workflow::Row& r, Side) {
    return std::holds_alternative<IdKind>(r.id) && (r.open || closed_too);
  });
}

std::string milestones(const Asking& ask, ContractId contract) {
  const auto* room = holding(ask.rooms, contract);
  const auto found = lines({&room, 1}, ask, [&](const workflow::Row& r, Side) {
    const auto* id = std::get_if<MilestoneId>(&r.id);
    return id && id->contract == contract;
  });
  std::string s = say("query.list.milestones", {{"id", text(contract)}});
  // By number, as they were agreed, and not by what is due first.
  std::map<AnyId, std::string> by_number;
  for (const auto& l : found) by_number[l.row.id] = l.text;
  for (const auto& [id, line] : by_number) s += "\n- " + line;
  return s;
}

/// Escrow that is asked back, and what has been granted and is on its way.
std::string refunds(const Asking& ask) {
  return listed("query.list.refunds", ask, [](const workflow::Row& r, Side) {
    return std::holds_alternative<EscrowRefundId>(r.id) &&
           (r.open || r.state == "approved" || r.state == "auto_approved");
  });
}

std::string clients(const Asking& ask) {
  if (ask.beside.clients.empty()) return say("query.list.clients") + " " + say("query.list.none");
  std::string s = say("query.list.clients");
  for (const auto& c : ask.beside.clients) {
    const Telling t{{}, *c.room, ask.cast};
    std::int64_t all = 0, run = 0;
    for (const auto& [id, contract] : c.room->contracts) {
      ++all;
      run += contract.state != contract::State::ended;
    }
    std::string why;
    if (c.closed) {
      auto args = c.closed->args;
      args.emplace_back("code", code_of(*c.closed));
      why = t.say("query.list.not_open", with({{"why", t.say("refusal." + c.closed->why, args)}}, args));
    }
    s += "\n- " + t.say("query.list.client", {{"name", t.name(*c.room->client)},
                                              {"handle", ask.cast.people.at(*c.room->client).handle},
                                              {"contracts", all},
                                              {"running", run},
                                              {"why", why}});
  }
  return s;
}

/// What waits for the reader, then what the reader waits for.
std::string waiting(const Asking& ask) {
  auto mine = lines(ask.rooms, ask, [](const auto& r, Side side) { return r.waits_for == side; });
  const auto theirs = lines(ask.rooms, ask, [](const auto& r, Side side) { return r.waits_for == other(side); });
  mine = with_question(std::move(mine), ask);
  if (mine.empty() && theirs.empty()) return say("query.list.nothing");
  std::string s;
  if (!mine.empty()) s = under("query.list.waits_for_me", mine);
  if (!theirs.empty()) s += (s.empty() ? "" : "\n") + under("query.list.i_wait", theirs);
  return s;
}

/// What a thing's own kind adds to its facts.
struct More {
  const Telling& t;
  std::string line(const AnyId& id) const {
    return "\n- " + line_of(t, row(t.room, id), side_of(t.room, id, t.cast.reader->id).value_or(Side::client), false);
  }
  /// What waits for an answer besides the milestones: of this contract, and what the pair is agreeing on.
  std::string also_open(ContractId id) const {
    std::string s;
    for (const auto& there : everything(t.room)) {
      const bool apart = std::holds_alternative<ProposalId>(there) || std::holds_alternative<OfferId>(there);
      const bool inside =
          !std::holds_alternative<MilestoneId>(there) && there != AnyId{id} && part_of(t.room, there, id);
      if ((apart || inside) && row(t.room, there).open && side_of(t.room, there, t.cast.reader->id)) s += line(there);
    }
    return s.empty() ? s : "\n" + t.say("query.status.also", {}) + s;
  }
  std::string terms(const Terms& terms, const Digest& digest) const {
    return "\n" + t.say("query.status.terms", {{"terms", brief(terms)}, {"hash", digest.brief(8)}}) + "\n" +
           t.say("query.status.scope", {{"scope", terms.scope}});
  }
  /// The questions that wait for an answer, of what it is and of what became this.
  std::string questions(const AnyId& about) const {
    std::string s;
    for (const auto& [qid, q] : t.room.questions) {
      const auto r = row(t.room, qid);
      if (r.open && (q.about == about || became(t.room, q.about) == about))
        s += "\n- " + line_of(t, r, side_of(t.room, qid, t.cast.reader->id).value_or(Side::client), false);
    }
    return s;
  }
  std::string operator()(ProposalId id) const {
    const auto& p = t.room.proposals.at(id).current();
    return terms(p.terms, p.digest) + questions(id);
  }
  std::string operator()(OfferId id) const {
    const auto& o = t.room.offers.at(id);
    return terms(o.terms, o.digest) + questions(id);
  }
  std::string operator()(ContractId id) const {
    const auto& c = t.room.contracts.at(id);
    std::string s = terms(c.terms, c.digest);
    const auto slots = feedback_facts(t.room, id);
    if (slots.size() == 2)
      s += "\n" + t.say("query.status.feedback",
                        with(t.about(id), {{"client_slot", slots[0].second}, {"freelancer_slot", slots[1].second}}));
    for (const auto& [mid, m] : t.room.milestones)
      if (mid.contract == id) s += line(mid);
    return s + also_open(id);
  }
  std::string operator()(MilestoneId) const { return {}; }
  std::string operator()(EscrowRefundId) const { return {}; }
  std::string operator()(AmendmentId id) const {
    const auto& v = t.room.amendments.at(id).current();
    const auto change = change_of(t, id);
    return (change.empty() ? "" : "\n" + t.say("query.status.change", {{"changes", change}})) +
           terms(v.terms, v.digest);
  }
  std::string operator()(ChangeRequestId id) const {
    const auto& c = t.room.change_requests.at(id);
    return terms(c.terms, c.digest);
  }
  std::string operator()(QuestionId) const { return {}; }
};

}  // namespace

Answered answer_to(const ListQuery& q, const Asking& ask) {
  switch (q.what) {
    case ListQuery::What::all: return waiting(ask);
    case ListQuery::What::pending: return list_of<ProposalId>("query.list.pending", ask);
    case ListQuery::What::offers: return list_of<OfferId>("query.list.offers", ask);
    case ListQuery::What::contracts: return list_of<ContractId>("query.list.contracts", ask, q.ended_too);
    case ListQuery::What::milestones: return milestones(ask, q.contract.value());
    case ListQuery::What::amendments: return list_of<AmendmentId>("query.list.amendments", ask);
    case ListQuery::What::requests: return list_of<ChangeRequestId>("query.list.requests", ask);
    case ListQuery::What::questions: return list_of<QuestionId>("query.list.questions", ask);
    case ListQuery::What::refunds: return refunds(ask);
    case ListQuery::What::disputes: return say("query.list.disputes") + " " + say("query.list.none");
    case ListQuery::What::tickets: return say("query.list.tickets") + " " + say("query.list.none");
    case ListQuery::What::clients: return clients(ask);
  }
  return {};
}

Answered answer_to(const StatusQuery& q, const Asking& ask) {
  const auto* room = holding(ask.rooms, q.id);
  if (!room) return not_here(q.id);
  const Telling t{{}, *room, ask.cast};
  std::string s = t.say("query.status", t.about(q.id));
  for (const auto& [name, value] : facts(*room, q.id, [&](PersonId p) { return t.name(p); })) {
    if (value == "none") continue;
    const auto instant = parse_instant(value);
    s += "\n" + t.say("query.status.line",
                      {{"name", in_words(name)}, {"value", instant ? written(*instant, t.zones) : in_words(value)}});
  }
  return s + std::visit(More{t}, q.id);
}

std::string line_to_choose(const workflow::Room& room, const AnyId& id, const Cast& cast, std::string_view typed) {
  const Telling t{{}, room, cast};
  const auto r = row(room, id);
  const auto end = typed.find('\n');
  return t.say("query.which", {{"id", text(id)},
                               {"title", r.title},
                               {"state", in_words(r.state)},
                               {"amount", r.amount},
                               {"line", std::string{typed.substr(0, end)} + (end == typed.npos ? "" : " …")}});
}

}  // namespace commands
