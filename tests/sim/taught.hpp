#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/sim/record.hpp"

// What the judge has to be told by hand about verbs and nouns; everything else it knows holds for all of them.
//
// The crowd needs nothing: a verb is typed from the day it has a row in the command table, with values by the shapes of
// its usage, and answers are typed from what notes invite to. A new kind of event is counted by itself, and the run
// fails until it occurs often enough or `cannot_occur.txt` says why it cannot. What a change of the house may need
// here:
//
// - A noun with ids of its own: its prefix in `prefixes`. From then on its parties, its end and its being once are
// kept.
// - A verb that only one side may order, and whose event does not say `by`: a line in `doers`.
// - An event after which a thing is over: a line in `last_words`; one that may follow all the same: in `afterwards`.
// - A journal of a new code: in `journals`, once `Books::take` says which event tells of its money. Until then it is
//   held to what every journal must be: it sums to zero, no account of ours falls below it, and the balances follow.
// - A period of time: in `promises.cpp`, the event that begins it, the one that ends it, and what must happen when it
//   is over. If it is recalled, its name in `recalled`.
// - A code of refusal that is decided before or after the account is looked at: in `before_account`.
namespace sim::taught {

/// `P` of `proposal.proposed`; none: what happened is of no thing with an id.
const std::map<std::string, std::string>& prefixes();
std::string noun_of(const std::string& kind);
/// The id of what this happened to, as it is typed: `O-3`; empty where it has none.
std::string thing_of(const Happened&);
/// Which side alone may do what nobody is named as the doer of.
const std::map<std::string, std::string>& doers();
const std::set<std::string>& last_words();
/// What has the id of a thing and says nothing of its life.
const std::set<std::string>& afterwards();
/// Codes of journals whose money some event tells.
const std::set<std::string>& journals();
/// What a reminder is of, as the event says it, and as `promises.cpp` calls it.
const std::map<std::string, std::string>& recalled();
/// Refusals that come before it is asked whether the account may act at all.
const std::set<std::string>& before_account();

}  // namespace sim::taught
