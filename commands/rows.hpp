#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "commands/verbs.hpp"

// What the rows of the table are made of, for the files that hold them.
namespace commands::rows {

template <class C>
std::expected<C, workflow::Rejection> read_into(Bare bare, Lexer& lexer, const ReadContext& context) {
  C command;
  auto parts = slots(command);
  if (auto p = fill(parts, bare, lexer, context)) return std::unexpected(std::move(*p));
  return command;
}

template <class C, Bare bare>
std::expected<Request, workflow::Rejection> command(Lexer& lexer, const ReadContext& context) {
  auto c = read_into<C>(bare, lexer, context);
  if (!c) return std::unexpected(std::move(c.error()));
  return Request{workflow::Command{std::move(*c)}};
}

/// The kind of id that a line cannot do without.
std::string ids_of(const std::vector<Slot>&);

/// A row whose usage and kinds of id come from the parts of a C; one that takes several kinds names them.
template <class C>
Row row(std::string_view verb, std::string_view subverb, std::string_view who, std::string_view where,
        std::string_view help, std::string_view example, std::string_view group) {
  C sample;
  const auto parts = slots(sample);
  static const std::string ids = [&] {
    if constexpr (requires { C::ids; }) return std::string{C::ids};
    return ids_of(parts);
  }();
  const bool amount = std::ranges::any_of(parts, [](const Slot& s) { return s.stand == Stand::amount; });
  return {verb, subverb, ids, usage_line(verb, subverb, parts), who, where, help, example, group, amount};
}

template <class C, Bare bare = Bare::none>
Verb act(std::string_view verb, std::string_view who, std::string_view where, std::string_view help,
         std::string_view example, std::string_view group) {
  return {row<C>(verb, "", who, where, help, example, group), command<C, bare>};
}

template <class C, Bare bare = Bare::none>
Verb sub(std::string_view verb, std::string_view subverb, std::string_view who, std::string_view where,
         std::string_view help, std::string_view example, std::string_view group) {
  return {row<C>(verb, subverb, who, where, help, example, group), command<C, bare>};
}

/// The queries.
std::vector<Verb> look();

}  // namespace commands::rows
