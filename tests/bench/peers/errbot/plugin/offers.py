"""The verbs of the comparison as errbot's commands."""
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from errbot import BotPlugin, botcmd  # noqa: E402
from shop import Books  # noqa: E402


def said(post):
    return json.dumps(post) if post else None


class Offers(BotPlugin):
    def activate(self):
        super().activate()
        self.books = Books(os.environ["PEER_FOLDER"])

    @botcmd
    def offer(self, message, args):
        return said(self.books.offer(message.extras["frame"]))

    @botcmd
    def withdraw(self, message, args):
        return said(self.books.withdraw(message.extras["frame"]))

    @botcmd
    def status(self, message, args):
        return said(self.books.status(message.extras["frame"]))
