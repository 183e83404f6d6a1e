"""Reading the ledger or the gateway: which hours changed, and their rows, in one snapshot.

The mappings of the company's tables are in `include/sql/sources`, of one form. A cut is never a
maximum id or timestamp: hours are compared by count, sum and an order-free hash, so late commits,
edits and deletions are all seen (SEMANTICS, section 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from include.reconciliation.edges import warehouse
from include.reconciliation.errors import SourceError, Transient


@dataclass(frozen=True, slots=True)
class Book:
    """One book of the company: how it is called, who reaches it, and how it is read."""

    name: str
    connection_id: str
    mapping: str


LEDGER = Book("ledger", "payments_ledger", "sources/payments_ledger")
GATEWAY = Book("gateway", "billing_gateway", "sources/billing_gateway")
_POSTED = Book("ledger", "payments_ledger", "sources/posted_corrections")
_COPIED_COLUMN = re.compile(r"^COPY work_ledger_extract, line [0-9]+, column (\w+)", re.MULTILINE)
_BLOCK_BYTES = 1 << 18
_COLUMNS = (
    "ledger_id",
    "psp_reference",
    "merchant_reference",
    "event_reference",
    "type",
    "status",
    "moves_money",
    "amount_minor",
    "fee_minor",
    "tax_minor",
    "currency",
    "settles_on",
    "occurred_at",
    "changed_at",
    "row_sha256",
)


@contextmanager
def snapshot(book: Book) -> Iterator[warehouse.Cursor]:
    """One read-only REPEATABLE READ snapshot on the primary server of a book."""
    with told_as_of(book):
        session = warehouse.connect(book.connection_id)
    with session:
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        session.read_only = True
        with session.cursor() as cursor:
            with told_as_of(book):
                row = cursor.execute("select pg_is_in_recovery() as is_replica").fetchone()
            if row is None or row["is_replica"]:
                raise SourceError(
                    f"the connection {book.connection_id!r} leads to a replica, which may lag; "
                    "point it at the primary server"
                )
            yield cursor


@contextmanager
def told_as_of(book: Book) -> Iterator[None]:
    """Says whether a book can't be read now, or can't be read with this mapping."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise Transient(f"the {book.name} can't be read now: {_first_line(error)}") from error
    except psycopg.ProgrammingError as error:
        raise SourceError(
            f"include/sql/{book.mapping}.sql does not fit the {book.name}'s tables or rights: "
            f"{_first_line(error)}"
        ) from error
    except (psycopg.errors.NotNullViolation, psycopg.errors.DataError) as error:
        raise SourceError(
            f"include/sql/{book.mapping}.sql returns a row that breaks its contract: "
            f"{_column(error)}{_first_line(error)}"
        ) from error


def hours(
    book: Book, cursor: warehouse.Cursor, scope: Mapping[str, Any]
) -> dict[datetime, tuple[int, str, str]]:
    """Per hour of the source: count, sum and hash of its rows."""
    with told_as_of(book):
        cursor.execute(_composed(book, "extract/source_hours"), scope)
    return {row["hour"]: (row["rows"], row["amount_sum"], row["hash_sum"]) for row in cursor}


def posted_corrections(
    scope: Mapping[str, Any], correction_ids: list[str]
) -> list[dict[str, Any]]:
    """The ledger rows that carry one of these ids (`sources/posted_corrections.sql`)."""
    if not correction_ids:
        return []
    with snapshot(LEDGER) as source, told_as_of(_POSTED):
        values = {**scope, "correction_ids": correction_ids}
        return warehouse.run(source, _POSTED.mapping, values).fetchall()


def copy_rows(
    book: Book,
    source: warehouse.Cursor,
    target: warehouse.Cursor,
    scope: Mapping[str, Any],
    chosen_hours: Iterable[datetime] | None,
    changed_from: datetime | None = None,
) -> None:
    """Streams rows of the chosen hours (None: all), changed since, into work_ledger_extract."""
    values = {
        **scope,
        "hours": None if chosen_hours is None else list(chosen_hours),
        "changed_from": changed_from,
    }
    query = sql.SQL("copy ({}) to stdout").format(_composed(book, "extract/source_rows"))
    columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    into = sql.SQL("copy work_ledger_extract ({}) from stdin").format(columns)
    with (
        told_as_of(book),
        source.copy(query, values) as outgoing,
        target.copy(into) as incoming,
    ):
        # A row comes at a time: they are sent on together.
        rows = bytearray()
        for row in outgoing:
            rows += row
            if len(rows) >= _BLOCK_BYTES:
                incoming.write(bytes(rows))
                rows.clear()
        incoming.write(bytes(rows))


def _composed(book: Book, name: str) -> sql.Composed:
    return warehouse.statement(name).format(source=warehouse.statement(book.mapping))


def _column(error: psycopg.Error) -> str:
    """Names the column that a value did not fit; PostgreSQL says so beside its message."""
    found = _COPIED_COLUMN.search(error.diag.context or "")
    return f"column {found[1]!r}: " if found else ""


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
