"""The HTTP client over TLS: the name of the entry must be the name of the certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from include.reconciliation.demo.stripe_server import DEFAULT_KEY, PATH, StripeServer
from include.reconciliation.edges import psp_client
from include.reconciliation.edges.psp_client import Endpoint, PspClient
from include.reconciliation.errors import ProviderUnavailable
from tests.statements.balance_transactions import a_charge

# Valid now, whenever that is: the client asks the machine's clock.
NOW = datetime.now(UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[..., str]:
    """Makes a certificate with its key in one file."""

    def make(name: str, until: datetime = NOW + timedelta(days=1)) -> str:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server")])
        made = (
            x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=9))
            .not_valid_after(until)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / f"{name}.pem"
        path.write_bytes(
            made.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(path)

    return make


def _read(path: str, *, trusted: bool = True) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with StripeServer([a_charge()], context=context) as server:
        endpoint = Endpoint.parse(f"https://localhost:{server.port}")
        ca_file = path if trusted else None
        body, _ = PspClient(endpoint, DEFAULT_KEY, ca_file=ca_file).get(PATH, [])
        return body


def test_the_name_of_the_entry_is_checked_though_the_address_was_looked_up_before(
    certificate,
) -> None:
    assert b"txn_000001" in _read(certificate("localhost"))


@pytest.mark.parametrize(
    ("name", "days", "trusted"),
    [("api.example.com", 1, True), ("localhost", -1, True), ("localhost", 1, False)],
    ids=["of another host", "expired", "of nobody known"],
)
def test_a_certificate_that_does_not_hold_ends_the_request(
    certificate, monkeypatch, name: str, days: int, trusted: bool
) -> None:
    monkeypatch.setattr(psp_client.time, "sleep", lambda seconds: None)

    with pytest.raises(ProviderUnavailable, match="SSLError"):
        _read(certificate(name, NOW + timedelta(days=days)), trusted=trusted)
