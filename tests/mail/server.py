"""A mail server on the loopback, with STARTTLS and sign-in, that does what a test orders; and the authority that
vouches for it."""
import asyncio
import email
import email.policy
import logging
import ssl
import subprocess

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "parley", "canary-8d1f0c7a"
logging.getLogger("mail.log").disabled = True  # broken conversations are what is tested


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, folder):
        self.folder = folder
        self.made = 0
        self.file = folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", self.file,
                      "-days", "2", "-subj", "/CN=test authority")

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    def context(self, name="IP:127.0.0.1"):
        """For a server whose certificate holds for this name."""
        self.made += 1
        key, request, cert, more = (self.folder / f"{self.made}.{end}" for end in ("key", "csr", "pem", "ext"))
        more.write_text(f"subjectAltName={name}\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=mail")
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.folder / "ca.key",
                      "-CAcreateserial", "-out", cert, "-days", "2", "-extfile", more)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context


class Letter:
    def __init__(self, envelope, secure):
        self.to, self.secure, self.raw = envelope.rcpt_tos[0], secure, envelope.content
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.head = parsed
        self.id, self.subject = parsed["Message-ID"], parsed["Subject"]
        self.body = parsed.get_content()


class Server:
    """Takes letters. `answers` gives the answer to an address once or more, before it is taken; `on_data` is called
    with each letter before it is answered."""

    def __init__(self, port):
        self.port = port
        self.letters, self.tries, self.mails_begun = [], [], 0
        self.answers, self.on_data = {}, None
        self.server, self.sessions = None, []

    async def start(self, context):
        """Without a context: a server that knows no TLS."""
        def session():
            more = {"tls_context": context, "require_starttls": True, "auth_required": True,
                    "authenticator": self._signs_in} if context else {}
            self.sessions.append(SMTP(self, hostname="mail.test", ident="test", enable_SMTPUTF8=False, **more))
            return self.sessions[-1]
        self.server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", self.port)

    async def stop(self):
        """Nobody can connect, and who was connected is cut off."""
        self.server.close()
        await self.server.wait_closed()
        for session in self.sessions:
            if session.transport:
                session.transport.abort()
        self.sessions.clear()

    def _signs_in(self, server, session, envelope, mechanism, data):
        right = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.mails_begun += 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.tries.append(address)
        if self.answers.get(address):
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = Letter(envelope, session.ssl is not None)
        self.letters.append(letter)
        if self.on_data:
            await self.on_data(letter)
        return "250 taken"

    def to(self, address):
        return [letter for letter in self.letters if letter.to == address]
