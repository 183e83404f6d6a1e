"""A payouts system, a provider on loopback, and Variables that a test sets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.reconciliation.edges import pause_variable, psp_client, warehouse
from tests.payouts import provider_server
from tests.payouts.payouts_book import PayoutsBook
from tests.payouts.provider_server import KEY, STATUS_PATH, Provider

ENTRY = """
[[provider]]
name = "{name}"
connection = "{name}_payouts"
endpoint = "{url}"
status_path = "{path}"
key_parameter = "idempotency_key"
reference_parameter = "reference"
visibility_delay = "{visibility_delay}"
replays_same_key = {replays}
{retention}

[provider.fields]
key = "idempotency_key"
status = "status"
reference = "id"
amount_minor = "amount"
currency = "currency"

[provider.states]
succeeded = ["paid"]
failed = ["failed", "returned"]
in_progress = ["pending"]
unknown = ["not_found"]
"""


@dataclass
class Variables:
    """Airflow's Variables, or what is left of them."""

    values: dict[str, str] = field(default_factory=dict)
    error: Exception | None = None
    reads: int = 0

    def names(self, prefix: str) -> Collection[str]:
        """As Airflow lists them."""
        self.reads += 1
        if self.error is not None:
            raise self.error
        return [name for name in self.values if name.startswith(prefix)]

    def value(self, name: str) -> str:
        """As Airflow gives them."""
        return self.values[name]


@dataclass
class Desk:
    """Everything that a payout operation meets."""

    book: PayoutsBook
    provider: Provider
    variables: Variables
    session: psycopg.Connection[dict[str, Any]]
    file: Path
    owner_address: str

    @contextmanager
    def warehouse_owner(self) -> Iterator[psycopg.Connection]:
        """The warehouse as its owner: for what no role of ours may do."""
        with psycopg.connect(self.owner_address) as session:
            session.execute("set role reconciliation_owner")
            yield session

    def declare(
        self, *, visibility_delay: str = "15m", key_retention: str | None = None
    ) -> None:
        """What the provider promises."""
        text = ENTRY.format(
            name="northbank",
            url=self.provider.url,
            path=STATUS_PATH,
            visibility_delay=visibility_delay,
            replays="false" if key_retention is None else "true",
            retention="" if key_retention is None else f'key_retention = "{key_retention}"',
        )
        # The configuration is read once per path.
        self.file = self.file.with_name(f"providers-{len(list(self.file.parent.iterdir()))}.toml")
        self.file.write_text(text, encoding="utf-8")

    def rows(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """What the warehouse holds, seen from outside any transaction."""
        found = self.session.execute(query, values).fetchall()
        self.session.commit()
        return found

    def decisions(self) -> list[tuple[str, str, str, str | None]]:
        """Answer, action, reason and effect of each question, in their order."""
        query = "select * from reconciliation.payout_answers order by answer_id"
        return [
            (row["answer"], row["action"], row["reason"], row["effect"]) for row in self.rows(query)
        ]

    def alerts(self) -> list[tuple[str, str, str]]:
        """Name, severity and state of each alert, the oldest first."""
        query = "select name, severity, state from internal.alerts order by alert_id"
        return [(row["name"], row["severity"], row["state"]) for row in self.rows(query)]


@pytest.fixture
def payouts_book(databases) -> Iterator[PayoutsBook]:  # type: ignore[no-untyped-def]
    """The payouts system as the company writes it."""
    address = databases.conninfo("payouts", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        yield PayoutsBook(session)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider on loopback."""
    with provider_server.serving() as running:
        yield running


@pytest.fixture
def desk(  # type: ignore[no-untyped-def]
    databases, payouts_book, provider, tmp_path, monkeypatch
) -> Iterator[Desk]:
    """Both, with a warehouse, Variables and an entry for the provider; nobody waits long."""
    folder = tmp_path / "providers"
    folder.mkdir()
    monkeypatch.setenv(
        "AIRFLOW_CONN_NORTHBANK_PAYOUTS", json.dumps({"conn_type": "generic", "password": KEY})
    )
    monkeypatch.setattr(psp_client.time, "sleep", lambda seconds: None)
    variables = Variables()
    with warehouse.connect() as session, pause_variable.reading_from(variables):
        owner = databases.conninfo("reconciliation", "reconciliation_migrator")
        file = folder / "providers.toml"
        made = Desk(payouts_book, provider, variables, session, file, owner)
        made.declare()
        monkeypatch.setattr(
            "include.reconciliation.payout_providers.payout_providers_file", lambda: made.file
        )
        yield made
