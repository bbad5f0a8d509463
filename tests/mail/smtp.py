#!/usr/bin/python3
"""Mail through a real server on the loopback: the room and the bot as they are run, two people who type, and a mail
server that is slow, away, unwilling or a stranger. R-notice-7, R-notice-8, R-notice-9."""
import asyncio
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crash"))
from people import Person
from processes import House, free_port
from server import PASSWORD, USER, Authority, Server

ROOM = "Studio"
FREYA, CARL, FROM = "freya@example.test", "carl@example.test", "parley@example.test"
PATIENCE = 15
done = []


def expect(truth, what):
    if not truth:
        raise AssertionError(what)


class Place:
    """A house with two people, its mail server, and the bot between them."""

    def __init__(self, folder):
        self.folder = folder
        self.house = House(folder)
        self.authority = Authority(folder)
        self.smtp = Server(free_port())
        self.people = {}
        self.offers = 0
        self.password = folder / "password"
        self.password.write_text(PASSWORD + "\n")
        self.password.chmod(0o600)

    async def begin(self):
        await self.house.start_room()
        self.house.invite("parley", "--bot", "--token-file", str(self.folder / "bot" / "token"))
        for handle, address in (("carl", CARL), ("freya", FREYA)):
            token = self.house.invite(handle, "--name", handle.title(), "--email", address, "--room", ROOM)
            self.people[handle] = Person(handle, token)
            await self.people[handle].come(self.house.port)
        await self.smtp.start(self.authority.context())
        await self.bot()

    async def bot(self, give_up="3d"):
        house = self.house
        config = self.folder / "parley.toml"
        config.write_text(f"""[mail]
url = "smtp://127.0.0.1:{self.smtp.port}"
from = "{FROM}"
user = "{USER}"
password_file = "{self.password}"
ca_file = "{self.authority.file}"
retry_first = "1s"
retry_most = "1s"
give_up = "{give_up}"
""")
        house.bot = await house._start("serve", "--room-port", str(house.port), "--config", str(config))
        expect(await house.bot_ready() is not None, "the bot did not start")

    async def restart_bot(self, give_up="3d"):
        await self.house.stop(self.house.bot)
        await self.bot(give_up)

    async def type(self, who, text):
        """Types and waits for the note."""
        person = self.people[who]
        channel = person.rooms[ROOM]
        at = await person.post(channel, text)
        expect(await person.wait_for(lambda: person.heard((channel,), at), PATIENCE), f"no answer to {text!r}")

    async def offer(self, title="Logo"):
        """Two notices to Freya."""
        self.offers += 1
        await self.type("carl", f'/offer title="{title}" amount=90 scope="Some work"')
        await self.type("carl", f"/withdraw O-{self.offers}")

    async def until(self, fits, what, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not fits():
            expect(time.monotonic() < end, "in time: " + what)
            await asyncio.sleep(0.02)

    async def quiet(self):
        """Long enough for a second copy to have come."""
        await asyncio.sleep(0.6)

    def fresh(self):
        self.smtp.letters.clear()
        self.smtp.tries.clear()
        self.smtp.mails_begun = 0

    def log(self):
        return (self.folder / "bot.log").read_text(errors="replace")

    def unsent_keys(self):
        """Of a bot that is stopped."""
        db = sqlite3.connect(f"file:{self.folder / 'bot' / 'parley.db'}?mode=ro", uri=True)
        keys = [k for k, in db.execute("SELECT key FROM outbox WHERE platform='email' AND dead IS NULL ORDER BY id")]
        db.close()
        return keys

    async def end(self):
        for person in self.people.values():
            await person.go()
        await self.house.stop(self.house.bot)
        await self.house.stop(self.house.room)
        if self.smtp.server:
            await self.smtp.stop()


async def arrives_once(place):
    await place.offer("Größe Ü")
    await place.until(lambda: len(place.smtp.letters) == 2, "two mails")
    await place.quiet()
    expect(len(place.smtp.letters) == 2, "a mail came twice")
    first = place.smtp.letters[0]
    expect(first.to == FREYA and first.secure, "to Freya, over TLS")
    expect(first.subject.startswith('O-1 "Größe Ü": Carl offers Freya'), first.subject)
    expect("Answer in your room with Carl." in first.body, first.body)
    expect(first.head["Auto-Submitted"] == "auto-generated" and first.head["Date"], "the head is not whole")
    expect(b"\r\n" in first.raw and max(map(len, first.raw.split(b"\r\n"))) <= 998, "lines are too long")
    expect(first.id != place.smtp.letters[1].id, "two mails with one Message-ID")


async def many_at_once(place):
    """Faster than they can be sent: each comes once, in order, and none is folded, for there was no outage."""
    person = place.people["carl"]
    for _ in range(20):
        place.offers += 1
        await person.post(person.rooms[ROOM], f'/offer title="Job {place.offers}" amount=90 scope="Some work"')
        await person.post(person.rooms[ROOM], f"/withdraw O-{place.offers}")
    await place.until(lambda: len(place.smtp.letters) >= 40, "forty mails")
    await place.quiet()
    ids = [letter.id for letter in place.smtp.letters]
    expect(len(ids) == 40 and len(set(ids)) == 40, f"{len(ids)} mails, {len(set(ids))} Message-IDs")
    jobs = [int(letter.subject.split('"Job ')[1].split('"')[0]) for letter in place.smtp.letters]
    expect(jobs == sorted(jobs), f"the order is not kept: {jobs}")


async def later_then_taken(place):
    place.smtp.answers[FREYA] = ["451 try again later", "450 busy"]
    await place.offer()
    await place.until(lambda: len(place.smtp.letters) == 2, "both mails after the refusals")
    await place.quiet()
    expect(len(place.smtp.letters) == 2 and len(place.smtp.tries) == 4, f"tried {len(place.smtp.tries)} times")
    expect("offers" in place.smtp.letters[0].subject and "withdraws" in place.smtp.letters[1].subject,
           "the order of one person's mails is not kept")


async def refused_for_good(place):
    place.smtp.answers[FREYA] = ["550 no such user here"]
    await place.offer()
    await place.type("freya", '/propose title="Brand" amount=80 scope="Pages"')  # refused: nobody's mail
    await place.until(lambda: len(place.smtp.to(FREYA)) == 1, "the mail behind the refused one")
    await place.quiet()
    expect(len(place.smtp.tries) == 2, "a mail that was refused for good was tried again")
    await place.house.stop(place.house.bot)
    dead = place.house.tool("inspect", "dead").stdout
    expect("550" in dead and FREYA in dead and "offers" not in dead, f"the dead letter: {dead}")
    expect(place.house.inspect("outbox")["dead"] == "1", "one dead letter was expected")
    expect("[error] mail refused for good" in place.log(), "the operator was not told")
    await place.bot()


async def server_away(place):
    """Seven notices while the server is away are one digest, and its Message-ID is the key it was queued under."""
    await place.smtp.stop()
    for _ in range(3):
        await place.offer()
    await place.offer("<b>Last</b>")
    await asyncio.sleep(1.5)
    await place.house.stop(place.house.bot)
    keys = place.unsent_keys()
    expect(len(keys) == 1, f"the backlog is not folded: {len(keys)} rows")
    await place.bot()
    await asyncio.sleep(1)
    await place.smtp.start(place.authority.context())
    await place.until(lambda: place.smtp.letters, "the digest")
    await place.quiet()
    expect(len(place.smtp.letters) == 1, f"{len(place.smtp.letters)} mails after the outage")
    digest = place.smtp.letters[0]
    expect(digest.subject == "Parley: 8 notices while no mail could be sent", digest.subject)
    expect(digest.body.count("\n- ") == 8, digest.body)
    expect(digest.id == f"<{keys[0]}@example.test>", f"{digest.id} is not made of the key {keys[0]}")


async def killed_after_sending(place):
    """kill -9 when the server has the mail and the bot does not know: it comes again under the same Message-ID."""
    async def kill(_):
        place.smtp.on_data = None
        await place.house.kill_bot()
    for _ in range(3):
        place.fresh()
        place.smtp.on_data = kill
        place.offers += 1
        person = place.people["carl"]
        await person.post(person.rooms[ROOM], '/offer title="Twice" amount=90 scope="Some work"')
        await place.until(lambda: place.house.bot.returncode is not None, "the bot's death")
        await place.bot()
        await place.until(lambda: len(place.smtp.letters) >= 2, "the mail again")
        await place.type("carl", f"/withdraw O-{place.offers}")
        await place.until(lambda: len(place.smtp.letters) >= 3, "the mail behind it")
        await place.quiet()
        ids = [letter.id for letter in place.smtp.letters]
        expect(len(ids) == 3 and len(set(ids)) == 2 and ids[0] == ids[1], f"Message-IDs: {ids}")


async def strangers(place):
    """A certificate that nobody known vouches for, one for another name, no TLS at all: nothing is said to them."""
    folder = place.folder / "stranger"
    folder.mkdir()
    await place.smtp.stop()
    for context in (Authority(folder).context(), place.authority.context("DNS:mail.example.test"), None):
        place.fresh()
        await place.smtp.start(context)
        await place.offer()
        await asyncio.sleep(0.8)
        expect(place.smtp.mails_begun == 0 and not place.smtp.letters, "something was sent to a stranger")
        await place.smtp.stop()
    expect("mail: nothing is sent until this is mended" in place.log(), "the operator was not told")
    await place.smtp.start(place.authority.context())
    await place.until(lambda: place.smtp.letters, "the mail once the certificate holds")
    await place.quiet()
    expect(len(place.smtp.letters) == 1, f"{len(place.smtp.letters)} mails instead of a digest")


async def wrong_password(place):
    """The server turns the bot away: that is everybody's mail, tried again, and told the operator."""
    place.password.write_text("wrong\n")
    await place.restart_bot()
    await place.offer()
    await place.until(lambda: "mail: nothing is sent until this is mended: 535" in place.log(), "the operator told")
    expect(place.smtp.mails_begun == 0, "sent without being signed in")
    place.password.write_text(PASSWORD + "\n")
    await place.restart_bot()
    await place.until(lambda: len(place.smtp.letters) == 2, "both mails with the right password")


async def given_up(place):
    """What was tried for long enough is dead; the rest goes on."""
    await place.restart_bot(give_up="1s")
    await place.smtp.stop()
    await place.offer()
    await place.until(lambda: place.log().count("given up after") >= 1, "a mail given up")
    await asyncio.sleep(1.2)
    await place.smtp.start(place.authority.context())
    await place.offer()
    await place.until(lambda: len(place.smtp.letters) >= 2, "the mails after it")
    await place.restart_bot()


async def address_taken_away(place):
    place.house.invite("freya", "--email", "off")
    await asyncio.sleep(0.3)
    await place.offer()
    await place.quiet()
    expect(not place.smtp.letters, "written to somebody who wants no mail")
    place.house.invite("freya", "--email", "freya.new@example.test")
    await asyncio.sleep(0.3)
    await place.offer()
    await place.until(lambda: len(place.smtp.to("freya.new@example.test")) == 2, "mail to the new address")


def kept_secret(place):
    """The password stands in its own file and nowhere else; an address is shown to no person."""
    for path in place.folder.rglob("*"):
        if path.is_file() and path != place.password:
            expect(PASSWORD.encode() not in path.read_bytes(), f"the password is in {path.name}")
    for person in place.people.values():
        expect("example.test" not in str(person.entries), f"{person.name} was shown an address")


async def play(folder):
    place = Place(folder)
    try:
        await place.begin()
        for scene in (arrives_once, many_at_once, later_then_taken, refused_for_good, server_away,
                      killed_after_sending, strangers, wrong_password, given_up, address_taken_away):
            place.fresh()
            began = time.monotonic()
            await scene(place)
            done.append(f"{scene.__name__} {time.monotonic() - began:.1f} s")
        cmdline = Path(f"/proc/{place.house.bot.pid}/cmdline").read_bytes()
        expect(PASSWORD.encode() not in cmdline, "the password is in the command line")
    finally:
        await place.end()
    expect(place.house.bot.returncode == 0, f"the bot ended with {place.house.bot.returncode}")
    kept_secret(place)


def main():
    folder = Path(tempfile.mkdtemp(prefix="parley-mail-"))
    began = time.monotonic()
    try:
        asyncio.run(asyncio.wait_for(play(folder), 100))
        print(f"figure: mail scenes={len(done)} seconds={time.monotonic() - began:.1f}")
        return 0
    except (AssertionError, asyncio.TimeoutError) as e:
        print(f"fault: {e!r}; held: {done}")
        print((folder / "bot.log").read_text(errors="replace")[-3000:])
        return 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
