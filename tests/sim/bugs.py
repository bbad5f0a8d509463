#!/usr/bin/env python3
"""Plants bugs, one at a time, and wants the simulation's judge to find each.

  tests/sim/bugs.py BUILD          applies every tests/sim/bugs/*.patch to a copy of the sources, builds parley_sim with it
                                   out of what BUILD has, and plays seeds until a promise is broken
  tests/sim/bugs.py --apply        only looks whether every patch still applies

A patch begins with a sentence of what it does wrong and `judge: PROMISE`, the promise that must be found broken: what
the house itself notices and logs is no finding. Exit 1: a bug was not found, or a patch does not apply any more; 2: it
could not be tried.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUGS = TOP / "tests" / "sim" / "bugs"
FLOORS = ("workflow", "commands", "store", "bot")
BROKEN = re.compile(r"^seed (\d+): (\w[\w ]*): (.*)$", re.M)
LONGEST = 600  # seconds of playing


class Trouble(Exception):
    pass


class Bug:
    def __init__(self, path):
        self.name, self.path, self.text = path.stem, path, path.read_text(encoding="utf-8")
        self.files = re.findall(r"^\+\+\+ b/(\S+)", self.text, re.M)
        judge = re.search(r"^judge: (.+)$", self.text, re.M)
        if not judge or not self.files:
            raise Trouble(f"{path.name}: `judge: PROMISE` and a change are expected")
        self.judge = judge[1].strip()

    def apply(self, tree):
        """What is wrong with it, or nothing."""
        wrong = [f for f in self.files if not f.startswith(FLOORS) or not f.endswith(".cpp")]
        if wrong:
            return f"only a .cpp of {', '.join(FLOORS)} can be changed, not {wrong[0]}"
        done = subprocess.run(["patch", "-p1", "--fuzz=3", "--no-backup-if-mismatch", "-d", tree, "-i", self.path],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.stdout.strip() if done.returncode else ""


def copy_sources(to):
    shutil.rmtree(to, ignore_errors=True)
    for floor in FLOORS:
        shutil.copytree(TOP / floor, to / floor, ignore=shutil.ignore_patterns("__pycache__", "*.md"))


def commands_of(build):
    """How parley_sim is linked, and how each source of it is compiled."""
    ninja = subprocess.run(["ninja", "-C", build, "-t", "commands", "parley_sim"], stdout=subprocess.PIPE, text=True,
                           check=False)
    lines = ninja.stdout.splitlines()
    link = next((l for l in reversed(lines) if " -o parley_sim " in l), None)
    if ninja.returncode or not link:
        raise Trouble(f"{build} does not build parley_sim; cmake --preset release -DPARLEY_TESTS=ON makes it")
    compiled = {l.rsplit(" -c ", 1)[1].strip(): l for l in lines if " -c " in l}
    return link, compiled


def built(bug, build, tree, link, compiled):
    """The simulation with the bug in it. What was changed is linked before the libraries, which then are not asked."""
    objects = []
    for n, name in enumerate(bug.files):
        words = shlex.split(compiled[str(TOP / name)])
        out = tree / f"changed-{n}.o"
        words[words.index("-c") + 1] = str(tree / name)
        words[words.index("-o") + 1] = str(out)
        for flag in ("-MT", "-MF"):
            words[words.index(flag) + 1] = f"{out}.d"
        # A bug may leave something unused.
        words = [f"-I{tree}" if w == f"-I{TOP}" else w for w in words if w != "-Werror"]
        run(words, build, f"{bug.name} does not compile")
        objects.append(str(out))
    words = shlex.split(link.removeprefix(": && ").removesuffix(" && :"))
    at = words.index("-o")
    words[at:at + 2] = [*objects, "-o", str(tree / "parley_sim")]
    run(words, build, f"{bug.name} cannot be linked")
    return tree / "parley_sim"


def run(words, where, trouble):
    done = subprocess.run(words, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{trouble}:\n{done.stdout[-2000:]}")


def tried(bug, build, folder, seeds, link, compiled):
    """Whether it was found, and a line that says so."""
    tree = folder / bug.name
    copy_sources(tree)
    if wrong := bug.apply(tree):
        return False, f"bug {bug.name} does not apply any more: {wrong}"
    started = time.monotonic()
    program = built(bug, build, tree, link, compiled)
    building, started = time.monotonic() - started, time.monotonic()
    try:
        done = subprocess.run([program, "--first-only", "--shrink", "0", "--seeds", str(seeds), "--out", str(tree / "found")],
                              cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return False, f"bug {bug.name} NOT FOUND in {LONGEST} s"
    took = time.monotonic() - started
    broken = BROKEN.findall(done.stdout)
    os.unlink(program)
    mine = next((b for b in broken if b[1] == bug.judge), None)
    if mine:
        return True, (f"bug {bug.name} found by {bug.judge} seed {mine[0]} after {took:.1f} s"
                      f" (built in {building:.1f} s): {mine[2][:150]}")
    if broken:
        return False, f"bug {bug.name}: {bug.judge} should find it, not {broken[0][1]}: {broken[0][2][:300]}"
    return False, f"bug {bug.name} NOT FOUND in {seeds} seeds, exit {done.returncode}: {done.stdout[-300:]}"


def only_applied(bugs):
    bad = 0
    for bug in bugs:
        with tempfile.TemporaryDirectory() as tree:
            for name in bug.files:
                to = Path(tree, name)
                to.parent.mkdir(parents=True, exist_ok=True)
                if (TOP / name).is_file():
                    shutil.copy(TOP / name, to)
            if wrong := bug.apply(tree):
                bad += 1
                print(f"bug {bug.name} does not apply any more: {wrong}")
    print(f"figure: {len(bugs) - bad} of {len(bugs)} planted bugs apply")
    return 1 if bad else 0


def play(bugs, options):
    build = Path(options.build).resolve()
    link, compiled = commands_of(build)
    folder = build / "sim-bugs"
    folder.mkdir(exist_ok=True)
    started, found = time.monotonic(), 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for good, line in pool.map(lambda b: tried(b, build, folder, options.seeds, link, compiled), bugs):
            found += good
            print(("" if good else "FAIL ") + line, flush=True)
    print(f"figure: {found} of {len(bugs)} planted bugs found in {time.monotonic() - started:.0f} s")
    return 0 if found == len(bugs) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", help="a folder in which parley_sim is built")
    parser.add_argument("--apply", action="store_true", help="only look whether the patches apply")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this bug; may be given again")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seeds", type=int, default=60, help="so many are played before a bug counts as not found")
    options = parser.parse_args()
    if not options.apply and not options.build:
        parser.error("BUILD or --apply is expected")
    try:
        bugs = [Bug(p) for p in sorted(BUGS.glob("*.patch"))]
        bugs = [b for b in bugs if not options.only or b.name in options.only]
        if not bugs:
            raise Trouble("there is no such bug in tests/sim/bugs")
        return only_applied(bugs) if options.apply else play(bugs, options)
    except Trouble as e:
        print(f"tests/sim/bugs.py: {e}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
