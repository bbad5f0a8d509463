#include "tests/sim/guards.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "tests/sim/taught.hpp"

namespace sim {
namespace {

/// The id that a line is about: `/accept O-1 v2`, `/milestone drop M-1.2`; empty: none stands where one is looked for.
std::string named(const std::string& text) {
  std::istringstream in(text);
  std::string verb, first, second;
  in >> verb >> first >> second;
  const auto is_id = [](const std::string& s) {
    return !s.empty() && s[0] >= 'A' && s[0] <= 'Z' && s.find('-') != s.npos;
  };
  return is_id(first) ? first : is_id(second) ? second : "";
}

std::string lower(std::string s) {
  std::ranges::transform(s, s.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

bool of_offers(const std::string& id) { return id.starts_with("O-") || id.starts_with("CR-") || id.starts_with("Q-"); }

}  // namespace

void Guards::wrong(const Reason& r, const Spoken& s, const std::string& what) {
  faults_.add("guards", r.message + " of " + s.user + " was answered " + r.answer + ", and " + what + ": " +
                            s.text.substr(0, 120));
}

void Guards::take(const Happened& e, const Reason& why) {
  if (!why.message.empty()) accepted(e);
  if (e.kind == "person.changed") {
    auto& account = accounts_[e.stream];
    if (e.has("status") && !e.word("status").empty()) {
      account.active = e.word("status") == "active";
      activity_[e.stream][e.cause] = account.active;
    }
    if (const auto* billing = e.body.if_contains("billing_ok"); billing && billing->is_bool())
      account.billing_ok = billing->get_bool();
  } else if (e.kind == "person.blocked") {
    accounts_[e.stream].blocked.insert(e.number("who"));
  } else if (e.kind == "person.unblocked") {
    accounts_[e.stream].blocked.erase(e.number("who"));
  } else if (e.kind == "room.fixed") {
    pairs_[e.stream] = {e.cause, e.number("client"), e.number("freelancer")};
  }
  if (e.kind.starts_with("person.")) return;
  if (const auto id = taught::thing_of(e); !id.empty()) things_.try_emplace(id, e.stream, e.cause);
}

void Guards::accepted(const Happened& e) {
  const auto no = [&](const std::string& what) {
    faults_.add("guards", "event " + std::to_string(e.position) + " " + e.kind + ": " + what);
  };
  if (!accounts_[e.actor].active) no("who ordered it may not do anything at the moment");
  if (e.kind == "offer.sent" && e.number("from") == 0 &&
      accounts_[e.number("freelancer")].blocked.contains(e.number("client")))
    no("it goes to somebody who has blocked the client");
  // Only the client pays anything in; what the contract's credit covers is paid already.
  const bool charged =
      (e.kind == "milestone.funded" && e.minor("amount") > e.minor("credit")) || e.kind == "bonus.paid";
  if (!charged) return;
  const auto pair = pairs_.find(e.stream);
  if (pair != pairs_.end() && !accounts_[pair->second.client].billing_ok)
    no("the client is charged, whose bank pays nothing at the moment");
}

bool Guards::was_active(std::int64_t person, std::int64_t cause) const {
  const auto found = activity_.find(person);
  if (found == activity_.end()) return true;
  const auto after = found->second.lower_bound(cause);
  return after == found->second.begin() || std::prev(after)->second;
}

/// The first guards of the order of all refusals: who is no party learns nothing, then what is not here, then where it
/// is typed, whose it is, and whether the account may act. Nothing that follows is looked at before.
void Guards::answered(const Reason& r, const Spoken& s, std::int64_t actor, std::int64_t room) {
  const auto code = r.answer.substr(0, r.answer.find('('));
  if (code.empty() || actor == 0 || code.find('.') != code.npos) return;
  const bool about_place =
      lower(s.text).find("room") != std::string::npos;  // asks about another place than the one it is typed in
  const bool active = was_active(actor, r.id);
  if (active && code == "ACCOUNT_INACTIVE") wrong(r, s, "the account is active");
  if (!active && !about_place && !taught::before_account().contains(code)) wrong(r, s, "the account is not active");
  const auto pair = pairs_.find(room);
  if (about_place || pair == pairs_.end() || pair->second.since >= r.id) return;
  const auto id = named(s.text);
  const bool party = pair->second.has(actor);
  if (!party && code == "NOT_FOUND_HERE") wrong(r, s, "who is no party may not learn what is there");
  if (party && code == "NOT_A_PARTY" && !of_offers(id)) wrong(r, s, "the room is theirs");
  const auto thing = things_.find(id);
  if (party && code == "NOT_FOUND_HERE" && thing != things_.end() && thing->second.first == room &&
      thing->second.second < r.id)
    wrong(r, s, id + " is there");
}

}  // namespace sim
