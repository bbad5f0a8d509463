#pragma once
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "workflow/feedback_words.hpp"
#include "workflow/ids.hpp"
#include "workflow/money.hpp"
#include "workflow/time.hpp"
#include "workflow/typed.hpp"

namespace workflow {

enum class AccountKind { person, agency, enterprise, support, mediator, arbiter, op };
BOOST_DESCRIBE_ENUM(AccountKind, person, agency, enterprise, support, mediator, arbiter, op)
enum class AccountStatus { active, inactive, suspended };
BOOST_DESCRIBE_ENUM(AccountStatus, active, inactive, suspended)

/// What `/end` in a room has asked of the ender, who answers with the feedback in the direct chat (R-end-3).
struct EndQuestion {
  ContractId contract;
  RoomId room;
  std::string reason;
  std::optional<std::string> note;
  std::optional<Money> pay;
  Instant asked{};
  Instant lapse{};
  bool operator==(const EndQuestion&) const = default;
};
BOOST_DESCRIBE_STRUCT(EndQuestion, (), (contract, room, reason, note, pay, asked, lapse))

/// A person: a small stream of its own. The upper part is folded from its events; the lower is rows of the store that
/// other streams change, as of this transaction.
struct Person {
  PersonId id;
  std::string user;    ///< the chat server's immutable id: the only authority
  std::string handle;  ///< without the @
  std::string name;    ///< display name: decoration
  std::string zone = "UTC";
  std::string email;
  AccountKind kind = AccountKind::person;
  AccountStatus status = AccountStatus::active;
  bool billing_ok = true;
  std::optional<EndQuestion> question;
  bool zone_chosen = false;    ///< by `/timezone`: what the server says of it no longer counts
  std::set<PersonId> blocked;  ///< whose offers are not wanted

  std::map<PersonId, RoomId> room_as_client;  ///< the one room of each pair in which this person is the client
  std::map<PersonId, RoomId> room_as_freelancer;
  std::int64_t cold_offers = 0;  ///< open offers of the last 24 h to people without a contract
  bool operator==(const Person&) const = default;
};

namespace person {

// Commands
struct SetZone {
  Zone zone;
};
BOOST_DESCRIBE_STRUCT(SetZone, (), (zone))
struct Block {
  Handle who;
};
BOOST_DESCRIBE_STRUCT(Block, (), (who))
struct Unblock {
  Handle who;
};
BOOST_DESCRIBE_STRUCT(Unblock, (), (who))

// Events
/// The account was made at the first sight of its user.
struct Seen {
  static constexpr std::string_view kind = "person.seen";
  PersonId id;
  std::string user, handle, name, zone;
};
BOOST_DESCRIBE_STRUCT(Seen, (), (id, user, handle, name, zone))

/// Something about the account changed: by its server (names, zone) or by an operator.
struct Changed {
  static constexpr std::string_view kind = "person.changed";
  PersonId id;
  std::optional<std::string> handle, name, zone, email;
  std::optional<AccountKind> account;
  std::optional<AccountStatus> status;
  std::optional<bool> billing_ok;
};
BOOST_DESCRIBE_STRUCT(Changed, (), (id, handle, name, zone, email, account, status, billing_ok))

struct ZoneChosen {
  static constexpr std::string_view kind = "person.zone_chosen";
  PersonId id;
  std::string zone;
};
BOOST_DESCRIBE_STRUCT(ZoneChosen, (), (id, zone))
struct Blocked {
  static constexpr std::string_view kind = "person.blocked";
  PersonId id;
  PersonId who;
};
BOOST_DESCRIBE_STRUCT(Blocked, (), (id, who))
struct Unblocked {
  static constexpr std::string_view kind = "person.unblocked";
  PersonId id;
  PersonId who;
};
BOOST_DESCRIBE_STRUCT(Unblocked, (), (id, who))

/// `/end` asked for the feedback. A newer question replaces the older.
struct Asked {
  static constexpr std::string_view kind = "person.asked";
  PersonId id;
  EndQuestion question;
};
BOOST_DESCRIBE_STRUCT(Asked, (), (id, question))

/// The question was answered by the end it asked for.
struct Answered {
  static constexpr std::string_view kind = "person.answered";
  PersonId id;
  ContractId contract;
};
BOOST_DESCRIBE_STRUCT(Answered, (), (id, contract))

/// Nobody answered in time: nothing was ended.
struct AskLapsed {
  static constexpr std::string_view kind = "person.ask_lapsed";
  PersonId id;
  ContractId contract;
};
BOOST_DESCRIBE_STRUCT(AskLapsed, (), (id, contract))

}  // namespace person
}  // namespace workflow
