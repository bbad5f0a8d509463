"""A Python asyncio bot: one loop, a durable transaction for every command, the reply after it."""
import asyncio
import json
import sys

import websockets

from shop import SIGN_IN, Books

VERBS = {"/offer": Books.offer, "/withdraw": Books.withdraw, "/status": Books.status}


async def main(folder, port):
    books = Books(folder)
    async with websockets.connect(f"ws://127.0.0.1:{port}/ws", compression=None, max_size=None) as ws:
        await ws.send(SIGN_IN)
        async for message in ws:
            for line in message.split("\n"):
                frame = json.loads(line)
                if frame["type"] == "welcome":
                    print("bot ready", flush=True)
                elif frame["type"] == "message" and not frame.get("bot"):
                    act = VERBS.get(frame["text"].split(" ", 1)[0])
                    post = act(books, frame) if act else None
                    if post:
                        await ws.send(json.dumps(post))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
