"""The room as a chat of errbot's: every message goes through errbot's own reading, its access rules and its commands."""
import json
import os

import websocket
from errbot.backends.base import ONLINE, Message, Person, Presence, Room
from errbot.core import ErrBot

SIGN_IN = '{"type":"sign_in","token":"t","rooms":false}'


class Member(Person):
    def __init__(self, name):
        self._name = name

    person = client = nick = fullname = aclattr = email = property(lambda self: self._name)

    def __str__(self):
        return self._name

    def __eq__(self, other):
        return str(self) == str(other)

    def __hash__(self):
        return hash(self._name)


class ParleyRoom(ErrBot):
    mode = "parley-room"

    def __init__(self, config):
        super().__init__(config)
        self.bot_identifier = Member("parley")

    def serve_once(self):
        self.ws = websocket.create_connection(f"ws://127.0.0.1:{os.environ['PEER_PORT']}/ws")
        self.ws.send(SIGN_IN)
        self.connect_callback()
        while True:
            text = self.ws.recv()
            if not text:
                os._exit(0)
            for line in text.split("\n"):
                self.take(json.loads(line))

    def take(self, frame):
        if frame["type"] == "welcome":
            print("bot ready", flush=True)
        elif frame["type"] == "message" and not frame.get("bot"):
            message = Message(frame["text"], extras={"frame": frame})
            message.frm = Member(frame["user"])
            message.to = self.bot_identifier
            self.callback_message(message)

    def send_message(self, message):
        super().send_message(message)
        self.ws.send(message.body)

    def build_reply(self, message, text=None, private=False, threaded=False):
        reply = Message(text)
        reply.frm, reply.to = self.bot_identifier, message.frm
        return reply

    def build_identifier(self, text):
        return Member(text)

    def prefix_groupchat_reply(self, message, identifier):
        pass

    def query_room(self, room):
        return Room()

    def rooms(self):
        return []

    def change_presence(self, status=ONLINE, message=""):
        self.callback_presence(Presence(self.bot_identifier, status))
