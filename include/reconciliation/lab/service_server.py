"""A service on loopback that does what it is told once per key, and may misbehave about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

TOKEN = "sk_test_operator_canary_7fd1"
Do = Callable[[str, dict[str, Any], str], None]


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b'{"status": "done"}'
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Service:
    """What it was sent, what it has done, and how it answers; safe to change while it serves."""

    port: int = 0
    do: Do = lambda path, body, key: None
    # Path, key and body of each call, in order.
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    # Keys of which the effect was made.
    done: list[str] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)
    # Does nothing, and gives the reply.
    is_idle: bool = False
    loses_answers: bool = False
    seconds: float = 0
    before_reply: Callable[[], None] = lambda: None
    lock: Lock = field(default_factory=Lock)

    def take(self, path: str, key: str, body: str) -> None:
        """A call: done the first time its key comes, and never again."""
        with self.lock:
            self.calls.append((path, key, body))
            if not self.is_idle and key not in self.done:
                self.done.append(key)
                self.do(path, json.loads(body), key)


@contextmanager
def serving() -> Iterator[Service]:
    """The service, for as long as the block lasts."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self.send(Reply(401, b'{"error": "AUTHENTICATION_REQUIRED"}'))
            service.take(self.path, self.headers["Idempotency-Key"], content)
            service.before_reply()
            if service.loses_answers:
                self.close_connection = True
                return None
            Event().wait(service.seconds)
            return self.send(service.reply)

        def send(self, reply: Reply) -> None:
            try:
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Says nothing: a client that hangs up is its own business."""

    server = Server(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
