"""The page of one person in the local trial: Converse.js, signed in already, on a loopback port of its own, because a
browser keeps what it knows by address and port, and two people in one browser must not meet there."""
import hmac
import html
import json
import mimetypes
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE / "node_modules" / "converse.js" / "dist"

HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dist/converse.min.css">
<link rel="stylesheet" href="page.css">
<script type="module" src="/dist/converse.min.js"></script>
<script type="module" src="page.js"></script>
</head>
<body class="converse-fullscreen"><div id="conversejs-bg"></div></body>
</html>
"""
NOTHING = 404, "text/plain", b"There is nothing here.\n"


class Page:
    """Serves one person at `link`, whose path nobody can guess, and which is new with every start: whoever has it is
    that person. It holds the password, so it goes to nobody but a browser of this machine that has the link."""

    def __init__(self, port, server_url, name, jid, password, room):
        self.key = secrets.token_urlsafe(24)
        self.name, self.server_url = name, server_url
        # What Converse would look for elsewhere, write into the room by itself, or keep from it is off.
        self.settings = {
            "authentication": "login", "auto_login": True, "jid": jid, "password": password,
            "websocket_url": server_url, "discover_connection_methods": False, "allow_registration": False,
            "auto_join_rooms": [{"jid": room, "nick": name}], "auto_focus": True, "auto_register_muc_nickname": False,
            "muc_show_info_messages": [], "show_self_in_roster": False, "view_mode": "fullscreen",
            "assets_path": "/dist/", "i18n": "en", "locales": ["en"],
            "blacklisted_plugins": ["converse-omemo"], "whitelisted_plugins": ["beside-the-room"],
            "play_sounds": False, "show_desktop_notifications": False, "render_media": False, "loglevel": "warn"}
        self.http = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def link(self):
        return f"http://127.0.0.1:{self.port}/{self.key}/"

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def answer(self, host, path):
        """(status, type, body). Only to who calls us by our own address: a name that points here may be anybody's."""
        if host != f"127.0.0.1:{self.port}":
            return 421, "text/plain", b"This page is reached by its link only.\n"
        path = path.split("?")[0]
        if path.startswith("/dist/"):
            file = (DIST / path.removeprefix("/dist/")).resolve()
            if file.is_relative_to(DIST) and file.is_file():
                return 200, mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes()
            return NOTHING
        key, _, name = path.removeprefix("/").partition("/")
        if not hmac.compare_digest(key.encode(), self.key.encode()):
            return NOTHING
        if name == "":
            return 200, "text/html", HTML.format(title=html.escape(self.name)).encode()
        if name == "settings.js":
            return 200, "text/javascript", f"export default {json.dumps(self.settings)};\n".encode()
        if name in ("page.js", "page.css"):
            return 200, "text/javascript" if name.endswith("js") else "text/css", (HERE / name).read_bytes()
        return NOTHING

    def _handler(page):
        policy = ("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                  "img-src 'self' data: blob:; "
                  f"font-src 'self' data:; connect-src 'self' {page.server_url}; base-uri 'none'; form-action 'self'; "
                  "frame-ancestors 'none'")

        class Handler(BaseHTTPRequestHandler):
            server_version, sys_version = "parley", ""
            timeout = 10

            def do_GET(self):
                status, kind, body = page.answer(self.headers.get("Host", ""), self.path)
                self.send_response(status)
                for name, value in (("Content-Type", kind + ("; charset=utf-8" if kind.startswith("text/") else "")),
                                    ("Content-Length", str(len(body))), ("Content-Security-Policy", policy),
                                    ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"),
                                    ("Cache-Control", "no-store")):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass  # the paths are secrets

        return Handler
