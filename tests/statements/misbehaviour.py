"""Ways in which a server misbehaves."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

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
    first = always(status, **headers)

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer | None:
        return first(handler, number, answer) if number == 1 else answer

    return behave


def raw(content: bytes) -> Behaviour:
    """A server that writes these bytes to the socket and hangs up."""

    def behave(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> None:
        handler.wfile.write(content)

    return behave
