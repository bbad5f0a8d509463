#include "commands/answers.hpp"

// A contract's money, and one's own.
namespace commands {

using namespace workflow;

namespace {

/// A contract's journals, summed by what they did.
struct Waiting {
  Money pending, transit;
};
Waiting waiting(const workflow::Room& room, const contract::Contract& c) {
  const Money none{0, c.policy.currency};
  Waiting w{none, none};
  for (const auto& [n, lot] : room.ledger.lots)
    if (lot.contract == c.id) w.pending += lot.amount;
  for (const auto& [n, lot] : room.ledger.transits)
    if (lot.contract == c.id) w.transit += lot.amount;
  return w;
}

/// What one contract means for the reader's money, a line each.
std::string lines_of(const Telling& t, const contract::Contract& c, PersonId reader) {
  std::string s;
  const auto line = [&](std::string_view key, Args args) {
    s += "\n- " + t.say(key, with(std::move(args), t.about(c.id)));
  };
  const auto& books = t.room.ledger;
  const auto escrow = books.escrow(c.id, c.policy.currency);
  if (c.client == reader && !escrow.zero()) line("query.balance.escrow", {{"amount", escrow}});
  for (const auto& [n, lot] : books.transits)
    if (lot.contract == c.id && lot.person == reader)
      line("query.balance.transit", {{"amount", lot.amount}, {"at", lot.due}});
  for (const auto& [n, lot] : books.lots)
    if (lot.contract == c.id && lot.person == reader)
      line("query.balance.pending", {{"amount", lot.amount}, {"at", lot.due}});
  return s;
}

}  // namespace

/// In every room of the reader's at once (R-query-5).
Answered answer_to(const BalanceQuery&, const Asking& ask) {
  const auto me = ask.reader.id;
  const Money none{0, ask.beside.currency};
  Money pending = none, available = none, transit = none, escrow = none;
  std::string more;
  for (const auto* room : ask.rooms) {
    const Telling t{{}, *room, ask.cast};
    const auto mine = [&](Book book) { return room->ledger.of({book, me.n}, 0, none.currency); };
    pending += mine(Book::pending);
    available += mine(Book::available);
    transit += mine(Book::refund_transit);
    for (const auto& [id, c] : room->contracts) {
      if (c.client == me) escrow += room->ledger.escrow(id, none.currency);
      more += lines_of(t, c, me);
    }
  }
  return say("query.balance",
             {{"pending", pending}, {"available", available}, {"transit", transit}, {"escrow", escrow}}) +
         more;
}

Answered answer_to(const LedgerQuery& q, const Asking& ask) {
  const auto* room = holding(ask.rooms, q.id);
  if (!room) return not_here(q.id);
  const Telling t{{}, *room, ask.cast};
  const auto& c = room->contracts.at(q.id);
  const auto& books = room->ledger.totals.at(q.id);
  const auto wait = waiting(*room, c);
  const auto if_any = [](Money m) { return m.zero() ? Arg{} : Arg{m}; };
  return t.say("query.ledger", with(t.about(q.id), {{"funded", books.funded},
                                                    {"gross", books.released},
                                                    {"bonus", if_any(books.bonus)},
                                                    {"fees", books.fees},
                                                    {"net", books.released + books.bonus - books.fees},
                                                    {"returned", books.returned},
                                                    {"escrow", room->ledger.escrow(q.id, c.policy.currency)},
                                                    {"credit", if_any(room->ledger.credit(q.id, c.policy.currency))},
                                                    {"pending", wait.pending},
                                                    {"transit", wait.transit},
                                                    {"sum", books.sum}}));
}

}  // namespace commands
