#include <algorithm>

#include "commands/answers.hpp"
#include "commands/suggest.hpp"
#include "commands/verbs.hpp"

// Every query finds its answer here; and the answers about the house itself and about oneself.
namespace commands {

using namespace workflow;

namespace {

std::string kind_of(const Query& q) {
  struct {
    std::string operator()(const ListQuery&) const { return "list"; }
    std::string operator()(const StatusQuery&) const { return "status"; }
    std::string operator()(const TermsQuery&) const { return "terms"; }
    std::string operator()(const DiffQuery&) const { return "diff"; }
    std::string operator()(const HistoryQuery&) const { return "history"; }
    std::string operator()(const LedgerQuery&) const { return "ledger"; }
    std::string operator()(const BalanceQuery&) const { return "balance"; }
    std::string operator()(const PolicyQuery&) const { return "policy"; }
    std::string operator()(const HelpQuery&) const { return "help"; }
    std::string operator()(const WhoamiQuery&) const { return "whoami"; }
    std::string operator()(const InboxQuery&) const { return "inbox"; }
  } const kind;
  return "query." + std::visit(kind, q);
}

}  // namespace

Note answer(const Query& q, Rooms rooms, const Cast& cast, Instant now, const Beside& beside) {
  const Asking ask{rooms, cast, *cast.reader, now, beside};
  auto told = std::visit([&](const auto& x) { return answer_to(x, ask); }, q);
  if (!told) return refusal(told.error(), cast);
  const auto about = named(q);
  return {.kind = kind_of(q), .subject = about ? text(*about) : "", .text = std::move(*told), .direct = {}};
}

const workflow::Room* holding(Rooms rooms, const AnyId& id) {
  for (const auto* room : rooms) {
    const auto all = everything(*room);
    if (std::find(all.begin(), all.end(), id) != all.end()) return room;
  }
  return nullptr;
}

std::unexpected<Rejection> not_here(const AnyId& id) {
  return std::unexpected(refuse(Code::NOT_FOUND_HERE, "not_found_here", "R-guard-3", {{"id", text(id)}}));
}

std::string in_words(std::string state) {
  std::replace(state.begin(), state.end(), '_', ' ');
  return state;
}

bool part_of(const workflow::Room& room, const AnyId& part, const AnyId& whole) {
  if (part == whole) return true;
  struct {
    const workflow::Room& r;
    std::optional<AnyId> operator()(ProposalId) const { return {}; }
    std::optional<AnyId> operator()(OfferId) const { return {}; }
    std::optional<AnyId> operator()(ContractId) const { return {}; }
    std::optional<AnyId> operator()(MilestoneId id) const { return id.contract; }
    std::optional<AnyId> operator()(AmendmentId id) const { return id.contract; }
    std::optional<AnyId> operator()(EscrowRefundId id) const {
      const auto* x = look_up(r.refunds, id);
      return x ? std::optional<AnyId>{x->contract} : std::nullopt;
    }
    std::optional<AnyId> operator()(ChangeRequestId id) const {
      const auto* x = look_up(r.change_requests, id);
      return x ? std::optional<AnyId>{x->offer} : std::nullopt;
    }
    std::optional<AnyId> operator()(QuestionId id) const {
      const auto* x = look_up(r.questions, id);
      return x ? std::optional<AnyId>{became(r, x->about)} : std::nullopt;
    }
  } const above{room};
  const auto up = std::visit(above, part);
  return up && part_of(room, *up, whole);
}

/// Every number with where it comes from (R-query-6); of a contract its own, and where the house has another by now.
Answered answer_to(const PolicyQuery& q, const Asking& ask) {
  std::string s;
  if (q.id) {
    const auto* room = holding(ask.rooms, *q.id);
    if (!room) return not_here(*q.id);
    const Telling t{{}, *room, ask.cast};
    s = t.say("query.policy.contract", with(t.about(*q.id), {{"at", room->contracts.at(*q.id).accepted_at}}));
  } else {
    s = say("query.policy");
  }
  for (const auto& n : ask.beside.numbers)
    s += "\n" +
         say("query.policy.line", {{"name", n.name}, {"value", n.value}, {"origin", n.origin}, {"house", n.house}});
  return s;
}

Answered answer_to(const HelpQuery& q, const Asking&) {
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

Answered answer_to(const WhoamiQuery&, const Asking& ask) {
  const auto& p = ask.reader;
  std::string s =
      say("query.whoami",
          {{"name", p.name.empty() ? p.handle : p.name},
           {"handle", p.handle},
           {"id", std::to_string(p.id.n)},
           {"kind", p.kind == AccountKind::op ? "operator" : std::string{boost::describe::enum_to_string(p.kind, "")}},
           {"status", std::string{boost::describe::enum_to_string(p.status, "")}},
           {"user", p.user},
           {"zone", p.zone}});
  if (ask.rooms.size() != 1) return s;
  if (const auto side = side_of(*ask.rooms.front(), {}, p.id))
    s += "\n" + say("query.whoami.side", {{"side", say("side." + std::string{text(*side)})}});
  return s;
}

/// The notices that their reader has not marked as read (R-notice-2).
Answered answer_to(const InboxQuery&, const Asking& ask) {
  const auto& cast = ask.cast;
  if (cast.unread.empty()) return say("query.inbox.none");
  const Zones zones{ask.reader.zone};
  std::string s = say("query.inbox");
  if (const auto older = cast.unread_in_all - std::ssize(cast.unread); older > 0)
    s += "\n" + say("query.inbox.older", {{"n", older}});
  for (const auto& one : cast.unread)
    s += "\n" + say("query.inbox.line", {{"note", one.note}, {"at", one.at}, {"text", one.text}}, zones);
  return s + "\n" + say("query.inbox.end", {{"last", cast.unread.back().note}});
}

}  // namespace commands
