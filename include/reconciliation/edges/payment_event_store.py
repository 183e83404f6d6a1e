"""Reading the event store of payments: one read-only snapshot, in batches; memory stays flat.

While a batch is worked on the next one is read, so that store and process do not wait in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import psycopg
from psycopg.rows import args_row, tuple_row

from include.reconciliation.edges import ledger_source, warehouse
from include.reconciliation.errors import SourceError, Transient
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.payment_comparison import Finding, Projection
from include.reconciliation.payment_replay import Event

STORE = ledger_source.Book("event store of payments", "payment_events", "payment_events/events")
PAYMENTS_PER_BATCH = 1_000
EVIDENCE_FORM = "payment-evidence-1"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which payments: one, those with something recorded in a half-open span, or all."""

    payment_id: str | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the store says of one payment; its events in whatever order."""

    payment_id: str
    events: Sequence[Event]
    projection: Projection | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The store as it stood at `read_at`, by the clock of its own database."""

    session: psycopg.Connection[dict[str, Any]]
    read_at: datetime

    def batches(self, scope: Scope) -> Iterator[list[Told]]:
        """The payments of the scope, a thousand at a time, each with all of its events."""
        values = {
            "payment_id": scope.payment_id,
            "recorded_from": scope.recorded_from,
            "recorded_to": scope.recorded_to,
        }
        # A cursor of the server's: the ids of millions of payments never lie in memory at once.
        with (
            self.session.cursor(name="chosen_payments", row_factory=tuple_row) as chosen,
            ThreadPoolExecutor(1) as reader,
        ):
            with _told_as_of_the_store():
                chosen.execute(warehouse.statement("payment_events/chosen_payments"), values)
            following = reader.submit(self._next, chosen)
            while batch := following.result():
                following = reader.submit(self._next, chosen)
                yield batch

    def evidence(self, finding: Finding) -> bytes:
        """Every row of a payment as it was read, and what was found: lines of JSON in UTF-8."""
        head: Mapping[str, object] = {
            "form": EVIDENCE_FORM,
            "payment_id": finding.payment_id,
            "outcome": str(finding.outcome),
            "sentences": list(finding.sentences),
            "replayed": finding.replayed.canonical_bytes().decode(),
            "replayed_sha256": finding.replayed_sha256,
            "read_at": self.read_at.isoformat(),
        }
        with self.session.cursor() as cursor, _told_as_of_the_store():
            rows = warehouse.run(
                cursor, "payment_events/evidence", {"payment_id": finding.payment_id}
            ).fetchall()
        lines = [head, *({"table": row["table_name"], "row": row["row_text"]} for row in rows)]
        return "".join(f"{canonical_json(line)}\n" for line in lines).encode()

    def rows(self, name: str, payment_id: str) -> list[dict[str, Any]]:
        """What `include/sql/<name>.sql` gives of one payment."""
        with self.session.cursor() as cursor, _told_as_of_the_store():
            return warehouse.run(cursor, name, {"payment_id": payment_id}).fetchall()

    def _next(self, chosen: psycopg.ServerCursor[tuple[Any, ...]]) -> list[Told]:
        """The batch after those that were read; empty at the end."""
        with _told_as_of_the_store():
            ids = [payment_id for (payment_id,) in chosen.fetchmany(PAYMENTS_PER_BATCH)]
            return self._read(ids) if ids else []

    def _read(self, payment_ids: list[str]) -> list[Told]:
        values = {"payment_ids": payment_ids}
        with self.session.cursor(row_factory=args_row(Event)) as cursor:
            cursor.execute(warehouse.statement("payment_events/events"), values)
            events = {
                payment_id: list(told)
                for payment_id, told in groupby(cursor.fetchall(), attrgetter("payment_id"))
            }
        with self.session.cursor(row_factory=args_row(Projection)) as cursor:
            cursor.execute(warehouse.statement("payment_events/projections"), values)
            projections = {row.payment_id: row for row in cursor.fetchall()}
        return [
            Told(payment_id, events.get(payment_id, ()), projections.get(payment_id))
            for payment_id in payment_ids
        ]


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """One REPEATABLE READ snapshot of the store's primary server."""
    with ledger_source.snapshot(STORE) as cursor:
        row = cursor.execute("select transaction_timestamp() as read_at").fetchone()
        assert row is not None
        yield Snapshot(cursor.connection, row["read_at"])


@contextmanager
def _told_as_of_the_store() -> Iterator[None]:
    """Says that the store can't be read now, or that it holds what breaks its contract."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise Transient(f"the {STORE.name} can't be read now: {error}") from error
    except (psycopg.ProgrammingError, psycopg.DataError) as error:
        raise SourceError(
            f"the {STORE.name} does not have what include/sql/payment_events reads: {error}"
        ) from error
