#!/usr/bin/env python3
"""The tidy test: how the house is built, read from its files alone.

  tests/house.py              looks at the house, then at itself (--self-test); a line a problem, exit 1
  tests/house.py --self-test  plants one of each fault in a copy and wants each of them reported
"""
import ast
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

FLOORS = ("bot", "commands", "store", "workflow")
KNOWS = {
    "workflow": {"workflow"},
    "commands": {"commands", "workflow"},
    "store": {"store", "workflow"},
    "bot": {"bot", "commands", "store", "workflow"},
}
FOLDERS = {"bot", "commands", "workflow", "store", "tests", "deploy", ".ci"}
NOT_OURS = {".git", "build", "data", "node_modules", "__pycache__"}
CLOCKS = ("bot/main.cpp", "bot/serve.cpp", "bot/room/clock.cpp")
NOUNS = ("proposal", "offer", "change_request", "contract", "amendment", "milestone", "escrow_refund", "bonus", "question",
         "feedback", "reminder")
RUNNABLE = ("deploy/start", "deploy/install", "tests/run", ".ci/run")
LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
CPP, SCRIPTS = (".cpp", ".hpp"), (".py", ".js", ".mjs")
LONGEST_FILE, LONGEST_FUNCTION = 600, 70
RULE = re.compile(r"(?<![\w-])R-[a-z]+-\d+(?!\w)")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)


class House:
    """Every file of ours below `top`, read once."""

    def __init__(self, top):
        self.top = Path(top)
        self.problems = []
        self.text = {}
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(f for f in folders if f not in NOT_OURS)
            for name in files:
                path = Path(folder, name)
                if path.is_symlink() or path.stat().st_size > 4 << 20:
                    continue
                try:
                    self.text[path.relative_to(top).as_posix()] = path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    pass  # a picture
        self.code = {n: without_words(t) for n, t in self.text.items() if n.endswith(CPP)}

    def wrong(self, name, line, what):
        self.problems.append(f"{name}:{line}: {what}")

    def named(self, *ends, under=("",)):
        return [n for n in sorted(self.text) if n.endswith(ends) and n.startswith(tuple(under))]


def without_words(text):
    """C++ with comments, strings and characters blanked, every line where it was. Include lines keep their names."""
    pattern = re.compile(
        r'(?P<include>^[ \t]*#[ \t]*include[^\n]*)|//(?:\\\n|[^\n])*|/\*.*?\*/'
        r'|R"(?P<mark>[^()\\ ]{0,16})\(.*?\)(?P=mark)"'
        r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S | re.M)
    return pattern.sub(lambda m: m[0] if m["include"] else re.sub(r"[^\n]", " ", m[0]), text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def includes(house, name):
    for m in INCLUDE.finditer(house.code[name]):
        yield line_of(house.code[name], m.start(1)), m[1]


def check_floors(house):
    for name in house.named(*CPP, under=[f + "/" for f in FLOORS]):
        floor = name.split("/")[0]
        for line, what in includes(house, name):
            to = what.split("/")[0]
            if to in FLOORS and to not in KNOWS[floor]:
                house.wrong(name, line, f"{floor} may not include {what}")
            if to == "tests":
                house.wrong(name, line, f"the product may not include {what}")
            if floor != "bot" and what.startswith(("boost/asio", "boost/beast")):
                house.wrong(name, line, f"only bot includes Asio and Beast, not {floor}: {what}")
            if name.startswith("bot/room/") and to in FLOORS and not what.startswith("bot/room/"):
                house.wrong(name, line, f"the built-in room knows nothing of the bot: {what}")


def check_nouns(house):
    for noun in NOUNS:
        for name in (f"workflow/{noun}.hpp", f"workflow/{noun}.cpp"):
            if name not in house.code:
                house.wrong(name, 1, "a noun has one header and one source")
                continue
            for line, what in includes(house, name):
                if what.removeprefix("workflow/").removesuffix(".hpp") in set(NOUNS) - {noun}:
                    house.wrong(name, line, f"a noun may not include another noun: {what}")


def check_clocks(house):
    wall = re.compile(r"system_clock\s*::\s*now|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0)\s*\)"
                      r"|\bgettimeofday\b|\bCLOCK_REALTIME\b")
    for name in house.named(*CPP, under=[f + "/" for f in FLOORS]):
        found = [line_of(house.code[name], m.start()) for m in wall.finditer(house.code[name])]
        for line in found[1 if name in CLOCKS else 0:]:
            house.wrong(name, line, "the wall clock is read in one function each of " + ", ".join(CLOCKS))


def check_money(house):
    for name in house.named(*CPP, under=["workflow/"]):
        for m in re.finditer(r"\b(?:double|float)\b", house.code[name]):
            house.wrong(name, line_of(house.code[name], m.start()), f"no {m[0]} in workflow: money is counted")


def check_sizes(house):
    for name in house.named(*CPP, *SCRIPTS):
        lines = house.text[name].count("\n")
        if lines > LONGEST_FILE:
            house.wrong(name, LONGEST_FILE + 1, f"{lines} lines; a file has {LONGEST_FILE} at most")
        for line, length, what in functions(house, name):
            if length > LONGEST_FUNCTION:
                house.wrong(name, line, f"{what} has {length} lines; a function has {LONGEST_FUNCTION} at most")


def functions(house, name):
    if name.endswith(".py"):
        for node in ast.walk(ast.parse(house.text[name])):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.lineno, node.end_lineno - node.lineno + 1, node.name
    elif name.endswith(SCRIPTS):
        yield from script_functions(house.text[name])
    else:
        yield from cpp_functions(house.code[name])


def script_functions(text):
    """JavaScript as it is laid out: a head that ends in `{`, and its `}` under the head's first letter. Of a function
    that holds others, only the lines between them are its own."""
    head = re.compile(r"^(\s*)(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\b"
                      r"|(?!if|for|while|switch|catch)[\w#]+\(.*\)\s*\{$|(?:const|let)\s+\w+\s*=.*=>\s*\{$)")
    lines = text.split("\n")
    spans = []
    for start, line in enumerate(lines):
        m = head.match(line)
        end = m and next((n for n in range(start + 1, len(lines)) if lines[n].startswith(m[1] + "}")), None)
        if end:
            spans.append((start, end, line.strip().rstrip("{ ")[:60]))
    for start, end, what in spans:
        inner = {n for a, b, _ in spans if start < a and b < end for n in range(a, b + 1)}
        yield start + 1, end - start + 1 - len(inner), what


def cpp_functions(code):
    """Blocks with parentheses in their head that stand at the level of a file, a namespace or a type."""
    macro = re.compile(r"^[A-Z][A-Z0-9_]{5,}\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?!\s*\{)", re.M)
    code = macro.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), code)
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.M)
    scopes = re.compile(r"(?:namespace|class|struct|union|enum|extern)\b")
    at, head = 0, 0
    while at < len(code):
        if code[at] in ";}":
            head = at + 1
        elif code[at] == "{":
            words = re.sub(r"^\s*(?:template\s*<[^{;]*?>\s*)?(?:requires[^{;]*?\n\s*)?", "", code[head:at])
            if scopes.match(words) and "(" not in re.sub(r"alignas\s*\([^)]*\)", "", words):
                head = at + 1
            else:
                end = closing(code, at)
                after = re.match(r"\s*[,{]", code[end:])
                start = head + len(code[head:at]) - len(code[head:at].lstrip())
                if not after:
                    if "(" in words:
                        first = line_of(code, start)
                        yield first, line_of(code, end) - first + 1, " ".join(words.split())[:60]
                    head = end
                at = end
                continue
        at += 1


def closing(code, at):
    depth = 0
    for m in re.compile(r"[{}]").finditer(code, at):
        depth += 1 if m[0] == "{" else -1
        if depth == 0:
            return m.end()
    return len(code)


def check_rules(house):
    rules, unit = {}, set()
    for number, line in enumerate(house.text.get("workflow/RULES.md", "").split("\n"), 1):
        m = re.match(r"- \*\*(R-[a-z]+-\d+)\*\*( \*\(unit\)\*)?", line)
        if m:
            if m[1] in rules:
                house.wrong("workflow/RULES.md", number, f"{m[1]} is there twice")
            rules[m[1]] = number
            unit.update([m[1]] if m[2] else [])
    shown, tested = set(), set()
    for name in house.named(".chat", under=["tests/transcripts/"]):
        for line in re.findall(r"^# rule\b(.*)$", house.text[name], re.M):
            shown.update(RULE.findall(line))
    for name in house.named(".cpp", ".py", under=["tests/"]):
        tested.update(RULE.findall(house.text[name]))
    for rule, number in rules.items():
        if rule in unit and rule not in tested:
            house.wrong("workflow/RULES.md", number, f"{rule} is for a C++ test, and none names it")
        if rule not in unit and rule not in shown:
            house.wrong("workflow/RULES.md", number, f"{rule} is shown by no script (`# rule {rule}`)")
    for name in house.named(*CPP, *SCRIPTS, ".chat", ".txt", ".in", under=[f + "/" for f in (*FLOORS, "tests")]):
        for m in RULE.finditer(house.text[name]):
            if m[0] not in rules:
                house.wrong(name, line_of(house.text[name], m.start()), f"there is no rule {m[0]}")


def check_top(house):
    there = {p.name for p in house.top.iterdir() if p.is_dir()} - NOT_OURS
    for name in sorted(there - FOLDERS):
        house.wrong(name, 1, "the top holds only " + " ".join(sorted(FOLDERS)))
    for name in sorted(FOLDERS - there):
        house.wrong(name, 1, "this folder is missing")
    for name in RUNNABLE:
        if not os.access(house.top / name, os.X_OK):
            house.wrong(name, 1, "cannot be run: it is missing or lacks its run bit")
    if "LICENSE" not in house.text:
        house.wrong("LICENSE", 1, "the licence is missing")
    for name in sorted(house.text):
        at = house.text[name].find('"resolved"') if name.split("/")[-1] in LOCKS else -1
        if at >= 0:
            house.wrong(name, line_of(house.text[name], at), "a lock file records no download address")


def look(top):
    house = House(top)
    for check in (check_floors, check_nouns, check_clocks, check_money, check_sizes, check_rules, check_top):
        check(house)
    return house.problems


def faults():
    """What is planted: a file, what is put behind it (None: it is taken away), and what the report must say."""
    no_rule = "R-" + "nowhere-1"
    body = "".join(f"  n += {i};\n" for i in range(75))
    yield "workflow/money.cpp", '#include "store/store.hpp"\n', "workflow may not include store/store.hpp"
    yield "commands/lexer.cpp", '#include "store/store.hpp"\n', "commands may not include store/store.hpp"
    yield "store/codec.cpp", '#include "commands/notes.hpp"\n', "store may not include commands/notes.hpp"
    yield "workflow/time.cpp", '#include "bot/engine.hpp"\n', "workflow may not include bot/engine.hpp"
    yield "store/inbox.cpp", "#include <boost/asio/post.hpp>\n", "only bot includes Asio and Beast, not store"
    yield "commands/format.cpp", "#include <boost/beast/core.hpp>\n", "only bot includes Asio and Beast, not commands"
    yield "bot/room/hub.cpp", '#include "bot/engine.hpp"\n', "the built-in room knows nothing of the bot"
    yield "bot/serve.hpp", '#include "tests/unit/store_fixture.hpp"\n', "the product may not include tests/"
    yield "workflow/offer.cpp", '#include "workflow/contract.hpp"\n', "a noun may not include another noun"
    yield "workflow/milestone.hpp", '#include "workflow/feedback.hpp"\n', "a noun may not include another noun"
    yield "bot/engine.cpp", "auto planted = std::chrono::system_clock::now();\n", "the wall clock is read"
    yield "bot/serve.cpp", "auto planted() { return std::chrono::system_clock::now(); }\n", "the wall clock is read"
    yield "store/places.cpp", "auto planted = std::time(nullptr);\n", "the wall clock is read"
    yield "workflow/ledger.cpp", "double planted = 0;\n", "no double in workflow"
    yield "workflow/terms.hpp", "inline float planted = 0;\n", "no float in workflow"
    yield "bot/planted_long.hpp", "// one\n" * 601, "601 lines; a file has 600 at most"
    yield "bot/room/page/planted_long.js", "// one\n" * 601, "601 lines; a file has 600 at most"
    yield "tests/planted_long.py", "# one\n" * 601, "601 lines; a file has 600 at most"
    yield "commands/planted.cpp", f"namespace a {{\nint planted(int n) {{\n{body}  return n;\n}}\n}}\n", "int n) has 78"
    yield "store/planted.cpp", f"struct A {{\n  A(int x) : a_{{x}}, b_{{x}} {{\n{body}  }}\n}};\n", "has 77 lines"
    yield "bot/room/page/planted.js", f"export function planted(n) {{\n{body}}}\n", "planted(n) has 77"
    yield "tests/planted.py", "def planted():\n" + "    pass\n" * 75, "planted has 76 lines"
    yield "workflow/RULES.md", f"\n- **{no_rule}** Nobody shows this.\n", f"{no_rule} is shown by no script"
    yield "workflow/RULES.md", f"- **{no_rule}2** *(unit)* Nobody tests this.\n", f"{no_rule}2 is for a C++ test"
    yield "commands/fill.cpp", f"// {no_rule}3\n", f"there is no rule {no_rule}3"
    yield "tests/transcripts/planted.chat", f"# rule {no_rule}4\n", f"there is no rule {no_rule}4"
    yield "helpers/planted.txt", "one\n", "the top holds only"
    yield ".ci/run", "", "cannot be run"
    yield "tests/run", "", "cannot be run"
    yield "deploy/start", "", "cannot be run"
    yield "LICENSE", None, "the licence is missing"
    yield "tests/browser/package-lock.json", '{"resolved": "https://example.org"}\n', "a lock file records no download"


def self_test(top):
    """Every planted fault must be reported, at its file, and must not have been before."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "house")
        shutil.copytree(top, copy, ignore=lambda _, names: NOT_OURS.intersection(names), symlinks=True)
        before = set(look(copy))
        planted = list(faults())
        for name, text, _ in planted:
            path = copy / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            elif text == "":
                path.chmod(0o644)
            else:
                with path.open("a", encoding="utf-8") as out:
                    out.write(("\n" if path.stat().st_size else "") + text)
        found = set(look(copy)) - before
    missed = []
    for name, _, what in planted:
        at = name.split("/")[0] if what.startswith("the top") else name
        if not any(p.startswith(at + ":") and what in p for p in found):
            missed.append((name, what))
    for name, what in missed:
        print(f"tests/house.py:1: planted in {name} and not reported: {what}")
    print(f"figure: house self-test planted={len(planted)} reported={len(planted) - len(missed)}")
    return not missed


def main():
    top = Path(__file__).resolve().parent.parent
    problems = []
    if sys.argv[1:] not in ([], ["--self-test"]):
        print(__doc__)
        return 64
    if not sys.argv[1:]:
        problems = look(top)
        for problem in problems:
            print(problem)
        print(f"{len(problems)} problems")
    return 0 if self_test(top) and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
