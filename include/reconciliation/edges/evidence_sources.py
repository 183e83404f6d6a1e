"""What event store and warehouse hold of one payment, each read in one snapshot of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from include.reconciliation.edges import payment_event_store, warehouse
from include.reconciliation.edges.connections import connection
from include.reconciliation.edges.payment_event_store import Scope, Told
from include.reconciliation.errors import (
    ConfigurationError,
    SourceError,
    Transient,
)

Row = dict[str, Any]
EVENT_STORE = payment_event_store.STORE.connection_id


@dataclass(frozen=True, slots=True)
class StoredPayment:
    """One payment in the event store: its rows as they are, and what the replay reads of them."""

    intent: Row | None
    attempts: list[Row]
    events: list[Row]
    operator_actions: list[Row]
    rail_requests: list[Row]
    told: Told
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ReconciledPayment:
    """One payment in the warehouse: its rows, matches and discrepancies of all runs, its log, and
    what was asked about it and has not ended."""

    rows: list[Row]
    matches: list[Row]
    discrepancies: list[Row]
    log: list[Row]
    log_head: Row | None
    requests: list[Row]
    positions: list[Row]


@dataclass(frozen=True, slots=True)
class Unread:
    """A source that nothing could be read from: not_configured or could_not_read, and why."""

    state: str
    said: str | None


def stored_payment(payment_id: str) -> StoredPayment | Unread | None:
    """The payment as the event store has it; None where it knows no such payment."""
    try:
        connection(EVENT_STORE)
    except ConfigurationError as error:
        return Unread("not_configured", str(error))
    try:
        with payment_event_store.snapshot() as snapshot:
            # To the end, so that nothing is read ahead beside what follows.
            found = [told for batch in snapshot.batches(Scope(payment_id)) for told in batch]
            if not found:
                return None
            intent, *_ = [*snapshot.rows("payment_events/intent", payment_id), None]
            return StoredPayment(
                intent=intent,
                attempts=snapshot.rows("payment_events/attempts", payment_id),
                events=snapshot.rows("payment_events/event_stream", payment_id),
                operator_actions=snapshot.rows("payment_events/operator_actions", payment_id),
                rail_requests=snapshot.rows("payment_events/rail_requests", payment_id),
                told=found[0],
                read_at=snapshot.read_at,
            )
    except (Transient, SourceError) as error:
        return Unread("could_not_read", str(error))


def reconciled_payment(references: Sequence[str]) -> ReconciledPayment | Unread:
    """What the warehouse holds of the payments that these references name; all lists may be empty.

    References are widened once: from a row of the payment to all rows of its payment at the PSP.
    """
    try:
        with warehouse.transaction() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            return _reconciled(cursor, list(references))
    except psycopg.Error as error:
        return Unread("could_not_read", str(error).strip().splitlines()[0])


def exponents() -> dict[str, int]:
    """How many decimals each currency has; empty where the warehouse can't be read."""
    try:
        with warehouse.transaction() as cursor:
            rows = warehouse.run(cursor, "reports/exponents").fetchall()
    except psycopg.Error:
        return {}
    return {row["code"]: row["exponent"] for row in rows}


def _reconciled(cursor: warehouse.Cursor, references: list[str]) -> ReconciledPayment:
    def read(name: str, **values: object) -> list[Row]:
        return warehouse.run(cursor, f"evidence/{name}", values).fetchall()

    payments = read("payments_of_references", wanted=references)
    scope = {
        "account_ids": [row["account_id"] for row in payments],
        "payment_keys": [row["payment_key"] for row in payments],
    }
    rows = read("rows_of_payment", **scope)
    names = {row[name] for row in rows for name in ("psp_reference", "merchant_reference")}
    wanted = sorted({*references, *names} - {None})
    # A correction may have linked the discrepancy of other rows to this payment.
    linked = read("log_of_payment", wanted=wanted, discrepancy_ids=[])
    discrepancies = read(
        "discrepancies_of_payment",
        **scope,
        linked=[row["discrepancy_id"] for row in linked if row["discrepancy_id"] is not None],
    )
    found = sorted({row["discrepancy_id"] for row in discrepancies})
    head, *_ = [*read("log_head"), None]
    return ReconciledPayment(
        rows=rows,
        matches=read("matches_of_items", item_ids=[row["item_id"] for row in rows]),
        discrepancies=discrepancies,
        log=read("log_of_payment", wanted=wanted, discrepancy_ids=found),
        log_head=head,
        requests=read("requests_of_payment", wanted=wanted, discrepancy_ids=found),
        positions=read("positions", account_ids=scope["account_ids"]),
    )
