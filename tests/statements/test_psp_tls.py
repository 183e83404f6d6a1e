"""The HTTP client over TLS: the name of the entry must be the name of the certificate."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from include.reconciliation.demo.stripe_server import DEFAULT_KEY, PATH, StripeServer
from include.reconciliation.edges import psp_client
from include.reconciliation.edges.psp_client import Endpoint, PspClient
from include.reconciliation.errors import ProviderUnavailable
from tests.statements.balance_transactions import a_charge
from tests.statements.certificates import NOW, a_certificate


def _read(path: Path, *, trusted: bool = True) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with StripeServer([a_charge()], context=context) as server:
        endpoint = Endpoint.parse(f"https://localhost:{server.port}")
        ca_file = str(path) if trusted else None
        body, _ = PspClient(endpoint, DEFAULT_KEY, ca_file=ca_file).get(PATH, [])
        return body


def test_the_name_of_the_entry_is_checked_though_the_address_was_looked_up_before(
    tmp_path: Path,
) -> None:
    assert b"txn_000001" in _read(a_certificate(tmp_path / "server.pem", "localhost"))


@pytest.mark.parametrize(
    ("name", "days", "trusted"),
    [("api.example.com", 1, True), ("localhost", -1, True), ("localhost", 1, False)],
    ids=["of another host", "expired", "of nobody known"],
)
def test_a_certificate_that_does_not_hold_ends_the_request(
    tmp_path: Path, monkeypatch, name: str, days: int, trusted: bool
) -> None:
    monkeypatch.setattr(psp_client.time, "sleep", lambda seconds: None)
    path = a_certificate(tmp_path / "server.pem", name, NOW + timedelta(days=days))

    with pytest.raises(ProviderUnavailable, match="SSLError"):
        _read(path, trusted=trusted)
