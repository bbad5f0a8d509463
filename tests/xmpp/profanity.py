#!/usr/bin/env python3
"""A contract from the offer to its end between two people in terminals: profanity under tmux, on the Prosody of
`deploy/start --xmpp`. They type on the keyboard, and what they read on the screen is what is checked."""
import atexit
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
PATIENCE = 60
# profanity opens a window for each talk: the room, what the bot says in it to one person alone, the direct chat.
ROOM, ALONE, DIRECT = 2, 3, 4


lines_read = 0


class Trouble(Exception):
    """What a person did not get to read, with what they read instead."""


def wait_for(what, look, seconds=PATIENCE):
    until = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > until:
            raise Trouble(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.1)


def four_free_ports():
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            others = [socket.socket() for _ in range(3)]
            try:
                for n, one in enumerate(others):
                    one.bind(("127.0.0.1", port + 1 + n))
                return port
            except (OSError, OverflowError):
                continue
            finally:
                for one in others:
                    one.close()


class Trial:
    """`deploy/start --xmpp prosody`, or its second half where PARLEY names a binary that is built already."""

    def __init__(self, folder):
        self.data = Path(folder) / "data"
        self.folder, self.printed = self.data / "xmpp" / "prosody", Path(folder) / "printed"
        self.parley = os.environ.get("PARLEY") or str(TOP / "build/release/parley")
        words = ([sys.executable, str(TOP / "deploy/xmpp/start"), "prosody", "--parley", self.parley]
                 if os.environ.get("PARLEY") else [str(TOP / "deploy/start"), "--xmpp", "prosody"])
        words += ["--port", str(four_free_ports()), "--data", str(self.data)]
        with open(self.printed, "wb") as out:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        wait_for(self.said, lambda: "Ctrl-C stops all" in self.said() or self.process.poll() is not None, 1800)
        if self.process.poll() is not None:
            raise Trouble(f"deploy/start ended with {self.process.returncode}: {self.said()}")

    def said(self):
        return self.printed.read_text(encoding="utf-8", errors="replace")

    def told(self, pattern):
        """What the start tells people who come with a client of their own."""
        found = re.search(pattern, self.said())
        if not found:
            raise Trouble(f"{pattern} is not in what deploy/start printed: {self.said()}")
        return found[1]

    def inspect(self, subject):
        done = subprocess.run([self.parley, "inspect", "--json", subject, "--data", str(self.folder)], capture_output=True,
                              text=True, check=True)
        return json.loads(done.stdout)

    def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(60)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


class Terminal:
    """One person in a terminal of 120 times 50."""

    def __init__(self, folder, name, trial):
        self.name, self.shown = name, name.title()
        self.folder = Path(folder) / name
        accounts = self.folder / "data" / "profanity" / "accounts"
        accounts.parent.mkdir(mode=0o700, parents=True)
        (self.folder / "config").mkdir()
        host, port = trial.told(r"sign in at (\S+), port"), trial.told(r"port (\d+), without TLS")
        self.room = trial.told(r"and enter\s+(\S+@[^;\s]+);")
        password = (trial.folder / f"{name}.password").read_text(encoding="utf-8").strip()
        accounts.touch(mode=0o600)
        accounts.write_text(f"[{name}]\nenabled=true\njid={name}@localhost\nserver={host}\nport={port}\nresource=terminal\n"
                            f"password={password}\ntls.policy=disable\n", encoding="utf-8")
        self.window = 1
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "50", "-s", "it", "profanity", "-a", name)

    def tmux(self, *words):
        environment = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data"), "LC_ALL": "C.UTF-8",
                       "XDG_CONFIG_HOME": str(self.folder / "config"), "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
        done = subprocess.run(["tmux", "-S", str(self.folder / "tmux"), *words], env=environment, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"tmux {words[0]}: {done.stderr}")
        return done.stdout

    def screen(self):
        """In one line, for profanity breaks the lines where its window ends."""
        return " ".join(self.tmux("capture-pane", "-p", "-t", "it").split())

    def type(self, text):
        self.tmux("send-keys", "-t", "it", "-l", text)
        self.tmux("send-keys", "-t", "it", "Enter")

    def look_at(self, window):
        if window != self.window:
            self.type(f"/win {window}")
            self.window = window

    def reads(self, *words, window=ROOM):
        """Waits until all of this stands on the screen."""
        wait_for(lambda: f"{self.name} reads {words}; the screen: {self.screen()}",
                 lambda: window <= self.window or f"[{window}]" in self.screen())
        self.look_at(window)
        wait_for(lambda: f"{self.name} reads {words}; the screen: {self.screen()}",
                 lambda: all(" ".join(one.split()) in self.screen() for one in words))
        global lines_read
        lines_read += 1
        print(f"ok    {self.shown} reads: {words[0]}")

    def enter(self):
        self.reads("logged in successfully", window=1)
        self.type("/occupants default hide")
        self.type(f"/join {self.room} nick {self.shown}")
        self.window = ROOM
        self.reads(f"You have joined the room as {self.shown}")

    def close(self):
        try:
            pid = int(self.tmux("display-message", "-p", "-t", "it", "#{pane_pid}"))
            self.tmux("kill-server")
            wait_for("profanity ends", lambda: not Path(f"/proc/{pid}").exists())
        except Trouble as e:
            print(e, file=sys.stderr)


def negotiate(carl, freya):
    # A line with a slash profanity keeps to itself. The ways round it are all used below.
    carl.type('/offer @freya title="Logo" amount=300 scope="lost"')
    carl.type('//offer @freya title="Logo" amount=300 scope="3 concepts, 2 rounds, SVG"')
    for one in (carl, freya):
        one.reads('O-1 "Logo": Carl offers Freya a contract', "$300.", "Scope: 3 concepts, 2 rounds, SVG", "/accept O-1 v1")
        if "lost" in one.screen():
            raise Trouble("profanity sends what begins with one slash, and the README says that it does not")
    freya.type("!accept O-1")
    freya.reads("You are about to accept O-1 v1 from Carl. That is legally binding.", "Freya gets $270; the fee is $30",
                window=ALONE)
    freya.type("!confirm")
    for one in (carl, freya):
        one.reads('O-1 "Logo": Freya accepts', "C-1 is legally binding now", "Carl has put $300 into escrow for Logo.")
        if "You are about to" in one.screen():
            raise Trouble("what was said to Freya alone stands in the room")
    freya.type('Parley: submit M-1.1 "logo-draft.zip"')
    carl.reads('C-1 "Logo": Freya submits Logo: "logo-draft.zip"', "/release M-1.1 pays $300")
    carl.type("!release M-1.1")
    for one in (carl, freya):
        one.reads('C-1 "Logo": Carl released $300 for Logo. Freya gets $270')
    carl.type("!status C-1")
    carl.reads('C-1 "Logo"', "state: active", window=ALONE)


def end(carl, freya):
    carl.look_at(ROOM)
    carl.type("!end C-1 reason=completed")
    carl.reads("say first how it was", "stars=5 text=", window=DIRECT)
    carl.type('stars=5 text="Great work, thank you"')
    carl.reads("You are about to end C-1", window=DIRECT)
    carl.type("!confirm")
    for one in (carl, freya):
        one.reads('C-1 "Logo": Carl ends the contract', "It is officially over on")
    if "Great work" in freya.screen():
        raise Trouble("Freya reads Carl's words before the contract is over")


FACTS = {
    "O-1": {"state": "accepted", "amount": "300.00", "client": "carl", "freelancer": "freya"},
    "C-1": {"state": "ending", "end_kind": "by_client", "escrow": "0.00"},
    "M-1.1": {"state": "released", "amount": "300.00"},
    "feedback C-1": {"client": "sealed", "freelancer": "open"},
    "account freya": {"pending": "270.00"},
    "events": {"chain": "ok"},
}


def play(folder, opened):
    trial = Trial(folder)
    opened.append(trial)
    people = []
    for name in ("carl", "freya"):
        people.append(Terminal(folder, name, trial))
        opened.append(people[-1])
    for one in people:
        one.enter()
    negotiate(*people)
    end(*people)
    code = trial.interrupt()
    if code != 0:
        raise Trouble(f"deploy/start was interrupted and ended with {code}: {trial.said()}")
    for subject, wanted in FACTS.items():
        facts = trial.inspect(subject)
        wrong = {key: facts.get(key) for key, value in wanted.items() if facts.get(key) != value}
        if wrong:
            raise Trouble(f"{subject}: {wrong}, expected {wanted}")
        print(f"ok    {subject}: {', '.join(wanted.values())}")


def main():
    folder, opened = tempfile.mkdtemp(prefix="parley-profanity-"), []

    def tidy():
        while opened:
            opened.pop().close()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(tidy)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    try:
        play(folder, opened)
    except (Trouble, OSError, subprocess.SubprocessError) as e:
        print(f"FAIL  two people in terminals: {e}")
        for log in Path(folder).glob("data/xmpp/*/bot.log"):
            print(log.read_text(encoding="utf-8", errors="replace")[-2000:])
        return 1
    print(f"figure: profanity read={lines_read} facts={len(FACTS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
