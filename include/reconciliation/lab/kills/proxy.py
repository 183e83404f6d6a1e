"""A proxy before PostgreSQL that counts what a client says, and strikes at the n-th word.

It can also hold a client's n-th word back, so that one is at work for as long as a test likes.

It listens on a Unix socket, where the kernel tells it which process is talking, and on TCP, where a
connection can be reset. A message is counted when it is whole; that of a struck client is either
kept from the server or delivered with the reply lost, which is what makes a COMMIT ambiguous. A
client waits for the answer to what is counted, so it is there to be struck; to its good-bye nobody
answers, and it may be gone.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from include.reconciliation.lab.kills.messages import (
    ANSWERED,
    COMMIT,
    EXTENDED,
    GOOD_BYE,
    NEGOTIATION,
    messages,
    raising,
)
from include.reconciliation.local.server import Server

_PEER = struct.Struct("3i")
# Closes at once and sends a reset: the time to linger is on, and nought.
_RESET = struct.pack("ii", 1, 0)
KILL, RESET, STOP = "SIGKILL", "ECONNRESET", "immediate stop"
SQLSTATES = ("40001", "40P01")


@dataclass(slots=True)
class Blow:
    """What befalls a client at a message, counted from 1, before or after the server has it.

    `kind` is KILL, RESET, STOP (of the server, by `Proxy.stop`) or a SQLSTATE that the server
    raises in place of the statement.
    """

    message: int
    is_delivered: bool = False
    kind: str = KILL

    def __str__(self) -> str:
        if self.kind in SQLSTATES:
            return f"{self.kind} at message {self.message}"
        when = "after" if self.is_delivered else "before"
        return f"{self.kind} {when} message {self.message} is delivered"


@dataclass(slots=True)
class Proxy:
    """A running proxy; clients connect to `server`, or to `over_tcp` to be reset."""

    server: Server
    over_tcp: Server
    upstream: Server
    seen: list[str] = field(default_factory=list)
    # The numbers of the messages that are commits, and of those that end a statement.
    commits: list[int] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    blow: Blow | None = None
    is_struck: bool = False
    stop: Callable[[], None] = lambda: None
    hold_at: int | None = None
    is_held: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, blow: Blow | None = None) -> None:
        """Begins to count anew, with another blow or none."""
        with self._lock:
            self.seen, self.commits, self.statements = [], [], []
            self.blow, self.is_struck = blow, False

    def serve(self, listener: socket.socket) -> None:
        """Accepts clients until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        is_lost = threading.Event()
        with client, _connected(self.upstream) as server:
            answers = threading.Thread(target=_pour, args=(server, client, is_lost), daemon=True)
            answers.start()
            with contextlib.suppress(OSError):
                self._talk(client, server, is_lost, answers)
            # The server sees its client go, as it would without a proxy between.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            answers.join()

    def _talk(
        self,
        client: socket.socket,
        server: socket.socket,
        is_lost: threading.Event,
        answers: threading.Thread,
    ) -> None:
        kept = b""
        for kind, message in messages(client):
            blow = None if kind in (GOOD_BYE, NEGOTIATION) else self._count(kind, message)
            self._hold()
            if self.blow is not None and self.blow.kind in SQLSTATES:
                if kind in EXTENDED:
                    kept += message  # until it is known which statement it belongs to
                    continue
                server.sendall(raising(blow.kind) if blow is not None else kept + message)
                kept = b""
                continue
            if blow is not None and blow.is_delivered:
                is_lost.set()
            if blow is None or blow.is_delivered:
                server.sendall(message)
            if is_lost.is_set() and kind in ANSWERED:
                # It is lost once it is there: until then the server is still at work.
                answers.join()
            if blow is not None:
                is_lost.set()
                self._strike(client, blow)
                break

    def _strike(self, client: socket.socket, blow: Blow) -> None:
        if blow.kind == KILL:
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
            os.kill(_PEER.unpack(credentials)[0], signal.SIGKILL)
        elif blow.kind == RESET:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            client.close()
        else:
            self.stop()

    def _hold(self) -> None:
        if len(self.seen) == self.hold_at:
            self.is_held.set()
            self.go_on.wait(timeout=60)
            self.is_held.clear()

    def _count(self, kind: str, message: bytes) -> Blow | None:
        with self._lock:
            self.seen.append(kind)
            number = len(self.seen)
            if kind in ANSWERED:
                self.statements.append(number)
            if kind == "Q" and message[5:].upper().startswith(COMMIT):
                self.commits.append(number)
            if self.blow is not None and number == self.blow.message and not self.is_struck:
                self.is_struck = True
                return self.blow
            return None


@contextlib.contextmanager
def proxy_before(upstream: Server) -> Iterator[Proxy]:
    """A proxy in threads of this process, on sockets of its own."""
    # A socket's path may have 107 bytes, which a test's own folder can exceed.
    folder = tempfile.mkdtemp(prefix="proxy-", dir="/tmp")
    local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    over_tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        local.bind(str(Path(folder) / f".s.PGSQL.{upstream.port}"))
        over_tcp.bind(("127.0.0.1", 0))
        proxy = Proxy(
            server=Server(host=folder, port=upstream.port, password=upstream.password),
            over_tcp=Server("127.0.0.1", over_tcp.getsockname()[1], upstream.password),
            upstream=upstream,
        )
        for listener in (local, over_tcp):
            listener.listen(32)
            threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield proxy
    finally:
        for listener in (local, over_tcp):
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
                return  # a client that had it could end before it is struck
            target.sendall(chunk)
    if not is_lost.is_set():
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


