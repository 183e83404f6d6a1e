"""What a PSP's connection holds, and how it opens the PSP's API."""

from __future__ import annotations

import json
from base64 import b64encode
from http.server import BaseHTTPRequestHandler

import pytest

from include.reconciliation import config
from include.reconciliation.demo.stripe_server import PATH, Answer, StripeServer
from include.reconciliation.edges import psp_access
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.lab.behaviours.answers import JSON


@pytest.mark.parametrize(
    ("login", "sent"),
    [
        (None, "Bearer a-key"),
        ("", "Bearer a-key"),
        ("rzp_1", "Basic " + b64encode(b"rzp_1:a-key").decode()),
    ],
)
def test_a_connection_with_a_login_sends_both_and_one_without_the_key_alone(
    configure, monkeypatch, login: str | None, sent: str
) -> None:
    headers = []

    def keep(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer:
        headers.append(handler.headers["Authorization"])
        return Answer(200, b"{}", JSON)

    with StripeServer([], behaviour=keep) as server:
        configure(server.url)
        entry = {"conn_type": "http", "login": login, "password": "a-key"}
        monkeypatch.setenv("AIRFLOW_CONN_STRIPE", json.dumps(entry))
        psp_access.client_of(config.load().psp("stripe")).get(PATH, [])

    assert [sent] == headers


def test_a_connection_without_a_password_opens_nothing(configure, monkeypatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_STRIPE", json.dumps({"conn_type": "http"}))

    with pytest.raises(ConfigurationError, match="password must be the API key"):
        psp_access.client_of(config.load().psp("stripe"))
