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
using rows::sub;

struct ConfirmWords {
  std::optional<Word> code;
};
BOOST_DESCRIBE_STRUCT(ConfirmWords, (), (code))
struct AckWords {
  std::optional<NoteNumber> note;
};
BOOST_DESCRIBE_STRUCT(AckWords, (), (note))

std::expected<Request, Rejection> confirm(Lexer& lexer, const ReadContext& context) {
  auto c = read_into<ConfirmWords>(Bare::none, lexer, context);
  if (!c) return std::unexpected(std::move(c.error()));
  return Request{Confirm{c->code ? std::optional{upper(c->code->text)} : std::nullopt}};
}

/// `/ack N-881`, also `/ack 881`.
std::expected<Request, Rejection> ack(Lexer& lexer, const ReadContext& context) {
  auto c = read_into<AckWords>(Bare::none, lexer, context);
  if (!c) return std::unexpected(std::move(c.error()));
  return Request{Ack{c->note ? std::optional{c->note->n} : std::nullopt}};
}

constexpr auto room = "room", both = "room, direct chat", client = "client", freelancer = "freelancer",
               either = "client or freelancer", turn = "whose turn it is", everybody = "everybody";

std::vector<Verb> to_agree() {
  return {
      act<offer::Send, Bare::terms>(
          "offer", client, room, "Offers a contract to the freelancer, who accepts or declines.",
          R"(/offer @freya title="Logo" amount=650 scope="3 concepts, 2 rounds, SVG")", "agree"),
      act<offer::Accept>("accept", freelancer, room,
                         "Accepts an offer: the contract is binding and its first milestone funded.", "/accept O-7 v1",
                         "agree"),
      sub<offer::Revise, Bare::terms>("offer", "revise", client, room,
                                      "Makes a different offer of one that is not accepted yet.",
                                      "/offer revise O-7 amount=750", "agree"),
      act<proposal::Decline>("decline", turn, room, "Declines a proposal, with or without a reason.",
                             "/decline P-12 too expensive", "agree"),
      act<offer::Decline>("decline", freelancer, room, "Declines an offer, with or without a reason.",
                          "/decline O-7 too early", "agree"),
      act<change_request::Decline>("decline", client, room, "Declines a change request; the offer stays as it is.",
                                   "/decline CR-1 not this year", "agree"),
      act<proposal::Propose, Bare::terms>(
          "propose", freelancer, room, "Proposes another contract to a client who has paid you before.",
          R"(/propose title="Logo v2" milestones="Draft:300;Final:500" scope="3 concepts, 2 rounds")", "agree"),
      act<proposal::Repropose, Bare::terms>("repropose", freelancer, room,
                                            "Puts another proposal in the place of yours; what you leave out stays.",
                                            "/repropose P-12 amount=900", "agree"),
      act<proposal::Counter>("counter", turn, room, "Answers a proposal with other terms; what you leave out stays.",
                             "/counter P-12 v1 amount=650", "agree"),
      act<proposal::Approve>("approve", turn, room, "Agrees to a proposal's terms exactly as they are.",
                             "/approve P-12 v2", "agree"),
      act<change_request::Approve>("approve", client, room, "Agrees to a change request: the offer gets its terms.",
                                   "/approve CR-1", "agree"),
      act<proposal::Withdraw>("withdraw", "freelancer; client: their own counter", room,
                              "Takes a proposal back; of the client, the counter that is not answered yet.",
                              "/withdraw P-12", "agree"),
      act<offer::Withdraw>("withdraw", client, room, "Takes an offer back that is not accepted yet.", "/withdraw O-7",
                           "agree"),
      act<change_request::Withdraw>("withdraw", freelancer, room, "Takes a change request back.", "/withdraw CR-1",
                                    "agree"),
      act<offer::Rehire, Bare::terms>("rehire", client, room, "Offers an earlier contract's terms once more.",
                                      "/rehire C-5 amount=900", "agree"),
      act<offer::Discuss>("discuss", either, room, "Says something about an offer; its time runs on.",
                          R"(/discuss O-7 "can we start on Monday?")", "agree"),
      act<change_request::Request>("request-changes", freelancer, room,
                                   "Asks for other terms of an offer, which can be accepted as it is meanwhile.",
                                   "/request-changes O-7 v1 amount=800", "agree"),
  };
}

std::vector<Verb> to_work() {
  return {
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
  };
}

/// Amendments: what changes a contract that runs.
std::vector<Verb> changes_of_a_contract() {
  return {
      act<amendment::Amend>("amend", either, room,
                            "Proposes to change a contract's title, scope or end; the other side answers.",
                            "/amend C-5 end=2026-12-31", "agree"),
      act<amendment::Counter>("counter", turn, room,
                              "Answers an amendment with other values; what you leave out stays.",
                              "/counter A-5.1 v1 amount=450", "agree"),
      act<amendment::Approve>("approve", turn, room, "Agrees to an amendment: the contract says so from now on.",
                              "/approve A-5.1 v1", "agree"),
      act<amendment::Decline>("decline", turn, room, "Declines an amendment, with or without a reason.",
                              "/decline A-5.1 too late", "agree"),
      act<amendment::Withdraw>("withdraw", "who proposed it", room, "Takes an amendment back that is not approved yet.",
                               "/withdraw A-5.1", "agree"),
      sub<amendment::AddMilestone>("milestone", "add", either, room,
                                   "Proposes another milestone of a contract; the other side answers.",
                                   R"(/milestone add C-5 "Final" 500 due=2026-12-15)", "work"),
      sub<amendment::EditMilestone>("milestone", "edit", either, room,
                                    "Proposes to change a milestone that is not funded. The client may move its due "
                                    "day later without an answer.",
                                    "/milestone edit M-5.2 amount=450", "work"),
      sub<amendment::DropMilestone>("milestone", "drop", either, room,
                                    "Proposes to leave out a milestone that is not funded; the other side answers.",
                                    "/milestone drop M-5.2", "work"),
  };
}

/// What somebody orders for themselves, and the room that moves.
std::vector<Verb> people_and_places() {
  return {
      {row<AckWords>("ack", "", everybody, both, "Marks your notices as read, all or up to one.", "/ack N-881", "look"),
       ack},
      act<person::SetZone>("timezone", everybody, both, "Says in which zone you read times.", "/timezone Europe/Berlin",
                           "look"),
      act<person::Block>("block", everybody, both, "Refuses every further offer from somebody.", "/block @mallory",
                         "agree"),
      act<person::Unblock>("unblock", everybody, both, "Lets somebody offer again.", "/unblock @mallory", "agree"),
      sub<room::Move>("room", "move", "client or freelancer", room,
                      "Asks to make this place your room; the other side approves.", "/room move", "agree"),
      sub<room::ApproveMove>("approve", "room", "whose turn it is", room, "Agrees that your room moves here.",
                             "/approve room", "agree"),
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
    std::vector<Verb> every;
    for (auto rows : {to_agree(), to_work(), changes_of_a_contract(), rows::look(), people_and_places()})
      for (auto& v : rows) every.push_back(std::move(v));
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
