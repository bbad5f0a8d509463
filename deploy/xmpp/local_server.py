"""One Prosody or one ejabberd of our own on the loopback, in a folder of its own. As any user; without epmd."""
import contextlib
import ctypes
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).resolve().parent
KINDS = ("prosody", "ejabberd")
TEMPLATES = {"prosody": "prosody.cfg.lua.in", "ejabberd": "ejabberd.yml.in"}
PATHS = {"prosody": "/xmpp-websocket", "ejabberd": "/ws"}


class ServerError(Exception):
    """The server did not do what was asked of it, in a sentence."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def port_is_free(port):
    """Nobody listens there. Servers start beside somebody else's as if nothing were wrong."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def ends_with_us():
    """In the child: SIGTERM when whoever started it is gone, however that came."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _parent(pid):
    """Of a process that still runs; None where it has ended, also where nobody has asked yet how."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)


def _below(pid):
    """Everything that a process started, directly or not."""
    parents = {int(one): _parent(one) for one in os.listdir("/proc") if one.isdigit()}
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


class Server:
    """`folder` holds the configuration, the data and the log (`server.log`); what is there already is used again.
    Ports that are not given are chosen once, so that a restart has the same. `registration` says whether accounts can
    be made. Whoever starts one also stops it."""

    def __init__(self, kind, folder, domain="localhost", http_port=0, c2s_port=0, registration=True):
        if kind not in KINDS:
            raise ServerError(f"prosody or ejabberd was expected, not {kind!r}")
        self.kind, self.domain, self.rooms = kind, domain, "rooms." + domain
        self.folder = Path(folder).resolve()
        self.http_port, self.c2s_port = http_port or free_port(), c2s_port or free_port()
        self.registration = registration
        self.process = None
        self.log = self.folder / "server.log"

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.http_port}{PATHS[self.kind]}"

    def start(self, seconds=60):
        """Returns when a stream can be opened on both ports."""
        if self.running():
            raise ServerError(f"{self.kind} runs already")
        for port in (self.http_port, self.c2s_port):
            if not port_is_free(port):
                raise ServerError(f"port {port} is in use")
        for name in ("", "data", "certs"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        words, environment = self._prosody() if self.kind == "prosody" else self._ejabberd()
        with open(self.log, "ab") as log:
            try:
                self.process = subprocess.Popen(
                    words, cwd=self.folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, start_new_session=True, preexec_fn=ends_with_us)
            except FileNotFoundError as e:
                raise ServerError(f"{words[0]} is not installed; `deploy/install {self.kind}` does that") from e
        try:
            self._wait_until_ready(seconds)
        except BaseException:
            self.kill()
            raise
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=30):
        """In order: what the server has in hand reaches its disk."""
        helpers = self._helpers()
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self.kill(helpers)

    def kill(self, helpers=()):
        """At once, as by a power cut. Helpers of its own session go with it; Erlang's have each a session of their own, and
        end when nobody holds the other end of their pipe. That is waited for."""
        if self.process is None:
            return
        helpers = helpers or self._helpers()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None
        until = time.monotonic() + 10
        while time.monotonic() < until and any(_parent(one) is not None for one in helpers):
            time.sleep(0.02)

    def _helpers(self):
        return _below(self.process.pid) if self.running() else set()

    def restart(self):
        """The same ports and the same data."""
        self.stop()
        return self.start()

    def add_account(self, name, password):
        """By the protocol (XEP-0077), so that the password is in no command line. False: there is one already."""
        with Stream(self.domain, self.c2s_port) as stream:
            answer = stream.ask(f"<iq type='set' id='r' to={quoteattr(self.domain)}><query xmlns='jabber:iq:register'>"
                                f"<username>{escape(name)}</username><password>{escape(password)}</password></query></iq>")
        if answer.get("type") == "result":
            return True
        condition = answer.find("{jabber:client}error/*")
        if condition is not None and condition.tag.endswith("}conflict"):
            return False
        raise ServerError(f"{self.kind} makes no account {name}: {'' if condition is None else condition.tag}")

    def _fill(self, name, **more):
        fields = {"FOLDER": str(self.folder), "DOMAIN": self.domain, "ROOMS": self.rooms,
                  "HTTP_PORT": str(self.http_port), "C2S_PORT": str(self.c2s_port), **more}
        text = (HERE / TEMPLATES[self.kind]).read_text(encoding="utf-8")
        text = re.sub(r"@([A-Z0-9_]+)@", lambda m: fields[m[1]], text)
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def _prosody(self):
        config = self._fill("prosody.cfg.lua", AS_ROOT="true" if os.geteuid() == 0 else "false",
                            REGISTRATION="true" if self.registration else "false")
        return ["prosody", "-F", "--config", config], {}

    def _ejabberd(self):
        """Not by ejabberdctl, which runs only as root or as the user ejabberd and wants a node with a name, so epmd,
        which stays behind. A node without a name needs neither, nor a cookie."""
        config = self._fill("ejabberd.yml", REGISTRATION="allow" if self.registration else "deny")
        home = next((p.parents[1] for p in Path("/usr/lib").glob("*/ejabberd-*/ebin/ejabberd.app")), None)
        if home is None:
            raise ServerError("ejabberd is not installed; `deploy/install ejabberd` does that")
        database = self.folder / "data" / "ejabberd.sqlite"
        if not database.exists():
            with contextlib.closing(sqlite3.connect(database)) as made:
                made.executescript((home / "priv" / "sql" / "lite.sql").read_text(encoding="utf-8"))
        return ["erl", "+K", "true", "+P", "250000", "-noinput", "-mnesia", "dir", f'"{self.folder}/data"',
                "-ejabberd", "log_rotate_count", "0", "-s", "ejabberd"], {
                    "EJABBERD_CONFIG_PATH": config, "EJABBERD_LOG_PATH": str(self.folder / "ejabberd.log"),
                    "HOME": str(self.folder), "ERL_CRASH_DUMP_BYTES": "0", "ERL_LIBS": str(home.parent), "ERL_MAX_PORTS": "32000"}

    def _wait_until_ready(self, seconds):
        until, why = time.monotonic() + seconds, "nothing listens"
        while time.monotonic() < until:
            if self.process.poll() is not None:
                why = f"it ended with {self.process.returncode}"
                break
            try:
                socket.create_connection(("127.0.0.1", self.http_port), 5).close()
                with Stream(self.domain, self.c2s_port):
                    return
            except (OSError, ServerError) as e:
                why = str(e)
            time.sleep(0.05)
        tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
        raise ServerError(f"{self.kind} did not start: {why}; {self.log} ends with\n{tail}")


class Stream:
    """A stream over TCP up to its features: enough to see that the server answers and to make an account."""

    def __init__(self, domain, port):
        self.parser = ET.XMLPullParser(("start", "end"))
        self.depth = 0
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        try:
            self.socket.sendall(f"<?xml version='1.0'?><stream:stream to={quoteattr(domain)} version='1.0' xmlns='jabber:client'"
                                " xmlns:stream='http://etherx.jabber.org/streams'>".encode())
            if not self.element().tag.endswith("}features"):
                raise ServerError(f"the server does not serve {domain}")
        except BaseException:
            self.socket.close()
            raise

    def ask(self, iq):
        self.socket.sendall(iq.encode())
        return self.element()

    def element(self):
        """The next whole element of the stream."""
        while True:
            for event, element in self.parser.read_events():
                self.depth += 1 if event == "start" else -1
                if event == "end" and self.depth == 1:
                    return element
            data = self.socket.recv(65536)
            if not data:
                raise ServerError("the server closed the stream")
            self.parser.feed(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
