#!/usr/bin/env python3
"""Every script of tests/transcripts through a real Prosody or ejabberd, by several processes at once on one server.

  tests/xmpp/chats.py PARLEY prosody|ejabberd [--jobs N] [--restarted] [FILE...]

prints what differs, then one `figure:` line: how many scripts hold, how many lines could not be played there, how often
somebody whom the server forgot came anew, how long it took. Exit 0: all hold. --restarted: the bot stops and starts
again before every line."""
import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import servers  # noqa: E402

TOP = Path(__file__).resolve().parents[2]
SUMMARY = re.compile(r"^(\d+) scripts, (\d+) hold, (\d+) differ$", re.M)
ANEW = re.compile(r" comes anew: ")
SKIPPED = re.compile(r"^(\d+) lines skipped$", re.M)


def shares(files, jobs):
    """Large and small mixed, each process gets as much to read."""
    by_size = sorted(files, key=os.path.getsize, reverse=True)
    return [share for share in (by_size[i::jobs] for i in range(jobs)) if share]


def main():
    parser = argparse.ArgumentParser(prog="tests/xmpp/chats.py", usage=__doc__)
    parser.add_argument("parley")
    parser.add_argument("kind", choices=servers.KINDS)
    parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2))
    parser.add_argument("--restarted", action="store_true")
    parser.add_argument("files", nargs="*")
    options = parser.parse_intermixed_args()
    servers.end_with_signals()
    files = options.files or [str(p.relative_to(TOP)) for p in sorted((TOP / "tests/transcripts").rglob("*.chat"))]
    parley = str(Path(options.parley).resolve())
    words = [parley, "rehearse", "--over", "xmpp"] + (["--restart-every-line"] if options.restarted else [])
    held = played = skipped = anew = 0
    ended_well = True
    with servers.TestServer(options.kind) as server:
        began = time.monotonic()
        where = ["--url", server.url, "--domain", server.domain, "--rooms-domain", server.rooms]
        running = [subprocess.Popen(words + where + share, cwd=TOP, text=True, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT) for share in shares(files, options.jobs)]
        for process in running:
            out, _ = process.communicate()
            ended_well = ended_well and process.returncode == 0
            print("\n".join(line for line in out.splitlines() if "skipped" not in line))
            summary, left = SUMMARY.search(out), SKIPPED.search(out)
            played += int(summary[1]) if summary else 0
            held += int(summary[2]) if summary else 0
            skipped += int(left[1]) if left else 0
            anew += len(ANEW.findall(out))
        took = time.monotonic() - began
    print(f"figure: over {options.kind} {held} of {len(files)} scripts hold, {skipped} lines skipped,"
          f" {anew} sign-ins anew, {took:.0f} s by"
          f" {len(running)} processes")
    return 0 if ended_well and held == played == len(files) else 1


if __name__ == "__main__":
    sys.exit(main())
