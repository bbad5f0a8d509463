"""Every mutant of the tree, which of them are drawn, and the reasons of those that live."""
import difflib
import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

from mutation.operators import OPERATORS
from mutation.source import Source

FOLDERS = ("workflow", "commands")
NOTHING = "(nothing)"
HEADERS = 0.02  # of all draws: a header costs the build of all that includes it


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    operator: str
    start: int
    end: int
    text: str  # what is put there
    old: str   # the lines touched, in one
    new: str
    mark: str

    @property
    def id(self):
        return f"{self.file}:{self.line}:{self.operator}:{self.mark}"

    @property
    def content(self):
        return self.file, self.operator, self.old, self.new

    def apply(self, text):
        return text[:self.start] + self.text + text[self.end:]

    def diff(self, text):
        lines = difflib.unified_diff(text.splitlines(), self.apply(text).splitlines(), "a/" + self.file,
                                     "b/" + self.file, lineterm="", n=2)
        return "\n".join(lines)


def in_one(text):
    return " ".join(text.split()) or NOTHING


def mutants_of(src):
    """In the order of the operators, each change once: what two of them would do alike belongs to the first."""
    seen, times = set(), {}
    for operator, (changes, _) in OPERATORS.items():
        for start, end, text in sorted(changes(src)):
            if (start, end, text) in seen or src.text[start:end] == text:
                continue
            seen.add((start, end, text))
            first = src.text.rfind("\n", 0, start) + 1
            last = src.text.find("\n", end)
            last = len(src.text) if last < 0 else last
            old, new = in_one(src.text[first:last]), in_one(src.text[first:start] + text + src.text[end:last])
            key = (src.name, operator, old, new)
            times[key] = times.get(key, 0) + 1
            mark = hashlib.sha256("\0".join((*key, str(times[key]))).encode()).hexdigest()[:8]
            yield Mutant(src.name, src.line(start), operator, start, end, text, old, new, mark)


def sources(top, only=()):
    for folder in FOLDERS:
        for path in sorted(Path(top, folder).iterdir()):
            name = f"{folder}/{path.name}"
            if path.suffix in (".cpp", ".hpp") and (not only or name.startswith(tuple(only))):
                yield Source(name, path.read_text(encoding="utf-8"))


def everything(top, only=()):
    return [m for src in sources(top, only) for m in mutants_of(src)]


def draw(mutants, seed):
    """All of them in the order of one seed: the operator by its weight, then one of its changes."""
    dice = random.Random(seed)
    pools = {}
    for m in mutants:
        pools.setdefault(m.file.endswith(".hpp"), {}).setdefault(m.operator, []).append(m)
    while any(pools.values()):
        of_header = True in pools and (False not in pools or dice.random() < HEADERS)
        pool = pools[of_header]
        names = sorted(pool)
        name = dice.choices(names, [OPERATORS[n][1] for n in names])[0]
        chosen = pool[name]
        at = dice.randrange(len(chosen))
        chosen[at], chosen[-1] = chosen[-1], chosen[at]
        yield chosen.pop()
        if not chosen:
            del pool[name]
        if not pool:
            del pools[of_header]


def find(mutants, wanted):
    """By id; a line that has moved since is forgiven."""
    file, _, operator, mark = (wanted.split(":") + [""] * 4)[:4]
    return next((m for m in mutants if (m.file, m.operator, m.mark) == (file, operator, mark)), None)


def read_reasons(text):
    """`file | operator | source line | mutated line | reason` by content; and the lines that are no such thing."""
    reasons, wrong = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [p.strip() for p in line.split(" | ")]
        if len(parts) != 5 or not all(parts) or parts[1] not in OPERATORS:
            wrong.append(f"line {number}: expected `file | operator | source line | mutated line | reason`")
        else:
            reasons[tuple(parts[:4])] = parts[4]
    return reasons, wrong


def stale(reasons, mutants):
    there = {m.content for m in mutants}
    return [" | ".join(content) for content in reasons if content not in there]
