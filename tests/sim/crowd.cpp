#include "tests/sim/crowd.hpp"

#include <algorithm>

#include "bot/rehearse/script.hpp"

namespace sim {

using bot::rehearse::direct_chat;
using bot::rehearse::whose_direct_chat;

Crowd::Crowd(Future& future, Chance& chance, Server& server, Temper temper)
    : future_(future), chance_(chance), server_(server), temper_(temper), lines_(chance, temper.haggling) {}

void Crowd::add(Someone s) { people_.push_back(std::move(s)); }

Manner Crowd::manner(const Someone& s, const std::string& channel) const {
  const int wrong = s.sort == Sort::careful ? 2 : s.sort == Sort::careless ? 15 : 35;
  return {wrong, !whose_direct_chat(channel).empty()};
}

std::vector<std::string> Crowd::handles(const std::string& channel, const std::string& but) const {
  std::vector<std::string> all;
  for (const auto& name : server_.members(channel))
    if (name != but) all.push_back(name);
  return all;
}

void Crowd::say(const Someone& s, const std::string& channel, const std::string& text, const std::string& thread) {
  if (text.empty() || !server_.inside(s.name, channel)) return;
  ++typed_;
  const auto message = server_.type(s.name, channel, thread, text);
  auto& mine = desks_[s.name].typed;
  mine.push_back({channel, message, text});
  if (mine.size() > 10) mine.erase(mine.begin());
}

void Crowd::answer(const Someone& s, const std::string& channel, std::string line, Duration wait) {
  future_.in(wait, [this, &s, channel, line = std::move(line)] {
    if (future_.now() < until_) say(s, channel, line);
  });
}

/// What a post means to each who sees it: an id to know, a line to type, a preview to confirm, a question to answer.
void Crowd::read(const Shown& shown) {
  const auto& p = shown.post;
  auto& known = known_[p.channel];
  // Examples, usage and what is not there are about things that nobody has seen.
  const auto says = [&](const char* code) { return p.text.find(code) != p.text.npos; };
  const bool of_form =
      says(" USAGE") || says("NOT_FOUND_HERE") || says("NOT_A_PARTY") || p.kind.starts_with("query.help");
  const auto kind = p.kind.substr(0, p.kind.find(' '));
  const auto ends = [&](const char* how) { return kind.ends_with(how); };
  const bool note = p.to.empty() && !kind.starts_with("refusal") && !kind.starts_with("query.");
  if (!of_form) known.learn(p.text, note ? Knowledge::From::note : Knowledge::From::answer);
  const auto about = p.kind.substr(std::min(kind.size() + 1, p.kind.size()));
  const bool over = ends("declined") || ends("withdrawn") || ends("expired") || ends("ended") || ends("superseded") ||
                    ends("accepted") || ends("approved") || ends("question.answered");
  if (note && over) {
    known.over(about);
    for (auto& [name, desk] : desks_)
      std::erase_if(desk.invited[p.channel],
                    [&](const std::string& line) { return (line + " ").find(" " + about + " ") != line.npos; });
  }
  if (of_form) known.learn_reasons(p.text);
  for (const auto& s : people_) {
    const bool sees = p.to.empty() ? server_.inside(s.name, p.channel) : p.to == "u-" + s.name;
    if (!sees) continue;
    if (const auto code = p.kind.starts_with("preview.") ? code_in(p.text) : std::nullopt) {
      const auto late = chance_.in(12) ? std::chrono::minutes{15} : std::chrono::minutes{1};
      const bool wrong = chance_.percent(manner(s, p.channel).wrong);
      if (!chance_.percent(82)) continue;
      answer(s, p.channel, "/confirm" + (wrong ? " ABCD" : chance_.in(3) ? "" : " " + *code), chance_.around(late));
      if (chance_.in(15)) answer(s, p.channel, "/confirm " + *code, std::chrono::minutes{2});
      continue;
    }
    if (p.kind.starts_with("ask.end") && !p.kind.starts_with("ask.end_lapsed")) {
      if (chance_.percent(75)) answer(s, p.channel, lines_.feedback(), chance_.around(std::chrono::hours{5}));
      continue;
    }
    const auto side = s.rooms.contains(p.channel) ? s.rooms.at(p.channel) : std::string{};
    // Second thoughts about what oneself has just said.
    const auto& typed = desks_[s.name].typed;
    const bool own = note && !side.empty() && !typed.empty() && typed.back().channel == p.channel;
    const bool open = ends("countered") || ends("proposed") || ends("sent") || ends("requested");
    if (own && open && chance_.in(12)) answer(s, p.channel, "/withdraw " + about, chance_.around(temper_.thought / 4));
    std::vector<std::string> mine;
    for (auto& i : of_form ? std::vector<Invitation>{} : invitations(p.text))
      if (i.who.empty() || i.who == server_.human(s.name).display || (s.sort == Sort::hostile && chance_.in(6)) ||
          (!side.empty() && chance_.in(8)))
        // Where one thing is over the next is seldom begun at once.
        if (i.line.find_first_of("0123456789") != i.line.npos || chance_.in(12)) mine.push_back(std::move(i.line));
    if (mine.empty()) continue;
    auto& desk = desks_[s.name].invited[p.channel];
    for (const auto& line : mine) desk.push_back(line);
    if (desk.size() > 8) desk.erase(desk.begin(), desk.end() - 8);
    if (!side.empty() && p.to.empty() && chance_.percent(temper_.answers))
      answer(s, p.channel, lines_.filled(lines_.chosen(mine), known, future_.now(), handles(p.channel, s.name)),
             chance_.around(temper_.thought));
  }
}

std::string Crowd::line_for(const Someone& s, const std::string& channel) {
  const auto side = s.rooms.contains(channel) ? s.rooms.at(channel) : std::string{};
  auto& known = known_[channel];
  const auto& invited = desks_[s.name].invited[channel];
  if (!invited.empty() && chance_.percent(s.sort == Sort::careful ? 60 : 30))
    return lines_.filled(lines_.chosen(invited), known, future_.now(), handles(channel, s.name));
  return lines_.any(known, future_.now(), manner(s, channel), side, handles(channel, s.name));
}

/// What nobody should do, and somebody does.
void Crowd::odd(const Someone& s, const std::string& channel) {
  const auto& mine = desks_[s.name].typed;
  const bool hostile = s.sort == Sort::hostile;
  switch (chance_.below(hostile ? 7 : 4)) {
    case 0: return say(s, channel, lines_.twisted(line_for(s, channel)));
    case 1:
      if (mine.empty()) return;
      return say(s, channel, mine.back().text);  // the same once more, as somebody does who saw nothing happen
    case 2: {
      if (chance_.in(2)) say(s, channel, line_for(s, channel));  // and is corrected at once
      if (mine.empty()) return;
      const auto& one = chance_.in(2) ? mine.back() : chance_.of(mine);
      return server_.edit(one.channel, one.message, chance_.in(2) ? one.text + " (changed)" : line_for(s, one.channel));
    }
    case 3: {
      const auto line = line_for(s, channel);  // many at once
      for (auto n = chance_.between(2, 6); n > 0; --n) say(s, channel, line);
      return;
    }
    case 4: {
      // Another's own words, as if they were one's own.
      const auto& other = chance_.of(people_);
      if (const auto& theirs = desks_[other.name].typed; !theirs.empty()) say(s, channel, chance_.of(theirs).text);
      return;
    }
    case 5: {
      if (known_.empty()) return;
      // A thing of another room.
      const auto& [elsewhere, known] =
          *std::next(known_.begin(), chance_.below(static_cast<std::int64_t>(known_.size())));
      return say(s, channel, lines_.any(known, future_.now(), manner(s, channel), {}, handles(channel, s.name)));
    }
    default: {
      const auto& other = chance_.of(people_);
      server_.rename(s.name, chance_.in(3) ? "Parley" : server_.human(other.name).display);
    }
  }
}

void Crowd::act(const Someone& s) {
  std::vector<std::string> where;
  for (const auto& [room, side] : s.rooms)
    if (server_.inside(s.name, room)) where.push_back(room);
  const auto channel = where.empty() || chance_.in(9) ? direct_chat(s.name) : chance_.of(where);
  const auto strange = s.sort == Sort::careful ? 3 : s.sort == Sort::careless ? 10 : 30;
  if (chance_.percent(strange)) return odd(s, channel);
  if (chance_.in(16)) return say(s, channel, lines_.chat());
  const auto thread = chance_.in(10) ? known_[channel].id("P O C", chance_).value_or("") : std::string{};
  say(s, channel, line_for(s, channel), whose_direct_chat(channel).empty() ? thread : std::string{});
}

void Crowd::anybody() { act(chance_.of(people_)); }

void Crowd::again_and_again(std::size_t who) {
  const bool stranger = std::ranges::all_of(people_[who].rooms, [](const auto& r) { return r.second.empty(); });
  future_.in(chance_.around(stranger ? temper_.between * 3 : temper_.between), [this, who] {
    if (future_.now() >= until_) return;
    act(people_[who]);
    again_and_again(who);
  });
}

void Crowd::live(Instant until) {
  until_ = until;
  for (std::size_t i = 0; i < people_.size(); ++i) again_and_again(i);
}

}  // namespace sim
