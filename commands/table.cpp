#include <algorithm>

#include "commands/rows.hpp"
#include "commands/unicode.hpp"

// One row for each verb, subverb and kind of id. To add a verb is to add a row.
namespace commands {
namespace {

using namespace workflow;
using rows::act;
using rows::command;
using rows::read_into;
using rows::row;

struct ConfirmWords {
  std::optional<Word> code;
};
BOOST_DESCRIBE_STRUCT(ConfirmWords, (), (code))

std::expected<Request, Rejection> confirm(Lexer& lexer, const ReadContext& context) {
  auto c = read_into<ConfirmWords>(Bare::none, lexer, context);
  if (!c) return std::unexpected(std::move(c.error()));
  return Request{Confirm{c->code ? std::optional{upper(c->code->text)} : std::nullopt}};
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
      act<milestone::Release>("release", client, room, "Pays a milestone's escrow out to the freelancer.",
                              "/release M-5.1", "work"),
      act<contract::End, Bare::reason>("end", either, both,
                                       "Ends a contract: asks for your feedback in the direct chat, and ends with it.",
                                       "/end C-5 reason=completed", "end"),
      {row<ConfirmWords>("confirm", "", "whoever saw the preview", both, "Carries out what a preview showed.",
                         "/confirm 7F3A", "end"),
       confirm},
  };
}

}  // namespace

std::string rows::ids_of(const std::vector<Slot>& parts) {
  for (const auto& s : parts)
    if (s.stand == Stand::id && s.required) return s.shape.substr(0, s.shape.find('-'));
  return {};
}

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = [] {
    auto every = commands_of_the_house();
    for (auto& v : rows::look()) every.push_back(std::move(v));
    return every;
  }();
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
