#!/usr/bin/env python3
"""The traps of chat over XMPP (traps.mjs), on the real `parley serve` beside a real Prosody or ejabberd.

  tests/xmpp/traps.py PARLEY prosody|ejabberd [--keep]

prints a line for each trap, then one `figure:` line with the counts. Exit 0: all hold."""
import argparse
import json
import os
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
PEOPLE = ("parley", "carl", "freya", "mallory")
# As many offers as there are traps; and no waiting for the next day.
POLICY = "cold_offers_a_day = 10000\n"


def prepare(folder, server, passwords):
    """The bot's folder with its configuration. Passwords lie in files that only we can read."""
    os.umask(0o077)
    (folder / "bot").mkdir()
    (folder / "bot.password").write_text(passwords["parley"] + "\n")
    (folder / "passwords.json").write_text(json.dumps(passwords))
    rooms = ", ".join(f'"{name}@{server.rooms}"' for name in ("logo", "hidden"))
    (folder / "parley.toml").write_text(
        f"[policy]\n{POLICY}\n[xmpp]\nurl = \"{server.url}\"\njid = \"parley@{server.domain}\"\n"
        f"password_file = \"bot.password\"\nrooms = [{rooms}]\ninsecure = true\n")


def main():
    parser = argparse.ArgumentParser(prog="tests/xmpp/traps.py", usage=__doc__)
    parser.add_argument("parley")
    parser.add_argument("kind", choices=servers.KINDS)
    parser.add_argument("--keep", action="store_true", help="leave the folder, and say where it is")
    options = parser.parse_args()
    servers.end_with_signals()
    if not (HERE / "node_modules" / "@xmpp" / "client").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    passwords = {name: secrets.token_urlsafe(18) for name in PEOPLE}
    folder = Path(tempfile.mkdtemp(prefix="parley-traps-"))
    try:
        with servers.TestServer(options.kind) as server:
            for name, password in passwords.items():
                server.add_account(name, password)
            prepare(folder, server, passwords)
            node = subprocess.Popen(["node", str(HERE / "traps.mjs"), str(Path(options.parley).resolve()), str(folder)],
                                    env={**os.environ, **server.environment()})
            try:
                code = node.wait(600)
            finally:
                node.terminate()
                node.wait()
        if code != 0:
            print((folder / "bot.log").read_text(errors="replace")[-4000:])
        return code
    finally:
        if options.keep:
            print("kept:", folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
