#include "bot/inspect.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

namespace bot {
namespace {

using workflow::Facts;
using workflow::Money;

/// The installation has one currency; the store knows it from its contracts.
workflow::Currency currency_of(store::Store& store, workflow::PersonId id) {
  for (const auto room : store.rooms_of(id))
    for (const auto& [contract, state] : store.room(room).contracts) return state.terms.amount.currency;
  return {};
}

template <class Enum>
std::string word(Enum value) {
  const char* name = boost::describe::enum_to_string(value, "none");
  return std::string_view(name) == "op" ? "operator" : name;
}

Facts account(store::Store& store, const std::string& platform, const std::string& handle) {
  const auto id = store.person_by_handle(platform, handle);
  if (!id) return {};
  const auto person = store.person(*id);
  const auto currency = currency_of(store, *id);
  const auto sum = [&](workflow::Book book) {
    return workflow::decimal(Money{store.balance({book, id->n}), currency});
  };
  return {{"pending", sum(workflow::Book::pending)},
          {"available", sum(workflow::Book::available)},
          {"paid_out", sum(workflow::Book::ext_freelancer)},
          {"transit", sum(workflow::Book::refund_transit)},
          {"kind", word(person.kind)},
          {"status", word(person.status)}};
}

/// Over every posting, not over the balances: these are what is to be checked.
Facts ledger(store::Store& store, const std::string& platform) {
  std::int64_t minor = 0;
  workflow::Currency currency;
  for (const auto& place : store.places(platform)) {
    if (place.room == workflow::RoomId{}) continue;
    for (const auto& posting : store.postings(place.room)) {
      currency = posting.amount.currency;
      if (__builtin_add_overflow(minor, posting.amount.minor, &minor)) return {{"sum", "overflow"}};
    }
  }
  return {{"sum", workflow::decimal(Money{minor, currency})}};
}

Facts events(store::Store& store) {
  return {{"count", std::to_string(store.events_count())}, {"chain", store.verify().empty() ? "ok" : "broken"}};
}

Facts outbox(store::Store& store) {
  const auto w = store.waiting();
  return {{"waiting", std::to_string(w.waiting)},
          {"dead", std::to_string(w.dead)},
          {"oldest", w.oldest ? workflow::iso(*w.oldest) : "none"}};
}

/// What no server would take, by its key; its text is gone.
Facts dead(store::Store& store) {
  Facts all;
  for (const auto& d : store.dead_letters())
    all.emplace_back(d.key, d.kind + " to " + (d.to.empty() ? d.channel : d.to) + ": " + d.reason);
  return all;
}

Facts in_a_room(store::Store& store, const std::string& platform, const workflow::AnyId& id, bool feedback) {
  const auto room = store.room_of(id);
  if (!room) return {};
  if (feedback) return workflow::feedback_facts(store.room(*room), std::get<workflow::ContractId>(id));
  const auto& state = store.room(*room);
  return workflow::facts(state, id, [&](workflow::PersonId who) {
    const auto& person = store.person(who);
    return person.handle.empty() ? store.user_of(who, platform) : person.handle;
  });
}

}  // namespace

std::expected<Facts, std::string> inspect(store::Store& store, const std::string& platform,
                                          const std::string& subject) {
  const auto blank = subject.find(' ');
  const auto noun = subject.substr(0, blank);
  const auto name = blank == std::string::npos ? std::string{} : subject.substr(blank + 1);
  if (noun == "ledger" && name.empty()) return ledger(store, platform);
  if (noun == "events" && name.empty()) return events(store);
  if (subject == "outbox") return outbox(store);
  if (subject == "dead") return dead(store);
  if (noun == "account" && !name.empty()) return account(store, platform, name);
  if (noun == "room" && !name.empty()) {
    const auto place = store.place(platform, name);
    if (!place || place->room == workflow::RoomId{}) return Facts{};
    return workflow::room_facts(store.room(place->room),
                                [&](workflow::PersonId who) { return store.person(who).handle; });
  }
  const bool feedback = noun == "feedback";
  const auto id = workflow::parse_id(feedback ? name : subject);
  if (!id || (feedback && !std::holds_alternative<workflow::ContractId>(*id)))
    return std::unexpected(
        "a subject is an id like P-1 or M-1.1, `feedback C-1`, `room NAME`, `account NAME`, `ledger`, `events`, "
        "`outbox` or `dead`");
  return in_a_room(store, platform, *id, feedback);
}

std::string to_json(const Facts& facts) {
  boost::json::object out;
  for (const auto& [field, value] : facts) out[field] = value;
  return boost::json::serialize(out);
}

}  // namespace bot
