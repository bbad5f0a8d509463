#include "commands/answers.hpp"
#include "commands/suggest.hpp"

// The terms of a thing in full, and what differs between two versions of them.
namespace commands {

using namespace workflow;

namespace {

/// One version of a thing's terms.
struct Edition {
  const Terms* terms = nullptr;
  const Digest* digest = nullptr;
  Instant at{};      ///< of a contract: from when on they hold
  std::string from;  ///< whose they are, or the amendment that they came by
};

struct Editions {
  const Telling& t;
  std::vector<Edition> operator()(ProposalId id) const {
    std::vector<Edition> all;
    for (const auto& v : t.room.proposals.at(id).versions)
      all.push_back({&v.terms, &v.digest, v.at, t.name(id, v.author)});
    return all;
  }
  std::vector<Edition> operator()(OfferId id) const {
    const auto& o = t.room.offers.at(id);
    std::vector<Edition> all;
    for (const auto& v : o.earlier) all.push_back({&v.terms, &v.digest, v.at, t.name(id, Side::client)});
    all.push_back({&o.terms, &o.digest, o.at, t.name(id, Side::client)});
    return all;
  }
  std::vector<Edition> operator()(ContractId id) const {
    const auto& c = t.room.contracts.at(id);
    std::vector<Edition> all;
    for (const auto& v : c.versions) {
      // Without an amendment: the first is as accepted, a later one a due day that the client moved.
      const auto by = v.from ? text(*v.from) : all.empty() ? text(c.offer) : t.name(id, Side::client);
      all.push_back({&v.terms, &v.digest, v.at, by});
    }
    return all;
  }
  // What has no versions that a query could name.
  std::vector<Edition> operator()(MilestoneId) const { return {}; }
  std::vector<Edition> operator()(EscrowRefundId) const { return {}; }
  std::vector<Edition> operator()(AmendmentId) const { return {}; }
  std::vector<Edition> operator()(ChangeRequestId) const { return {}; }
  std::vector<Edition> operator()(QuestionId) const { return {}; }
};

/// `v1, v2`
std::string names_of(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t n = 1; n <= count; ++n) all.push_back("v" + std::to_string(n));
  return joined(all);
}

/// That version, or USAGE naming those that there are (R-query-2, R-query-3).
std::expected<Edition, Rejection> edition(const std::vector<Edition>& all, const AnyId& id, Version v,
                                          std::string_view rule) {
  if (v.n >= 1 && v.n <= static_cast<std::int64_t>(all.size())) return all[static_cast<std::size_t>(v.n - 1)];
  return std::unexpected(refuse(Code::USAGE, "usage.no_such_version", std::string{rule},
                                {{"id", text(id)}, {"version", v.n}, {"versions", names_of(all.size())}}));
}

/// Not empty: a version of it is in force, and not only put forward.
std::string holds(const AnyId& id) { return std::holds_alternative<ContractId>(id) ? "yes" : ""; }

std::string line_of(const Telling& t, const AnyId& id, std::int64_t n, const Edition& e) {
  return "\n- " + t.say("query.terms.version", {{"version", n},
                                                {"at", e.at},
                                                {"holds", holds(id)},
                                                {"from", e.from},
                                                {"amount", e.terms->amount},
                                                {"hash", e.digest->hex}});
}

}  // namespace

Answered answer_to(const TermsQuery& q, const Asking& ask) {
  const auto* room = holding(ask.rooms, q.id);
  if (!room) return not_here(q.id);
  const Telling t{{}, *room, ask.cast};
  const auto all = std::visit(Editions{t}, q.id);
  const auto count = static_cast<std::int64_t>(all.size());
  const auto shown = edition(all, q.id, q.version.value_or(Version{count}), "R-query-2");
  if (!shown) return std::unexpected(shown.error());
  std::string s =
      t.say("query.terms", with(t.about(q.id), {{"version", q.version ? q.version->n : count},
                                                {"at", shown->at},
                                                {"last", std::string{q.version && q.version->n != count ? "" : "yes"}},
                                                {"holds", holds(q.id)},
                                                {"from", shown->from}}));
  s += "\n" + in_full(*shown->terms, *shown->digest, scope_limit);
  if (q.version || count == 1) return s;
  s += "\n" + t.say("query.terms.versions", {});
  for (std::int64_t n = 1; n <= count; ++n) s += line_of(t, q.id, n, all[static_cast<std::size_t>(n - 1)]);
  return s;
}

Answered answer_to(const DiffQuery& q, const Asking& ask) {
  const auto* room = holding(ask.rooms, q.id);
  if (!room) return not_here(q.id);
  const Telling t{{}, *room, ask.cast};
  const auto all = std::visit(Editions{t}, q.id);
  const auto from = edition(all, q.id, q.from, "R-query-3");
  if (!from) return std::unexpected(from.error());
  const auto to = edition(all, q.id, q.to, "R-query-3");
  if (!to) return std::unexpected(to.error());
  const auto fields = diff(*from->terms, *to->terms);
  std::string s = t.say("query.diff", with(t.about(q.id), {{"from", q.from.n}, {"to", q.to.n}}));
  if (fields.empty()) return s + " " + t.say("query.diff.same", {});
  for (const auto& change : fields) s += "\n- " + changes({change});
  return s;
}

}  // namespace commands
