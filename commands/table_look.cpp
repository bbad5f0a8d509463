#include "commands/rows.hpp"
#include "commands/unicode.hpp"

// The rows of the queries.
namespace commands {

BOOST_DESCRIBE_STRUCT(StatusQuery, (), (id))
BOOST_DESCRIBE_STRUCT(LedgerQuery, (), (id))
BOOST_DESCRIBE_STRUCT(TermsQuery, (), (id, version))
BOOST_DESCRIBE_STRUCT(DiffQuery, (), (id, from, to))
BOOST_DESCRIBE_STRUCT(PolicyQuery, (), (id))

namespace {

using namespace workflow;
using rows::read_into;
using rows::row;

struct HelpWords {
  std::optional<Word> verb;
};
BOOST_DESCRIBE_STRUCT(HelpWords, (), (verb))
struct NoWords {};
BOOST_DESCRIBE_STRUCT(NoWords, (), ())
struct HistoryWords {
  static constexpr std::string_view ids = HistoryQuery::ids;
  AnyId id;
  std::optional<Page> page;
};
BOOST_DESCRIBE_STRUCT(HistoryWords, (), (id, page))
struct MilestonesWords {
  ContractId id;
};
BOOST_DESCRIBE_STRUCT(MilestonesWords, (), (id))

template <class Q>
std::expected<Request, Rejection> query(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<Q>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{std::move(*q)}};
}

template <ListQuery::What what, bool ended_too = false>
std::expected<Request, Rejection> list(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<NoWords>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{ListQuery{what, ended_too}}};
}

std::expected<Request, Rejection> milestones(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<MilestonesWords>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{ListQuery{ListQuery::What::milestones, true, q->id}}};
}

std::expected<Request, Rejection> history(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<HistoryWords>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{HistoryQuery{q->id, q->page.value_or(Page{}).n}}};
}

template <class Q>
std::expected<Request, Rejection> plain(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<NoWords>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{Q{}}};
}

/// `/help approve`, also `/help /approve`. A verb that does not exist is not helped with.
std::expected<Request, Rejection> help(Lexer& lexer, const ReadContext& context) {
  auto c = read_into<HelpWords>(Bare::none, lexer, context);
  if (!c) return std::unexpected(std::move(c.error()));
  HelpQuery q;
  if (c->verb) {
    std::string_view typed = c->verb->text;
    if (typed.starts_with('/') || typed.starts_with('!')) typed.remove_prefix(1);
    q.verb = lower(typed);
    if (rows_of(*q.verb).empty())
      return std::unexpected(refuse(Code::USAGE, "usage.unknown_verb", "R-read-4", {{"verb", *q.verb}}));
  }
  return Request{Query{q}};
}

std::vector<Verb> lists() {
  constexpr auto both = "room, direct chat", either = "client or freelancer";
  return {
      {row<NoWords>("list", "", either, both, "What waits for you, and what you wait for.", "/list", "look"),
       list<ListQuery::What::all>},
      {row<NoWords>("list", "pending", either, both, "Open proposals.", "/list pending", "look"),
       list<ListQuery::What::pending>},
      {row<NoWords>("list", "offers", either, both, "Open offers.", "/list offers", "look"),
       list<ListQuery::What::offers>},
      {row<NoWords>("list", "contracts", either, both, "Contracts that run.", "/list contracts", "look"),
       list<ListQuery::What::contracts>},
      {row<NoWords>("list", "contracts all", either, both, "Contracts, ended ones too.", "/list contracts all", "look"),
       list<ListQuery::What::contracts, true>},
      {row<MilestonesWords>("list", "milestones", either, both, "A contract's milestones, with what became of them.",
                            "/list milestones C-5", "look"),
       milestones},
      {row<NoWords>("list", "amendments", either, both, "Changes of a contract that wait for an answer.",
                    "/list amendments", "look"),
       list<ListQuery::What::amendments>},
      {row<NoWords>("list", "requests", either, both, "Changes of an offer that the freelancer asks for.",
                    "/list requests", "look"),
       list<ListQuery::What::requests>},
      {row<NoWords>("list", "questions", either, both, "Questions that nobody has answered yet.", "/list questions",
                    "look"),
       list<ListQuery::What::questions>},
      {row<NoWords>("list", "refunds", either, both, "Escrow that is asked back, or on its way back.", "/list refunds",
                    "look"),
       list<ListQuery::What::refunds>},
      {row<NoWords>("list", "disputes", either, both, "Disputes that are open.", "/list disputes", "look"),
       list<ListQuery::What::disputes>},
      {row<NoWords>("list", "tickets", "everybody", both, "Your open tickets with the support.", "/list tickets",
                    "look"),
       list<ListQuery::What::tickets>},
      {row<NoWords>("list", "clients", "freelancer", "direct chat",
                    "Everybody you work or have worked for, and whether you may propose to them.", "/list clients",
                    "look"),
       list<ListQuery::What::clients>},
  };
}

std::vector<Verb> one_thing() {
  constexpr auto both = "room, direct chat", either = "client or freelancer";
  return {
      {row<StatusQuery>("status", "", either, both, "What is true of one thing.", "/status C-5", "look"),
       query<StatusQuery>},
      {row<TermsQuery>("terms", "", either, both, "The terms in full; of a contract, every version of them.",
                       "/terms C-5 v2", "look"),
       query<TermsQuery>},
      {row<DiffQuery>("diff", "", either, both, "What differs between two versions.", "/diff P-12 v1 v2", "look"),
       query<DiffQuery>},
      {row<HistoryWords>("history", "", either, both, "What happened to one thing, and who tried what in vain.",
                         "/history P-12", "look"),
       history},
      {row<LedgerQuery>("ledger", "", either, both, "A contract's money.", "/ledger C-5", "look"), query<LedgerQuery>},
      {row<NoWords>("balance", "", "everybody", both, "Your money in all your rooms, told to you alone.", "/balance",
                    "look"),
       plain<BalanceQuery>},
      {row<PolicyQuery>(
           "policy", "", "everybody", both,
           "Every number of the house and where it comes from; of a contract, those it was accepted under.",
           "/policy C-5", "look"),
       query<PolicyQuery>},
      {row<NoWords>("inbox", "", "everybody", both, "What happened and you have not marked as read.", "/inbox", "look"),
       plain<InboxQuery>},
      {row<HelpWords>("help", "", "everybody", both, "All commands, or one.", "/help approve", "look"), help},
      {row<NoWords>("whoami", "", "everybody", both, "Who you are to the bot.", "/whoami", "look"), plain<WhoamiQuery>},
  };
}

}  // namespace

std::vector<Verb> rows::look() {
  auto all = lists();
  for (auto& v : one_thing()) all.push_back(std::move(v));
  return all;
}

}  // namespace commands
