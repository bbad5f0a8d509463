#include "tests/sim/lines.hpp"

#include <algorithm>
#include <cctype>

#include "commands/commands.hpp"

namespace sim {
namespace {

bool starts_upper(const std::string& s) { return !s.empty() && s[0] >= 'A' && s[0] <= 'Z'; }

const std::vector<std::string> zones{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "Pacific/Apia"};

}  // namespace

Lines::Lines(Chance& chance, bool haggling) : chance_(chance), haggling_(haggling) {
  const auto& table = commands::table();
  // In most worlds what people are fond of is all of one group: they negotiate, or work, or end things.
  std::vector<std::string> groups;
  for (const auto& row : table)
    if (row.group != "look" && std::ranges::find(groups, row.group) == groups.end()) groups.emplace_back(row.group);
  const auto group = chance_.percent(75) ? chance_.of(groups) : std::string{};
  while (favourites_.size() < 6) {
    const auto row = static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(table.size())));
    const bool wanted = group.empty() ? table[row].group != "look" || chance_.in(5) : table[row].group == group;
    if (wanted) favourites_.push_back(row);
  }
  favourite_verb_ = table[favourites_.front()].verb;
}

/// One of the lines that people are invited to; mostly one with the verb that this world is fond of.
std::string Lines::chosen(const std::vector<std::string>& invited) {
  std::vector<std::string> fond;
  for (const auto& line : invited)
    if (haggling_ ? line.find("=…") != line.npos || line.find("=\"…") != line.npos
                  : line.compare(1, favourite_verb_.size(), favourite_verb_) == 0)
      fond.push_back(line);
  return chance_.of(!fond.empty() && chance_.percent(85) ? fond : invited);
}

std::string Lines::words() {
  static const std::vector<std::string> openings{"three concepts in blue", "the second round",
                                                 "as we said on the phone", "draft and sources",
                                                 "shorter, please, and warmer"};
  return chance_.of(openings) + " no" + std::to_string(++said_) + "x";
}

std::string Lines::chat() {
  static const std::vector<std::string> all{"hello",
                                            "good morning",
                                            "please change the colour",
                                            "can you make it bigger?",
                                            "thanks",
                                            "C-1 \"Logo\": Carl released $300 · N-99 a1b2c3",
                                            "/",
                                            "1/2 of it is done"};
  return chance_.of(all);
}

std::string Lines::feedback() {
  std::string line = "stars=" + std::to_string(chance_.between(1, 5)) + " text=\"" + words() + "\"";
  if (chance_.in(4)) line += " private=\"" + words() + "\"";
  if (chance_.in(4)) line += " quality=" + std::to_string(chance_.between(1, 5));
  if (chance_.percent(70)) line += " --yes";
  return line;
}

std::vector<Lines::Part> Lines::parts(const std::string& usage) {
  std::vector<Part> all;
  std::size_t i = 0;
  while (i < usage.size()) {
    if (usage[i] == ' ') {
      ++i;
      continue;
    }
    Part part;
    part.optional = usage[i] == '[';
    bool quoted = false;
    std::size_t from = i + (part.optional ? 1 : 0), end = from;
    for (; end < usage.size(); ++end) {
      if (usage[end] == '"') quoted = !quoted;
      if (!quoted && (part.optional ? usage[end] == ']' : usage[end] == ' ')) break;
    }
    part.text = usage.substr(from, end - from);
    i = end + 1;
    all.push_back(std::move(part));
  }
  return all;
}

std::string Lines::amount(bool wrong) {
  static const std::vector<std::string> good{"5",   "12.50", "20",     "50",   "100",  "250",
                                             "300", "650",   "999.99", "1000", "1500", "2500.01"};
  static const std::vector<std::string> bad{"0",     "-5",  "1,200", "99999999999", "1e9",
                                            "0.001", "$50", "50EUR", "٣٠٠",         "4.99"};
  return chance_.of(wrong ? bad : good);
}

std::string Lines::day(Instant now, bool wrong) {
  if (wrong && chance_.in(3)) return chance_.in(2) ? "2026-02-30" : "tomorrow";
  const auto at = now + days(wrong ? chance_.between(-20, 0) : chance_.between(1, 45));
  return workflow::iso(workflow::day_of(at));
}

std::string Lines::milestones(Instant now) {
  std::string all;
  const auto n = chance_.between(1, 4);
  for (int i = 0; i < n; ++i) {
    all += (i ? ";" : "") + std::string{"Part "} + static_cast<char>('A' + i) + ":" + amount(false);
    if (!chance_.in(4)) all += ":" + workflow::iso(workflow::day_of(now + days(3 + 9 * i)));
  }
  return "\"" + all + "\"";
}

std::string Lines::an_id(const std::string& kinds, Typing& t) {
  const bool wrong = chance_.percent(t.manner.wrong);
  if (wrong && chance_.in(3)) return "C-" + std::to_string(chance_.between(0, 99999));
  const auto known = t.known.id(wrong && chance_.in(2) ? "P O C M ER A CR Q" : kinds, chance_);
  // Of the part of something that comes next nobody has said anything yet.
  if (known && known->starts_with("M-") && known->back() < '4' && chance_.in(4)) {
    t.id = *known;
    ++t.id.back();
    return t.id;
  }
  if (known) return t.id = *known;
  const auto kind = kinds.substr(0, kinds.find(' '));
  return t.id = kind + "-" + std::to_string(chance_.between(1, 9)) + (kind == "M" || kind == "A" ? ".1" : "");
}

std::string Lines::keyed(const std::string& key, const std::string& shape, Typing& t) {
  const bool wrong = chance_.percent(t.manner.wrong);
  if (shape == "5") return std::to_string(wrong ? chance_.between(0, 9) : chance_.between(1, 5));
  if (shape.starts_with("\"Draft")) return milestones(t.now);
  if (shape.starts_with("20") && shape.size() == 10) return day(t.now, wrong);
  if (key == "reason") {
    const std::vector<std::string> all(t.known.reasons().begin(), t.known.reasons().end());
    return wrong ? "because" : chance_.of(all);
  }
  if (starts_upper(shape) && shape.find('-') < 3) return an_id(shape.substr(0, shape.find('-')), t);
  if (!shape.empty() && std::isdigit(static_cast<unsigned char>(shape[0]))) return amount(wrong);
  if (shape.starts_with('"')) return wrong && chance_.in(2) ? "\"\"" : "\"" + words() + "\"";
  return shape;
}

std::string Lines::value(const std::string& shape, Typing& t) {
  if (const auto eq = shape.find('='); eq != shape.npos && !shape.starts_with('"'))
    return shape.substr(0, eq + 1) + keyed(shape.substr(0, eq), shape.substr(eq + 1), t);
  const bool wrong = chance_.percent(t.manner.wrong);
  if (shape.starts_with("N-")) return "N-" + std::to_string(chance_.between(0, std::max(1, t.known.note())));
  if (starts_upper(shape) && shape.find('-') < 3)
    return an_id(t.ids.empty() ? shape.substr(0, shape.find('-')) : t.ids, t);
  if (shape.size() == 2 && shape[0] == 'v')
    return "v" + std::to_string(wrong ? chance_.between(0, 4) : shape == "v1" ? 1 : t.known.version(t.id));
  if (shape.starts_with('#')) return wrong ? "#dead" : t.known.hash(t.id);
  if (shape.starts_with('@')) return "@" + (wrong || t.people.empty() ? "nobody" : chance_.of(t.people));
  if (shape.starts_with("/")) return shape;
  if (shape.find('/') != shape.npos && !shape.starts_with('"')) return wrong ? "Middle/Earth" : chance_.of(zones);
  if (shape == "code") return wrong ? "ZZZZ" : "";
  if (shape == "page") return std::to_string(chance_.between(1, 2));
  if (shape == "verb") return std::string{chance_.of(commands::table()).verb};
  // An amount without a name is mostly a part of something.
  if (!shape.empty() && std::isdigit(static_cast<unsigned char>(shape[0])))
    return chance_.percent(60) ? chance_.of<std::string>({"5", "12.50", "20"}) : amount(wrong);
  if (shape.starts_with('"')) return wrong && chance_.in(3) ? words() : "\"" + words() + "\"";
  return shape;
}

/// Which of what may be left out is typed.
bool Lines::wanted(const std::string& token, const Typing& t, bool in_end) {
  const auto key = token.substr(0, token.find('='));
  const bool terms = t.created && (key == "title" || key == "scope");
  if (terms) return !chance_.percent(t.manner.wrong);
  if (key == "amount" && t.created) return false;  // seen to by the caller: an amount or milestones
  if (key == "milestones") return false;
  if (in_end) {
    if (key == "reason") return !chance_.percent(5 + t.manner.wrong);
    if (key == "stars" || key == "text") return t.manner.direct ? chance_.percent(90) : chance_.percent(8);
    if (key == "note") return chance_.percent(40);
    return chance_.percent(12);
  }
  if (key == "--yes") return chance_.percent(45);
  if (token.starts_with('v')) return chance_.percent(70);
  if (token.starts_with('#')) return chance_.percent(10);
  if (token.starts_with('@')) return chance_.percent(92);
  if (key == "start" || key == "end") return chance_.percent(15);
  if (key == "from") return chance_.percent(25);
  return chance_.percent(45);
}

std::string Lines::of(std::size_t row, const Knowledge& known, Instant now, const Manner& manner,
                      const std::vector<std::string>& people) {
  const auto& r = commands::table().at(row);
  const auto all = parts(r.usage);
  Typing t{known, now, manner, people, std::string{r.ids}, {}, false};
  const auto has = [&](std::string_view key) {
    return std::ranges::any_of(all, [&](const Part& p) { return p.optional && p.text.starts_with(key); });
  };
  t.created = has("scope=") && r.ids.empty();
  const bool in_end = r.verb == "end";
  std::string line;
  bool changed = false, dated = false;
  // Who changes something often changes one thing.
  std::vector<std::string> keys;
  for (const auto& part : all)
    if (part.optional && part.text.find('=') != part.text.npos) keys.push_back(part.text);
  // Most of all when it shall be done.
  std::vector<std::string> dates;
  for (const auto& k : keys)
    if (k.find("=20") != k.npos) dates.push_back(k);
  const auto only = t.created || in_end || keys.size() < 2 || chance_.in(3) ? std::string{}
                    : !dates.empty() && chance_.percent(60)                 ? chance_.of(dates)
                                                                            : chance_.of(keys);
  for (const auto& part : all) {
    const bool key = part.text.find('=') != part.text.npos;
    if (part.optional && key && !only.empty() ? part.text != only : part.optional && !wanted(part.text, t, in_end))
      continue;
    const auto v = value(part.text, t);
    if (v.empty()) continue;
    line += (line.empty() ? "" : " ") + v;
    changed = changed || key;
    dated = dated || part.text.starts_with("end=");
  }
  const bool divided = has("milestones=") && only.empty() && chance_.percent(55);
  if (t.created && !chance_.percent(manner.wrong))
    line += divided ? " milestones=" + milestones(now) : " amount=" + amount(false);
  else if (!t.created && divided && !dated)
    line += " milestones=" + milestones(now);
  else if (!t.created && !changed && has("amount="))
    line += " amount=" + amount(false);
  else if (!t.created && !changed && has("title="))
    line += " title=\"" + words() + "\"";
  return line;
}

std::string Lines::any(const Knowledge& known, Instant now, const Manner& manner, std::string_view side,
                       const std::vector<std::string>& people) {
  const auto& table = commands::table();
  for (int tries = 0; tries < 20; ++tries) {
    const bool fond = chance_.percent(50);
    const auto row = fond ? chance_.of(favourites_)
                          : static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(table.size())));
    const auto& r = table[row];
    // What is about nothing, and what only looks, says little: less of it will do.
    const bool makes = r.usage.find("scope=") != r.usage.npos;
    const bool place = r.usage.find("room") != r.usage.npos;
    if ((r.group == "look" || (r.ids.empty() && !makes && !place)) && !chance_.in(8)) continue;
    if (haggling_ && r.usage.find("amount=") == r.usage.npos && chance_.in(2)) continue;
    // Nobody speaks of what was never heard of, or seldom.
    if (!r.ids.empty() && !known.id(std::string{r.ids}, chance_) && !chance_.percent(manner.wrong / 4)) continue;
    if (r.verb == "block" && !fond && !chance_.in(20)) continue;  // or nobody deals with anybody any more
    const auto other = side == "client" ? "freelancer" : "client";
    const bool theirs = r.who == other || (manner.direct && r.where == "room");
    if (!side.empty() && theirs && !chance_.percent(10 + manner.wrong)) continue;
    return of(row, known, now, manner, people);
  }
  return "/list";
}

std::string Lines::filled(std::string line, const Knowledge& known, Instant now,
                          const std::vector<std::string>& people) {
  // `/offer` alone invites to make one.
  const auto& table = commands::table();
  for (std::size_t row = 0; row < table.size(); ++row)
    if (table[row].ids.empty() && table[row].subverb.empty() && line == "/" + std::string{table[row].verb} &&
        table[row].usage.find("scope=") != table[row].usage.npos)
      return of(row, known, now, {}, people);
  static const std::string dots = "…";
  for (std::size_t at; (at = line.find(dots)) != line.npos;) {
    std::size_t from = at;
    while (from > 0 && line[from - 1] != ' ') --from;
    const auto token = line.substr(from, at - from);
    std::string v;
    std::size_t cut = at, end = at + dots.size();
    if (token.starts_with("milestones=")) {
      v = milestones(now);
      if (cut > 0 && line[cut - 1] == '"') --cut;
      if (end < line.size() && line[end] == '"') ++end;
    } else if (token == "amount=") {
      v = amount(false);
    } else if (token.ends_with("=\"") || token == "\"") {
      v = words();
    } else if (token == "reason=") {
      v = chance_.of(std::vector<std::string>(known.reasons().begin(), known.reasons().end()));
    } else if (token.ends_with("=")) {
      v = day(now, false);
    } else {
      v = "amount=" + amount(false);
    }
    line.replace(cut, end - cut, v);
  }
  // What may be done in part is sometimes done in part.
  for (const auto& row : table) {
    const auto all = parts(std::string{row.usage});
    const bool divides =
        !all.empty() && all.back().optional && std::isdigit(static_cast<unsigned char>(all.back().text[0]));
    if (divides && line.starts_with("/" + std::string{row.verb} + " ") && std::ranges::count(line, ' ') == 1)
      return chance_.in(3) ? line + " " + chance_.of<std::string>({"5", "12.50", "20"}) : line;
  }
  return line;
}

std::string Lines::twisted(std::string line) {
  switch (chance_.below(14)) {
    case 0: return "!" + (line.starts_with('/') ? line.substr(1) : line);
    case 1: return "Parley: " + (line.starts_with('/') ? line.substr(1) : line);
    case 2: return line + " \"open";
    case 3: return line + " amount=1";
    case 4: return line + " --please";
    case 5: return line + std::string(1, '\x07');
    case 6: return line + " \xC3\x28";
    case 7:
      return line +
             " title=\"\xE2\x80\xAE"
             "gnp.tfard\"";
    case 8: {
      for (char& c : line)
        if (c >= 'a' && c <= 'z' && chance_.in(3)) c = static_cast<char>(c - 32);
      return line;
    }
    case 9: return line + " '; DROP TABLE event; --";
    case 10: {
      if (line.size() < 4) return line;
      std::swap(line[2], line[3]);
      return line;
    }
    case 11: return line + " scope=\"" + std::string(static_cast<std::size_t>(chance_.between(3900, 4200)), 'a') + "\"";
    case 12: return line.substr(0, static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(line.size()) + 1)));
    default: return line + "\n- Draft 300\n- Final 200\nand a line of scope";
  }
}

}  // namespace sim
