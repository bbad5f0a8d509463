#include <rapidcheck.h>
#include <rapidcheck/catch.h>
#include <catch2/catch.hpp>

#include "commands/format.hpp"
#include "commands/lexer.hpp"
#include "commands/unicode.hpp"
#include "commands_stage.hpp"
#include "workflow/terms.hpp"

using namespace workflow;

namespace {

/// Whatever was typed: chat, something understood, or USAGE whose sentence can be printed and is text.
void one_answer(const std::string& typed, bool asked) {
  const auto r = stage::read(typed, asked);
  if (!r) return;
  if (*r) {
    RC_ASSERT(!(*r)->verb.empty());
    return;
  }
  RC_ASSERT(r->error().code == Code::USAGE);
  const auto note = commands::refusal(r->error(), {});
  RC_ASSERT(!note.text.empty());
  RC_ASSERT(commands::valid_utf8(note.text));
  RC_ASSERT(note.subject == "USAGE");
}

const std::vector<std::string> pieces{"/",      "!",       "Parley: ", "propose ", "approve ", "end ",    "P-1",
                                      " ",      "O-2",     "C-3",      "M-3.1",    "ER-1",     "v2",      "#a1b2",
                                      "--yes",  "\n",      "title=",   "\"",       "\\",       "amount=", "1,200",
                                      "12,50",  "$5",      "\u201C",   ":",        ";",        "- ",      "by ",
                                      "today",  "stars=5", "text=",    "\u202E",   "@all",     "\xFF",    "{x:raw}",
                                      "\u0665", "reason=", "=",        "list all", "a"};

rc::Gen<std::string> scraps() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                      [](const std::vector<std::string>& parts) {
                        std::string s;
                        for (const auto& p : parts) s += p;
                        return s;
                      });
}

/// Text that may be typed: some of everything that has a meaning somewhere.
rc::Gen<std::string> words() {
  static const std::vector<std::string> letters{"a", "Z", "9", " ",      ":", "\"", "\\",
                                                "=", "'", "ü", "\u201C", "-", "/",  "日"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(letters)),
                      [](const std::vector<std::string>& parts) {
                        std::string s = "x";
                        for (std::size_t i = 0; i < parts.size() && i < 80; ++i) s += parts[i];
                        return s + "x";
                      });
}

std::string kept(std::string s) {
  for (std::size_t at; (at = s.find("  ")) != std::string::npos;) s.erase(at, 1);
  return s;
}

}  // namespace

TEST_CASE("anything typed gets at most one answer", "[property]") {
  rc::prop("arbitrary bytes", [](const std::string& bytes) {
    one_answer(bytes, false);
    one_answer("/" + bytes, false);
    one_answer("/propose " + bytes, true);
    one_answer("stars=" + bytes, true);
  });
  rc::prop("scraps of the grammar", [] {
    const auto s = *scraps();
    one_answer(s, true);
    one_answer("/counter P-1 " + s, false);
    one_answer("/offer " + s, false);
  });
  rc::prop("mutated examples", [] {
    const auto row = *rc::gen::elementOf(commands::table());
    std::string s{row.example};
    const auto times = *rc::gen::inRange(1, 5);
    for (int i = 0; i < times; ++i) {
      const auto where = *rc::gen::inRange<std::size_t>(0, s.size() + 1);
      const auto cut = *rc::gen::inRange<std::size_t>(0, 3);
      s.replace(where, cut, *rc::gen::oneOf(rc::gen::elementOf(pieces), rc::gen::just(std::string{})));
    }
    one_answer(s, false);
  });
}

TEST_CASE("what is printed can be typed", "[property]") {
  rc::prop("amounts", [] {
    const auto code = *rc::gen::element("USD", "EUR", "JPY", "CHF", "BHD");
    Policy policy;
    policy.currency = *currency(code);
    const Money m{*rc::gen::inRange<std::int64_t>(1, 99'999'999'999), policy.currency};
    if (decimal(m).find('.') > 9) return;
    for (const auto& text : {decimal(m), "\"" + commands::written(m) + "\""}) {
      const auto r = commands::read("/counter P-1 amount=" + text, {{}, &policy, false});
      RC_ASSERT((r && *r));
      const auto& c = std::get<proposal::Counter>(std::get<Command>((*r)->request));
      RC_ASSERT(c.terms.amount == m);
    }
  });
  rc::prop("dates", [] {
    const Date d{std::chrono::days{*rc::gen::inRange(0, 2'900'000)}};
    const auto r = stage::read("/counter P-1 end=" + commands::written(d));
    RC_ASSERT((r && *r));
    RC_ASSERT(std::get<proposal::Counter>(std::get<Command>((*r)->request)).terms.end == d);
  });
  rc::prop("texts in quotes, and milestones", [] {
    const auto title = kept(*words());
    std::vector<MilestoneTerms> items;
    const auto count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i) {
      items.push_back({kept(*words()), {*rc::gen::inRange<std::int64_t>(1, 1'000'000), {}}, {}});
      if (*rc::gen::arbitrary<bool>()) items.back().due = Date{std::chrono::days{*rc::gen::inRange(0, 100'000)}};
    }
    const auto line = "/counter P-1 title=" + commands::in_quotes(title) +
                      " milestones=" + commands::in_quotes(milestones_line(items));
    const auto r = stage::read(line);
    RC_ASSERT((r && *r));
    const auto& c = std::get<proposal::Counter>(std::get<Command>((*r)->request));
    RC_ASSERT(c.terms.title == title);
    RC_ASSERT(c.terms.milestones == items);
  });
}
