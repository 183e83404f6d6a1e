"""Airflow's API as its server makes it, plugins included, and a Slack that writes to it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from include.reconciliation.edges import warehouse

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, ANA, BRUNO, STRANGER = "T0NORTHWIND", "U0ANA", "U0BRUNO", "U0STRANGER"
PEOPLE = f"""
team = "{TEAM}"
users.{ANA} = {{name = "ana", role = "operator"}}
users.{BRUNO} = {{name = "bruno", role = "viewer"}}
"""
COMMANDS = "/slack/reconciliation/commands"
VARIABLES = "/api/v2/variables"


def signature(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    """What Slack would sign these bytes with."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def form(text: str, user: str = ANA, team: str = TEAM, **others: str) -> bytes:
    """A slash command as Slack sends it; the trigger makes each of them another."""
    fields = {
        "team_id": team,
        "user_id": user,
        "user_name": "whatever_they_like",
        "command": "/billing-gateway",
        "text": text,
        "trigger_id": str(time.monotonic_ns()),
        **others,
    }
    return urlencode(fields).encode()


def signed_headers(
    body: bytes, *, seconds_off: int = 0, secret: str = SECRET
) -> dict[str, str]:
    """Slack's headers for a body, by a clock that may be off."""
    timestamp = str(int(time.time()) + seconds_off)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(body, timestamp, secret),
    }


@dataclass
class Slack:
    """Slack, as far as it writes to the app; `api` is where Airflow answers."""

    api: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def post(self, body: bytes, headers: Mapping[str, str]) -> Any:
        """One request, byte for byte."""
        return self.api.post(COMMANDS, content=body, headers=headers)

    def command(self, text: str, user: str = ANA, **others: str) -> str:
        """What somebody is answered to a command that they type."""
        body = form(text, user, **others)
        answer = self.post(body, signed_headers(body))
        assert 200 == answer.status_code, answer.text
        assert "ephemeral" == answer.json()["response_type"]
        return answer.json()["text"]


@dataclass
class Airflow:
    """Airflow as its own API shows it to an administrator."""

    api: Any
    token: str

    def pause(self, psp: str = "adyen") -> dict[str, Any] | None:
        """What the pause's Variable holds; None when there is none."""
        answer = self._ask("GET", f"/reconciliation_pause_{psp}")
        return None if answer.status_code == 404 else json.loads(answer.json()["value"])

    def set(self, text: str, psp: str = "adyen") -> None:
        """Somebody sets the Variable in the web interface."""
        body = {"key": f"reconciliation_pause_{psp}", "value": text}
        assert 201 == self._ask("POST", "", body).status_code

    def clear(self) -> None:
        """No Variable is left."""
        for entry in self._ask("GET", "").json()["variables"]:
            self._ask("DELETE", f"/{entry['key']}")

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.api.request(method, VARIABLES + path, json=body, headers=headers)


@pytest.fixture(scope="module")
def api(airflow_database: str) -> Iterator[Any]:
    """Airflow's API; nobody is logged in."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from fastapi.testclient import TestClient

    purge_cached_app()
    with TestClient(
        create_app(apps="core"), base_url="http://testserver", follow_redirects=False
    ) as client:
        yield client
    purge_cached_app()


def token(api: Any, user: str) -> str:
    """The token of one of the logins: admin, finance (user) or auditor (viewer)."""
    from airflow.configuration import AIRFLOW_HOME

    passwords = Path(AIRFLOW_HOME) / "simple_auth_manager_passwords.json.generated"
    login = {"username": user, "password": json.loads(passwords.read_text())[user]}
    return api.post("/auth/token", json=login).json()["access_token"]


@pytest.fixture
def airflow(api: Any) -> Iterator[Airflow]:
    """Airflow without any Variable."""
    found = Airflow(api, token(api, "admin"))
    found.clear()
    yield found
    found.clear()


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Who may command: ana, an operator, and bruno, a viewer."""
    path = tmp_path / "slack.toml"
    path.write_text(PEOPLE, encoding="utf-8")
    monkeypatch.setenv("RECONCILIATION_SLACK", str(path))
    return path


@pytest.fixture
def slack(
    api: Any, airflow: Airflow, databases: object, people: Path, monkeypatch: pytest.MonkeyPatch
) -> Slack:
    """A Slack that is set up, before an Airflow without pauses and an empty warehouse."""
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_SIGNING", json.dumps({"password": SECRET}))
    return Slack(api)


@pytest.fixture
def books(databases: object) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """The warehouse as the application sees it; each query by itself."""
    with warehouse.connect(autocommit=True) as session:
        yield session


def pauses(books: psycopg.Connection[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Event, who paused, who asked and why of each row, the oldest first."""
    query = """
        select event, paused_by, requested_by, reason from reconciliation.pauses order by pause_id
    """
    return [tuple(row.values()) for row in books.execute(query)]


def requests(books: psycopg.Connection[dict[str, Any]]) -> list[tuple[str | None, ...]]:
    """Who asked for what and with which outcome, the oldest first."""
    query = """
        select user_name, asked, outcome from reconciliation.slack_requests order by request_id
    """
    return [tuple(row.values()) for row in books.execute(query)]
