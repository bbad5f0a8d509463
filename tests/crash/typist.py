"""One room with its two people, and what they type: from a seeded generator that follows the bot's own notes, so that
most lines are allowed by then and some must be refused."""
import asyncio
import re

GARBAGE = (
    "/ofer title=x", "/offer amount=abc", '/offer title="open', "/accept", "/accept O-0", "/approve P-0 v1",
    "/release M-999999.1", "/accept O-999999 v1", "/withdraw P-999999", "/offer title=A amount=1,200 scope=B",
    "/offer title=A amount=1000000000000000000 scope=B", "/counter P-999999 v1 amount=7", "/submit C-1 x", "/END",
    "/fund M-1",
    "/offer title=\u201cA\u201d amount=\u0663\u0660\u0660 scope=B", "/confirm ZZZZ",
    "/offer title=\u202eA amount=300 scope=B", "/help offr", "/offer " + "x" * 4100,
    "/offer title=A\x07 amount=300 scope=B",
    "/propose title=A scope=B end=2026-02-30 amount=300", "Parley: aprove P-1", "/release M-1.1 --yes now",
)
CHAT = ("Hello there", "12/7 is fine", "that is $300, isn't it?", "stars in the sky", "a /list in the middle")


class Command:
    """One line that was typed and what must come of it."""

    def __init__(self, who, text, kind, group, direct=False):
        self.who, self.text, self.kind, self.group, self.direct = who, text, kind, group, direct
        self.position = 0
        self.late = False

    def answered_by(self, entry):
        """Queries leave no trace and may be answered again after a crash: only their own kind counts for them."""
        kind = entry.get("kind", "")
        if self.kind == "query":
            return kind.startswith("query." + re.match(r"/(\w+)", self.text)[1])
        return not kind.startswith("query.")


class Pair:
    def __init__(self, name, client, freelancer, random):
        self.name, self.client, self.freelancer, self.random = name, client, freelancer, random
        self.channel = client.rooms[name]
        self.typed = []
        self.groups = 0
        self.offers, self.contracts, self.milestones = {}, {}, {}
        self.parts = {}      # offer -> how many milestones it has
        self.proposal = None  # [id, version, whose turn]
        self.asked = None    # whom the bot has asked for feedback
        self.shown = []      # previews: (who, code, direct)
        self.last_query = ""
        self.number = 0

    # What is known of the room

    def learn(self, entry):
        """Follows one note or answer of the bot."""
        text = entry.get("text", "")
        kind, _, subject = entry.get("kind", "").partition(" ")
        thing = subject or (re.match(r"[A-Z]+-[\d.]+", text) or [""])[0]
        if kind == "offer.sent":
            self.offers[thing] = "open"
            self.parts[thing] = int((re.search(r" in (\d+) milestones", text) or [0, 1])[1])
        elif kind in ("offer.declined", "offer.withdrawn"):
            self.offers.pop(thing, None)
        elif kind == "proposal.proposed":
            self.proposal = [thing, 1, self.client]
        elif kind in ("proposal.countered", "proposal.taken_back") and self.proposal:
            self.proposal[1] = int(re.search(r"\bv(\d+) #", text)[1])
            turn = self.client if kind == "proposal.taken_back" else self.other(self.proposal[2])
            self.proposal[2] = turn
        elif kind in ("proposal.declined", "proposal.withdrawn"):
            self.proposal = None
        elif kind == "contract.ending":
            self.end(thing)
        elif kind == "ask.end":
            self.asked = next((p for p in (self.client, self.freelancer) if p.rooms[""] == entry["channel"]), None)
        elif kind.startswith("milestone."):
            self.learn_milestone(kind, text, subject)
        if kind in ("offer.accepted", "proposal.approved"):
            self.learn_agreement(thing, text)
        code = re.search(r"/confirm ([0-9A-F]{4})\b", text)
        if kind.startswith("preview.") and code:
            to_client = entry.get("to") == self.client.id or entry["channel"] == self.client.rooms[""]
            who = self.client if to_client else self.freelancer
            self.shown.append((who, code[1], bool(entry.get("direct"))))

    def learn_agreement(self, thing, text):
        offer = (re.search(r"\bO-\d+", text) or [thing])[0]
        contract = re.search(r"(C-\d+) is legally binding", text)
        self.proposal = None if thing.startswith("P-") else self.proposal
        if not contract:
            self.offers[offer] = "open"
            return
        self.offers.pop(offer, None)
        self.contracts[contract[1]] = "active"
        for n in range(1, self.parts.get(offer, 1) + 1):
            self.milestones[f"{contract[1].replace('C', 'M')}.{n}"] = "funded" if n == 1 else "planned"

    def learn_milestone(self, kind, text, subject):
        found = [subject] if subject.startswith("M-") else re.findall(r"\bM-\d+\.\d+", text)
        state = {"milestone.funded": "funded", "milestone.submitted": "submitted"}.get(kind)
        if found and state:
            self.milestones[found[0]] = state
        elif found:
            self.milestones.pop(found[0], None)

    def end(self, contract):
        self.contracts.pop(contract, None)
        self.asked = None
        for m in [m for m in self.milestones if m.startswith(contract.replace("C", "M") + ".")]:
            self.milestones.pop(m)

    def other(self, who):
        return self.freelancer if who is self.client else self.client

    # What comes next

    def line(self):
        """(who, text, query|command|chat, in the direct chat)"""
        r = self.random
        roll = r.random()
        anyone = r.choice((self.client, self.freelancer))
        if roll < 0.06:
            return anyone, r.choice(CHAT), "chat", False
        if roll < 0.16:
            return anyone, r.choice(GARBAGE), "command", r.random() < 0.1
        if roll < 0.26:
            return self.query(anyone)
        if roll < 0.36:
            return (*self.wrong(anyone), "command", False)
        if self.shown and r.random() < 0.8:
            who, code, direct = self.shown.pop(0)
            return who, r.choice((f"/confirm {code}", "/confirm", f"/confirm {code}")), "command", direct
        if self.asked and r.random() < 0.7:
            who, self.asked = self.asked, None
            yes = r.choice((" --yes", ""))
            return who, f'stars={r.randint(1, 5)} text="It went as agreed, thank you"{yes}', "command", True
        return (*r.choice(self.possible())(), "command", False)

    def query(self, who):
        r = self.random
        choices = ["/list", "/list pending", "/list contracts all", "/help", "/help accept", "/whoami"]
        if self.contracts:
            some = r.choice(list(self.contracts))
            choices += ["/status " + some, "/ledger " + some] * 2
        # Never the same kind twice running: an answer that comes again is told from the next one's by its kind.
        choices = [c for c in choices if c.split()[0] != self.last_query]
        text = r.choice(choices)
        self.last_query = text.split()[0]
        return who, text, "query", False

    def wrong(self, who):
        """Lines that would be right from somebody else, at another time, or of another version."""
        r = self.random
        p = self.proposal or ["P-1", 1, self.client]
        offer = r.choice(list(self.offers) or ["O-1"])
        milestone = r.choice(list(self.milestones) or ["M-1.1"])
        return who, r.choice((
            f"/approve {p[0]} v{p[1] + 1}", f"/decline {p[0]} no", f"/accept {offer} v9", f"/accept {offer} --yes",
            f"/withdraw {offer}", f"/release {milestone}", f'/submit {milestone} "again"', f"/fund {milestone}",
            f"/counter {p[0]} v1 amount=5", '/propose title="Two" amount=400 scope="B"', "/confirm",
            "/end C-1 reason=no"))

    def terms(self):
        r = self.random
        self.number += 1
        title = f"Work {self.number}"
        if r.random() < 0.3:
            return f'title="{title}" milestones="First:{r.randint(20, 300)};Second:{r.randint(20, 300)}" scope="Parts"'
        amount = r.choice((r.randint(20, 900), r.randint(20, 900), r.randint(1000, 3000)))
        return f'title="{title}" amount={amount} scope="As we said"'

    def possible(self):
        """Everything that the room's state allows, as functions that give (who, text)."""
        client, freelancer, r = self.client, self.freelancer, self.random
        acts = []
        if len(self.offers) < 3:
            offer = [lambda: (client, "/offer @" + freelancer.name + " " + self.terms())]
            acts += offer if self.contracts else offer * 3
        for offer in list(self.offers):
            acts += [lambda o=offer: (freelancer, f"/accept {o} v1" + r.choice((" --yes", " --yes", "")))] * 3
            acts += [lambda o=offer: (freelancer, f"/decline {o} not now"), lambda o=offer: (client, f"/withdraw {o}")]
        if self.contracts and not self.proposal:
            acts.append(lambda: (freelancer, "/propose " + self.terms()))
        if self.proposal:
            p, version, turn = self.proposal
            acts += [lambda: (turn, f"/counter {p} v{version} amount={r.randint(20, 900)}"),
                     lambda: (turn, f"/counter {p} v{version} title=\"Other {r.randint(1, 999)}\""),
                     lambda: (turn, f"/approve {p} v{version} --yes"), lambda: (turn, f"/approve {p} v{version}"),
                     lambda: (turn, f"/decline {p} too much"), lambda: (freelancer, f"/withdraw {p}"),
                     lambda: (client, f"/withdraw {p}")]
        for milestone, state in list(self.milestones.items())[-4:]:
            if state == "planned":
                acts += [lambda m=milestone: (client, f"/fund {m}")] * 2
            else:
                acts += [lambda m=milestone: (client, f"/release {m}")] * 2
            if state == "funded":
                acts += [lambda m=milestone: (freelancer, f'/submit {m} "part.zip"')] * 2
        if len(self.contracts) > 1 and not self.asked:
            some = r.choice(list(self.contracts))
            acts.append(lambda: (r.choice((client, freelancer)), f"/end {some} reason=completed"))
        return acts or [lambda: (client, "/offer @" + freelancer.name + " " + self.terms())]

    # Typing

    async def type(self, lines, patience):
        """Types these without waiting between them, then waits for as many answers as they must have."""
        self.groups += 1
        group = []
        for who, text, kind, direct in lines:
            group.append(Command(who, text, kind, self.groups, direct))
        places = [c.who.rooms[""] if c.direct else self.channel for c in group]
        positions = await asyncio.gather(*(c.who.post(at, c.text) for c, at in zip(group, places)))
        for command, command.position in zip(group, positions):
            self.typed.append(command)
        for entry in await self.answers(group, patience):
            self.learn(entry)

    async def answers(self, group, patience):
        first = min(c.position for c in group)
        wanted = [c for c in group if c.kind != "chat"]

        def matched():
            left, taken = list(wanted), []
            for entry in self.heard(first):
                fit = next((c for c in left if c.answered_by(entry)), None)
                if fit:
                    left.remove(fit)
                    taken.append(entry)
            return left, taken

        def all_there():
            return not matched()[0]
        if not wanted:
            return []
        # Whoever typed sees every answer of theirs; where both typed, either's news may complete the set.
        both = len({c.who for c in wanted}) > 1
        for _ in range(int(patience * 4) if both else 1):
            if await wanted[-1].who.wait_for(all_there, 0.25 if both else patience):
                break
        left, taken = matched()
        for command in left:
            command.late = True
        return taken

    def heard(self, after):
        """What the bot said to either of them, in the room and in their direct chats, in order."""
        merged = {}
        for who in (self.client, self.freelancer):
            for entry in who.heard((self.channel, who.rooms[""]), after):
                merged[entry["position"]] = entry
        return [merged[p] for p in sorted(merged)]
