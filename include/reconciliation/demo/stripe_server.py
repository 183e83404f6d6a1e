"""Stripe's list of balance transactions, served on loopback for the demo and the tests.

Well-behaved unless a `behaviour` is given: newest first, pages by `starting_after`, ranges by
`created`, sources expanded only when asked for, a key that is checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from include.reconciliation.lab.statement_files import stripe_balance_transactions

PATH = stripe_balance_transactions.PATH
DEFAULT_KEY = "rk_test_balance_transactions"
_LIMIT_MAX = 100
_LIMIT_DEFAULT = 10
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gte": int.__ge__,
    "gt": int.__gt__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


@dataclass(slots=True)
class Answer:
    """One HTTP answer, still to be sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


# Gets the handler, the number of the request (from 1) and the well-behaved answer. Returns the
# answer to send instead, or None when it has written to the socket itself.
Behaviour = Callable[[BaseHTTPRequestHandler, int, Answer], Answer | None]


class StripeServer:
    """A context manager; `balance_transactions` may change while it serves.

    Any free port is taken unless one is given; OSError when that one is taken already.
    """

    def __init__(
        self,
        balance_transactions: list[dict[str, Any]],
        *,
        key: str = DEFAULT_KEY,
        port: int = 0,
        behaviour: Behaviour | None = None,
        context: SSLContext | None = None,
    ) -> None:
        self.balance_transactions = balance_transactions
        self.key = key
        self.behaviour = behaviour
        self.requests: list[dict[str, list[str]]] = []
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.stripe = self
        if context is not None:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Scheme, host and port, as a PSP's entry names them."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> StripeServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, authorization: str | None) -> Answer:
        """The well-behaved answer to a GET."""
        target = urlsplit(path)
        query = parse_qs(target.query, keep_blank_values=True)
        self.requests.append(query)
        if authorization != f"Bearer {self.key}":
            return _error(HTTPStatus.UNAUTHORIZED, "Invalid API Key provided")
        if target.path != PATH:
            return _error(HTTPStatus.NOT_FOUND, f"Unrecognized request URL (GET: {target.path})")
        try:
            return self._page(query)
        except ValueError as error:
            return _error(HTTPStatus.BAD_REQUEST, str(error))

    def _page(self, query: dict[str, list[str]]) -> Answer:
        rows = sorted(
            (row for row in list(self.balance_transactions) if _is_in_range(row, query)),
            key=lambda row: (-row["created"], row["id"]),
        )
        limit = int(query.get("limit", [str(_LIMIT_DEFAULT)])[0])
        if not 1 <= limit <= _LIMIT_MAX:
            raise ValueError(f"limit must be between 1 and {_LIMIT_MAX}")
        start = 0
        if "starting_after" in query:
            ids = [row["id"] for row in rows]
            start = ids.index(query["starting_after"][0]) + 1
        page = rows[start : start + limit]
        if "data.source" not in query.get("expand[]", []):
            page = [{**row, "source": _source_id(row)} for row in page]
        return _json(
            HTTPStatus.OK,
            {"object": "list", "url": PATH, "has_more": start + limit < len(rows), "data": page},
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stripe: StripeServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a client that hangs up is its own business."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        stripe = self.server.stripe
        answer: Answer | None = stripe.answer(self.path, self.headers.get("Authorization"))
        if stripe.behaviour is not None and answer is not None:
            answer = stripe.behaviour(self, len(stripe.requests), answer)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the demo prints its own progress."""


def _is_in_range(row: dict[str, Any], query: dict[str, list[str]]) -> bool:
    return all(
        compare(row["created"], int(query[f"created[{name}]"][0]))
        for name, compare in _COMPARISONS.items()
        if f"created[{name}]" in query
    )


def _source_id(row: dict[str, Any]) -> str | None:
    source = row.get("source")
    return source["id"] if isinstance(source, dict) else source


def _json(status: int, content: object) -> Answer:
    body = json.dumps(content, indent=2).encode()
    return Answer(status, body, {"Content-Type": "application/json"})


def _error(status: int, message: str) -> Answer:
    return _json(status, {"error": {"type": "invalid_request_error", "message": message}})
