#!/usr/bin/env python3
"""Bot killed, server restarted, line cut, at random moments while people type (restarts.mjs), on the real `parley serve`
beside a real Prosody or ejabberd. Judged by the rooms' archives and the bot's store alone.

  tests/xmpp/restarts.py PARLEY prosody|ejabberd [--rounds N] [--seed S] [--pairs N] [--keep]
  tests/xmpp/restarts.py --self-test

prints `figure:` lines: commands lost, doubled, notes missing (all must be 0) and notes that were said twice (counted)."""
import argparse
import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import servers  # noqa: E402

HERE = Path(__file__).resolve().parent


def write_configuration(folder, server, port, pairs):
    """The bot's way to the server leads over the line on `port`."""
    rooms = ", ".join(f'"r{n}@{server.rooms}"' for n in range(1, pairs + 1))
    url = server.url.replace(f":{server.http_port}/", f":{port}/")
    (folder / "parley.toml").write_text(
        f"[policy]\ncold_offers_a_day = 10000\n[xmpp]\nurl = \"{url}\"\njid = \"parley@{server.domain}\"\n"
        f"password_file = \"bot.password\"\nrooms = [{rooms}]\ninsecure = true\n")


def serve_requests(node, server, folder, pairs):
    """Does what the script asks for, and hands on the rest of what it says."""
    acts = {"stop": server.stop, "kill": server.kill, "start": server.start}
    for text in node.stdout:
        if not text.startswith("@"):
            print(text, end="", flush=True)
            continue
        act, _, more = text[1:].strip().partition(" ")
        if act == "line":
            write_configuration(folder, server, int(more), pairs)
        else:
            acts[act]()
        node.stdin.write("done\n")
        node.stdin.flush()


def play(options, folder):
    os.umask(0o077)
    names = ["parley"] + [f"{who}{n}" for n in range(1, options.pairs + 1) for who in ("carl", "freya")]
    passwords = {name: secrets.token_urlsafe(18) for name in names}
    (folder / "bot").mkdir()
    (folder / "bot.password").write_text(passwords["parley"] + "\n")
    (folder / "passwords.json").write_text(json.dumps(passwords))
    with servers.TestServer(options.kind) as server:
        for name, password in passwords.items():
            server.add_account(name, password)
        words = [str(Path(options.parley).resolve()), str(folder), str(options.rounds), str(options.seed), str(options.pairs)]
        node = subprocess.Popen(["node", str(HERE / "restarts.mjs"), *words], env={**os.environ, **server.environment()},
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            serve_requests(node, server, folder, options.pairs)
            return node.wait(60)
        finally:
            node.terminate()
            node.wait()


def main():
    parser = argparse.ArgumentParser(prog="tests/xmpp/restarts.py", usage=__doc__)
    parser.add_argument("parley", nargs="?")
    parser.add_argument("kind", nargs="?", choices=servers.KINDS)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--pairs", type=int, default=4)
    parser.add_argument("--keep", action="store_true", help="leave the folder, and say where it is")
    parser.add_argument("--self-test", action="store_true", help="whether the judge sees what is wrong")
    options = parser.parse_args()
    servers.end_with_signals()
    if not (HERE / "node_modules" / "@xmpp" / "client").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    if options.self_test:
        return subprocess.run(["node", str(HERE / "restarts.mjs"), "--self-test"], check=False).returncode
    if not options.kind:
        parser.error("the binary and prosody or ejabberd were expected, e.g. tests/xmpp/restarts.py build/release/parley prosody")
    folder = Path(tempfile.mkdtemp(prefix="parley-restarts-"))
    try:
        code = play(options, folder)
        if code != 0 and (folder / "bot.log").exists():
            print((folder / "bot.log").read_text(errors="replace")[-4000:])
        return code
    finally:
        if options.keep:
            print("kept:", folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
