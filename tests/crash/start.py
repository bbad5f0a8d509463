#!/usr/bin/env python3
"""Runs deploy/start for real, plays the README's conversation over its links, stops it with Ctrl-C, and looks at what
is left: the facts, the processes, and that no token lies anywhere but where it belongs."""
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from people import Person
from processes import TOP, House, free_port

ROOM = "Logo project"
# who, where, what; then who must hear what kind of answer, and where
TALK = (
    ("carl", "room", '/offer title="Logo" amount=300 scope="3 concepts, 2 rounds, SVG"', "both", "room", "offer.sent"),
    ("freya", "room", "/accept O-1", "freya", "room", "preview.accept"),
    ("freya", "room", "/confirm", "both", "room", "offer.accepted"),
    ("freya", "room", '/submit M-1.1 "logo-draft.zip"', "both", "room", "milestone.submitted"),
    ("carl", "room", "/release M-1.1", "both", "room", "milestone.released"),
    ("freya", "room", '/propose title="Brand guide" amount=800 scope="20 pages, PDF"', "both", "room",
     "proposal.proposed"),
    ("carl", "room", "/counter P-1 v1 amount=650", "both", "room", "proposal.countered"),
    ("freya", "room", "/approve P-1 v2", "freya", "room", "preview.approve"),
    ("freya", "room", "/confirm", "both", "room", "proposal.approved"),
    ("carl", "room", "/end C-1 reason=completed", "carl", "direct", "ask.end"),
    ("carl", "direct", 'stars=5 text="Great work, thank you"', "carl", "direct", "preview.end"),
    ("carl", "direct", "/confirm", "both", "room", "contract.ending"),
)
FACTS = {
    "O-1": {"state": "accepted", "amount": "300.00", "client": "carl", "freelancer": "freya"},
    "C-1": {"state": "ending", "end_kind": "by_client", "escrow": "0.00"},
    "M-1.1": {"state": "released", "amount": "300.00", "escrow": "0.00"},
    "P-1": {"state": "approved", "version": "2", "turn": "none"},
    "C-2": {"state": "active", "escrow": "650.00", "client": "carl", "freelancer": "freya"},
    "M-2.1": {"state": "funded", "amount": "650.00", "escrow": "650.00"},
    "feedback C-1": {"client": "sealed", "freelancer": "open"},
    "account freya": {"pending": "270.00", "available": "0.00"},
    "ledger": {"sum": "0.00"},
    "events": {"chain": "ok"},
    "C-3": {},
}


class Trouble(Exception):
    pass


def expect(truth, what):
    if not truth:
        raise Trouble(what)


class Start:
    """deploy/start in a session of its own, as in a terminal of its own: Ctrl-C reaches everything in it."""

    def __init__(self, data):
        self.data = data
        self.port = free_port()
        self.lines = []
        self.process = None

    async def run(self):
        self.process = await asyncio.create_subprocess_exec(
            str(TOP / "deploy" / "start"), "--port", str(self.port), "--data", str(self.data),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True)

    async def read_until(self, mark, seconds):
        async def read():
            while not (self.lines and mark in self.lines[-1]):
                line = await self.process.stdout.readline()
                expect(line, "deploy/start ended: " + "".join(self.lines[-20:]))
                self.lines.append(line.decode())
        await asyncio.wait_for(read(), seconds)

    def token(self, handle):
        text = "".join(self.lines)
        found = re.search(rf"{handle.title()}:\s+http://127\.0\.0\.1:{self.port}/#token=(\S+)", text)
        expect(found, f"no link for {handle} in:\n{text}")
        return found[1]

    def children(self):
        """The room and the bot: {pid: command line}."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                stat = Path("/proc", pid, "stat").read_text()
                line = Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if int(stat.rsplit(")", 1)[1].split()[1]) == self.process.pid:
                found[int(pid)] = line
        return found

    async def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)
        rest = await asyncio.wait_for(self.process.stdout.read(), 60)
        self.lines.append(rest.decode())
        return await self.process.wait()

    async def end(self):
        if self.process and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()


async def talk(people):
    """Each line has exactly the answer it must have, and only who may hear it does."""
    for who, where, text, to, there, kind in TALK:
        typist = people[who]
        before = {name: max(p.entries, default=0) for name, p in people.items()}
        await typist.post(typist.rooms["" if where == "direct" else ROOM], text)
        for name, person in people.items():
            channel = person.rooms["" if there == "direct" else ROOM]
            heard = lambda p=person, c=channel, n=name: p.heard((c,), before[n])
            if to in ("both", name):
                said = await person.wait_for(heard, 20)
                expect(said, f"{who}: {text!r}: {name} heard nothing")
                expect(said[0].get("kind", "").split(" ")[0] == kind, f"{who}: {text!r}: {name} heard {said[0]}")
        await asyncio.sleep(0.05)
        for name, person in people.items():
            said = person.heard(tuple(person.rooms.values()), before[name])
            expect(len(said) == (to in ("both", name)), f"{who}: {text!r}: {name} heard {len(said)} answers: {said}")


def hidden(start, tokens, lines):
    """No token in a command line, a log or a store; only the bot's, in the one file made for it."""
    looked = 0
    for pid, line in lines.items():
        expect(not any(t in line for t in tokens), f"a token in the command line of {pid}")
    for path in sorted(Path(start.data).rglob("*")):
        if path.is_file() and path.relative_to(start.data).as_posix() != "bot/token":
            looked += 1
            content = path.read_bytes()
            expect(not any(t.encode() in content for t in tokens), f"a token in {path.name}")
            expect(path.suffix == ".log" or path.stat().st_mode & 0o077 == 0, f"{path.name} can be read by others")
    mode = (Path(start.data) / "bot" / "token").stat().st_mode & 0o777
    expect(mode == 0o600, f"the bot's token has mode {mode:o}")
    return looked


async def play(data):
    start, house = Start(data), House(data)
    people = {}
    began = time.monotonic()
    try:
        await start.run()
        await start.read_until("Stores and logs", 1800)
        ready = time.monotonic() - began
        text = "".join(start.lines)
        expect('/offer title="Logo" amount=300' in text, "the first thing to type is not shown")
        for handle in ("carl", "freya"):
            people[handle] = Person(handle, start.token(handle))
            await people[handle].come(start.port)
        children = start.children()
        expect(len(children) == 2, f"the room and the bot were expected: {children}")
        await talk(people)
        running = house.tool("inspect", "C-1")
        expect(running.returncode == 73, f"inspect beside the running bot: exit {running.returncode}")
        expect("a bot runs on this store" in running.stderr, f"inspect says: {running.stderr}")
        tokens = [p.token for p in people.values()] + [(Path(data) / "bot" / "token").read_text().strip()]
        lines = {**children, start.process.pid: Path(f"/proc/{start.process.pid}/cmdline").read_text()}
        hidden(start, tokens, lines)
        stopping = time.monotonic()
        code = await start.interrupt()
        expect(code == 0, f"deploy/start ended with {code}: {''.join(start.lines[-3:])}")
        stopped = time.monotonic() - stopping
        for pid in children:
            expect(not Path(f"/proc/{pid}").exists(), f"process {pid} still runs")
        expect(tokens[2] not in "".join(start.lines), "the bot's token was printed")
        looked = hidden(start, tokens, {})
        for subject, wanted in FACTS.items():
            facts = house.inspect(subject)
            wrong = {k: facts.get(k) for k, v in wanted.items() if facts.get(k) != v}
            expect(not wrong and (wanted or not facts), f"{subject}: {wrong or facts}, expected {wanted}")
        verified = house.tool("verify")
        expect(verified.returncode == 0, f"parley verify: {verified.stdout}")
    finally:
        await start.end()
    print(f"figure: start_to_links_s={ready:.1f} lines_typed={len(TALK)} stop_s={stopped:.2f} exit=0 "
          f"facts={len(FACTS)} files_without_token={looked} inspect_beside_bot=73")


def wrong_use():
    """What deploy/start says to a wrong command line, and that its help needs nothing."""
    for words, code in ((["--help"], 0), (["--port", "x"], 64), (["--nonsense"], 64), (["--xmpp"], 64), (["--xmpp", "irc"], 64),
                        (["--xmpp", "prosody", "--config", str(TOP / "deploy" / "parley.toml.example")], 64)):
        done = subprocess.run([str(TOP / "deploy" / "start"), *words], capture_output=True, text=True, check=False)
        expect(done.returncode == code, f"deploy/start {words}: exit {done.returncode}")
        expect("Usage:" in done.stdout + done.stderr, f"deploy/start {words} shows no usage")


def main():
    folder = tempfile.mkdtemp(prefix="parley-start-")
    try:
        wrong_use()
        asyncio.run(play(folder))
        return 0
    except Trouble as e:
        print(f"fault: {e}")
        for log in sorted(Path(folder).glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}")
        return 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
