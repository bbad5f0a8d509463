#include <algorithm>

#include "commands/telling.hpp"
#include "workflow/facts.hpp"

// What a command would do, told from the events it would cause. Numbers that nobody has been given are not shown.
namespace commands {
namespace {

using namespace workflow;

constexpr auto soon = std::chrono::minutes{15};

std::string escrow_line(const Telling& t) {
  const auto* funded = t.find<milestone::Funded>();
  return funded ? "\n" + t.say("preview.funds", with(t.about(funded->id), {{"amount", funded->amount}}))
                : std::string{};
}

/// What the freelancer gets of it all, each release with its own fee.
std::string net_line(const Telling& t) {
  const auto* started = t.find<contract::Started>();
  if (!started) return {};
  Money fee{0, started->terms.amount.currency};
  for (const auto& m : started->terms.milestones) fee += share(m.amount, started->policy.fee_bps);
  return "\n" + t.say("preview.net",
                      with(t.about(started->id),
                           {{"amount", started->terms.amount}, {"net", started->terms.amount - fee}, {"fee", fee}}));
}

std::string of(const Telling& t, const offer::Accepted& e) {
  std::string s = t.say("preview.accept", with(t.about(e.id), {{"version", e.version}}));
  if (const auto* started = t.find<contract::Started>())
    s += "\n" + in_full(started->terms, started->digest) + unsaid(t, started->terms);
  return s + net_line(t) + escrow_line(t) + open_questions(t, e.id);
}

std::string of(const Telling& t, const proposal::Approved& e) {
  const auto key = e.by == Side::freelancer ? "preview.approve_binding" : "preview.approve";
  std::string s = t.say(key, with(t.about(e.id), {{"version", e.version}}));
  if (const auto* sent = t.find<offer::Sent>()) s += "\n" + in_full(sent->terms, sent->digest) + unsaid(t, sent->terms);
  return s + net_line(t) + escrow_line(t) + open_questions(t, e.id);
}

std::string of(const Telling& t, const amendment::Approved& e) {
  return t.say("preview.approve_amendment",
               with(t.about(e.id), {{"version", e.version}, {"changes", change_of(t, e.id)}})) +
         "\n" + in_full(e.terms, e.digest);
}

std::string of(const Telling& t, const milestone::Funded& e) {
  return t.say("preview.fund", with(t.about(e.id), funding(e)));
}

/// What the freelancer gets of a payment, and when.
Args shares(Money gross, Money fee, Instant clears) {
  return {{"gross", gross}, {"net", gross - fee}, {"fee", fee}, {"clears", clears}};
}

std::string of(const Telling& t, const milestone::Released& e) {
  std::string s = t.say("preview.release", with(t.about(e.id), shares(e.gross, e.fee, e.clears)));
  if (e.rolled) s += "\n" + t.say("preview.rolled", with(t.about(e.id), {{"rolled", *e.rolled}}));
  return s + asked_back(t, false);
}

std::string of(const Telling& t, const milestone::CreditReleased& e) {
  return t.say("preview.release_credit", with(t.about(e.id), shares(e.gross, e.fee, e.clears))) + less_asked_back(t);
}

std::string of(const Telling& t, const bonus::Paid& e) {
  return t.say("preview.bonus",
               with(with(t.about(e.id), shares(e.gross, e.fee, e.clears)), {{"reason", e.reason.value_or("")}}));
}

std::string of(const Telling& t, const contract::Ending& e, const Room& before) {
  std::string s =
      t.say("preview.end",
            with(t.about(e.id), {{"reason", e.reason}, {"note", e.note.value_or("")}, {"officially", e.officially}}));
  s += money_of_end(t, e.id, false);
  s += "\n" + t.say("preview.end_sealed", {});
  if (e.end_kind != contract::EndKind::by_freelancer) return s;
  std::vector<AnyId> submitted;
  for (const auto& [id, m] : before.milestones)
    if (id.contract == e.id && m.state == milestone::State::submitted) submitted.emplace_back(id);
  if (!submitted.empty()) s += "\n" + t.say("preview.end_submitted", with(t.about(e.id), {{"ids", ids_of(submitted)}}));
  return s;
}

std::string body(std::string_view verb, const Telling& t, const Room& before) {
  for (const auto& e : t.events) {
    if (const auto* x = std::get_if<contract::Ending>(&e)) return of(t, *x, before);
    if (const auto* x = std::get_if<proposal::Approved>(&e)) return of(t, *x);
    if (const auto* x = std::get_if<offer::Accepted>(&e)) return of(t, *x);
    if (const auto* x = std::get_if<amendment::Approved>(&e)) return of(t, *x);
    if (const auto* x = std::get_if<milestone::Funded>(&e)) return of(t, *x);
    if (const auto* x = std::get_if<milestone::Released>(&e)) return of(t, *x);
    if (const auto* x = std::get_if<milestone::CreditReleased>(&e)) return of(t, *x);
    if (const auto* x = std::get_if<bonus::Paid>(&e)) return of(t, *x);
  }
  const auto about = t.events.empty() ? std::nullopt : subject(t.events.front());
  return t.say("preview.other", {{"verb", std::string{verb}}, {"id", about ? text(*about) : std::string{}}});
}

/// A deadline of the thing that may pass while somebody still reads.
std::string hurry(const Telling& t, const Room& before, Instant now) {
  const auto about = t.events.empty() ? std::nullopt : subject(t.events.front());
  if (!about) return {};
  const auto there = everything(before);
  if (std::find(there.begin(), there.end(), *about) == there.end()) return {};
  const auto due = row(before, *about).due;
  if (!due || *due - now >= soon) return {};
  return "\n" + t.say("preview.soon", {{"id", text(*about)}, {"due", *due}, {"left", *due - now}});
}

}  // namespace

Note preview(std::string_view verb, std::span<const Event> events, const Room& after, const Cast& cast,
             std::string_view code, workflow::Duration valid, Instant now, const Room& before) {
  const Telling t{events, after, cast};
  const auto about = events.empty() ? std::nullopt : subject(events.front());
  Note n{.kind = "preview." + std::string{verb}, .subject = about ? text(*about) : "", .text = {}, .direct = {}};
  n.text = body(verb, t, before) + hurry(t, before, now) + "\n" +
           t.say("preview.confirm", {{"code", std::string{code}}, {"valid", valid}});
  return n;
}

}  // namespace commands
