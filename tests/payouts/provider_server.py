"""A provider of payouts on loopback: it pays once per key, says what it knows, may misbehave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

STATUS_PATH = "/v1/payouts/status"
KEY = "sk_test_payouts_canary"

# Gets the handler and the well-behaved answer; returns another one, or None when it has written
# to the socket itself.
Behaviour = Callable[[BaseHTTPRequestHandler, dict[str, Any]], "Reply | None"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Provider:
    """What it has been sent and asked, and how it answers; safe to change while it serves."""

    url: str = ""
    # Per key: status, id, amount and currency as the provider has them.
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Keys that it has and does not show yet.
    hidden: set[str] = field(default_factory=set)
    # Money that left, one entry per payment: the test counts them.
    paid: list[str] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    behaviour: Behaviour | None = None
    # Takes the payout, and then hangs up instead of saying so.
    loses_replies: bool = False
    lock: Lock = field(default_factory=Lock)

    def has(self, key: str, status: str, amount_minor: int, currency: str = "BRL") -> None:
        """Makes the provider know a payout."""
        self.payouts[key] = {
            "status": status,
            "id": f"po_{key}",
            "amount": amount_minor,
            "currency": currency,
        }

    def take(self, order: dict[str, Any]) -> dict[str, Any]:
        """A payout that is sent: paid the first time a key comes, replayed afterwards."""
        key = order["idempotency_key"]
        with self.lock:
            self.sent.append(key)
            if key not in self.payouts:
                self.paid.append(key)
                self.has(key, "pending", order["amount"], order["currency"])
            return {**self.payouts[key], "idempotency_key": key}

    def tell(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """What it says about a key."""
        with self.lock:
            self.asked.append(query)
            key = query["idempotency_key"][0]
            if key in self.payouts and key not in self.hidden:
                return {**self.payouts[key], "idempotency_key": key}
            return {"idempotency_key": key, "status": "not_found"}


@contextmanager
def serving() -> Iterator[Provider]:
    """The provider, for as long as the block lasts."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            target = urlsplit(self.path)
            if self.headers["Authorization"] != f"Bearer {KEY}":
                return self.send(Reply(401))
            if target.path != STATUS_PATH:
                return self.send(Reply(404))
            told = provider.tell(parse_qs(target.query))
            if provider.behaviour is not None:
                return self.send(provider.behaviour(self, told))
            return self.send(Reply(body=json.dumps(told).encode()))

        def do_POST(self) -> None:
            order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken = provider.take(order)
            if provider.loses_replies:
                return self.send(None)
            return self.send(Reply(201, json.dumps(taken).encode()))

        def send(self, reply: Reply | None) -> None:
            if reply is None:
                self.close_connection = True
                return
            try:
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except (BrokenPipeError, ConnectionResetError):
                # Whoever asked has given up, which is what a slow answer is for.
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Says nothing: a client that hangs up is its own business."""

    server = Server(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Always the same HTTP answer."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda handler, told: Reply(status, body, named)


def says(**changes: Any) -> Behaviour:
    """The well-behaved answer with other values."""
    return lambda handler, told: Reply(body=json.dumps({**told, **changes}).encode())


def is_slow(seconds: float) -> Behaviour:
    """The right answer, too late."""

    def behave(handler: BaseHTTPRequestHandler, told: dict[str, Any]) -> Reply:
        Event().wait(seconds)
        return Reply(body=json.dumps(told).encode())

    return behave


def drips(seconds: float) -> Behaviour:
    """The right answer, a byte at a time."""

    def behave(handler: BaseHTTPRequestHandler, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        for place in range(len(body)):
            try:
                handler.wfile.write(body[place : place + 1])
                handler.wfile.flush()
            except OSError:
                return
            Event().wait(seconds)

    return behave


def hangs_up(handler: BaseHTTPRequestHandler, told: dict[str, Any]) -> None:
    """Heard the question, says nothing."""
