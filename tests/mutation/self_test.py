"""Plants sources whose mutants are known, and looks at the real ones as far as that takes no build."""
import tempfile
import threading
import time
from pathlib import Path

from mutation import mutants
from mutation.operators import OPERATORS
from mutation.shop import Shop, Stopped
from mutation.source import Source

HEAD = '''#include "a < b.hpp"
// if (a < 1) return {};
/* a == b */ enum class State { open = 1, shut };
BOOST_DESCRIBE_STRUCT(Planted, (), (a, b, 5))
constexpr std::array<int, 3> table{1, 2, true};
constexpr std::pair<int, int> more = {3, 4};
template <class T = int, int n = 7>
using Deadlines = std::map<int, std::array<int, 9>>;
static_assert(sizeof(int) == 4);
const auto raw = R"x(a < b && !c)x"; const char brace = '{';
std::vector<std::vector<int>> f(Room&& room);
[[likely]] std::array<int, 7> g;
'''
# What is planted in a body of workflow/planted.cpp: operator, line, and the lines it becomes. Others may be found too.
WANTED = (
    ("comparison", "if (a < b) c();", ["if (a <= b) c();"]),
    ("comparison", "return a.x == b;", ["return a.x != b;"]),
    ("comparison", "for (int i = 0; i >= n; ++i) c();", ["for (int i = 0; i > n; ++i) c();"]),
    ("condition", "if (a && b(1, 2)) c();", ["if (a || b(1, 2)) c();", "if (a) c();", "if (b(1, 2)) c();"]),
    ("condition", "x = a || b || d;", ["x = b || d;", "x = a || d;", "x = a || b;"]),
    ("condition", "if (auto p = f(); p && *p) c();", ["if (auto p = f(); p || *p) c();"]),
    ("negation", "if (!room.fixed()) c();", ["if (room.fixed()) c();"]),
    ("off-by-one", "x = s[10'000];", ["x = s[10001];", "x = s[9999];"]),
    ("off-by-one", "at = n + 1;", ["at = n + 2;", "at = n + 0;"]),
    ("arithmetic", "at = n - 1;", ["at = n + 1;"]),
    ("arithmetic", "sum += m.amount;", ["sum -= m.amount;"]),
    ("guard", "if (!o) return refuse(Code::USAGE, \"x\");", ["{}"]),
    ("guard", "if (auto r = over(o)) return r;", ["{}"]),
    ("guard", "case A: return wrong(\"offer.is_draft\");", ["case A: return {};"]),
    ("guard", "r = guard(room, ctx, {.subject = c.id, .role = Side::client, .state = [&] { return over(o); }});",
     ["r = guard(room, ctx, {.role = Side::client, .state = [&] { return over(o); }});",
      "r = guard(room, ctx, {.subject = c.id, .state = [&] { return over(o); }});",
      "r = guard(room, ctx, {.subject = c.id, .role = Side::client});"]),
    ("return", "if (c.yes.given) return {};", ["{}"]),
    ("return", "if (blank) continue;", ["{}"]),
    ("party", "x = ctx.client->id;", ["x = ctx.freelancer->id;"]),
    ("party", "if (by != Side::freelancer) c();", ["if (by != Side::client) c();"]),
    ("party", "p.turn = other(e.by);", ["p.turn = e.by;"]),
    ("party", "k = contract::EndKind::by_client;", ["k = contract::EndKind::by_freelancer;"]),
    ("state", "o.state = State::pending;", ["o.state = State::draft;"]),
    ("state", "p.state = proposal::State::open;", ["p.state = proposal::State::shut;"]),
    ("event", "d.events.push_back(Sent{.id = 1});", ["{}"]),
    ("event", "return done(Sent{1, 2}, std::pair<int, int>{3, 4});", ["return done(std::pair<int, int>{3, 4});",
                                                                   "return done(Sent{1, 2});"]),
    ("statement", "o.closed_at = e.at;", ["{}"]),
    ("statement", "room.lots[n++] = {1, 2};", ["{}"]),
    ("statement", "if (a) evolve(ledger, e);", ["if (a) {}"]),
    ("statement", "++at;", ["{}"]),
    ("boolean", "return f(true);", ["return f(false);"]),
    ("extreme", "x = std::min(a, b);", ["x = std::max(a, b);"]),
)
# Lines that no operator may touch.
ALONE = ("std::vector<int> left;", "const auto& x = f(p);", "case State::draft: g<int>();", "out.reserve(n);", "d.a.b.reserve(n);",
         "auto&& all = f(a);", "Money sum{c};", "[[maybe_unused]] Room& r = room;", 'spdlog::info("a < b");',
         "return Told{.client = c};")
FIRE = "Events fire(const Room& r) {\n  if (r.a) return {Settled{1, 2}, settle(n, lot)};\n  return {};\n}\n"


def planted(lines, name="workflow/planted.cpp"):
    body = "".join(f"  {line}\n" for line in lines)
    return Source(name, HEAD + "void f() {\n" + body + "  State::draft, proposal::State::shut;\n}\n" + FIRE)


def wrong_operators():
    src = planted([line for _, line, _ in WANTED])
    found = list(mutants.mutants_of(src))
    at = {line: HEAD.count("\n") + 2 + n for n, (_, line, _) in enumerate(WANTED)}
    for operator, line, results in WANTED:
        got = {m.new for m in found if (m.operator, m.line) == (operator, at[line])}
        for result in results:
            if result not in got:
                yield f"{operator} does not make `{result}` of `{line}`, but {sorted(got)}"
    for m in found:
        if m.line <= HEAD.count("\n"):
            yield f"{m.operator} changes what is no code: {m.old} -> {m.new}"
        if m.apply(src.text) == src.text:
            yield f"{m.id} changes nothing"
    fired = {m.new for m in found if m.operator == "event" and "Settled" in m.old}
    if fired != {"if (r.a) return {settle(n, lot)};", "if (r.a) return {Settled{1, 2}};"}:
        yield f"the events of a timer are not removed one by one: {sorted(fired)}"
    alone = planted(ALONE)
    for m in mutants.mutants_of(alone):
        if HEAD.count("\n") + 1 < m.line <= HEAD.count("\n") + 1 + len(ALONE):
            yield f"{m.operator} touches `{m.old}`: {m.new}"
    if set(OPERATORS) - {operator for operator, *_ in WANTED}:
        yield "an operator has no planted line"


def wrong_drawing(every):
    first, again = list(mutants.draw(every, 7)), list(mutants.draw(every, 7))
    if first != again:
        yield "one seed draws two orders"
    if first[:50] == list(mutants.draw(every, 8))[:50]:
        yield "two seeds draw one order"
    if sorted(m.id for m in first) != sorted(m.id for m in every):
        yield "an order does not hold every mutant once"
    ids = {}
    for m in every:
        other = ids.setdefault(f"{m.file}:{m.operator}:{m.mark}", m)
        if other is not m:
            yield f"two mutants have one id: {m.id}"
    some = first[0]
    moved = f"{some.file}:{some.line + 9}:{some.operator}:{some.mark}"
    if mutants.find(every, moved) != some:
        yield f"{moved} is not found by its content"
    if {m.operator for m in first[:200]} != set(OPERATORS):
        yield "two hundred mutants lack an operator"


def wrong_reasons():
    src = planted(["if (a || b) c();"])
    every = list(mutants.mutants_of(src))
    m = next(m for m in every if m.operator == "condition")
    line = " | ".join((*m.content, "both are the same here"))
    read, wrong = mutants.read_reasons("# a comment\n\n" + line + "\nworkflow/a.cpp | condition | too few\n")
    if read != {m.content: "both are the same here"} or len(wrong) != 1:
        yield f"reasons are not read as they are written: {read} {wrong}"
    if mutants.stale(read, every) or not mutants.stale({("a", "guard", "b", "c"): "d"}, every):
        yield "a stale reason is not told from one that holds"


def wrong_shop():
    """Copies, limits, and the end of what a child has left behind."""
    with tempfile.TemporaryDirectory() as folder:
        tree, stop = Path(folder, "from"), threading.Event()
        tree.mkdir()
        (tree / "one.txt").write_text("1", encoding="utf-8")
        shop = Shop(0, Path(folder, "to"), 1, stop)
        shop.tree.mkdir(parents=True)
        (shop.tree / "gone.txt").write_text("2", encoding="utf-8")
        shop.copy(tree, ["one.txt"])
        if [p.name for p in shop.tree.iterdir()] != ["one.txt"]:
            yield "a copy is not what it was copied from"
        before = (shop.tree / "one.txt").stat().st_mtime_ns
        shop.copy(tree, ["one.txt"])
        if (shop.tree / "one.txt").stat().st_mtime_ns != before:
            yield "what is equal is written again"
        codes = [shop.run(["sh", "-c", c], 0.3) for c in ("exit 3", "kill -SEGV $$", "sleep 60 & wait")]
        if codes != [3, -11, None]:
            yield f"ends are not told apart: {codes}"
        ends = [shop.test("t", ["sh", "-c", c], 1) for c in ("while :; do :; done", "exit 3", "exit 0")]
        if ends != [None, 3, 0]:
            yield f"a test that hangs is not told from one that fails: {ends}"
        marker = shop.tree / "late.txt"
        shop.run(["bash", "-c", f"set -m; (sleep 0.4; touch '{marker}') & exit 0"], 5)
        time.sleep(0.6)
        if marker.exists():
            yield "what a child started outlives it"
        stop.set()
        try:
            shop.run(["sleep", "60"], 60)
            yield "a stop does not stop"
        except Stopped:
            pass


def run(top, wrong, reasons):
    every = mutants.everything(top)
    for line in mutants.stale(reasons, every):
        print(f"stale: no mutant of the tree is this any more, the reason can go: {line}")
    wrong = [*wrong, *wrong_operators(), *wrong_drawing(every), *wrong_reasons(), *wrong_shop()]
    for line in wrong:
        print(line)
    print(f"figure: mutate self-test planted={len(WANTED)} mutants of the tree={len(every)} wrong={len(wrong)}")
    return not wrong
