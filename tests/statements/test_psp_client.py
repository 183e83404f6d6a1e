"""The HTTP client against a server that misbehaves in every way."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from include.reconciliation.demo.stripe_server import DEFAULT_KEY, Answer, Behaviour, StripeServer
from include.reconciliation.edges import psp_client
from include.reconciliation.edges.psp_client import Endpoint, PspClient, retry_after
from include.reconciliation.errors import (
    ConfigurationError,
    ProviderUnavailable,
    SourceError,
)
from include.reconciliation.lab.behaviours.answers import always, drip, once, raw
from tests.listening import listening
from tests.statements.balance_transactions import a_charge

PATH = "/v1/balance_transactions"


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries are counted, not slept."""
    monkeypatch.setattr(psp_client.time, "sleep", lambda seconds: None)


def a_client(server: StripeServer, **limits: Any) -> PspClient:
    return PspClient(Endpoint.parse(server.url), DEFAULT_KEY, **limits)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_key_goes_nowhere(status: int) -> None:
    with (
        StripeServer([]) as elsewhere,
        StripeServer([], behaviour=always(status, Location=elsewhere.url + PATH)) as server,
        pytest.raises(SourceError, match="redirect"),
    ):
        a_client(server).get(PATH, [])

    assert [] == elsewhere.requests


@pytest.mark.parametrize(
    ("user", "sent"),
    [
        (None, f"Bearer {DEFAULT_KEY}"),
        ("rzp_1", "Basic " + b64encode(f"rzp_1:{DEFAULT_KEY}".encode()).decode()),
    ],
)
def test_the_key_is_a_bearer_s_or_the_password_of_a_user(user: str | None, sent: str) -> None:
    headers = []

    def keep(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer:
        headers.append(handler.headers["Authorization"])
        return answer

    with StripeServer([], behaviour=keep) as server, contextlib.suppress(ConfigurationError):
        a_client(server, user=user).get(PATH, [])

    assert [sent] == headers


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_a_matter_of_configuration_and_is_not_shown(status: int) -> None:
    with (
        StripeServer([], behaviour=always(status, DEFAULT_KEY.encode())) as server,
        pytest.raises(ConfigurationError) as caught,
    ):
        a_client(server).get(PATH, [])

    assert 1 == len(server.requests)
    assert DEFAULT_KEY not in str(caught.value)


@pytest.mark.parametrize("status", [400, 404, 410, 501, 204])
def test_an_answer_that_repeating_can_not_mend_is_final(status: int) -> None:
    with StripeServer([], behaviour=always(status)) as server, pytest.raises(SourceError):
        a_client(server).get(PATH, [])

    assert 1 == len(server.requests)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_an_answer_that_may_pass_is_repeated_and_then_left_to_airflow(status: int) -> None:
    with StripeServer([], behaviour=always(status)) as server, pytest.raises(ProviderUnavailable):
        a_client(server).get(PATH, [])

    assert psp_client.TRIES == len(server.requests)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_recovers_is_read(status: int) -> None:
    with StripeServer([a_charge()], behaviour=once(status, Retry_After="1")) as server:
        body, _ = a_client(server).get(PATH, [])

    assert "txn_000001" == json.loads(body)["data"][0]["id"]


def test_a_wait_longer_than_the_cap_is_not_waited_but_reported() -> None:
    with (
        StripeServer([], behaviour=always(429, Retry_After="121")) as server,
        pytest.raises(ProviderUnavailable) as caught,
    ):
        a_client(server).get(PATH, [])

    assert (timedelta(seconds=121), 1) == (caught.value.retry_after, len(server.requests))


def test_waits_within_the_cap_are_waited_until_the_cap_is_used_up(monkeypatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(psp_client.time, "sleep", waited.append)
    with (
        StripeServer([], behaviour=always(429, Retry_After="50")) as server,
        pytest.raises(ProviderUnavailable),
    ):
        a_client(server).get(PATH, [])

    assert [50.0, 50.0] == waited


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", timedelta(seconds=7)),
        ("864000", timedelta(days=10)),
        ("Tue, 10 Jun 2025 10:00:30 GMT", timedelta(seconds=30)),
        ("Tue, 10 Jun 2025 09:00:00 GMT", timedelta(0)),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
        ("\u0667", None),
        (None, None),
    ],
)
def test_what_retry_after_asks_for(text: str | None, expected: timedelta | None) -> None:
    assert expected == retry_after(text, datetime(2025, 6, 10, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    "behaviour",
    [
        raw(b""),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"),
        raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"'),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"),
        raw(b"no http at all\r\n\r\n"),
    ],
    ids=["hang up", "in the body", "in a chunk", "two lengths", "no gzip", "no http"],
)
def test_a_connection_that_breaks_is_repeated_and_then_left_to_airflow(
    behaviour: Behaviour,
) -> None:
    with StripeServer([], behaviour=behaviour) as server, pytest.raises(ProviderUnavailable):
        a_client(server).get(PATH, [])

    assert psp_client.TRIES == len(server.requests)


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ProviderUnavailable, match="ConnectionError"):
        PspClient(Endpoint.parse(f"http://127.0.0.1:{port}"), DEFAULT_KEY).get(PATH, [])


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP"],
    ids=["body", "headers", "status"],
)
def test_a_drip_of_bytes_can_not_outlast_the_deadline(start: bytes, monkeypatch) -> None:
    monkeypatch.setattr(psp_client, "TRIES", 1)
    with StripeServer([], behaviour=drip(start)) as server:
        before = time.monotonic()
        with pytest.raises(ProviderUnavailable, match="over its deadline"):
            a_client(server, request_seconds_max=0.7).get(PATH, [])
        took_seconds = time.monotonic() - before

    assert took_seconds < 3


def test_a_bomb_is_not_unpacked_beyond_the_cap() -> None:
    bomb = gzip.compress(b"[" * 50_000_000)
    with (
        StripeServer([], behaviour=always(200, bomb, Content_Encoding="gzip")) as server,
        pytest.raises(SourceError, match="more than 1000000 bytes"),
    ):
        a_client(server, body_bytes_max=1_000_000).get(PATH, [])


@pytest.mark.parametrize(
    "text",
    [
        "http://api.stripe.com",
        "https://api.stripe.com/v1",
        "https://user@api.stripe.com",
        "https://api.stripe.com?x=1",
        "ftp://127.0.0.1:21",
        "127.0.0.1:80",
        "https://",
        "https://a:b",
        "http://127.0.0.1",
        "http://internal:8000",
        "file:///etc/passwd",
        "https://[::1",
    ],
)
def test_an_endpoint_is_scheme_host_and_port_and_plain_http_only_an_address(text: str) -> None:
    with pytest.raises(ConfigurationError, match="endpoint"):
        Endpoint.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://169.254.169.254:80",
        "https://169.254.169.254:443",
        "http://[fe80::1]:80",
        "http://[::ffff:169.254.169.254]:80",
        "http://[fd00:ec2::254]:80",
        "http://100.100.100.200:80",
        "http://0.0.0.0:80",
        "http://224.0.0.1:80",
        "http://[::]:80",
    ],
)
def test_metadata_and_link_local_addresses_are_never_called(text: str) -> None:
    with pytest.raises(ConfigurationError, match="may not be called"):
        Endpoint.parse(text).address()


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "::1"]
)
def test_a_name_that_leads_to_a_private_address_is_not_called(monkeypatch, address: str) -> None:
    """Whoever answers for the name, now or at the second look-up, can't lead the client inside."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(psp_client.socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(ConfigurationError, match="may not be called"):
        PspClient(Endpoint.parse("https://api.stripe.com"), DEFAULT_KEY).get(PATH, [])


def test_the_key_shows_in_no_message_log_or_representation() -> None:
    messages: list[str] = []
    for behaviour in (always(500), always(401), always(302), raw(b"")):
        with StripeServer([], behaviour=behaviour) as server, listening() as logged:
            client = a_client(server)
            with pytest.raises(Exception) as caught:
                client.get(PATH, [])
            messages += [
                repr(client),
                repr(caught.getrepr(style="long", showlocals=False)),
                str(caught.value),
                *logged,
            ]

    assert [] == [text for text in messages if DEFAULT_KEY in text]
