"""A proxy before PostgreSQL that counts what a client says, and kills the client at the n-th word.

It can also hold a client's n-th word back, so that one is at work for as long as a test likes.

It listens on a Unix socket, so the kernel tells it which process is talking. A message is counted
when it is whole; the killed client's one is either kept from the server or delivered with the reply
lost, which is what makes a COMMIT ambiguous. A client waits for the answer to what is counted, so
it is there to be killed; to its good-bye nobody answers, and it may be gone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from include.reconciliation.local.server import Server

_LENGTH = struct.Struct("!I")
_PEER = struct.Struct("3i")
# Requests that come before the start-up message and are answered by a single byte.
_NEGOTIATIONS = (80877103, 80877104)
_GOOD_BYE = "X"
# A query and a sync; to other messages the server may say nothing before the next one.
_ANSWERED = "QS"


@dataclass(slots=True)
class KillAt:
    """The message at which the client dies, counted from 1, before or after the server has it."""

    message: int
    is_delivered: bool = False


@dataclass(slots=True)
class Proxy:
    """A running proxy; `server` is where clients connect."""

    server: Server
    upstream: Server
    seen: list[str] = field(default_factory=list)
    # The numbers of the messages that are commits.
    commits: list[int] = field(default_factory=list)
    kill_at: KillAt | None = None
    hold_at: int | None = None
    is_held: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, kill_at: KillAt | None = None) -> None:
        """Begins to count anew, with another point of death or none."""
        with self._lock:
            self.seen, self.commits, self.kill_at = [], [], kill_at

    def serve(self, listener: socket.socket) -> None:
        """Accepts clients until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        process_id = _PEER.unpack(credentials)[0]
        is_lost = threading.Event()
        with client, _connected(self.upstream) as server:
            answers = threading.Thread(target=_pour, args=(server, client, is_lost), daemon=True)
            answers.start()
            with contextlib.suppress(OSError):
                for kind, message in _messages(client):
                    kill = None if kind == _GOOD_BYE else self._count(kind, message)
                    self._hold()
                    if kill is not None and kill.is_delivered:
                        is_lost.set()
                    if kill is None or kill.is_delivered:
                        server.sendall(message)
                    if is_lost.is_set() and kind in _ANSWERED:
                        # It is lost once it is there: until then the server is still at work.
                        answers.join()
                    if kill is not None:
                        os.kill(process_id, signal.SIGKILL)
                        break
            # The server sees its client go, as it would without a proxy between.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            answers.join()

    def _hold(self) -> None:
        if len(self.seen) == self.hold_at:
            self.is_held.set()
            self.go_on.wait(timeout=60)
            self.is_held.clear()

    def _count(self, kind: str, message: bytes) -> KillAt | None:
        with self._lock:
            self.seen.append(kind)
            if kind == "Q" and message[5:].upper().startswith(b"COMMIT"):
                self.commits.append(len(self.seen))
            if self.kill_at is not None and len(self.seen) == self.kill_at.message:
                return self.kill_at
            return None


@contextlib.contextmanager
def proxy_before(upstream: Server) -> Iterator[Proxy]:
    """A proxy in threads of this process, on a socket of its own."""
    # A socket's path may have 107 bytes, which a test's own folder can exceed.
    folder = tempfile.mkdtemp(prefix="proxy-", dir="/tmp")
    path = Path(folder) / f".s.PGSQL.{upstream.port}"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        listener.listen(32)
        proxy = Proxy(
            server=Server(host=folder, port=upstream.port, password=upstream.password),
            upstream=upstream,
        )
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield proxy
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)


def _connected(server: Server) -> socket.socket:
    if not server.host.startswith("/"):
        return socket.create_connection((server.host, server.port))
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(f"{server.host}/.s.PGSQL.{server.port}")
    return connection


def _pour(source: socket.socket, target: socket.socket, is_lost: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            if is_lost.is_set():
                return  # a client that had it could end before it is killed
            target.sendall(chunk)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _messages(client: socket.socket) -> Iterator[tuple[str, bytes]]:
    """The client's messages by kind; those of the start-up have no kind of their own."""
    is_started = False
    while head := _exactly(client, 5 if is_started else 4):
        (length,) = _LENGTH.unpack(head[-4:])
        body = _exactly(client, length - 4)
        kind = chr(head[0]) if is_started else "start-up"
        if not is_started:
            is_started = _LENGTH.unpack(body[:4])[0] not in _NEGOTIATIONS
        yield kind, head + body


def _exactly(client: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        chunk = client.recv(size - len(received))
        if not chunk:
            return b""
        received += chunk
    return bytes(received)
