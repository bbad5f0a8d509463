#!/usr/bin/env python3
"""Golden amounts: computes money on its own, writes it down as conversations, and has the house play them.

  tests/golden.py PARLEY   runs `PARLEY rehearse` over every case; exit 1 where one amount differs
  tests/golden.py --keep FOLDER PARLEY   the same, and leaves the conversations in FOLDER

Nothing here is shared with the house: amounts are integers of the smallest unit, a fee is a fraction rounded once.
"""
import random
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

DIGITS = {"USD": 2, "EUR": 2, "JPY": 0, "BHD": 3}


def rounded(value):
    """To the nearest whole unit, a half upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def fee_of(gross, bps):
    return rounded(Fraction(gross * bps, 10_000))


class Case:
    """One contract between two people: what they type, and what must be true after it."""

    def __init__(self, name, amounts, bps=1000, currency="USD"):
        self.name, self.bps, self.digits = name, bps, DIGITS[currency]
        self.amounts = amounts
        self.lies = [0] * len(amounts)  # in escrow, by milestone
        self.credit = self.pending = self.available = self.transit = self.fees = self.charged = 0
        self.lots = []
        self.asked = None  # what the request of an end asks back
        smallest = 1 if not self.digits else 10 ** (self.digits - 1)
        self.lines = [f"# {name}",
                      f"policy currency={currency} fee_bps={bps} min_milestone={self.text(smallest)}"
                      f" confirm_over={self.text(10 ** (self.digits + 8))}",
                      "person ana", "person bob", "room studio: bob, ana", "at 2026-11-02T09:00Z"]
        stages = ";".join(f"Stage {n}:{self.text(a)}" for n, a in enumerate(amounts, 1))
        self.say("bob", f'/offer title="Golden" scope="Figures" milestones="{stages}"', "offer.sent O-1")
        self.say("ana", "/accept O-1 v1 --yes", "offer.accepted O-1")
        self.lies[0] = amounts[0]
        self.charged += amounts[0]
        self.facts()

    def text(self, minor):
        if not self.digits:
            return str(minor)
        whole, part = divmod(minor, 10**self.digits)
        return f"{whole}.{part:0{self.digits}}"

    def say(self, who, line, kind):
        self.lines += [f"{who}> {line}", f"  <{kind}>"]

    def pay(self, gross):
        """Into the freelancer's pending money, less the fee."""
        fee = fee_of(gross, self.bps)
        self.fees += fee
        self.pending += gross - fee
        self.lots.append(gross - fee)

    def facts(self):
        escrow = sum(self.lies) + self.credit
        for n, lies in enumerate(self.lies, 1):
            self.lines.append(f"= M-1.{n} amount={self.text(self.amounts[n - 1])} escrow={self.text(lies)}")
        self.lines += [f"= C-1 escrow={self.text(escrow)} credit={self.text(self.credit)}",
                       f"= account ana pending={self.text(self.pending)} available={self.text(self.available)}",
                       f"= account bob transit={self.text(self.transit)}", f"= ledger sum={self.text(0)}"]
        if self.asked is not None:
            state = f"state=pending amount={self.text(self.asked)}" if self.asked else "state=cancelled"
            self.lines.append(f"= ER-1 {state}")
        # What was charged is somewhere: in escrow, with the freelancer, with the house, or on its way back.
        if self.charged != escrow + self.pending + self.available + self.fees + self.transit:
            raise AssertionError(f"{self.name}: this script loses money itself")

    def fund(self, n):
        amount = self.amounts[n - 1]
        used = min(self.credit, amount)
        self.credit -= used
        self.charged += amount - used
        self.lies[n - 1] = amount
        self.say("bob", f"/fund M-1.{n} --yes", f"milestone.funded M-1.{n}")
        self.facts()

    def submit(self, n):
        self.say("ana", f"/submit M-1.{n} done", f"milestone.submitted M-1.{n}")

    def release(self, n, part=None):
        lies = self.lies[n - 1]
        gross = lies if part is None else part
        self.pay(gross)
        if self.asked is None:
            self.lies[n - 1] = 0
            self.credit += lies - gross
        else:
            self.lies[n - 1] -= gross
            self.asked -= gross
        typed = "" if part is None else " " + self.text(part)
        self.say("bob", f"/release M-1.{n}{typed} --yes", f"milestone.released M-1.{n}")
        self.facts()

    def release_credit(self, part=None):
        gross = self.credit if part is None else part
        self.pay(gross)
        self.credit -= gross
        if self.asked is not None:
            self.asked -= gross
        typed = "" if part is None else " " + self.text(part)
        self.say("bob", f"/release C-1{typed} --yes", "milestone.credit_released C-1")
        self.facts()

    def bonus(self, gross):
        self.charged += gross
        self.pay(gross)
        self.say("bob", f'/bonus C-1 {self.text(gross)} "besides" --yes', "bonus.paid C-1")
        self.facts()

    def cleared(self):
        """Five days on: nothing is pending any more. The contract may end by itself meanwhile, which moves nothing."""
        self.lines += ["+5d", "  ..."]
        self.available += sum(self.lots)
        self.pending, self.lots = 0, []
        self.facts()

    def end_by_client(self, pay, submitted=()):
        left = pay
        for n in sorted(range(1, len(self.lies) + 1), key=lambda n: (n not in submitted, n)):
            give = min(left, self.lies[n - 1])
            left -= give
            self.lies[n - 1] -= give
            if give:
                self.pay(give)
        give = min(left, self.credit)
        self.credit -= give
        if give:
            self.pay(give)
        self.asked = sum(self.lies) + self.credit
        self.lines += ["in dm bob", f"bob> /end C-1 reason=budget pay={self.text(pay) if pay else 0} stars=3"
                       ' text="The budget is gone" --yes', "  [studio] <contract.ending C-1>", "in studio"]
        if not self.asked:
            self.asked = None
            self.lines.append("= ER-1 absent")
        self.facts()

    def end_by_freelancer(self):
        self.transit = sum(self.lies) + self.credit
        self.lies, self.credit = [0] * len(self.lies), 0
        self.lines += ["in dm ana", 'ana> /end C-1 reason=availability stars=4 text="No time before spring" --yes',
                       "  [studio] <contract.ending C-1>", "in studio"]
        self.facts()
        self.lines += ["+3d", "  ..."]
        self.charged -= self.transit
        self.transit = 0
        self.facts()


def must(case, **wanted):
    """The figures of the specification, by hand: the calculation above must not have a way of its own."""
    for name, text in wanted.items():
        got = case.text(getattr(case, name))
        if got != text:
            raise AssertionError(f"{case.name}: {name} is computed as {got} and is {text}")
    return case


def written_down():
    """Every figure that the specification gives, with its own numbers."""
    for gross, fee, net in ((26664, "26.66", "239.98"), (33336, "33.34", "300.02")):
        case = Case(f"12 hours for {gross} cents", [gross])
        case.release(1)
        yield must(case, fees=fee, pending=net, credit="0.00")

    case = must(Case("L1, L2 and L3: $500 funded, released, cleared", [50000]), charged="500.00")
    case.release(1)
    must(case, pending="450.00", fees="50.00")
    case.cleared()
    yield must(case, pending="0.00", available="450.00")

    case = Case("L2b: $300 of 500", [50000, 10000])
    case.release(1, 30000)
    yield must(case, pending="270.00", fees="30.00", credit="200.00")

    case = Case("L1b: a credit of 200 used for 500", [50000, 50000])
    case.release(1, 30000)
    case.fund(2)
    yield must(case, credit="0.00", charged="800.00")

    case = Case("L5a and L5b: $500 back", [50000])
    case.lines.append("# arrives after three days")
    case.end_by_freelancer()
    yield must(case, charged="0.00", pending="0.00")

    case = Case("L7: a bonus of $100", [50000])
    case.bonus(10000)
    yield must(case, pending="90.00", fees="10.00")


def stories(case, odd):
    """What befalls a contract of four milestones; `odd` gives an amount between 1 and what it is told."""
    parts_first = lambda n: case.release(n, odd(case.amounts[n - 1] - 1))

    def roll_on():
        parts_first(1)
        case.fund(2)
        parts_first(2)
        case.fund(3)
        case.release(3)
        case.cleared()

    def credit_out():
        parts_first(1)
        case.release_credit(odd(case.credit - 1))
        case.bonus(odd(case.amounts[1]))
        case.release_credit()
        case.cleared()

    def paid_end():
        parts_first(1)
        for n in (2, 3, 4):
            case.fund(n)
        case.submit(3)
        case.end_by_client(odd(sum(case.lies) + case.credit - 1), submitted=(3,))
        n = next((n for n, lies in enumerate(case.lies, 1) if lies > 1), None)
        if n:
            case.release(n, odd(case.lies[n - 1] - 1))
            case.release(n)
        if case.credit:
            case.release_credit()
        case.cleared()

    def freelancer_leaves():
        case.fund(3)
        parts_first(3)
        case.bonus(odd(case.amounts[2]))
        case.fund(2)
        case.end_by_freelancer()
        case.bonus(odd(case.amounts[0]))
        case.cleared()

    return roll_on, credit_out, paid_end, freelancer_leaves


def computed():
    """Each fee in four stories, each story in every currency."""
    currencies = ("USD", "JPY", "EUR", "BHD")
    for i, bps in enumerate((0, 1, 333, 1000, 9999)):
        for story in range(4):
            currency = currencies[(i + story) % 4]
            chance = random.Random(1000 * i + story)
            odd = lambda most: chance.randint(1, max(1, most))
            unit = 10 ** DIGITS[currency]
            amounts = [chance.randint(20 * unit, 90_000 * unit) for _ in range(4)]
            case = Case(f"{bps} basis points in {currency}, story {story + 1}", amounts, bps, currency)
            stories(case, odd)[story]()
            yield case
    halves = Case("a fee of half a cent and more", [505, 504, 1500, 15], bps=1000)
    halves.release(1)
    halves.fund(2)
    halves.release(2)
    halves.fund(3)
    halves.release(3, 1485)  # 148.5 → 149
    halves.release_credit()  # 1.5 → 2
    yield must(halves, fees="2.52", pending="22.57")


def main():
    arguments = sys.argv[1:]
    keep = arguments[1] if arguments[:1] == ["--keep"] and len(arguments) == 3 else None
    if keep:
        arguments = arguments[2:]
    if len(arguments) != 1:
        print(__doc__)
        return 64
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        cases = [*written_down(), *computed()]
        for n, case in enumerate(cases, 1):
            (folder / f"{n:02}.chat").write_text("\n".join(case.lines) + "\n", encoding="utf-8")
        played = subprocess.run([arguments[0], "rehearse", *sorted(map(str, folder.glob("*.chat")))],
                                capture_output=True, text=True, check=False)
    if played.returncode != 0:
        print(played.stdout + played.stderr)
        return 1
    print(f"figure: golden cases={len(cases)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
