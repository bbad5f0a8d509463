#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "commands/values.hpp"
#include "workflow/event.hpp"

// The grammar of a verb, from the described members of its command: what type a member has tells where it stands.
namespace commands {

/// Where a part of a command stands: by position, told by its looks or its place; trailing words; a flag; a key.
enum class Stand { id, version, hash, handle, word, page, title, amount, phrase, yes, key };

/// One part of a command that is being read.
struct Slot {
  Stand stand = Stand::key;
  std::string name;  ///< `amount`; of a position only for the words about it
  bool required = false;
  std::string shape;  ///< `P-12`, `amount=650`: how it is typed
  std::function<Problem(const Value&)> set;
  bool given = false;
};

/// What words without a key mean where no position takes them: nothing; the reason of an end; a title, and lines that
/// are milestones or scope.
enum class Bare { none, reason, terms };

namespace grammar {

template <class T>
struct Inside {
  using type = T;
  static constexpr bool optional = false;
};
template <class T>
struct Inside<std::optional<T>> {
  using type = T;
  static constexpr bool optional = true;
};

template <class T>
inline constexpr bool described = boost::describe::has_describe_members<T>::value;

template <class T>
constexpr Stand stand_of() {
  if constexpr (std::is_same_v<T, workflow::Version>)
    return Stand::version;
  else if constexpr (std::is_same_v<T, workflow::HashPrefix>)
    return Stand::hash;
  else if constexpr (std::is_same_v<T, workflow::Handle>)
    return Stand::handle;
  else if constexpr (std::is_same_v<T, workflow::Phrase>)
    return Stand::phrase;
  else if constexpr (std::is_same_v<T, workflow::Yes>)
    return Stand::yes;
  else if constexpr (std::is_same_v<T, Word> || std::is_same_v<T, NoteNumber> || std::is_same_v<T, workflow::Zone>)
    return Stand::word;
  else if constexpr (std::is_same_v<T, Page>)
    return Stand::page;
  else if constexpr (std::is_same_v<T, workflow::Title>)
    return Stand::title;
  else if constexpr (std::is_same_v<T, workflow::Amount>)
    return Stand::amount;
  else if constexpr (std::is_same_v<T, workflow::AnyId> || boost::mp11::mp_contains<workflow::AnyId, T>::value)
    return Stand::id;
  else
    return Stand::key;
}

/// How a key's value is written, by its type and, for free text, its name.
template <class T>
std::string shape_of(std::string_view name) {
  if constexpr (std::is_same_v<T, workflow::Money>) return "650";
  if constexpr (std::is_same_v<T, workflow::Date>) return "2026-12-01";
  if constexpr (std::is_same_v<T, workflow::From>) return "C-5";
  if constexpr (std::is_same_v<T, std::int64_t>) return "5";
  if constexpr (std::is_same_v<T, std::vector<workflow::MilestoneTerms>>) return "\"Draft:300:2026-12-01;Final:350\"";
  return name == "reason" ? "completed" : "\"…\"";
}

/// What one types in the place of an id of this kind.
template <class T>
std::string_view example_id();

/// One id of the wanted kind. Where one row has the verb, or the subverb, another kind may come here.
template <class T>
Problem read_id(T& out, const Value& v) {
  workflow::AnyId any;
  if (auto p = read_value(any, v)) return p;
  if constexpr (std::is_same_v<T, workflow::AnyId>) {
    out = any;
  } else {
    const auto* id = std::get_if<T>(&any);
    if (!id) return usage("usage.id_wanted", v, {{"wanted", std::string{example_id<T>()}}});
    out = *id;
  }
  return {};
}

template <class T>
std::string_view example_id() {
  if constexpr (std::is_same_v<T, workflow::ProposalId>) return "P-12";
  if constexpr (std::is_same_v<T, workflow::OfferId>) return "O-7";
  if constexpr (std::is_same_v<T, workflow::MilestoneId>) return "M-5.2";
  if constexpr (std::is_same_v<T, workflow::EscrowRefundId>) return "ER-3";
  if constexpr (std::is_same_v<T, workflow::AmendmentId>) return "A-5.1";
  if constexpr (std::is_same_v<T, workflow::ChangeRequestId>) return "CR-1";
  if constexpr (std::is_same_v<T, workflow::QuestionId>) return "Q-3";
  return "C-5";
}

template <class M>
Slot slot(M& member, std::string_view described_name) {
  using T = typename Inside<M>::type;
  const std::string name{described_name == "private_text" ? "private" : described_name};
  Slot s{.stand = stand_of<T>(), .name = name, .required = !Inside<M>::optional, .shape = {}, .set = {}};
  if constexpr (stand_of<T>() == Stand::yes) {
    s.required = false;
    s.shape = "--yes";
    s.set = [&member](const Value&) -> Problem {
      member.given = true;
      return {};
    };
  } else {
    s.set = [&member](const Value& v) -> Problem {
      T value{};
      Problem p;
      if constexpr (stand_of<T>() == Stand::id)
        p = read_id(value, v);
      else
        p = read_value(value, v);
      if (!p) member = std::move(value);
      return p;
    };
    switch (s.stand) {
      case Stand::id: s.shape = example_id<T>(); break;
      case Stand::version: s.shape = name == "from" ? "v1" : "v2"; break;
      case Stand::hash: s.shape = "#a1b2"; break;
      case Stand::handle: s.shape = "@ana"; break;
      case Stand::word:
        s.shape = std::is_same_v<T, NoteNumber> ? "N-881" : std::is_same_v<T, workflow::Zone> ? "Europe/Berlin" : name;
        break;
      case Stand::page: s.shape = name; break;
      case Stand::title: s.shape = "\"" + name + "\""; break;
      case Stand::amount: s.shape = "300"; break;
      case Stand::phrase: s.shape = "\"" + name + "\""; break;
      case Stand::yes: break;
      case Stand::key: s.shape = name + "=" + shape_of<T>(name); break;
    }
  }
  return s;
}

}  // namespace grammar

/// The parts of a command, bound to it: setting one writes its member. Nested described structs are flattened.
template <class C>
std::vector<Slot> slots(C& command) {
  std::vector<Slot> out;
  boost::mp11::mp_for_each<boost::describe::describe_members<C, boost::describe::mod_public>>([&](auto d) {
    auto& member = command.*d.pointer;
    using M = std::remove_cvref_t<decltype(member)>;
    if constexpr (grammar::described<M>) {
      for (auto& s : slots(member)) out.push_back(std::move(s));
    } else {
      out.push_back(grammar::slot(member, d.name));
    }
  });
  return out;
}

/// Reads what is left of a message into the parts of a command.
Problem fill(std::vector<Slot>&, Bare, Lexer&, const ReadContext&);

/// `/approve P-12 [v2] [#a1b2] [--yes]`
std::string usage_line(std::string_view verb, std::string_view subverb, const std::vector<Slot>&);

}  // namespace commands
