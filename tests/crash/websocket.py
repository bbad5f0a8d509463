"""A client of RFC 6455 over asyncio: text messages, pings, the closing handshake. No extensions, no TLS."""
import asyncio
import base64
import hashlib
import os
import struct

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Closed(Exception):
    """The other side closed, or the connection broke."""


class WebSocket:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, host, port, path, subprotocol):
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
        key = base64.b64encode(os.urandom(16))
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {subprotocol}\r\n"
            f"Sec-WebSocket-Key: {key.decode()}\r\n\r\n".encode())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as e:
            raise Closed("no answer to the handshake") from e
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        if not head.startswith(b"HTTP/1.1 101") or accept not in head:
            raise Closed(head.split(b"\r\n")[0].decode(errors="replace"))
        return cls(reader, writer)

    def _frame(self, opcode, payload):
        mask = os.urandom(4)
        n = len(payload)
        if n < 126:
            size = bytes([0x80 | n])
        else:
            size = struct.pack("!BH", 0xFE, n) if n < 1 << 16 else struct.pack("!BQ", 0xFF, n)
        whole = (mask * (n // 4 + 1))[:n]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(n, "big")
        self.writer.write(bytes([0x80 | opcode]) + size + mask + masked)

    async def send(self, text):
        self._frame(TEXT, text.encode("utf-8", "surrogateescape"))
        try:
            await self.writer.drain()
        except ConnectionError as e:
            raise Closed("the connection broke") from e

    async def _read_frame(self):
        first, second = await self.reader.readexactly(2)
        n = second & 0x7F
        if n == 126:
            n, = struct.unpack("!H", await self.reader.readexactly(2))
        elif n == 127:
            n, = struct.unpack("!Q", await self.reader.readexactly(8))
        if second & 0x80 or first & 0x70:
            raise Closed("a server does not mask, and no extension was agreed on")
        return first & 0x80, first & 0x0F, await self.reader.readexactly(n)

    async def receive(self):
        """The next text message, whole."""
        message = b""
        try:
            while True:
                last, opcode, payload = await self._read_frame()
                if opcode == PING:
                    self._frame(PONG, payload)
                elif opcode == CLOSE:
                    raise Closed(payload[2:].decode(errors="replace") or "closed")
                elif opcode != PONG:
                    message += payload
                    if last:
                        return message.decode("utf-8", "surrogateescape")
        except (asyncio.IncompleteReadError, ConnectionError) as e:
            raise Closed("the connection broke") from e

    async def close(self):
        try:
            self._frame(CLOSE, struct.pack("!H", 1000))
            await self.writer.drain()
            self.writer.close()
            await self.writer.wait_closed()
        except ConnectionError:
            pass
