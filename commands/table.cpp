#include <algorithm>

#include "commands/unicode.hpp"
#include "commands/verbs.hpp"

// One row for each verb, subverb and kind of id. To add a verb is to add a row.
namespace commands {

BOOST_DESCRIBE_STRUCT(StatusQuery, (), (id))
BOOST_DESCRIBE_STRUCT(LedgerQuery, (), (id))

namespace {

using namespace workflow;

struct ConfirmWords {
  std::optional<Word> code;
};
BOOST_DESCRIBE_STRUCT(ConfirmWords, (), (code))
struct HelpWords {
  std::optional<Word> verb;
};
BOOST_DESCRIBE_STRUCT(HelpWords, (), (verb))
struct NoWords {};
BOOST_DESCRIBE_STRUCT(NoWords, (), ())

template <class C>
std::expected<C, Rejection> read_into(Bare bare, Lexer& lexer, const ReadContext& context) {
  C command;
  auto parts = slots(command);
  if (auto p = fill(parts, bare, lexer, context)) return std::unexpected(std::move(*p));
  return command;
}

template <class C, Bare bare>
std::expected<Request, Rejection> command(Lexer& lexer, const ReadContext& context) {
  auto c = read_into<C>(bare, lexer, context);
  if (!c) return std::unexpected(std::move(c.error()));
  return Request{Command{std::move(*c)}};
}

template <class Q>
std::expected<Request, Rejection> query(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<Q>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{std::move(*q)}};
}

template <ListQuery::What what, bool ended_too>
std::expected<Request, Rejection> list(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<NoWords>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{ListQuery{what, ended_too}}};
}

std::expected<Request, Rejection> whoami(Lexer& lexer, const ReadContext& context) {
  auto q = read_into<NoWords>(Bare::none, lexer, context);
  if (!q) return std::unexpected(std::move(q.error()));
  return Request{Query{WhoamiQuery{}}};
}

std::expected<Request, Rejection> confirm(Lexer& lexer, const ReadContext& context) {
  auto c = read_into<ConfirmWords>(Bare::none, lexer, context);
  if (!c) return std::unexpected(std::move(c.error()));
  return Request{Confirm{c->code ? std::optional{upper(c->code->text)} : std::nullopt}};
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

std::string ids_of(const std::vector<Slot>& parts) {
  for (const auto& s : parts)
    if (s.stand == Stand::id) return s.shape.substr(0, s.shape.find('-'));
  return {};
}

/// A row whose usage and kind of id come from the parts of a C.
template <class C>
Row row(std::string_view verb, std::string_view subverb, std::string_view who, std::string_view where,
        std::string_view help, std::string_view example, std::string_view group) {
  C sample;
  const auto parts = slots(sample);
  const bool any = std::is_same_v<C, StatusQuery>, asks = std::is_same_v<C, question::Ask>;
  static const std::string ids = any ? "P O C M ER" : asks ? "P O C" : ids_of(parts);
  return {verb, subverb, ids, usage_line(verb, subverb, parts), who, where, help, example, group};
}

template <class C, Bare bare = Bare::none>
Verb act(std::string_view verb, std::string_view who, std::string_view where, std::string_view help,
         std::string_view example, std::string_view group) {
  return {row<C>(verb, "", who, where, help, example, group), command<C, bare>};
}

std::vector<Verb> commands_of_the_house() {
  constexpr auto room = "room", both = "room, direct chat", client = "client", freelancer = "freelancer",
                 either = "client or freelancer", turn = "whose turn it is";
  return {
      act<offer::Send, Bare::terms>(
          "offer", client, room, "Offers a contract to the freelancer, who accepts or declines.",
          R"(/offer @freya title="Logo" amount=650 scope="3 concepts, 2 rounds, SVG")", "agree"),
      act<offer::Accept>("accept", freelancer, room,
                         "Accepts an offer: the contract is binding and its first milestone funded.", "/accept O-7 v1",
                         "agree"),
      act<proposal::Decline>("decline", turn, room, "Declines a proposal, with or without a reason.",
                             "/decline P-12 too expensive", "agree"),
      act<offer::Decline>("decline", freelancer, room, "Declines an offer, with or without a reason.",
                          "/decline O-7 too early", "agree"),
      act<proposal::Propose, Bare::terms>(
          "propose", freelancer, room, "Proposes another contract to a client who has paid you before.",
          R"(/propose title="Logo v2" milestones="Draft:300;Final:500" scope="3 concepts, 2 rounds")", "agree"),
      act<proposal::Counter>("counter", turn, room, "Answers a proposal with other terms; what you leave out stays.",
                             "/counter P-12 v1 amount=650", "agree"),
      act<proposal::Approve>("approve", turn, room, "Agrees to a proposal's terms exactly as they are.",
                             "/approve P-12 v2", "agree"),
      act<proposal::Withdraw>("withdraw", "freelancer; client: their own counter", room,
                              "Takes a proposal back; of the client, the counter that is not answered yet.",
                              "/withdraw P-12", "agree"),
      act<offer::Withdraw>("withdraw", client, room, "Takes an offer back that is not accepted yet.", "/withdraw O-7",
                           "agree"),
      act<milestone::Fund>("fund", client, room, "Pays a milestone's amount into escrow.", "/fund M-5.2", "work"),
      act<milestone::Submit>("submit", freelancer, room,
                             "Hands in the work of a funded milestone and starts the review.",
                             R"(/submit M-5.1 "draft.zip, three concepts")", "work"),
      act<milestone::RequestChanges>(
          "changes", client, room,
          "Asks for changes of what was submitted and stops its review; the next one is fresh.",
          R"(/changes M-5.1 "use the blue")", "work"),
      act<milestone::Release>("release", client, room,
                              "Pays a milestone's escrow out to the freelancer; a part closes it, the rest is credit.",
                              "/release M-5.1 300", "work"),
      act<milestone::ReleaseCredit>("release", client, room,
                                    "Pays the contract's credit out to the freelancer, or a part of it.",
                                    "/release C-5 100", "work"),
      act<bonus::Pay>("bonus", client, room,
                      "Pays the freelancer something besides, also after the end; not covered by payment protection.",
                      R"(/bonus C-9 225 "for 5h")", "work"),
      act<question::Ask>("ask", either, room, "Asks the other side something, on record until it is answered.",
                         R"(/ask C-5 "Which font?")", "work"),
      act<question::Answer>("answer", "whoever was asked", room, "Answers a question.", R"(/answer Q-3 "Helvetica")",
                            "work"),
      act<contract::NudgeOther>("nudge", either, room, "Asks the other side for a sign of life; silence is counted.",
                                "/nudge C-5", "work"),
      act<contract::End, Bare::reason>("end", either, both,
                                       "Ends a contract: asks for your feedback in the direct chat, and ends with it.",
                                       "/end C-5 reason=completed", "end"),
      act<contract::KeepOpen>("keepopen", either, room,
                              "Keeps a contract open that would end by itself because everything is paid.",
                              "/keepopen C-5", "end"),
      {row<ConfirmWords>("confirm", "", "whoever saw the preview", both, "Carries out what a preview showed.",
                         "/confirm 7F3A", "end"),
       confirm},
      {row<NoWords>("list", "", either, both, "What waits for you, and what you wait for.", "/list", "look"),
       list<ListQuery::What::all, false>},
      {row<NoWords>("list", "pending", either, both, "Open proposals.", "/list pending", "look"),
       list<ListQuery::What::pending, false>},
      {row<NoWords>("list", "offers", either, both, "Open offers.", "/list offers", "look"),
       list<ListQuery::What::offers, false>},
      {row<NoWords>("list", "contracts", either, both, "Contracts that run.", "/list contracts", "look"),
       list<ListQuery::What::contracts, false>},
      {row<NoWords>("list", "contracts all", either, both, "Contracts, ended ones too.", "/list contracts all", "look"),
       list<ListQuery::What::contracts, true>},
      {row<StatusQuery>("status", "", either, both, "What is true of one thing.", "/status C-5", "look"),
       query<StatusQuery>},
      {row<LedgerQuery>("ledger", "", either, both, "A contract's money.", "/ledger C-5", "look"), query<LedgerQuery>},
      {row<HelpWords>("help", "", "everybody", both, "All commands, or one.", "/help approve", "look"), help},
      {row<NoWords>("whoami", "", "everybody", both, "Who you are to the bot.", "/whoami", "look"), whoami},
  };
}

}  // namespace

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = commands_of_the_house();
  return all;
}

const std::vector<Row>& table() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> out;
    for (const auto& v : verbs()) out.push_back(v.row);
    return out;
  }();
  return rows;
}

std::expected<Request, Rejection> read_answer(Lexer& lexer, const ReadContext& context) {
  return command<contract::EndAnswer, Bare::none>(lexer, context);
}

std::vector<const Verb*> rows_of(std::string_view verb) {
  std::vector<const Verb*> found;
  for (const auto& v : verbs())
    if (v.row.verb == verb) found.push_back(&v);
  return found;
}

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const auto& v : verbs())
    if (names.empty() || std::find(names.begin(), names.end(), v.row.verb) == names.end())
      names.emplace_back(v.row.verb);
  return names;
}

}  // namespace commands
