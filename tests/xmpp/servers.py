#!/usr/bin/env python3
"""A Prosody or an ejabberd for one test, on free loopback ports and in a folder that goes with it.

  tests/xmpp/servers.py run prosody|ejabberd [--account NAME:PASSWORD_FILE]... [--keep DIR] -- COMMAND...

starts one, runs the command with PARLEY_XMPP_URL (the WebSocket), PARLEY_XMPP_DOMAIN, PARLEY_XMPP_MUC (the domain of its
rooms), PARLEY_XMPP_C2S (the port of native clients) and PARLEY_XMPP_SERVER (prosody or ejabberd), stops the server, and
ends with the command's exit code. Anybody may make accounts (XEP-0077); `--account` makes them first. `--keep` names a
folder that stays, with the server's data and log; what it holds already is used."""
import argparse
import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy" / "xmpp"))
from local_server import KINDS, Server, ServerError, free_port  # noqa: E402,F401

_started = []


def _end_all():
    while _started:
        _started.pop().close()


atexit.register(_end_all)


def end_with_signals():
    """SIGTERM, SIGINT and SIGHUP end this process by way of atexit, so that no server stays behind. What only kill -9
    could leave is ended by the kernel."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))


class TestServer(Server):
    """As Server, with a folder of its own. `close` ends it and takes the folder away, unless `folder` was given."""
    __test__ = False

    def __init__(self, kind, folder=None, **options):
        self.ours = None if folder else tempfile.mkdtemp(prefix=f"parley-{kind}-")
        super().__init__(kind, folder or self.ours, **options)
        _started.append(self)

    def environment(self):
        return {"PARLEY_XMPP_URL": self.url, "PARLEY_XMPP_DOMAIN": self.domain, "PARLEY_XMPP_MUC": self.rooms,
                "PARLEY_XMPP_C2S": str(self.c2s_port), "PARLEY_XMPP_SERVER": self.kind}

    def close(self):
        if self in _started:
            _started.remove(self)
        self.stop()
        if self.ours:
            shutil.rmtree(self.ours, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()


def account(text):
    name, colon, file = text.partition(":")
    if not name or not colon or not os.access(file, os.R_OK):
        raise argparse.ArgumentTypeError(f"NAME:FILE with the password in the file was expected, e.g. ana:/tmp/ana, not {text}")
    return name, Path(file).read_text(encoding="utf-8").split("\n")[0]


def run(options):
    with TestServer(options.kind, options.keep) as server:
        for name, password in options.account:
            server.add_account(name, password)
        child = subprocess.Popen(options.command, env={**os.environ, **server.environment()})
        try:
            code = child.wait()
        except BaseException:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
            child.kill()
            child.wait()
            raise
    return code if code >= 0 else 128 - code


def main():
    parser = argparse.ArgumentParser(prog="tests/xmpp/servers.py", usage=__doc__)
    parser.add_argument("verb", choices=["run"])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--account", type=account, action="append", default=[])
    parser.add_argument("--keep")
    words = sys.argv[1:]
    command = words[words.index("--") + 1:] if "--" in words else []
    if not command and not {"-h", "--help"}.intersection(words):
        print("tests/xmpp/servers.py: a command was expected, e.g. tests/xmpp/servers.py run prosody -- env", file=sys.stderr)
        return 64
    options = parser.parse_args(words[:words.index("--")] if "--" in words else words)
    options.command = command
    end_with_signals()
    try:
        return run(options)
    except (ServerError, FileNotFoundError) as e:
        print(f"tests/xmpp/servers.py: {e}", file=sys.stderr)
        return 69


if __name__ == "__main__":
    sys.exit(main())
