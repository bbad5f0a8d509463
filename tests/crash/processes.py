"""The processes under test: the built-in room, the bot, and the tools that read a stopped bot's store."""
import asyncio
import json
import os
import socket
import subprocess
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def binary():
    return os.environ.get("PARLEY", str(TOP / "build" / "release" / "parley"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class House:
    """A data folder with its room and its bot. Each process is ended by its own handle and no other way."""

    def __init__(self, data):
        self.data = Path(data)
        self.room = self.bot = None
        self.port = 0
        self.log = open(self.data / "bot.log", "ab")

    async def _start(self, *words):
        return await asyncio.create_subprocess_exec(
            binary(), *words, "--data", str(self.data), stdout=asyncio.subprocess.PIPE, stderr=self.log)

    async def start_room(self):
        (self.data / "room").mkdir(mode=0o700, exist_ok=True)
        (self.data / "bot").mkdir(mode=0o700, exist_ok=True)
        self.room = await self._start("room", "--port", "0")
        line = (await asyncio.wait_for(self.room.stdout.readline(), 30)).decode()
        if not line.startswith("room ready "):
            raise RuntimeError("the room did not start; see " + str(self.data / "bot.log"))
        self.port = int(line.rsplit(":", 1)[1])

    def invite(self, *words):
        """The token of a person; the bot's goes into its file."""
        done = subprocess.run([binary(), "invite", *words, "--data", str(self.data)], capture_output=True, text=True,
                              check=True)
        return done.stdout.strip().partition("#token=")[2]

    async def spawn_bot(self):
        self.bot = await self._start("serve", "--room-port", str(self.port))

    async def bot_ready(self, seconds=60):
        """Milliseconds until the bot has said that it is ready; None where it ended first."""
        since = time.monotonic()
        line = await asyncio.wait_for(self.bot.stdout.readline(), seconds)
        return (time.monotonic() - since) * 1000 if line.startswith(b"bot ready") else None

    async def kill_bot(self):
        if self.bot.returncode is None:
            self.bot.kill()
        return await self.bot.wait()

    async def stop(self, process):
        if process is None:
            return None
        if process.returncode is None:
            process.terminate()
        try:
            return await asyncio.wait_for(process.wait(), 30)
        except asyncio.TimeoutError:
            process.kill()
            return await process.wait()

    def tool(self, *words):
        return subprocess.run([binary(), *words, "--data", str(self.data)], capture_output=True, text=True, check=False)

    def inspect(self, subject):
        """What is true of a subject of the stopped bot's store; {} where there is no such thing."""
        done = self.tool("inspect", "--json", *subject.split())
        if done.returncode != 0:
            raise RuntimeError(f"inspect {subject}: exit {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)
