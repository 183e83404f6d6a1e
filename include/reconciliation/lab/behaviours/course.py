"""One behaviour, from the PSP that misbehaves to what people see; then the same PSP mended.

150 charges in two pages stand in the ledger and at the PSP. The database decides what was let in;
the reports say what people are told.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import psycopg

from include.reconciliation.demo.drive import STEPS
from include.reconciliation.demo.stripe_server import DEFAULT_KEY, StripeServer
from include.reconciliation.edges import psp_client
from include.reconciliation.edges.pause_variable import NothingPaused, reading_from
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.errors import (
    ConfigurationError,
    ProviderUnavailable,
    SourceError,
)
from include.reconciliation.lab.behaviours.table import (
    COMPLETE,
    CONFIGURATION,
    NO_LIST,
    REFUSED,
    TOLD,
    UNAVAILABLE,
    Misbehaviour,
    PspBehaviour,
)
from include.reconciliation.statements import page_reader
from include.reconciliation.steps.choose_window import choose_window

CHARGES = 150
_AMOUNT_MINOR = 10_000
_CHARGED_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
_WINDOW = (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
_ENTRY = """
[[psp]]
name = "{name}"
format = "stripe_balance_transactions"
connection = "hostile"
endpoint = "{endpoint}"
zone = "UTC"
accounts = ["default"]
statements = {{ due = "every_run", look_back = "1d" }}
settlement = {{ days = 0, weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }}
[psp.limits]
BRL = {{ alert_above_minor = 500000, recovered_below_minor = 50000 }}
"""
# Waits between tries are not slept.
_CLOCK = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: None)
_ERRORS: dict[type[Exception], str] = {
    ProviderUnavailable: UNAVAILABLE,
    ConfigurationError: CONFIGURATION,
    SourceError: NO_LIST,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run over a hostile PSP ended, and the next one over the same PSP, mended."""

    behaviour: Misbehaviour
    ended: str
    afterwards: str
    must_end_afterwards: str = COMPLETE

    @property
    def is_as_declared(self) -> bool:
        """Whether it ended as it must, and nothing was lost by it."""
        must_end = (self.behaviour.ends, self.must_end_afterwards)
        return (self.ended, self.afterwards) == must_end


class Attempts:
    """Runs the steps, and says how they ended."""

    def __init__(self, views: psycopg.Connection[Any]) -> None:
        self._views = views

    def run(
        self, name: str, account: str, window: tuple[datetime, datetime]
    ) -> str | dict[str, Any]:
        """The end of an attempt that ran to its end, or what its first step failed with."""
        attempt_id = choose_window(
            name,
            account,
            airflow_run_id=f"{name} until {window[1]:%Y-%m-%d %H:%M}",
            trigger="manual",
            window_start=window[0],
            window_end=window[1],
        )
        fetch, *others = STEPS
        try:
            fetch(attempt_id)
        except tuple(_ERRORS) as error:
            left = self.one("lab/left_by_attempt", psp=name, attempt_id=attempt_id)
            if left["deliveries"] or left["runs"]:
                return f"half done: {left['deliveries']} deliveries, {left['runs']} runs"
            return _ERRORS[type(error)]
        for step in others:
            step(attempt_id)
        return self.one("lab/end_of_attempt", attempt_id=attempt_id)

    def one(self, name: str, **values: Any) -> dict[str, Any]:
        """The only row of a query."""
        with self._views.cursor() as cursor:
            row = cursor.execute(statement(name), values).fetchone()
        self._views.rollback()
        assert isinstance(row, dict)
        return row


class Course(Attempts):
    """Runs behaviours on one warehouse and one ledger; each PSP is one of its own."""

    def __init__(
        self, ledger: psycopg.Connection[Any], views: psycopg.Connection[Any], folder: Path
    ) -> None:
        super().__init__(views)
        self._ledger = ledger
        self._folder = folder
        self._number = 0

    def outcome(self, behaviour: PspBehaviour) -> Outcome:
        """Runs it, mends the PSP, and runs again over a window that is a day longer."""
        self._number += 1
        name = f"hostile_{self._number}"
        charges = [_charge(number) for number in range(CHARGES)]
        self._book(name, charges)
        with StripeServer(charges, behaviour=behaviour.behaviour) as server:
            url = server.url if behaviour.listens else _free_address()
            with self._configured(name, url, "hostile"):
                ended = self._run(name, _WINDOW)
            server.behaviour = None
            with self._configured(name, server.url, "mended"):
                afterwards = self._run(name, (_WINDOW[0], _WINDOW[1] + timedelta(days=1)))
        return Outcome(behaviour, ended, afterwards)

    def _run(self, name: str, window: tuple[datetime, datetime]) -> str:
        end = self.run(name, "default", window)
        return end if isinstance(end, str) else _told(end)

    def _book(self, name: str, charges: list[dict[str, Any]]) -> None:
        with self._ledger.cursor() as cursor:
            cursor.executemany(
                statement("lab/book_charge"),
                [
                    {
                        "id": f"{name}-{charge['id']}",
                        "psp": name,
                        "payment": charge["source"]["payment_intent"],
                        "event": charge["source"]["id"],
                        "amount_minor": charge["amount"],
                        "fee_minor": charge["fee"],
                        "occurred_at": _CHARGED_AT,
                    }
                    for charge in charges
                ],
            )
        self._ledger.commit()

    @contextmanager
    def _configured(self, name: str, endpoint: str, version: str) -> Iterator[None]:
        file = self._folder / f"{name}-{version}.toml"
        file.write_text(_ENTRY.format(name=name, endpoint=endpoint), encoding="utf-8")
        entry = json.dumps({"conn_type": "generic", "password": DEFAULT_KEY})
        with (
            mock.patch.dict(
                os.environ, {"AIRFLOW_CONN_HOSTILE": entry, "RECONCILIATION_CONFIG": str(file)}
            ),
            reading_from(NothingPaused()),
            mock.patch.object(psp_client, "REQUEST_SECONDS_MAX", 1.0),
            mock.patch.object(psp_client, "time", _CLOCK),
            mock.patch.object(page_reader, "time", _CLOCK),
        ):
            yield


def _told(end: dict[str, Any]) -> str:
    """What the published run says: how the read ended, and that nothing is told as proved."""
    lines, missing, refused = end["lines"], end["missing_in_statement"], end["refused_as"]
    verdict = end["verdict"]
    if end["residuals"]:
        return f"{end['residuals']} identities do not hold"
    if refused is not None:
        kept_out = lines == 0 and verdict == "incomplete" and end["gaps"] == 1
        return REFUSED + refused if kept_out else f"refused as {refused}, and {verdict} or let in"
    if (lines, missing, verdict) == (CHARGES, 0, "reconciled"):
        return COMPLETE
    if missing and lines + missing == CHARGES and verdict == "discrepancies":
        return TOLD
    return f"{verdict} with {lines} lines and {missing} missing_in_statement"


def _charge(number: int) -> dict[str, Any]:
    """A charge of 100.00 BRL that costs 3.90, as the API lists it."""
    created = int(_CHARGED_AT.timestamp()) - number
    return {
        "id": f"txn_{number:06d}",
        "object": "balance_transaction",
        "amount": _AMOUNT_MINOR,
        "available_on": created,
        "created": created,
        "currency": "brl",
        "description": None,
        "exchange_rate": None,
        "fee": 390,
        "fee_details": [{"amount": 390, "currency": "brl", "type": "stripe_fee"}],
        "net": 9610,
        "reporting_category": "charge",
        "source": {
            "id": f"ch_{number:06d}",
            "object": "charge",
            "amount": _AMOUNT_MINOR,
            "currency": "brl",
            "metadata": {"order_id": f"ORD-{number}"},
            "payment_intent": f"pi_{number:06d}",
        },
        "status": "available",
        "type": "charge",
    }


def _free_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
