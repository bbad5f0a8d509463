"""Judges a run from outside: the room's history, and after a clean stop what `parley inspect` and `verify` say."""
import re
from collections import Counter

NUMBER = re.compile(r" · N-(\d+) [0-9a-f]{6}$")
ONCE = {"offer.sent", "offer.accepted", "offer.declined", "offer.withdrawn", "proposal.proposed", "proposal.approved",
        "proposal.declined", "proposal.withdrawn", "milestone.funded", "milestone.submitted", "milestone.released",
        "contract.ending"}


class Verdict:
    def __init__(self):
        self.faults = []
        self.lost = self.doubled = self.late = self.again = self.set_aside = self.duplicate_notes = 0

    def fault(self, text):
        self.faults.append(text)


def parts(entry):
    """(kind, what it is about)"""
    kind, _, subject = entry.get("kind", "").partition(" ")
    text = entry.get("text", "")
    if kind.startswith("milestone.") and not subject.startswith("M-"):
        return kind, (re.findall(r"\bM-\d+\.\d+", text) or [subject])[0]
    return kind, subject or (re.match(r"[A-Z]+-[\d.]+", text) or [""])[0]


def judge_answers(pair, verdict):
    """Between the commands typed together and the next ones stand exactly as many answers as they must have."""
    starts, wanted = {}, Counter()
    for command in pair.typed:
        starts.setdefault(command.group, command.position)
        starts[command.group] = min(starts[command.group], command.position)
        wanted[command.group] += command.kind == "command"
        verdict.late += command.late
    groups = sorted(starts)
    said = pair.heard(0)
    answers = [e for e in said if not e.get("kind", "").startswith("query.")]
    at = 0
    if answers and answers[0]["position"] < starts[groups[0]]:
        verdict.fault(f"{pair.name}: the bot spoke before anybody else")
    for i, group in enumerate(groups):
        end = starts[groups[i + 1]] if i + 1 < len(groups) else float("inf")
        got = []
        while at < len(answers) and answers[at]["position"] < end:
            got.append(answers[at])
            at += 1
        if len(got) != wanted[group]:
            verdict.lost += max(0, wanted[group] - len(got))
            verdict.doubled += max(0, len(got) - wanted[group])
            typed = [f"{c.who.name}: {c.text[:80]!r} at {c.position}" for c in pair.typed if c.group == group]
            verdict.fault(f"{pair.name}: {len(got)} answers instead of {wanted[group]} to {typed}: " +
                          str([(e["position"], e.get("kind"), e["text"][:80]) for e in got]))
    asked = Counter("query." + re.match(r"/(\w+)", c.text)[1] for c in pair.typed if c.kind == "query")
    told = Counter(parts(e)[0] for e in said if e.get("kind", "").startswith("query."))
    for kind in asked | told:
        verdict.lost += max(0, asked[kind] - told[kind])
        verdict.again += max(0, told[kind] - asked[kind])
        if asked[kind] > told[kind]:
            verdict.fault(f"{pair.name}: {asked[kind]} {kind} asked and {told[kind]} answered")
    verdict.set_aside += sum(e.get("kind", "").startswith("hint.poisoned") for e in said)


def judge_numbers(pairs, verdict):
    """Every note has a number of its own, and none is missing; within a room they rise."""
    numbers = Counter()
    for pair in pairs:
        last = 0
        for entry in pair.heard(0):
            found = NUMBER.search(entry["text"])
            if entry.get("private") or entry["channel"] != pair.channel:
                if found:
                    verdict.fault(f"a private answer has a number: {entry['text'][-80:]}")
                continue
            if not found:
                verdict.fault(f"{pair.name}: a note without a number: {entry.get('kind')} {entry['text'][:80]}")
                continue
            number = int(found[1])
            numbers[number] += 1
            if number < last:
                verdict.fault(f"{pair.name}: N-{number} stands behind N-{last}")
            last = max(last, number)
    verdict.duplicate_notes = sum(n - 1 for n in numbers.values())
    missing = set(range(1, max(numbers, default=0) + 1)) - set(numbers)
    if missing:
        verdict.lost += len(missing)
        verdict.fault(f"notes that nobody was shown: {sorted(missing)[:20]}")
    return len(numbers)


def fold(pair, verdict):
    """The states that the notes of a room tell, each change once."""
    state, seen = {}, Counter()
    for entry in pair.heard(0):
        kind, about = parts(entry)
        text = entry["text"]
        if entry.get("private") or entry["channel"] != pair.channel or not kind:
            continue
        seen[kind, about] += kind in ONCE
        if kind in ("offer.sent", "proposal.proposed"):
            if about in state:
                verdict.fault(f"{about} was made twice")
            state[about] = "pending"
        elif kind in ("offer.declined", "offer.withdrawn", "proposal.declined", "proposal.withdrawn"):
            state[about] = kind.split(".")[1]
            for proposal in re.findall(r"(P-\d+), which it came from, is withdrawn", text):
                state[proposal] = "withdrawn"
        elif kind in ("offer.accepted", "proposal.approved"):
            state[about] = "accepted" if kind == "offer.accepted" else "approved"
            bound = re.search(r"(C-\d+) is legally binding", text)
            if about.startswith("P-"):
                offer = re.search(r"\bO-\d+", text)[0]
                if offer in state:
                    verdict.fault(f"{offer} was made twice")
                state[offer] = "accepted" if bound else "pending"
            if bound:
                if bound[1] in state:
                    verdict.fault(f"{bound[1]} was made twice")
                state[bound[1]] = "active"
                state[bound[1].replace("C", "M") + ".1"] = "funded"
            for others in re.findall(r"in this room are withdrawn: ([^\n]*?)\.", text):
                state.update({o: "withdrawn" for o in re.findall(r"O-\d+", others)})
        elif kind in ("milestone.funded", "milestone.submitted", "milestone.released"):
            state[about] = kind.split(".")[1]
        elif kind == "contract.ending":
            state[about] = "ending"
            for m in [m for m in state if m.startswith(about.replace("C", "M") + ".")]:
                del state[m]  # what the end made of them has rules of its own
    for (kind, about), n in seen.items():
        if n > 1:
            verdict.doubled += n - 1
            verdict.fault(f"{pair.name}: {n} notes say {kind} {about}")
    return state


def judge_ids(states, verdict):
    """No id in two rooms, none left out."""
    for prefix in ("O-", "P-", "C-"):
        found = Counter(int(i[2:]) for s in states for i in s if i.startswith(prefix))
        twice = [n for n, count in found.items() if count > 1]
        missing = set(range(1, max(found, default=0) + 1)) - set(found)
        if twice or missing:
            verdict.fault(f"{prefix}ids in two rooms: {twice[:9]}, in none: {sorted(missing)[:9]}")


def judge_store(house, states, random, verdict, most=300):
    """What the notes said is what the store holds."""
    checks = (("ledger", "sum", "0.00"), ("events", "chain", "ok"))
    for subject, field, wanted in checks:
        got = house.inspect(subject).get(field)
        if got != wanted:
            verdict.fault(f"{subject} {field}={got}")
    for tool in ("verify", "rebuild"):
        done = house.tool(tool)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()[:300]
            verdict.fault(f"parley {tool}: exit {done.returncode}: {said}")
    told = sorted((i, state) for s in states for i, state in s.items())
    for thing, state in random.sample(told, min(most, len(told))):
        facts = house.inspect(thing)
        if facts.get("state") != state:
            verdict.fault(f"{thing} is {facts.get('state')}, the notes say {state}")
    for prefix in ("O-", "P-", "C-"):
        beyond = f"{prefix}{1 + max((int(i[2:]) for i, _ in told if i.startswith(prefix)), default=0)}"
        if house.inspect(beyond):
            verdict.fault(f"{beyond} is in the store, and no note ever spoke of it")
    return len(told)
