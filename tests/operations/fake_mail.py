"""A mail server on loopback that answers what a test tells it, in the open, by STARTTLS or TLS."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class FakeMail:
    """What arrived; `answers` has the next answers by command, without one it is `250 ok`.

    An answer of None closes the line instead.
    """

    port: int
    ca_file: Path
    answers: dict[str, list[str | None]] = field(default_factory=dict)
    received: list[tuple[str, bytes]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    @property
    def mails(self) -> list[tuple[str, EmailMessage]]:
        """Recipient and mail, in order."""
        return [
            (recipient, cast(EmailMessage, message_from_bytes(data, policy=default)))
            for recipient, data in self.received
        ]

    @property
    def subjects(self) -> list[str]:
        """The subjects that arrived, in order."""
        return [mail["Subject"] for _, mail in self.mails]

    def connection(self, **changes: Any) -> str:
        """The connection `smtp` that leads here in the open, with another extra where asked."""
        extra = {
            "from_email": "reconciliation@example.com",
            "disable_ssl": True,
            "disable_tls": True,
        }
        extra |= changes.pop("extra", {})
        entry = {"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": extra}
        return json.dumps({**entry, **changes})


class _Handler(socketserver.StreamRequestHandler):
    mail: FakeMail
    context: ssl.SSLContext
    is_tls: bool
    timeout = 10

    def handle(self) -> None:
        try:
            if self.is_tls:
                self._wrap()
            self._talk()
        except OSError:
            # The client left, or did not trust the certificate.
            return

    def _wrap(self) -> None:
        self.request = self.context.wrap_socket(self.request, server_side=True)
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb", buffering=0)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _talk(self) -> None:
        self._say("220 fake")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            command = line.split(" ")[0].upper()
            self.mail.commands.append(command)
            planned = self.mail.answers.get(command)
            if planned:
                answer = planned.pop(0)
                if answer is None:
                    return
                self._say(answer)
                continue
            if command == "EHLO":
                self._say("250-fake\r\n250-AUTH PLAIN\r\n250 STARTTLS")
            elif command == "STARTTLS":
                self._say("220 go on")
                self._wrap()
            elif command == "AUTH":
                self._say("235 welcome")
            elif command == "RCPT":
                recipient = line.partition("<")[2].rstrip(">")
                self._say("250 ok")
            elif command == "DATA":
                self._say("354 go on")
                if not self._take(recipient):
                    return
            else:
                self._say("221 bye" if command == "QUIT" else "250 ok")

    def _take(self, recipient: str) -> bool:
        """Takes the text of a mail; False when the line is to be closed without an answer."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        planned = self.mail.answers.get("TEXT")
        answer = planned.pop(0) if planned else "250 taken"
        if answer is None or answer.startswith("250"):
            self.mail.received.append((recipient, b"".join(lines)))
        if answer is None:
            return False
        self._say(answer)
        return True


@contextmanager
def running(folder: Path, *, is_tls: bool = False) -> Iterator[FakeMail]:
    """The server, for as long as the block lasts; its certificate lies in the folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca_file = _certificate(folder)
    context.load_cert_chain(ca_file, folder / "key.pem")
    handler = type("Handler", (_Handler,), {"context": context, "is_tls": is_tls})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        mail = FakeMail(port=server.server_address[1], ca_file=ca_file)
        handler.mail = mail
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()


def _certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that its own key has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake mail")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    ca_file = folder / "certificate.pem"
    ca_file.write_bytes(certificate.public_bytes(encoding))
    return ca_file
