"""What both Python bots of the comparison share: the rows and the words of the notes, as in shop.mjs."""
import json
import os
import re
import secrets
import sqlite3

TABLES = """
CREATE TABLE inbox(id INTEGER PRIMARY KEY, channel TEXT NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL,
  UNIQUE (channel, message)) STRICT;
CREATE TABLE offer(number INTEGER PRIMARY KEY, channel TEXT NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL,
  minor INTEGER NOT NULL, due INTEGER) STRICT;
CREATE TABLE event(position INTEGER PRIMARY KEY, cause INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE outbox(id INTEGER PRIMARY KEY, channel TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
  key TEXT NOT NULL) STRICT;
"""
OFFER = re.compile(r"O-(\d+)")
SIGN_IN = '{"type":"sign_in","token":"t","rooms":false}'


class Books:
    def __init__(self, folder):
        self.db = sqlite3.connect(os.path.join(folder, "bot", "peer.db"), isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "locking_mode=EXCLUSIVE", "wal_autocheckpoint=8192"):
            self.db.execute("PRAGMA " + pragma)
        self.db.executescript(TABLES)

    def write(self, frame, act):
        """One durable transaction: the four rows of a command. The post; None where it was heard before."""
        run = self.db.execute
        run("BEGIN IMMEDIATE")
        heard = run("INSERT OR IGNORE INTO inbox(channel, message, at) VALUES (?, ?, ?)",
                    (frame["channel"], frame["id"], frame["at"]))
        if heard.rowcount == 0:
            run("COMMIT")
            return None
        kind, words, body = act(frame)
        run("INSERT INTO event(cause, kind, body) VALUES (?, ?, ?)", (heard.lastrowid, kind, json.dumps(body)))
        post = self.post(frame, kind, words)
        run("INSERT INTO outbox(channel, kind, text, key) VALUES (?, ?, ?, ?)",
            (post["channel"], kind, words, post["key"]))
        run("COMMIT")
        return post

    def post(self, frame, kind, words):
        return {"type": "post", "channel": frame["channel"], "text": words, "key": secrets.token_hex(16), "kind": kind}

    def offer(self, frame):
        def act(frame):
            n = self.db.execute("INSERT INTO offer(channel, state, title, minor, due) VALUES (?, 'pending', 'Logo', 30000, ?)",
                                (frame["channel"], frame["at"] + 2_592_000_000)).lastrowid
            words = (f'O-{n} "Logo": Somebody offers Somebody a contract, v1: $300.00.\nScope: 3 concepts, SVG\n'
                     f"Next, Somebody: /accept O-{n} v1, or /decline O-{n}, until 2026-12-02 09:00Z.")
            return f"offer.sent O-{n}", words, {"id": f"O-{n}", "title": "Logo", "amount": "300.00 USD",
                                                "scope": "3 concepts, SVG", "at": frame["at"]}
        return self.write(frame, act)

    def withdraw(self, frame):
        def act(frame):
            n = int(OFFER.search(frame["text"])[1])
            self.db.execute("UPDATE offer SET state = 'withdrawn', due = NULL WHERE number = ? AND state = 'pending'", (n,))
            return f"offer.withdrawn O-{n}", f'O-{n} "Logo": Somebody withdraws the offer.', {"id": f"O-{n}", "at": frame["at"]}
        return self.write(frame, act)

    def status(self, frame):
        n = int(OFFER.search(frame["text"])[1])
        row = self.db.execute("SELECT state, title, minor FROM offer WHERE number = ?", (n,)).fetchone()
        words = f'O-{n} "{row[1]}" is {row[0]}, ${row[2] / 100:.2f}.' if row else f"There is no O-{n}."
        return self.post(frame, f"status O-{n}", words)
