"""Four services with their books, a provider, Variables, and people who ask and answer."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.edges import (
    approvals,
    pause_variable,
    psp_client,
    service_calls,
    warehouse,
)
from include.reconciliation.lab import service_server
from include.reconciliation.lab.service_server import TOKEN, Service
from include.reconciliation.steps import answer_request, call_service
from include.reconciliation.steps.propose_action import propose_action
from tests.conftest import Databases
from tests.operator_actions.service_books import ServiceBooks
from tests.payouts import provider_server
from tests.payouts.conftest import ENTRY, Variables
from tests.payouts.provider_server import KEY, STATUS_PATH, Provider

APIS = ("marketplace_api", "payouts_api", "payment_orchestration_api", "wallets_api")
BOOKS = ("marketplace", "payouts", "payment_events", "wallet_balances")
_runs = itertools.count(1)


@dataclass
class Desk:
    """Who asks, who answers, and what becomes of it."""

    service: Service
    books: ServiceBooks
    provider: Provider
    variables: Variables
    session: psycopg.Connection[dict[str, Any]]
    providers_file: Path
    asked: list[str] = field(default_factory=list)

    def ask(self, action: str, object_id: str, by: str = "ana", **form: Any) -> dict[str, Any]:
        """Asks for an action; the request as it waits."""
        asked_in = f"{action}/manual__{next(_runs)}"
        is_due = action in ("force_finalise_payout", "retry_payment", "rerun_outbox")
        given = {
            "reason_code": "stuck" if is_due else "fraud",
            "reason": "ticket 4711 says so",
            **form,
        }
        propose_action(action, object_id=object_id, asked_in=asked_in, changed_by=by, **given)
        self.asked.append(asked_in)
        return self.request()

    def request(self) -> dict[str, Any]:
        """The last request."""
        with warehouse.transaction() as cursor:
            found = approvals.asked(cursor, self.asked[-1])
        assert found is not None
        return found

    def approve(self, *by: str) -> None:
        """Others approve the last request: as many as it needs, or those who are named."""
        enough = ("bea", "carl")[: self.request()["approvals_needed"]]
        for name in by or enough:
            response = {
                "chosen_options": ["Approve"],
                "responded_by_user": {"id": name, "name": name},
            }
            answer_request.record_answer(self.asked[-1], response)

    def call(self) -> str:
        """The task that calls the service, for the last request."""
        return call_service.call_service(self.asked[-1])

    def verify(self) -> str:
        """The task that holds the book against it."""
        return call_service.verify_effect(self.asked[-1])

    def log(self) -> list[tuple[str, str]]:
        """(event, action) of each row of the log, in order."""
        query = "select event, action from reconciliation.correction_log order by sequence_number"
        return [(row["event"], row["action"]) for row in self.rows(query)]

    def result(self) -> dict[str, Any]:
        """The last action as the view shows it."""
        query = "select * from reconciliation.operator_actions order by sequence_number desc"
        return self.rows(query)[0]

    def alerts(self) -> list[tuple[str, str]]:
        """(name, state) of each alert."""
        rows = self.rows("select name, state from internal.alerts order by alert_id")
        return [(row["name"], row["state"]) for row in rows]

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the warehouse holds."""
        found = self.session.execute(query).fetchall()
        self.session.commit()
        return found

    def declare(self, name: str = "payment_rail", **promises: str | None) -> None:
        """A provider that can be asked, and what it promises."""
        retention = promises.get("key_retention")
        self.providers_file = self.providers_file.with_name(f"providers{next(_runs)}.toml")
        self.providers_file.write_text(
            ENTRY.format(
                name=name,
                url=self.provider.url,
                path=STATUS_PATH,
                visibility_delay=promises.get("visibility_delay", "15m"),
                replays="false" if retention is None else "true",
                retention="" if retention is None else f'key_retention = "{retention}"',
            ),
            encoding="utf-8",
        )


@pytest.fixture
def desk(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """All of it; nobody waits long."""
    monkeypatch.setattr(psp_client.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(service_calls, "LEASE_SECONDS", 0)
    monkeypatch.setattr(call_service, "VERIFY_SECONDS", 0)
    for name in ("NORTHBANK", "PAYMENT_RAIL"):
        entry = json.dumps({"conn_type": "generic", "password": KEY})
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}_PAYOUTS", entry)
    variables = Variables()
    with ExitStack() as stack:
        service = stack.enter_context(service_server.serving())
        provider = stack.enter_context(provider_server.serving())
        for name in APIS:
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", connection(service.port))
        sessions = {
            book: stack.enter_context(
                psycopg.connect(databases.conninfo(book, "source_writer"), autocommit=True)
            )
            for book in BOOKS
        }
        session = stack.enter_context(
            psycopg.connect(
                databases.conninfo("reconciliation", "reconciliation_rw"), row_factory=dict_row
            )
        )
        stack.enter_context(pause_variable.reading_from(variables))
        made = Desk(service, ServiceBooks(sessions), provider, variables, session, tmp_path / "x")
        service.do = made.books.do
        monkeypatch.setattr(
            "include.reconciliation.payout_providers.payout_providers_file",
            lambda: made.providers_file,
        )
        made.declare()
        yield made


def connection(at: int, **other: Any) -> str:
    """How a service on loopback is reached."""
    entry = {
        "conn_type": "http",
        "host": "127.0.0.1",
        "port": at,
        "schema": "http",
        "password": TOKEN,
    }
    return json.dumps({**entry, **other})
