"""Incidents, with a mail server, a Slack and a clock that a test can move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from include.reconciliation import config
from include.reconciliation.lab import fake_slack
from include.reconciliation.lab.fake_slack import FakeSlack
from include.reconciliation.local.bootstrap import SUPERUSER
from tests.conftest import Databases
from tests.operations import fake_mail
from tests.operations.conftest import Books
from tests.operations.fake_mail import FakeMail

# include/psps.toml: stripe in USD alerts above 1,000.00.
LIMIT = 100_000
NAME = "billing_gateway-reconciliation"
OPENED = f"[high] {NAME}: Stripe, opened"


@pytest.fixture
def recipients(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finance gets the summaries."""
    written = tmp_path / "psps.toml"
    project = (config.PROJECT_ROOT / "include" / "psps.toml").read_text(encoding="utf-8")
    table = '\n[notifications]\nmail_to = ["finance@example.com"]\n'
    written.write_text(project + table, encoding="utf-8")
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(written))


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMail]:
    """A mail server that the connection leads to."""
    with fake_mail.running(tmp_path) as server:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP", server.connection())
        yield server


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack that the connection leads to, with a bot's token."""
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    with fake_slack.running() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", server.bot())
        yield server


def stripe(books: Books, exposure_minor: int = 0) -> None:
    """A run of a PSP that has one account."""
    books.publish("default", {"USD": exposure_minor} if exposure_minor else None, psp="stripe")


class Clock:
    """Lets time pass for incidents: what happened to them was so much earlier."""

    _EARLIER = """
        update internal.alerts set
            accepted_until = accepted_until - %(span)s, snoozed_until = snoozed_until - %(span)s,
            opened_at = opened_at - %(span)s, updated_at = updated_at - %(span)s,
            closed_at = closed_at - %(span)s;
        update internal.runs set published_at = published_at - %(span)s;
        update internal.alert_changes set changed_at = changed_at - %(span)s;
        update internal.pauses set seen_at = seen_at - %(span)s;
        update internal.incident_summaries set made_at = made_at - %(span)s;
        update internal.incident_threads set
            shown_at = shown_at - %(span)s, claimed_until = clock_timestamp();
        update internal.outbox set next_try_at = clock_timestamp();
    """

    def __init__(self, owner: psycopg.Connection) -> None:
        self._owner = owner

    def passes(self, minutes: int, seconds: int = 0) -> None:
        """So much time; every wait and claim has run out."""
        with self._owner.transaction(), psycopg.ClientCursor(self._owner) as cursor:
            cursor.execute(self._EARLIER, {"span": timedelta(minutes=minutes, seconds=seconds)})


@pytest.fixture
def owner(databases: Databases) -> Iterator[psycopg.Connection]:
    """The warehouse as seen by somebody who may change every row."""
    address = databases.conninfo("reconciliation", SUPERUSER)
    with psycopg.connect(address, autocommit=True) as session:
        yield session


@pytest.fixture
def clock(owner: psycopg.Connection) -> Clock:
    """The clock."""
    return Clock(owner)


def summaries(books: Books) -> list[tuple[int, bool]]:
    """Half hour and finality of each summary, in order."""
    query = "select slot, is_final from reconciliation.incident_summaries order by summary_id"
    return [(row["slot"], row["is_final"]) for row in books.rows(query)]
