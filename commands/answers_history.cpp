#include <algorithm>
#include <boost/mp11.hpp>

#include "commands/answers.hpp"
#include "commands/unicode.hpp"

// What happened to a thing, and who tried what in vain.
namespace commands {

using namespace workflow;

namespace {

constexpr std::size_t page_length = 15;

template <class T>
constexpr bool is_id = boost::mp11::mp_contains<AnyId, T>::value;

/// A member of an event as a value of a sentence. Free words are none: they were said where they belong, and the
/// sealed ones nowhere.
template <class T>
Arg arg_of(const T& value) {
  if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, Money>)
    return value;
  else if constexpr (std::is_same_v<T, std::optional<Money>>)
    return value ? Arg{*value} : Arg{};
  else if constexpr (std::is_same_v<T, Terms>)
    return value.amount;
  else if constexpr (std::is_enum_v<T>)
    return in_words(boost::describe::enum_to_string(value, ""));
  else if constexpr (is_id<T>)
    return text(value);
  else
    return {};
}

std::string words_of(const Event& e) {
  Args args;
  std::visit(
      [&](const auto& x) {
        using E = std::remove_cvref_t<decltype(x)>;
        boost::mp11::mp_for_each<boost::describe::describe_members<E, boost::describe::mod_public>>([&](auto d) {
          const std::string_view name{d.name};
          using M = std::remove_cvref_t<decltype(x.*d.pointer)>;
          if constexpr (!std::is_same_v<M, Side>)
            args.emplace_back(name == "terms" ? "amount" : std::string{name}, arg_of(x.*d.pointer));
        });
      },
      e);
  return say("history." + std::string{kind(e)}, args);
}

/// Books are no news: every journal has an event that says why.
bool told(const Event& e) { return !person_of(e) && !std::holds_alternative<ledger::Posted>(e); }

std::optional<AnyId> about(const Past& p) {
  if (const auto* e = std::get_if<Event>(&p.what)) return told(*e) ? subject(*e) : std::nullopt;
  return parse_id(std::get<Tried>(p.what).about);
}

std::string line_of(const Telling& t, const Past& p, const AnyId& id) {
  const auto of = about(p);
  const auto* e = std::get_if<Event>(&p.what);
  const auto* tried = std::get_if<Tried>(&p.what);
  return t.say("query.history.line", {{"at", p.at},
                                      {"who", p.who.n == 0 ? std::string{} : t.name(p.who)},
                                      {"follows", std::string{p.follows ? "yes" : ""}},
                                      {"what", e ? words_of(*e) : std::string{}},
                                      {"code", tried ? tried->code : std::string{}},
                                      {"id", of && *of != id ? text(*of) : std::string{}}});
}

std::int64_t versions(const workflow::Room& room, const AnyId& id) {
  struct {
    const workflow::Room& r;
    std::int64_t operator()(ProposalId i) const { return r.proposals.at(i).version(); }
    std::int64_t operator()(OfferId i) const { return r.offers.at(i).version; }
    std::int64_t operator()(ContractId i) const { return static_cast<std::int64_t>(r.contracts.at(i).versions.size()); }
    std::int64_t operator()(AmendmentId i) const { return r.amendments.at(i).version(); }
    std::int64_t operator()(MilestoneId) const { return 0; }
    std::int64_t operator()(EscrowRefundId) const { return 0; }
    std::int64_t operator()(ChangeRequestId) const { return 0; }
    std::int64_t operator()(QuestionId) const { return 0; }
  } const count{room};
  return std::visit(count, id);
}

}  // namespace

/// Oldest first, a page at a time (R-query-4).
Answered answer_to(const HistoryQuery& q, const Asking& ask) {
  const auto* room = holding(ask.rooms, q.id);
  if (!room) return not_here(q.id);
  const Telling t{{}, *room, ask.cast};
  std::vector<const Past*> past;
  for (const auto& p : ask.beside.past)
    if (const auto of = about(p); of && part_of(*room, *of, q.id)) past.push_back(&p);
  std::ranges::stable_sort(past, {}, [](const Past* p) { return p->at; });
  const auto refused = std::ranges::count_if(past, [](auto* p) { return std::holds_alternative<Tried>(p->what); });
  const auto pages = static_cast<std::int64_t>((past.size() + page_length - 1) / page_length);
  if (q.page > pages)
    return std::unexpected(refuse(Code::USAGE, "usage.no_such_page", "R-query-4",
                                  {{"id", text(q.id)}, {"page", q.page}, {"pages", pages}}));
  const auto count = versions(*room, q.id);
  std::string s = t.say("query.history", with(t.about(q.id), {{"versions", count > 0 ? Arg{count} : Arg{}},
                                                              {"refused", static_cast<std::int64_t>(refused)},
                                                              {"page", q.page},
                                                              {"pages", pages > 1 ? Arg{pages} : Arg{}}}));
  const auto from = static_cast<std::size_t>(q.page - 1) * page_length;
  for (std::size_t i = from; i < std::min(from + page_length, past.size()); ++i)
    s += "\n- " + line_of(t, *past[i], q.id);
  if (q.page < pages) s += "\n" + t.say("query.history.more", {{"id", text(q.id)}, {"page", q.page + 1}});
  return s;
}

}  // namespace commands
