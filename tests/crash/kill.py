#!/usr/bin/env python3
"""Kills the real bot at random moments while people type through the built-in room, and judges by the room's history
and the stopped store that each command had exactly one answer and each change exactly one note.

Queries leave no trace: after a crash one may be answered again. Those are counted apart (queries_again).
"""
import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
import judge
from people import Person
from processes import House
from typist import Pair

ROOMS = 10
PATIENCE = 20  # seconds in which an answer must come, however often the bot is killed meanwhile


class Run:
    def __init__(self, options, folder):
        self.options = options
        self.random = random.Random(options.seed)
        self.house = House(folder)
        self.pairs = []
        self.typing = True
        self.burst = asyncio.Event()
        self.ready = []        # ms from start to ready
        self.early = 0         # kills before it was ready
        self.stopped_by_itself = []

    async def open(self):
        await self.house.start_room()
        self.house.invite("parley", "--bot", "--name", "Parley")
        for n in range(ROOMS):
            people = []
            for name, zone in (("carl", "America/New_York"), ("freya", "Europe/Berlin")):
                token = self.house.invite(f"{name}{n}", "--name", f"{name.title()} {n}", "--zone", zone,
                                          "--room", f"Room {n}")
                people.append(Person(f"{name}{n}", token))
            for person in people:
                await person.come(self.house.port)
            self.pairs.append(Pair(f"Room {n}", *people, random.Random(f"{self.options.seed}/{n}")))

    async def keep_typing(self, pair):
        """One at a time, and now and then several at once."""
        while self.typing:
            several = pair.random.randint(2, 6) if pair.random.random() < 0.15 else 1
            lines = [pair.line() for _ in range(several)]
            if several > 1:
                # An answer to a question is one only as long as nothing before it has answered the question.
                lines = [line for line in lines if not line[1].startswith("stars=")] or lines[:1]
                self.burst.set()
            await pair.type(lines, PATIENCE)
            await asyncio.sleep(pair.random.uniform(0, 0.04))

    async def one_round(self):
        """Starts the bot and kills it: before it is ready, at any moment, or just as a burst arrives."""
        r = self.random
        await self.house.spawn_bot()
        if r.random() < 0.2:
            self.early += 1
            await asyncio.sleep(r.uniform(0, 0.06))
        else:
            ms = await self.house.bot_ready()
            if ms is None:
                self.stopped_by_itself.append(await self.house.bot.wait())
                return
            self.ready.append(ms)
            await asyncio.sleep(r.uniform(0, 0.6))
            if r.random() < 0.5:
                self.burst.clear()
                try:
                    await asyncio.wait_for(self.burst.wait(), 0.3)
                    await asyncio.sleep(r.uniform(0, 0.006))
                except asyncio.TimeoutError:
                    pass
        code = await self.house.kill_bot()
        if code != -9:
            self.stopped_by_itself.append(code)

    async def run(self):
        await self.open()
        typists = [asyncio.create_task(self.keep_typing(p)) for p in self.pairs]
        for n in range(self.options.rounds):
            await self.one_round()
            if (n + 1) % 50 == 0:
                print(f"{n + 1} rounds, {sum(len(p.typed) for p in self.pairs)} commands", file=sys.stderr)
            for task in typists:
                if task.done():
                    task.result()
        await self.house.spawn_bot()
        await self.house.bot_ready()
        self.typing = False
        await asyncio.gather(*typists)
        await self.quiet()
        code = await self.house.stop(self.house.bot)
        if code != 0:
            self.stopped_by_itself.append(code)
        # A start after an orderly stop says nothing that was said before.
        await self.house.spawn_bot()
        await self.house.bot_ready()
        await self.quiet()
        await self.house.stop(self.house.bot)

    async def quiet(self):
        """Until nobody has heard anything new for a second."""
        seen = -1
        while seen != (now := sum(len(p.client.entries) + len(p.freelancer.entries) for p in self.pairs)):
            seen = now
            await asyncio.sleep(1)

    async def close(self):
        for pair in self.pairs:
            await pair.client.go()
            await pair.freelancer.go()
        if self.house.bot:
            await self.house.kill_bot()
        await self.house.stop(self.house.room)


def report(run, seconds):
    verdict = judge.Verdict()
    for pair in run.pairs:
        judge.judge_answers(pair, verdict)
    notes = judge.judge_numbers(run.pairs, verdict)
    states = [judge.fold(pair, verdict) for pair in run.pairs]
    judge.judge_ids(states, verdict)
    things = judge.judge_store(run.house, states, run.random, verdict)
    for code in run.stopped_by_itself:
        verdict.fault(f"the bot ended by itself with exit {code}")
    for fault in verdict.faults[:40]:
        print("fault:", fault)
    commands = [c for p in run.pairs for c in p.typed]
    ready = sorted(run.ready)
    print(f"figure: rounds={run.options.rounds} commands={len(commands)} lost={verdict.lost} doubled={verdict.doubled} "
          f"duplicate_notes={verdict.duplicate_notes} late={verdict.late} queries_again={verdict.again} "
          f"set_aside={verdict.set_aside}")
    print(f"figure: notes={notes} things={things} killed_before_ready={run.early} "
          f"ready_ms_median={ready[len(ready) // 2] if ready else 0:.0f} seed={run.options.seed} seconds={seconds:.0f}")
    bad = verdict.faults or verdict.lost or verdict.doubled or verdict.duplicate_notes or verdict.late
    return 1 if bad else 0


async def play(options, folder):
    run = Run(options, folder)
    since = time.monotonic()
    try:
        await run.run()
    finally:
        await run.close()
    return report(run, time.monotonic() - since)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200, help="how often the bot is killed [200]")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30), help="of everything random")
    parser.add_argument("--keep", action="store_true", help="leave the data folder, and say where it is")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="parley-kill-")
    try:
        code = asyncio.run(play(options, folder))
        if code != 0:
            print((Path(folder) / "bot.log").read_text(errors="replace")[-4000:])
        return code
    finally:
        if options.keep:
            print("kept:", folder)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
