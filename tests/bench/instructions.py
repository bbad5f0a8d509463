#!/usr/bin/env python3
"""The gate that no busy machine can move: how many instructions a fixed conversation costs, counted by callgrind.

  tests/bench/instructions.py [PARLEY] [--update]

plays two lengths of the same conversation through `parley rehearse` and takes the difference, so that the start costs
nothing; prints the instructions a message and compares them with tests/bench/instructions.txt: more than 3 % above or
below fails (below: write the better figure down). --update writes what was counted. Exit 0: within the bounds; 1: not;
2: it could not be counted."""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
KEPT = TOP / "tests" / "bench" / "instructions.txt"
BOUND = 0.03
SHORT, LONG = 10, 60
HEAD = """person freya
person carl
room r1: freya, carl
policy cold_offers_a_day=10000
at 2026-11-02T09:00Z
"""
# What a pair does: an offer talked over and accepted, money released, another one made and taken back, and looks at it.
ROUND = """carl> /offer title="Logo {n}" amount=300 scope="3 concepts, SVG"
freya> /status O-{offer}
freya> /accept O-{offer} v1 --yes
freya> the first sketch comes tomorrow
freya> /submit M-{contract}.1 "https://example.org/logo.svg"
carl> /changes M-{contract}.1 "use the blue"
freya> /submit M-{contract}.1 "https://example.org/logo-blue.svg"
carl> /release M-{contract}.1 --yes
carl> /offer title="Icons {n}" amount=120 scope="12 icons"
carl> /list offers
carl> /withdraw O-{next}
carl> /offer amount=minus
"""
MESSAGES = ROUND.count("\n")


def write(folder, rounds):
    """What an included file says is not compared; that it was carried out shows in the last money released."""
    talk, script = Path(folder, f"talk-{rounds}.chat"), Path(folder, f"{rounds}.chat")
    talk.write_text(HEAD + "".join(ROUND.format(n=n, offer=2 * n + 1, next=2 * n + 2, contract=n + 1)
                                   for n in range(rounds)), encoding="utf-8")
    script.write_text(f"include {talk.name}\n= M-{rounds}.1 state=released\n", encoding="utf-8")
    return str(script)


def instructions(parley, script):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", parley, "rehearse", script]
    ran = subprocess.run(command, capture_output=True, text=True)
    counted = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode != 0 or not counted:
        print("instructions.py: the conversation does not play:\n" + (ran.stdout + ran.stderr)[-2000:], file=sys.stderr)
        raise SystemExit(2)
    return int(counted[1])


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/instructions.py", usage=__doc__)
    parser.add_argument("parley", nargs="?", default=str(TOP / "build/release/parley"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    counts = []
    with tempfile.TemporaryDirectory(prefix="parley-instructions-") as folder:
        for rounds in (SHORT, LONG):
            counts.append(instructions(options.parley, write(folder, rounds)))
    each = (counts[1] - counts[0]) // ((LONG - SHORT) * MESSAGES)
    if options.update:
        KEPT.write_text(f"{each}\n", encoding="utf-8")
    kept = int(KEPT.read_text(encoding="utf-8"))
    change = each / kept - 1
    print(f"figure: instructions a message={each} kept={kept} change={change:+.2%} bound={BOUND:.0%}")
    if abs(change) > BOUND:
        print("A message costs another number of instructions than was written down. Where that is meant, write it down:"
              " tests/bench/instructions.py --update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
