#include <algorithm>

#include "commands/suggest.hpp"
#include "commands/telling.hpp"
#include "commands/verbs.hpp"
#include "workflow/facts.hpp"

// Answers to queries: what is true, to the one who asked.
namespace commands {
namespace {

using namespace workflow;
using Rooms = std::span<const workflow::Room* const>;

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
    if (row.waits_for == Side::freelancer) return "/submit " + text(id) + " \"…\"";
    return (row.state == "submitted" ? "/release " : "/fund ") + text(id);
  }
  std::string operator()(EscrowRefundId) const { return {}; }
  std::string operator()(AmendmentId id) const {
    return "/approve " + text(id) + " v" + std::to_string(room.amendments.at(id).version());
  }
  std::string operator()(ChangeRequestId id) const { return "/approve " + text(id); }
  std::string operator()(QuestionId id) const { return "/answer " + text(id) + " \"…\""; }
};

std::string in_words(std::string state) {
  std::replace(state.begin(), state.end(), '_', ' ');
  return state;
}

std::string line_of(const Telling& t, const workflow::Row& r, Side side, bool with_other) {
  const auto other_one = side == Side::client ? r.freelancer : r.client;
  const bool mine = r.open && r.waits_for == side;
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
std::vector<Line> lines(Rooms rooms, const Cast& cast, Test wanted) {
  std::vector<Line> out;
  if (!cast.reader) return out;
  for (const auto* room : rooms) {
    const Telling t{{}, *room, cast};
    for (const auto& id : everything(*room)) {
      const auto side = side_of(*room, id, cast.reader->id);
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
std::vector<Line> with_question(std::vector<Line> mine, Rooms rooms, const Cast& cast) {
  if (!cast.reader || !cast.reader->question) return mine;
  const auto& q = *cast.reader->question;
  for (const auto* room : rooms) {
    if (!room->contracts.contains(q.contract)) continue;
    const Telling t{{}, *room, cast};
    mine.insert(mine.begin(),
                Line{.row = {}, .text = t.say("query.list.question", with(t.about(q.contract), {{"due", q.lapse}}))});
  }
  return mine;
}

template <class IdKind>
std::string list_of(std::string_view heading, Rooms rooms, const Cast& cast, bool closed_too) {
  const auto found = lines(rooms, cast, [&](const workflow::Row& r, Side) {
    return std::holds_alternative<IdKind>(r.id) && (r.open || closed_too);
  });
  return found.empty() ? say(heading) + " " + say("query.list.none") : under(heading, found);
}

std::string text_of(const ListQuery& q, Rooms rooms, const Cast& cast, Instant) {
  switch (q.what) {
    case ListQuery::What::pending: return list_of<ProposalId>("query.list.pending", rooms, cast, false);
    case ListQuery::What::offers: return list_of<OfferId>("query.list.offers", rooms, cast, false);
    case ListQuery::What::contracts: return list_of<ContractId>("query.list.contracts", rooms, cast, q.ended_too);
    case ListQuery::What::all: break;
  }
  auto mine = lines(rooms, cast, [](const auto& r, Side side) { return r.open && r.waits_for == side; });
  const auto theirs = lines(rooms, cast, [](const auto& r, Side side) { return r.open && r.waits_for == other(side); });
  mine = with_question(std::move(mine), rooms, cast);
  if (mine.empty() && theirs.empty()) return say("query.list.nothing");
  std::string s;
  if (!mine.empty()) s = under("query.list.waits_for_me", mine);
  if (!theirs.empty()) s += (s.empty() ? "" : "\n") + under("query.list.i_wait", theirs);
  return s;
}

/// What a thing's own kind adds to its facts.
struct More {
  const Telling& t;
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
      if (mid.contract == id) {
        const auto r = row(t.room, mid);
        s += "\n- " + line_of(t, r, side_of(t.room, mid, t.cast.reader->id).value_or(Side::client), false);
      }
    return s + questions(id);
  }
  std::string operator()(MilestoneId) const { return {}; }
  std::string operator()(EscrowRefundId) const { return {}; }
  std::string operator()(AmendmentId id) const {
    const auto& v = t.room.amendments.at(id).current();
    return terms(v.terms, v.digest);
  }
  std::string operator()(ChangeRequestId id) const {
    const auto& c = t.room.change_requests.at(id);
    return terms(c.terms, c.digest);
  }
  std::string operator()(QuestionId) const { return {}; }
};

const workflow::Room* holding(Rooms rooms, const AnyId& id) {
  for (const auto* room : rooms) {
    const auto all = everything(*room);
    if (std::find(all.begin(), all.end(), id) != all.end()) return room;
  }
  return nullptr;
}

std::string text_of(const StatusQuery& q, Rooms rooms, const Cast& cast, Instant) {
  const auto* room = holding(rooms, q.id);
  if (!room || !cast.reader) return say("refusal.not_found_here", {{"id", text(q.id)}});
  const Telling t{{}, *room, cast};
  std::string s = t.say("query.status", t.about(q.id));
  for (const auto& [name, value] : facts(*room, q.id, [&](PersonId p) { return t.name(p); })) {
    if (value == "none") continue;
    const auto instant = parse_instant(value);
    s += "\n" + t.say("query.status.line",
                      {{"name", in_words(name)}, {"value", instant ? written(*instant, t.zones) : in_words(value)}});
  }
  return s + std::visit(More{t}, q.id);
}

/// A contract's journals, summed by what they did.
struct Waiting {
  Money pending, transit;
};
Waiting waiting(const workflow::Room& room, const contract::Contract& c) {
  const Money none{0, c.policy.currency};
  Waiting w{none, none};
  for (const auto& [n, lot] : room.ledger.lots)
    if (lot.contract == c.id) w.pending += lot.amount;
  for (const auto& [n, lot] : room.ledger.transits)
    if (lot.contract == c.id) w.transit += lot.amount;
  return w;
}

std::string text_of(const LedgerQuery& q, Rooms rooms, const Cast& cast, Instant) {
  const auto* room = holding(rooms, q.id);
  if (!room) return say("refusal.not_found_here", {{"id", text(q.id)}});
  const Telling t{{}, *room, cast};
  const auto& c = room->contracts.at(q.id);
  const auto& books = room->ledger.totals.at(q.id);
  const auto wait = waiting(*room, c);
  const Money credit = room->ledger.credit(q.id, c.policy.currency);
  const auto if_any = [](Money m) { return m.zero() ? Arg{} : Arg{m}; };
  return t.say("query.ledger", with(t.about(q.id), {{"funded", books.funded},
                                                    {"gross", books.released},
                                                    {"bonus", if_any(books.bonus)},
                                                    {"fees", books.fees},
                                                    {"net", books.released + books.bonus - books.fees},
                                                    {"returned", books.returned},
                                                    {"escrow", room->ledger.escrow(q.id, c.policy.currency)},
                                                    {"credit", if_any(credit)},
                                                    {"pending", wait.pending},
                                                    {"transit", wait.transit},
                                                    {"sum", books.sum}}));
}

std::string text_of(const HelpQuery& q, Rooms, const Cast&, Instant) {
  if (q.verb) {
    std::vector<std::string> rows;
    for (const auto* v : rows_of(*q.verb))
      rows.push_back(say("query.help.line", {{"usage", v->row.usage},
                                             {"help", std::string{v->row.help}},
                                             {"who", std::string{v->row.who}},
                                             {"where", std::string{v->row.where}},
                                             {"example", std::string{v->row.example}}}));
    return rows.empty() ? say("refusal.usage.unknown_verb", {{"verb", *q.verb}}) : joined(rows, "\n");
  }
  std::string s = say("query.help");
  for (const std::string group : {"agree", "work", "end", "look"}) {
    std::vector<std::string> names;
    for (const auto& r : table()) {
      const auto name = "/" + std::string{r.verb};
      if (r.group == group && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    s += "\n" + say("query.help.group." + group, {{"verbs", joined(names, " ")}});
  }
  return s;
}

std::string text_of(const WhoamiQuery&, Rooms rooms, const Cast& cast, Instant) {
  if (!cast.reader) return {};
  const auto& p = *cast.reader;
  std::string s =
      say("query.whoami",
          {{"name", p.name.empty() ? p.handle : p.name},
           {"handle", p.handle},
           {"id", std::to_string(p.id.n)},
           {"kind", p.kind == AccountKind::op ? "operator" : std::string{boost::describe::enum_to_string(p.kind, "")}},
           {"status", std::string{boost::describe::enum_to_string(p.status, "")}},
           {"user", p.user},
           {"zone", p.zone}});
  if (rooms.size() != 1) return s;
  if (const auto side = side_of(*rooms.front(), {}, p.id))
    s += "\n" + say("query.whoami.side", {{"side", say("side." + std::string{text(*side)})}});
  return s;
}

std::string kind_of(const Query& q) {
  struct {
    std::string operator()(const ListQuery&) const { return "list"; }
    std::string operator()(const StatusQuery&) const { return "status"; }
    std::string operator()(const LedgerQuery&) const { return "ledger"; }
    std::string operator()(const HelpQuery&) const { return "help"; }
    std::string operator()(const WhoamiQuery&) const { return "whoami"; }
  } const kind;
  return "query." + std::visit(kind, q);
}

}  // namespace

Note answer(const Query& q, std::span<const workflow::Room* const> rooms, const Cast& cast, Instant now) {
  Note n{.kind = kind_of(q), .subject = {}, .text = {}, .direct = {}};
  if (const auto* status = std::get_if<StatusQuery>(&q)) n.subject = text(status->id);
  if (const auto* ledger = std::get_if<LedgerQuery>(&q)) n.subject = text(ledger->id);
  n.text = std::visit([&](const auto& x) { return text_of(x, rooms, cast, now); }, q);
  return n;
}

}  // namespace commands
