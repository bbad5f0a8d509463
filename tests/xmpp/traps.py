#!/usr/bin/env python3
"""The real `parley serve` beside a real Prosody or ejabberd: every trap of chat over XMPP (traps.mjs), and whose clock
decides (real_time.mjs).

  tests/xmpp/traps.py PARLEY prosody|ejabberd [--only traps|real_time] [--keep]

prints a line for each check, then a `figure:` line with the counts of each. Both run at once, each on a server of its
own. Exit 0: all hold."""
import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import servers  # noqa: E402

HERE = Path(__file__).resolve().parent
PEOPLE = ("parley", "carl", "freya", "mallory")
OFFER_TTL = 4
# As many offers as there are traps, and no waiting for the next day; and deadlines that a test can wait for.
POLICIES = {"traps": "", "real_time": f'offer_ttl = "{OFFER_TTL}s"\n'}
PATIENCE = 300


def prepare(folder, server, passwords, policy, port):
    """The bot's folder with its configuration. Passwords lie in files that only we can read."""
    (folder / "bot").mkdir()
    (folder / "bot.password").write_text(passwords["parley"] + "\n")
    (folder / "passwords.json").write_text(json.dumps(passwords))
    rooms = ", ".join(f'"{name}@{server.rooms}"' for name in ("logo", "hidden"))
    url = urlsplit(server.url)._replace(netloc=f"127.0.0.1:{port}").geturl()
    (folder / "parley.toml").write_text(
        f"[policy]\ncold_offers_a_day = 10000\n{policy}\n[xmpp]\nurl = \"{url}\"\njid = \"parley@{server.domain}\"\n"
        f"password_file = \"bot.password\"\nrooms = [{rooms}]\ninsecure = true\n")


def play(script, server, parley, folder, nodes):
    """Runs one script beside its server. Its exit code, and what it printed."""
    passwords = {name: secrets.token_urlsafe(18) for name in PEOPLE}
    for name, password in passwords.items():
        server.add_account(name, password)
    cable = servers.free_port()
    prepare(folder, server, passwords, POLICIES[script], cable if script == "real_time" else server.http_port)
    node = subprocess.Popen(["node", str(HERE / f"{script}.mjs"), parley, str(folder)], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, env={**os.environ, **server.environment(), "TRAPS_CABLE": str(cable),
                                                           "TRAPS_OFFER_TTL": str(OFFER_TTL * 1000)})
    nodes.append(node)
    try:
        out, _ = node.communicate(timeout=PATIENCE)
        code = node.returncode
    except subprocess.TimeoutExpired:
        node.terminate()
        out, _ = node.communicate()
        out, code = f"{out}\n{script}: not over within {PATIENCE} s", 1
    if code != 0 and (folder / "bot.log").exists():
        out += "\n" + (folder / "bot.log").read_text(errors="replace")[-4000:]
    return code, out


def main():
    parser = argparse.ArgumentParser(prog="tests/xmpp/traps.py", usage=__doc__)
    parser.add_argument("parley")
    parser.add_argument("kind", choices=servers.KINDS)
    parser.add_argument("--only", choices=POLICIES)
    parser.add_argument("--keep", action="store_true", help="leave the folders, and say where they are")
    options = parser.parse_args()
    servers.end_with_signals()
    os.umask(0o077)
    if not (HERE / "node_modules" / "@xmpp" / "client").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    parley = str(Path(options.parley).resolve())
    scripts = [options.only] if options.only else list(POLICIES)
    folders = {script: Path(tempfile.mkdtemp(prefix=f"parley-{script}-")) for script in scripts}
    results, nodes = {}, []
    try:
        started = {script: servers.TestServer(options.kind).start() for script in scripts}

        def run(script):
            results[script] = play(script, started[script], parley, folders[script], nodes)

        threads = [threading.Thread(target=run, args=(script,), daemon=True) for script in scripts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for server in started.values():
            server.close()
    finally:
        for node in nodes:
            node.terminate()
        for folder in folders.values():
            if options.keep:
                print("kept:", folder)
            else:
                shutil.rmtree(folder, ignore_errors=True)
    for script in scripts:
        if script in results:
            print(results[script][1])
    return 0 if all(results.get(script, (1, ""))[0] == 0 for script in scripts) else 1


if __name__ == "__main__":
    sys.exit(main())
