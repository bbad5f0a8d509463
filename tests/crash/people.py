"""A person in the built-in room (bot/room/PROTOCOL.md), as a WebSocket client."""
import asyncio
import json

from websocket import Closed, WebSocket


class Person:
    """Signs in, keeps every entry it is shown, posts."""

    def __init__(self, name, token):
        self.name, self.token = name, token
        self.entries = {}  # by position
        self.rooms = {}    # name -> channel; the direct chat with the bot under ""
        self.asks, self.waiting = 0, {}
        self.news = asyncio.Condition()
        self.id = self.socket = self.reading = None

    async def come(self, port):
        self.socket = await WebSocket.connect("127.0.0.1", port, "/ws", "parley.room.1")
        await self.socket.send(json.dumps({"type": "sign_in", "token": self.token, "rooms": True}))
        welcome = None
        while not welcome:
            for line in (await self.socket.receive()).split("\n"):
                frame = json.loads(line)
                if frame["type"] == "error":
                    raise Closed(frame["text"])
                if frame["type"] == "room":
                    self.rooms["" if frame.get("direct") else frame["name"]] = frame["id"]
                if frame["type"] == "welcome":
                    welcome = frame
        self.id = welcome["me"]["id"]
        self.reading = asyncio.create_task(self._read())
        await self.load(welcome["position"])

    async def load(self, until):
        """Everything that was said up to there."""
        after, more = 0, True
        while more:
            page = await self.ask({"type": "history", "after": after, "until": until, "limit": 500})
            await self._keep(page["entries"])
            after, more = page["next"], page.get("more")

    async def _keep(self, entries):
        async with self.news:
            for entry in entries:
                self.entries[entry["position"]] = entry
            self.news.notify_all()

    async def _read(self):
        try:
            while True:
                lived = []
                for line in (await self.socket.receive()).split("\n"):
                    frame = json.loads(line)
                    if "ask" in frame and frame["ask"] in self.waiting:
                        self.waiting.pop(frame["ask"]).set_result(frame)
                    elif "position" in frame and frame["type"] not in ("pong", "posted", "welcome"):
                        lived.append(frame)
                await self._keep(lived)
        except Closed as e:
            for future in self.waiting.values():
                future.set_exception(Closed(str(e)))
            self.waiting.clear()

    async def ask(self, frame):
        self.asks += 1
        answer = self.waiting[self.asks] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({**frame, "ask": self.asks}, ensure_ascii=False))
        got = await asyncio.wait_for(answer, 60)
        if got["type"] == "error":
            raise RuntimeError(f"{self.name}: {got['code']}: {got['text']}")
        return got

    async def post(self, channel, text, thread=""):
        """The position of what was typed."""
        frame = {"type": "post", "channel": channel, "text": text}
        return (await self.ask({**frame, "thread": thread} if thread else frame))["position"]

    def heard(self, channels, after):
        """What bots said there behind that position, oldest first."""
        found = []
        for position in reversed(self.entries):  # live entries come in order
            if position <= after:
                break
            entry = self.entries[position]
            if entry["type"] == "message" and entry.get("bot") and entry["channel"] in channels:
                found.append(entry)
        return found[::-1]

    async def wait_for(self, fits, seconds):
        """What fits() gives as soon as it is something; None when the time is over."""
        async def look():
            async with self.news:
                while not (found := fits()):
                    await self.news.wait()
                return found
        try:
            return await asyncio.wait_for(look(), seconds)
        except asyncio.TimeoutError:
            return None

    async def go(self):
        await self.socket.close()
        await self.reading
