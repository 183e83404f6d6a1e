"""An API that wants a client certificate and a token: what opens it, and what does not."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation import config
from include.reconciliation.demo.stripe_server import Answer
from include.reconciliation.edges import psp_access, psp_client
from include.reconciliation.errors import ConfigurationError, ProviderUnavailable, SourceError
from include.reconciliation.lab.behaviours.answers import JSON
from tests.statements.api_answers import a_pix
from tests.statements.certificates import a_certificate
from tests.statements.pix_bank import ENTRY, Bank, numbered, status
from tests.statements.pix_server import BASIC, CLIENT_ID, CLIENT_SECRET


def test_one_token_by_the_client_s_credentials_reads_all_pages(bank: Bank) -> None:
    with bank.serves(*numbered(250)) as server:
        counted = bank.reader.run()

    assert 250 == counted["lines"]
    assert ["0", "1", "2", "0"] == [query["paginacao.paginaAtual"] for query in server.queries[:4]]
    assert [{"grant_type": "client_credentials", "scope": "pix.read"}] == server.forms
    assert [BASIC] == server.authorizations


@pytest.mark.parametrize(
    ("secret", "sent"),
    [
        (CLIENT_SECRET, {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}),
        ("", {"client_id": CLIENT_ID}),
    ],
)
def test_credentials_go_into_the_body_where_the_bank_wants_them_there(
    bank: Bank, secret: str, sent: dict[str, str]
) -> None:
    with bank.serves(a_pix()) as server:
        bank.is_configured(server.url, ', credentials_in = "body"')
        bank.is_connected(password=secret)
        bank.reader.run()

    form = {"grant_type": "client_credentials", "scope": "pix.read", **sent}
    assert ([form], [None]) == (server.forms, server.authorizations)


def test_a_token_that_expires_between_two_pages_is_renewed_once(bank: Bank) -> None:
    with bank.serves(*numbered(150)) as server:
        server.changes["GET"] = lambda number, answer: (
            Answer(401, b"{}", JSON) if number == 2 else answer
        )
        counted = bank.reader.run()

    assert (150, 2) == (counted["lines"], len(server.forms))
    assert ["0", "1", "1"] == [query["paginacao.paginaAtual"] for query in server.queries[:3]]


def test_a_new_token_that_is_refused_too_is_the_end(bank: Bank) -> None:
    with (
        bank.serves(a_pix(), change_page=status(401)) as server,
        pytest.raises(ConfigurationError, match=r"refuses the key .*HTTP 401 to /pix/v2/pix"),
    ):
        bank.reader.run()

    assert (2, 2) == (len(server.forms), len(server.queries))
    assert [0] == bank.reader.values("select count(*) from deliveries")


def test_a_client_that_may_not_read_pix_is_told_so_at_once(bank: Bank) -> None:
    with (
        bank.serves(a_pix(), change_page=status(403)) as server,
        pytest.raises(ConfigurationError, match="HTTP 403"),
    ):
        bank.reader.run()

    assert 1 == len(server.queries)


@pytest.mark.parametrize(
    ("change", "error", "words", "tries"),
    [
        (status(400), ConfigurationError, "gives no token .*scope and credentials_in", 1),
        (status(401), ConfigurationError, "HTTP 401 to /oauth/token", 1),
        (status(403), ConfigurationError, "check login, password and certificate", 1),
        (status(404), SourceError, "HTTP 404 to /oauth/token: no token", 1),
        (status(302, Location="https://localhost:1/"), SourceError, "redirect", 1),
        (status(429, Retry_After="600"), ProviderUnavailable, "HTTP 429", 1),
        (status(503), ProviderUnavailable, "HTTP 503", psp_client.TRIES),
        (status(200, b"<html>"), ProviderUnavailable, "answers no access_token", 1),
        (status(200, b"[" * 100_000), ProviderUnavailable, "answers no access_token", 1),
        (status(200, b'{"access_token": 1}'), ProviderUnavailable, "no access_token", 1),
        (status(200, b'{"access_token": "a\\r\\nX: b"}'), ProviderUnavailable, "no access_", 1),
    ],
)
def test_without_a_token_nothing_is_asked(
    bank: Bank, change: Callable[..., Answer], error: type[Exception], words: str, tries: int
) -> None:
    with (
        bank.serves(a_pix(), change_token=change) as server,
        pytest.raises(error, match=words),
    ):
        bank.reader.run()

    assert (tries, []) == (len(server.forms), server.queries)


def test_a_certificate_may_be_a_text_in_the_connection_and_leaves_no_file(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    certificate, key = bank.client.read_text().split("-----BEGIN PRIVATE")

    with bank.serves(a_pix()):
        bank.is_connected(client_certificate=certificate, client_key=f"-----BEGIN PRIVATE{key}")
        counted = bank.reader.run()

    assert (1, []) == (counted["lines"], list(folder.iterdir()))


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"client_certificate": None}, "client_certificate in its extra is missing"),
        ({"client_certificate": "/nowhere/client.pem"}, "can't be read .No such file"),
        ({"client_certificate": "/"}, "can't be read .Is a directory"),
        ({"client_certificate": "a\0b"}, "can't be read .no path"),
        ({"client_certificate": 1}, "is no text"),
        ({"client_certificate": "-----BEGIN CERTIFICATE-----\nMII"}, "is no certificate"),
        ({"client_key": "OTHER"}, "client_certificate and client_key .* belong together"),
        ({"client_certificate": "ENCRYPTED"}, "not encrypted"),
    ],
)
def test_a_certificate_that_can_not_be_used_is_named_and_not_shown(
    bank: Bank, tmp_path: Path, extra: dict[str, Any], words: str
) -> None:
    made = {
        "OTHER": str(a_certificate(tmp_path / "other.pem", "x")),
        "ENCRYPTED": str(a_certificate(tmp_path / "encrypted.pem", "x", password=b"a password")),
    }
    with bank.serves(a_pix()) as server:
        bank.is_connected(**{name: made.get(value, value) for name, value in extra.items()})
        with pytest.raises(ConfigurationError, match=words) as caught:
            psp_access.client_of(config.load().psp("bank"))

    assert "'bank'" in str(caught.value)
    assert ([], False) == (server.forms, "MII" in str(caught.value))


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_that_the_bank_does_not_know_is_refused(
    bank: Bank, tmp_path: Path, newest: ssl.TLSVersion
) -> None:
    stranger = a_certificate(tmp_path / "stranger.pem", "a stranger")
    with bank.serves(a_pix(), newest_tls=newest) as server:
        bank.is_connected(client_certificate=str(stranger))
        # With TLS 1.3 the bank may hang up before its reason is read.
        expected = (ConfigurationError, ProviderUnavailable)[: newest - ssl.TLSVersion.TLSv1_2 + 1]
        with pytest.raises(expected, match=r"refuses the client certificate|can't be read"):
            bank.reader.run()

    assert [] == server.forms


@pytest.mark.parametrize(
    ("name", "is_trusted"),
    [("localhost", False), ("api.example.com", True)],
    ids=["of nobody known", "of another host"],
)
def test_a_server_with_a_certificate_that_does_not_hold_gets_no_secret(
    bank: Bank, tmp_path: Path, name: str, is_trusted: bool
) -> None:
    bank.certificate = a_certificate(tmp_path / "its_own.pem", name)
    with bank.serves(a_pix()) as server:
        bank.is_connected(ca_file=str(bank.certificate) if is_trusted else None)
        with pytest.raises(ProviderUnavailable, match="SSLError"):
            bank.reader.run()

    assert [] == server.forms


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('accounts = ["Loja"]', 'accounts = ["Loja", "Feira"]', "one account"),
        ('scope = "pix.read"', 'scop = "pix.read"', "'scope' is missing"),
        ('"pix.read"', '"pix.read", credentials_in = "query"', "'header' or 'body', not 'query'"),
        ('"/pix/v2"', '"/pix/v2/"', "base_path"),
        ("/oauth/token", "/oauth/token?x=1", "token_url"),
        ("/oauth/token", "", "token_url"),
    ],
)
def test_an_entry_that_can_not_be_followed_is_refused(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: str, after: str, words: str
) -> None:
    path = tmp_path / "psps.toml"
    path.write_text(ENTRY.format(url="https://localhost:1", more="").replace(before, after))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    bank.is_connected()

    with pytest.raises(ConfigurationError, match=words):
        psp_access.client_of(config.load().psp("bank"))


@pytest.mark.parametrize(("login", "password"), [("", CLIENT_SECRET), (CLIENT_ID, "")])
def test_a_connection_without_id_or_secret_asks_for_no_token(
    bank: Bank, login: str, password: str
) -> None:
    with bank.serves() as server:
        bank.is_connected(login, password)
        with pytest.raises(ConfigurationError, match="login must be the client's id"):
            bank.reader.run()

    assert [] == server.forms
