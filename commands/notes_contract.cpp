#include <algorithm>

#include "commands/telling.hpp"
#include "commands/unicode.hpp"

namespace commands {
namespace {

using namespace workflow;

/// The canonical words of a feedback: lines `key=value`, the text last and to the end.
struct Words {
  std::int64_t stars = 0;
  std::string scores, text;
};
Words words_of(std::string_view canonical) {
  Words w;
  while (!canonical.empty()) {
    const auto equals = canonical.find('=');
    if (equals == std::string_view::npos) break;
    const auto key = canonical.substr(0, equals);
    if (key == "text") {
      w.text = canonical.substr(equals + 1);
      break;
    }
    const auto end = std::min(canonical.find('\n'), canonical.size());
    const auto value = canonical.substr(equals + 1, end - equals - 1);
    if (key == "stars")
      w.stars = value.empty() ? 0 : value.front() - '0';
    else if (key != "contract" && key != "author")
      w.scores += (w.scores.empty() ? "" : ", ") + std::string{key} + " " + std::string{value};
    canonical.remove_prefix(std::min(end + 1, canonical.size()));
  }
  return w;
}

std::string revealed(const Telling& t, const feedback::Revealed& e) {
  Args args{{"who", t.name(e.id, e.by)}, {"about", t.name(e.id, other(e.by))}, {"commitment", e.commitment.hex}};
  const auto secret = t.cast.words ? t.cast.words(e.commitment) : std::nullopt;
  if (!secret) return t.say("note.feedback.gone", args);
  const auto w = words_of(secret->text);
  return t.say("note.feedback.revealed", with(std::move(args), {{"stars", w.stars},
                                                                {"scores", w.scores},
                                                                {"text", w.text},
                                                                {"salt", secret->salt},
                                                                {"pair_only", std::string{e.is_public ? "" : "yes"}}}));
}

/// What a client's end pays, all of it together.
std::optional<Args> paid_with(const Telling& t) {
  std::optional<Money> gross, net;
  Instant clears{};
  const auto add = [&](Money g, Money fee, Instant at) {
    gross = gross ? *gross + g : g;
    net = net ? *net + (g - fee) : g - fee;
    clears = at;
  };
  for (const auto* r : t.all<milestone::Released>()) add(r->gross, r->fee, r->clears);
  for (const auto* r : t.all<milestone::CreditReleased>()) add(r->gross, r->fee, r->clears);
  if (!gross) return {};
  return Args{{"gross", *gross}, {"net", *net}, {"clears", clears}};
}

}  // namespace

std::string money_of_end(const Telling& t, ContractId id, bool numbered) {
  std::string s;
  const auto line = [&](std::string_view key, Args args) {
    s += "\n" + t.say(key, with(t.about(id), std::move(args)));
  };
  if (const auto paid = paid_with(t)) line("note.ending.paid", *paid);
  const auto* ending = t.find<contract::Ending>();
  const bool by_date = ending && ending->end_kind == contract::EndKind::auto_end_date;
  if (const auto* r = t.find<escrow_refund::Requested>())
    line(by_date ? "note.ending.asked_by_date" : "note.ending.asked",
         {{"amount", r->amount}, {"refund", numbered ? text(r->id) : std::string{}}, {"due", r->due}});
  // The journal and not the milestones: the contract's credit goes back as well, and is nobody's milestone.
  for (const auto* journal : t.all<ledger::Posted>())
    if (journal->code == "L5a" && journal->settles)
      line("note.ending.returned", {{"amount", journal->postings.back().amount}, {"settles", *journal->settles}});
  std::vector<AnyId> cancelled;
  for (const auto* c : t.all<milestone::Cancelled>()) cancelled.emplace_back(c->id);
  if (!cancelled.empty()) line("note.ending.cancelled", {{"ids", ids_of(cancelled)}});
  if (const auto* a = t.find<amendment::Withdrawn>()) line("note.ending.amendment", {{"amendment", text(a->id)}});
  return s;
}

std::string less_asked_back(const Telling& t) {
  std::string s;
  for (const auto* r : t.all<escrow_refund::Reduced>()) {
    const auto* refund = look_up(t.room.refunds, r->id);
    s += "\n" + t.say("note.refund.reduced",
                      with(t.about(r->id),
                           {{"amount", r->amount},
                            {"due", refund && refund->answer.due > t.room.last ? Arg{refund->answer.due} : Arg{}}}));
  }
  for (const auto* r : t.all<escrow_refund::Cancelled>()) s += "\n" + t.say("note.refund.cancelled", t.about(r->id));
  return s;
}

std::string asked_back(const Telling& t, bool numbered) {
  std::string s = less_asked_back(t);
  const auto id = [&](EscrowRefundId refund) { return numbered ? text(refund) : std::string{}; };
  for (const auto* r : t.all<escrow_refund::Requested>())
    s += "\n" + t.say("note.refund.requested",
                      with(t.about(r->contract), {{"refund", id(r->id)}, {"amount", r->amount}, {"due", r->due}}));
  return s;
}

Tale tell(const Telling&, const contract::Started&) { return {}; }

Tale tell(const Telling& t, const contract::Opened& e) {
  return Told{.text = t.say("note.contract.opened", with(t.about(e.id), {{"next", text(MilestoneId{e.id, 1})}})),
              .at = e.at};
}

namespace {

/// An end that nobody gave: what happened, and what it means for money and feedback.
Tale by_itself(const Telling& t, const contract::Ending& e, std::string_view key) {
  const auto* c = look_up(t.room.contracts, e.id);
  std::string s = t.say(key, with(t.about(e.id), {{"officially", e.officially},
                                                  {"end", c && c->terms.end ? Arg{*c->terms.end} : Arg{}}}));
  s += money_of_end(t, e.id, true);
  std::vector<AnyId> in_review;
  for (const auto& [id, m] : t.room.milestones)
    if (id.contract == e.id && m.state == milestone::State::submitted) in_review.emplace_back(id);
  if (!in_review.empty()) s += "\n" + t.say("note.ending.in_review", with(t.about(e.id), {{"ids", ids_of(in_review)}}));
  return Told{.text = s, .at = e.at};
}

}  // namespace

Tale tell(const Telling& t, const contract::Ending& e) {
  if (e.end_kind == contract::EndKind::auto_completed) return by_itself(t, e, "note.contract.auto_completed");
  if (e.end_kind == contract::EndKind::auto_end_date) return by_itself(t, e, "note.contract.auto_end_date");
  const bool by_client = e.end_kind == contract::EndKind::by_client;
  const auto who = t.name(e.id, by_client ? Side::client : Side::freelancer);
  std::string s =
      t.say("note.contract.ending",
            with(t.about(e.id),
                 {{"who", who}, {"reason", e.reason}, {"note", e.note.value_or("")}, {"officially", e.officially}}));
  s += money_of_end(t, e.id, true);
  if (const auto* sealed = t.find<feedback::Sealed>())
    s +=
        "\n" + t.say("note.ending.sealed", {{"who", t.name(e.id, sealed->by)}, {"commitment", sealed->commitment.hex}});
  return Told{.text = s, .at = e.at};
}

Tale tell(const Telling& t, const contract::Ended& e) {
  std::string s = t.say("note.contract.ended", t.about(e.id));
  for (const auto* r : t.all<feedback::Revealed>()) s += "\n" + revealed(t, *r);
  for (const auto* m : t.all<feedback::Missed>())
    s += "\n" + t.say("note.feedback.missed", {{"who", t.name(e.id, m->by)}});
  return Told{.text = s, .at = e.at};
}

// Parts of the note of the end, or of what the client released or turned back.
Tale tell(const Telling&, const escrow_refund::Requested&) { return {}; }
Tale tell(const Telling&, const escrow_refund::Reduced&) { return {}; }
Tale tell(const Telling&, const escrow_refund::Cancelled&) { return {}; }
Tale tell(const Telling&, const feedback::Sealed&) { return {}; }
Tale tell(const Telling&, const feedback::Revealed&) { return {}; }
Tale tell(const Telling&, const feedback::Missed&) { return {}; }

/// The question of an `/end`, in the direct chat of whoever ends.
Tale tell(const Telling& t, const person::Asked& e) {
  const auto& q = e.question;
  return Told{.text = t.say("ask.end", with(t.about(q.contract), {{"reason", q.reason},
                                                                  {"note", q.note.value_or("")},
                                                                  {"pay", q.pay ? Arg{*q.pay} : Arg{}},
                                                                  {"lapse", q.lapse}})),
              .at = {},
              .kind = "ask.end",
              .direct = e.id};
}

Tale tell(const Telling& t, const person::AskLapsed& e) {
  return Told{.text = t.say("ask.end_lapsed", t.about(e.contract)), .at = {}, .kind = "ask.end_lapsed", .direct = e.id};
}

/// With a headline before it this is a line of that note; a note of its own only where nothing else speaks.
Tale tell(const Telling& t, const contract::Completing& e) {
  return Told{.text = t.say("note.contract.completing", with(t.about(e.id), {{"due", e.due}})), .at = e.at};
}
Tale tell(const Telling&, const contract::Resumed&) { return {}; }

Tale tell(const Telling& t, const contract::KeptOpen& e) {
  const auto* c = look_up(t.room.contracts, e.id);
  Args args{{"who", t.name(e.id, e.by)}};
  if (c && c->terms.end) args.emplace_back("end", *c->terms.end);
  return Told{.text = t.say("note.contract.kept_open", with(t.about(e.id), std::move(args))), .at = e.at};
}

Tale tell(const Telling& t, const contract::Nudged& e) {
  return Told{.text = t.say("note.contract.nudged", with(t.about(e.id), {{"who", t.name(e.id, e.by)},
                                                                         {"other", t.name(e.id, other(e.by))},
                                                                         {"number", e.number}})),
              .at = e.at};
}

}  // namespace commands
