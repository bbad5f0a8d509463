#include <catch2/catch.hpp>

#include "commands/lexer.hpp"
#include "commands/suggest.hpp"
#include "commands_stage.hpp"

using namespace workflow;
using stage::read;

namespace {

template <class C>
C command(std::string_view text) {
  const auto r = read(text);
  INFO(text);
  REQUIRE(r.has_value());
  if (!*r) FAIL(commands::refusal(r->error(), {}).text);
  return std::get<C>(std::get<Command>((**r).request));
}

/// The reason for which a line is USAGE.
std::string why(std::string_view text, bool asked = false) {
  const auto r = read(text, asked);
  INFO(text);
  if (!r) return "chat";
  if (*r) return "read";
  CHECK(r->error().code == Code::USAGE);
  return r->error().why;
}

std::string line(std::string_view text) {
  const auto r = read(text);
  REQUIRE((r && !*r));
  for (const auto& [name, value] : r->error().args)
    if (name == "line") return std::get<std::string>(value);
  return {};
}

Money usd(std::int64_t cents) { return {cents, {}}; }

}  // namespace

TEST_CASE("every row's example reads as its own verb, and its usage names it") {
  for (const auto& row : commands::table()) {
    const auto r = read(row.example);
    INFO(row.example);
    REQUIRE(r.has_value());
    if (!*r) FAIL(commands::refusal(r->error(), {}).text);
    CHECK((*r)->verb == row.verb);
    CHECK(row.usage.starts_with("/" + std::string{row.verb}));
    CHECK((!row.help.empty() && !row.who.empty() && !row.where.empty() && !row.group.empty()));
  }
}

TEST_CASE("the usage of a verb comes from its command's members") {
  for (const auto& row : commands::table()) {
    if (row.verb == "approve" && row.ids == "P") CHECK(row.usage == "/approve P-12 [v2] [#a1b2] [--yes]");
    if (row.verb == "milestone" && row.subverb == "add")
      CHECK(row.usage == "/milestone add C-5 \"title\" 300 [due=2026-12-01]");
    if (row.verb == "submit") CHECK(row.usage == "/submit M-5.2 \"message\"");
    if (row.verb == "decline" && row.ids == "O") CHECK(row.usage == "/decline O-7 [\"reason\"]");
  }
}

TEST_CASE("one verb is several rows, chosen by the kind of id") {
  CHECK(command<proposal::Decline>("/decline P-1").id.n == 1);
  CHECK(command<offer::Decline>("/decline O-7").id.n == 7);
  CHECK(command<offer::Decline>("/decline o-7").id.n == 7);
  CHECK(command<amendment::Decline>("/decline A-5.1").id == AmendmentId{{5}, 1});
  CHECK(command<amendment::DropMilestone>("/milestone drop M-5.2").id == MilestoneId{{5}, 2});
  CHECK(command<amendment::AddMilestone>("/milestone add C-5 Final 500").amount == Amount{usd(50000)});
  CHECK(why("/milestone drop C-5") == "usage.id_wanted");
  CHECK(why("/milestone add C-5 Final") == "usage.missing");
  CHECK(why("/milestone add C-5 500") == "usage.missing");
  CHECK(why("/milestone C-5") == "usage.subverb");
  CHECK(why("/approve ER-3") == "usage.id_kind");
  CHECK(command<change_request::Approve>("/approve CR-1").id.n == 1);
  CHECK(command<change_request::Decline>("/decline cr-1 too much").reason->words == "too much");
  CHECK(why("/counter CR-1 amount=5") == "usage.id_kind");
  CHECK(why("/approve") == "usage.no_id");
  CHECK(why("/approve everything") == "usage.no_id");
  CHECK(why("/approve P-0") == "usage.not_id");
  CHECK(commands::refusal(read("/approve ER-3")->error(), {}).text.find("takes P-n") != std::string::npos);
}

TEST_CASE("a different offer is told from an offer whose title begins like it") {
  const auto revise = command<offer::Revise>("/offer revise O-7 Logo and icons amount=750");
  CHECK((revise.id.n == 7 && revise.terms.title == "Logo and icons" && revise.terms.amount == Money{75'000}));
  CHECK(command<offer::Revise>("/offer REVISE o-7\n- Draft 300\n- Final 450").terms.milestones->size() == 2);
  CHECK(command<offer::Send>("/offer Revise my thesis amount=750").terms.title == "Revise my thesis");
  CHECK(why("/offer revise amount=750") == "usage.missing");
  CHECK(why("/offer revise") == "usage.missing");
  CHECK(command<proposal::Propose>("/propose from=c-5 amount=900").from->contract.n == 5);
  CHECK(command<offer::Rehire>("/rehire C-5\n- Draft 300\n- Final 450").terms.milestones->size() == 2);
  // Free words are no title where they would change one by accident.
  CHECK(why("/request-changes O-7 make it cheaper") == "usage.extra");
  CHECK(command<offer::Discuss>("/discuss O-7 can we start on Monday?").message.words == "can we start on Monday?");
}

TEST_CASE("a command may be spelled in several ways") {
  for (const char* text :
       {"/approve P-12 v2", "!approve P-12 v2", "Parley: approve P-12 v2", "parley: /APPROVE p-12 V2",
        "  /Approve\tP-12\n v2 \n", "\u200B/approve P-12 v2", "/approve P-12\u00A0v2"}) {
    const auto c = command<proposal::Approve>(text);
    CHECK((c.id.n == 12 && c.version == Version{2} && !c.yes.given));
  }
  CHECK(command<proposal::Approve>("/approve P-12 #A1B2 v2 --yes").hash == HashPrefix{"a1b2"});
  CHECK(command<proposal::Approve>("/approve P-12 v2 \u2014yes").yes.given);
}

TEST_CASE("what is no command gets no answer") {
  for (const char* text : {"", "hello", "/", " / ", "!", "/ x", "//x", "/usr/bin/x", "!!", "/12", "Parley:", "Parley:x",
                           "parley is here", "a /approve P-1", "stars=5 text=\"Great work\"", "http://x/y", "\xFF\xFE"})
    CHECK(why(text) == "chat");
  CHECK(why("/etc") == "usage.unknown_verb");
}

TEST_CASE("keys, quotes and escapes") {
  const auto p = command<proposal::Propose>(
      "/propose title=\u201CLogo v2\u201D milestones=\"Draft: round 1:300:2026-12-01; Final:500\" scope=\"a \\\"b\\\" "
      "\u201Cc\u201D C:\\new\" END=2027-03-31 start=today --yes");
  CHECK(p.terms.title == "Logo v2");
  CHECK(p.terms.scope == "a \"b\" \u201Cc\u201D C:\\new");
  CHECK(p.terms.start == parse_date("2026-11-02"));
  CHECK(p.terms.end == parse_date("2027-03-31"));
  CHECK(p.yes.given);
  REQUIRE(p.terms.milestones);
  CHECK(*p.terms.milestones == std::vector<MilestoneTerms>{{"Draft: round 1", usd(30000), parse_date("2026-12-01")},
                                                           {"Final", usd(50000), {}}});
  CHECK(why("/counter P-1 amout=5") == "usage.unknown_key");
  CHECK(line("/counter P-1 amout=5") == "/counter P-1 amount=5");
  CHECK(why("/counter P-1 amount=5 amount=6") == "usage.repeated");
  CHECK(why("/counter P-1 amount=") == "usage.no_value");
  CHECK(why("/counter P-1 title=\"\"") == "usage.empty");
  CHECK(why("/counter P-1 title=\"x") == "usage.open_quote");
  CHECK(why("/counter P-1 title=\"x\"y") == "usage.after_quote");
  CHECK(why("/counter P-1 v1 v2") == "usage.extra");
  CHECK(why("/accept O-1 v1 please") == "usage.extra");
  CHECK(why("/accept O-1 --now") == "usage.flag");
  CHECK(why("/fund M-1.1 why=x") == "usage.no_keys");
  CHECK(why("/submit M-1.1") == "usage.missing");
  CHECK(why("/offer title=x rate=45") == "usage.hourly");
}

TEST_CASE("free words at the end of a line are one phrase") {
  CHECK(command<proposal::Decline>("/decline P-1 too expensive").reason == Phrase{"too expensive"});
  CHECK(command<proposal::Decline>("/decline P-1 reason=\"too early\"").reason == Phrase{"too early"});
  CHECK(command<proposal::Decline>("/decline P-1 no \"thanks\", x=1 --yes").reason ==
        Phrase{"no \"thanks\", x=1 --yes"});
  CHECK_FALSE(command<proposal::Decline>("/decline P-1").reason);
  CHECK(command<milestone::Submit>("/submit M-5.1 https://x.test/?a=b\nsecond line").message.words ==
        "https://x.test/?a=b\nsecond line");
  CHECK(why("/decline P-1 \"a\" b") == "usage.extra");
}

TEST_CASE("terms may be written plainly over several lines") {
  const auto p = command<proposal::Propose>(
      "/propose Logo v2\n- Draft 300 by 2026-11-09\n\u2022 Final: $500\n\n3 concepts\n2 rounds\n\nend=2026-12-01");
  CHECK(p.terms.title == "Logo v2");
  CHECK(p.terms.scope == "3 concepts\n2 rounds");
  CHECK(p.terms.end == parse_date("2026-12-01"));
  CHECK(*p.terms.milestones ==
        std::vector<MilestoneTerms>{{"Draft", usd(30000), parse_date("2026-11-09")}, {"Final", usd(50000), {}}});
  const auto o = command<offer::Send>("/offer @freya New site amount=650 --yes\nEverything but photos");
  CHECK((o.freelancer == Handle{"freya"} && o.terms.title == "New site" && o.terms.amount == usd(65000)));
  CHECK((o.terms.scope == "Everything but photos" && o.yes.given));
  CHECK(command<contract::End>("/end C-5 completed").reason == "completed");
  CHECK(command<contract::End>("/end C-5 reason=budget pay=0").pay == usd(0));
  CHECK(why("/end C-5 completed really") == "usage.extra");
  CHECK(why("/propose Logo\n45/h") == "usage.hourly");
  CHECK(why("/propose Logo\n- Draft 300 by 2026-02-30") == "usage.no_such_day");
  CHECK(why("/propose Logo\n- Draft") == "usage.item_line");
  CHECK(why("/propose Logo\n- a;b 5") == "usage.item_semicolon");
  CHECK(why("/propose Logo title=x") == "usage.repeated");
  CHECK(why("/propose Logo scope=x\nmore") == "usage.repeated");
}

TEST_CASE("amounts") {
  for (const char* good : {"650", "650.00", "$650", "650USD", "usd650", "\"650 USD\""})
    CHECK(command<proposal::Counter>("/counter P-1 amount=" + std::string{good}).terms.amount == usd(65000));
  CHECK(command<proposal::Counter>("/counter P-1 amount=999999999.99").terms.amount == usd(99'999'999'999));
  CHECK(line("/counter P-1 amount=1,200 end=2027-01-01") == "/counter P-1 amount=1200 end=2027-01-01");
  CHECK(line("/counter P-1 amount=12,50") == "/counter P-1 amount=12.50");
  CHECK(line("/propose x\n- Draft 1,200 by 2026-12-01") == "/propose x\n- Draft 1200 by 2026-12-01");
  CHECK(line("/counter P-1 milestones=\"A 1,200:1,200;B:5\"") == "/counter P-1 milestones=\"A 1,200:1200;B:5\"");
  CHECK(why("/counter P-1 amount=650EUR") == "usage.currency");
  CHECK(why("/counter P-1 amount=€650") == "usage.currency");
  CHECK(why("/counter P-1 amount=1000000000000000000") == "usage.money_big");
  CHECK(why("/counter P-1 amount=1234567890x") == "usage.money_big");
  CHECK(why("/counter P-1 amount=123456789x") == "usage.money");
  CHECK(why("/counter P-1 amount=0") == "usage.money_zero");
  CHECK(why("/counter P-1 amount=1.234") == "usage.money_digits");
  for (const char* bad : {"-5", "1e3", "NaN", "0x10", ".5", "5."})
    CHECK(why("/counter P-1 amount=" + std::string{bad}) == "usage.money");
  CHECK(why("/counter P-1 amount=6\u0665\u0660") == "usage.plain_digits");
  CHECK(why("/counter P-1 amount=\uFF16\uFF15\uFF10") == "usage.plain_digits");
  CHECK(why("/approve P-\u0661\u0662") == "usage.plain_digits");
  CHECK(why("/approve P-1\u200B2") == "usage.hidden");
  CHECK(why("/approve P-1 \u202Ev2") == "usage.hidden");
  CHECK(why("/propose \u202Etitle=x") == "usage.hidden");
  CHECK(line("/counter P-1 amount=\uFF16\uFF15\uFF10") == "/counter P-1 amount=650");
  CHECK(line("/accept o\u20117 v1") == "/accept O-7 v1");
}

TEST_CASE("bad input has a defined answer") {
  CHECK(why("/counter P-1 end=2026-02-30") == "usage.no_such_day");
  CHECK(why("/counter P-1 end=1.12.2026") == "usage.date");
  CHECK(why("/propose title=\xC3\x28") == "usage.utf8");
  CHECK(why("/propose title=a\x07") == "usage.control");
  CHECK(why(std::string_view{"/propose a\0b", 12}) == "usage.control");
  CHECK(why("/submit M-1.1 " + std::string(4000, 'a')) == "usage.too_long");
  CHECK(why("/submit M-1.1 " + std::string(501, 'a')) == "usage.too_long");
  CHECK(why("/decline P-1 " + std::string(501, 'a')) == "usage.too_long");
  CHECK(why("/counter P-1 title=\"" + std::string(101, 'a') + "\"") == "usage.too_long");
  CHECK(why("/counter P-1 scope=\"" + std::string(3001, 'a') + "\"") == "usage.too_long");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";
  CHECK(command<proposal::Counter>("/counter P-1 title=" + umlauts).terms.title == umlauts);
  CHECK(why("/counter P-1 milestones=Draft") == "usage.item");
  CHECK(why("/counter P-1 milestones=:300") == "usage.item_title");
  CHECK(why("/counter P-1 milestones=\"A:1;;B:2\"") == "usage.item");
  std::string many;
  for (int i = 0; i < 21; ++i) many += "M:5;";
  CHECK(why("/counter P-1 milestones=\"" + many + "\"") == "usage.many_milestones");
  CHECK(command<proposal::Counter>("/counter P-1 title=\"Lo\u202Ego\u200B\nv2\"").terms.title == "Logo v2");
  CHECK(why("/list contracts C-5") == "usage.extra");
  CHECK(why("/help nothing") == "usage.unknown_verb");
  CHECK(why("/counter P-1 amount=5 #zz") == "usage.extra");
  CHECK(why("/approve P-1 #zz") == "usage.hash");
}

TEST_CASE("a verb that does not exist is answered with the nearest") {
  CHECK(line("/aprove P-12 v2") == "/approve P-12 v2");
  CHECK(line("!wihtdraw O-7") == "!withdraw O-7");
  CHECK(line("/app\u200Brove P-1") == "/approve P-1");
  CHECK(line("/\u0430pprove P-1") == "/approve P-1");
  CHECK(line("/with P-1") == "/withdraw P-1");
  CHECK(line("/xyzzy").empty());
  CHECK(commands::distance("approve", "aprpove") == 1);
}

TEST_CASE("the answer to a question is read only where one is open") {
  const auto r = read("stars=5 text=\u201CGreat work\u201D private=\"late\" quality=4 --yes", true);
  REQUIRE((r && *r));
  const auto& a = std::get<contract::EndAnswer>(std::get<Command>((*r)->request));
  CHECK((a.feedback.stars == 5 && a.feedback.text == "Great work" && a.feedback.private_text == "late"));
  CHECK((a.feedback.quality == 4 && a.yes.given));
  CHECK(why("text=\"x\"", true) == "read");
  CHECK(why("stars=five", true) == "usage.number");
  CHECK(why("stars=5 great", true) == "usage.extra");
  CHECK(why("I give 5 stars=5", true) == "chat");
  CHECK(why("text=\"" + std::string(2001, 'a') + "\"", true) == "usage.too_long");
}

TEST_CASE("queries and confirmations") {
  const auto query = [](std::string_view text) {
    const auto r = read(text);
    REQUIRE((r && *r));
    return std::get<commands::Query>((*r)->request);
  };
  const auto list = std::get<commands::ListQuery>(query("/list Contracts ALL"));
  CHECK((list.what == commands::ListQuery::What::contracts && list.ended_too));
  CHECK(std::get<commands::StatusQuery>(query("/status er-3")).id == AnyId{EscrowRefundId{3}});
  CHECK(std::get<commands::HelpQuery>(query("/help /Approve")).verb == "approve");
  const auto c = read("/confirm 7f3a");
  CHECK(std::get<commands::Confirm>((*c)->request).code == "7F3A");
  CHECK_FALSE(std::get<commands::Confirm>((*read("/confirm"))->request).code);
  CHECK(why("/confirm 7F3A now") == "usage.extra");
  CHECK(why("/ledger P-1") == "usage.id_kind");
}
