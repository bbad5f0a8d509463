#!/usr/bin/env python3
"""Whether anybody is told anything else than before: every word that the bot says in every script, as one digest a script.

  tests/said.py PARLEY [--update]          compares with tests/transcripts/said.txt, or writes it
  tests/said.py PARLEY --against OTHER     shows what this binary says otherwise than another one, line by line

Scripts assert kinds and facts, and the exact words once, below `words/`. This holds the rest: a name in the wrong place, a
row left out of a list. Where a sentence was meant to change, read what changed with --against, then --update.
Exit 0: all as before; 1: something is said otherwise."""
import argparse
import difflib
import hashlib
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
KEPT = TOP / "tests" / "transcripts" / "said.txt"
MOST = 20  # scripts and lines that are shown


def said(parley):
    """What is said in each script."""
    shown = subprocess.run([str(Path(parley).resolve()), "rehearse", "--show", "tests/transcripts"], cwd=TOP,
                           capture_output=True, check=False).stdout.decode("utf-8", "replace")
    scripts = {}
    name = None
    for line in shown.splitlines(keepends=True)[:-1]:  # the last one counts the scripts
        if line.startswith("== "):
            name = line[3:].strip().removeprefix("tests/transcripts/")
            scripts[name] = ""
        elif name:
            scripts[name] += line
    return scripts


def digests(scripts):
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in scripts.items()}


def differing(one, other):
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def compare(ours, theirs):
    names = differing(ours, theirs)
    for name in names:
        print(f"== {name}")
        lines = difflib.unified_diff(theirs.get(name, "").splitlines(), ours.get(name, "").splitlines(), lineterm="", n=1)
        print("\n".join(list(lines)[2:2 + MOST]))
    return 1 if names else 0


def main():
    parser = argparse.ArgumentParser(prog="tests/said.py", usage=__doc__)
    parser.add_argument("parley")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--against")
    options = parser.parse_args()
    scripts = said(options.parley)
    if options.against:
        return compare(scripts, said(options.against))
    now = digests(scripts)
    if options.update:
        KEPT.write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(now.items())), encoding="utf-8")
    kept = dict(reversed(line.split("  ", 1)) for line in KEPT.read_text(encoding="utf-8").splitlines())
    names = differing(now, kept)
    for name in names[:MOST]:
        print(f"{name}: other words are said than were written down: parley rehearse --show tests/transcripts/{name}")
    print(f"figure: said scripts={len(now)} as before={len(now) - len(names)}")
    return 1 if names or not now else 0


if __name__ == "__main__":
    sys.exit(main())
