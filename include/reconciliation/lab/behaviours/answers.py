"""Ways in which a server misbehaves."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

from include.reconciliation.demo.stripe_server import Answer, Behaviour

JSON = {"Content-Type": "application/json"}


def always(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """A server with one answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer:
        return Answer(status, body, {**JSON, **named})

    return behave


def once(status: int, **headers: str) -> Behaviour:
    """A server that recovers after its first answer."""
    return first(1, always(status, b"", **headers))


def raw(content: bytes) -> Behaviour:
    """A server that writes these bytes to the socket and hangs up."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> None:
        handler.wfile.write(content)

    return behave


def first(count: int, misbehaving: Behaviour) -> Behaviour:
    """A server that behaves from its answer `count + 1` on."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer | None:
        return misbehaving(handler, number, answer) if number <= count else answer

    return behave


def from_answer(first_number: int, misbehaving: Behaviour) -> Behaviour:
    """A server that misbehaves from that answer on, counted from 1."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer | None:
        return misbehaving(handler, number, answer) if number >= first_number else answer

    return behave


def changed(change: Callable[[bytes], bytes], **headers: str) -> Behaviour:
    """A server that changes the bytes of each answer; Content-Length follows them."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer:
        return Answer(answer.status, change(answer.body), {**answer.headers, **named})

    return behave


def changed_list(change: Callable[[dict[str, Any], int], Any]) -> Behaviour:
    """A server that changes what the page says; `change` gets the page and the answer's number."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer:
        page = change(json.loads(answer.body), number)
        return Answer(answer.status, json.dumps(page).encode(), answer.headers)

    return behave


def written(make: Callable[[bytes], bytes]) -> Behaviour:
    """A server that writes its own bytes for each good body to the socket, and hangs up."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> None:
        handler.wfile.write(make(answer.body))

    return behave


def reset(after: bytes) -> Behaviour:
    """A server whose connection is reset by force after these bytes."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> None:
        handler.wfile.write(after)
        handler.wfile.flush()
        linger_none = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
        handler.connection.close()

    return behave


def drip(start: bytes, wait_seconds: float = 0.1) -> Behaviour:
    """A server that sends a byte from time to time, and never ends."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> None:
        # Not time.sleep: those who do not wait between tries replace it.
        pause = Event()
        with contextlib.suppress(OSError):
            handler.wfile.write(start)
            while True:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                pause.wait(wait_seconds)

    return behave
