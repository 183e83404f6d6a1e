"""A shop that reads Pix from its bank: server, certificates, entry and connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from include.reconciliation.demo.stripe_server import Answer
from include.reconciliation.lab.behaviours.answers import JSON
from tests.statements.api_answers import a_pix
from tests.statements.certificates import a_certificate
from tests.statements.pix_server import CLIENT_ID, CLIENT_SECRET, PixServer

if TYPE_CHECKING:
    from tests.statements.conftest import Reader


ENTRY = """
[[psp]]
name = "bank"
format = "pix"
endpoint = "{url}"
base_path = "/pix/v2"
zone = "America/Sao_Paulo"
accounts = ["Loja"]
statements = {{ due = "every_run", look_back = "1d" }}
settlement = {{ days = 0 }}
oauth = {{ token_url = "{url}/oauth/token", scope = "pix.read"{more} }}
[psp.limits]
BRL = {{ alert_above_minor = 100, recovered_below_minor = 10 }}
"""


class Bank:
    """A bank's server, the shop's certificates for it, and the account that is read."""

    def __init__(self, reader: Reader, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reader = reader
        self.certificate = a_certificate(folder / "server.pem", "localhost")
        self.client = a_certificate(folder / "client.pem", "the shop")
        self._folder = folder
        self._monkeypatch = monkeypatch

    def serves(self, *pix: dict[str, Any], **changes: Any) -> PixServer:
        """A server with these Pix, to which entry and connection lead."""
        server = PixServer(list(pix), certificate=self.certificate, client=self.client, **changes)
        self.is_configured(server.url)
        self.is_connected()
        return server

    def is_configured(self, url: str, more: str = "") -> None:
        path = self._folder / f"psps-{len(list(self._folder.glob('psps-*')))}.toml"
        path.write_text(ENTRY.format(url=url, more=more))
        self._monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    def is_connected(
        self, login: str = CLIENT_ID, password: str = CLIENT_SECRET, **extra: Any
    ) -> None:
        certificates = {
            "ca_file": str(self.certificate),
            "client_certificate": str(self.client),
            **extra,
        }
        entry = {"conn_type": "http", "login": login, "password": password, "extra": certificates}
        self._monkeypatch.setenv("AIRFLOW_CONN_BANK", json.dumps(entry))


def numbered(count: int) -> Iterator[dict[str, Any]]:
    """As many Pix of 1.00 real in the range."""
    for number in range(count):
        yield a_pix(endToEndId=f"E{number:03d}", valor="1.00")


def at_page(wanted: int | range, made: Callable[[dict[str, Any]], object]) -> Callable[..., Answer]:
    """Changes what one page says."""

    def change(number: int, answer: Answer) -> Answer:
        if number not in (wanted if isinstance(wanted, range) else (wanted,)):
            return answer
        content = json.loads(answer.body)
        made(content)
        return Answer(answer.status, json.dumps(content).encode(), answer.headers)

    return change


def status(code: int, body: bytes = b"{}", first: int = 1, **headers: str) -> Callable[..., Answer]:
    """Answers with that status from the request of that number on."""
    named = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda number, answer: answer if number < first else Answer(code, body, named)
