"""A bank's Pix API on loopback: TLS with a client certificate, tokens, pages."""

from __future__ import annotations

import json
import ssl
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from include.reconciliation.demo.stripe_server import Answer
from include.reconciliation.lab.behaviours.answers import JSON

BASE_PATH = "/pix/v2"
TOKEN_PATH = "/oauth/token"
CLIENT_ID, CLIENT_SECRET = "client-of-the-shop", "the-client-secret"
BASIC = "Basic " + b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()

# Gets the number of the request of its kind (from 1) and the well-behaved answer.
Change = Callable[[int, Answer], Answer]


class PixServer:
    """A context manager; well-behaved but for what `change_page` and `change_token` make of it."""

    def __init__(
        self,
        pix: list[dict[str, Any]],
        *,
        certificate: Path,
        client: Path,
        change_page: Change = lambda number, answer: answer,
        change_token: Change = lambda number, answer: answer,
        newest_tls: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    ) -> None:
        self.pix = pix
        self.changes: dict[str, Change] = {"GET": change_page, "POST": change_token}
        self.queries: list[dict[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.sent: list[bytes] = []
        self.authorizations: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = newest_tls
        context.load_cert_chain(certificate)
        context.load_verify_locations(client)
        context.verify_mode = ssl.CERT_REQUIRED
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.pix = self
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Scheme, host and port, as a PSP's entry names them."""
        return f"https://localhost:{self._server.server_address[1]}"

    @property
    def token(self) -> str:
        """The token that is good now: the last one that was given."""
        return f"the-token-{len(self.forms)}"

    def __enter__(self) -> PixServer:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, authorization: str | None, body: str) -> Answer:
        """The answer to a request, as it is changed."""
        target = urlsplit(path)
        if method == "POST" and target.path == TOKEN_PATH:
            self.forms.append(dict(parse_qsl(body, keep_blank_values=True)))
            self.authorizations.append(authorization)
            found = _json(200, {"access_token": self.token, "token_type": "Bearer"})
            return self.changes[method](len(self.forms), found)
        if method != "GET" or target.path != f"{BASE_PATH}/pix":
            return _json(404, {})
        self.queries.append(dict(parse_qsl(target.query)))
        is_known = authorization == f"Bearer {self.token}"
        found = self._page(self.queries[-1]) if is_known else _json(401, {})
        found = self.changes[method](len(self.queries), found)
        if found.status == 200:
            self.sent.append(found.body)
        return found

    def _page(self, query: dict[str, str]) -> Answer:
        begin, end = _moment(query["inicio"]), _moment(query["fim"])
        wants_refunds = query.get("devolucaoPresente") == "true"
        rows = [
            row
            for row in self.pix
            if begin <= _moment(row["horario"]) <= end
            and (row.get("devolucoes") or not wants_refunds)
        ]
        size = int(query["paginacao.itensPorPagina"])
        number = int(query["paginacao.paginaAtual"])
        paging = {
            "paginaAtual": number,
            "itensPorPagina": size,
            "quantidadeDePaginas": max(1, -(-len(rows) // size)),
            "quantidadeTotalDeItens": len(rows),
        }
        asked = {"inicio": query["inicio"], "fim": query["fim"], "paginacao": paging}
        page = rows[number * size : (number + 1) * size]
        return _json(200, {"parametros": asked, "pix": page})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pix: PixServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a client that is not let in is what some tests want."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str) -> None:
        authorization = self.headers.get("Authorization")
        answer = self.server.pix.answer(self.command, self.path, authorization, body)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the tests look at what was asked."""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _json(status: int, content: object) -> Answer:
    return Answer(status, json.dumps(content).encode(), dict(JSON))
