"""Asking a book: one read-only snapshot on its own connection, which has the name of the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from include.reconciliation.edges import ledger_source, warehouse
from include.reconciliation.errors import SourceError, Transient
from include.reconciliation.invariants import COLUMNS, Invariant

_ROWS_AT_ONCE = 2_000


def violations(check: Invariant, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that break an invariant, a few at a time, in the order of the query.

    Raises SourceError when the book breaks what the check relies on, or answers in another form;
    Transient when it can't be reached now.
    """
    with _told_as_of(check), _snapshot(check) as cursor:
        _refuse_what_cannot_be_relied_on(check, cursor, values)
        with cursor.connection.cursor(name="violations") as rows:
            rows.itersize = _ROWS_AT_ONCE
            rows.execute(warehouse.sql.SQL(check.query), values)
            for row in rows:
                yield _formed(check, row)


@contextmanager
def _snapshot(check: Invariant) -> Iterator[warehouse.Cursor]:
    book = ledger_source.Book(check.book, check.book, f"invariants/{check.book}/{check.name}")
    with ledger_source.snapshot(book) as cursor:
        yield cursor


@contextmanager
def _told_as_of(check: Invariant) -> Iterator[None]:
    """Turns the server's errors into ours: what can pass, and what can't."""
    try:
        yield
    except (psycopg.errors.QueryCanceled, psycopg.OperationalError) as error:
        raise Transient(f"{check.book} can't be asked now: {_first_line(error)}") from error
    except psycopg.Error as error:
        raise SourceError(
            f"include/sql/invariants/{check.book}/{check.name}.sql does not fit the tables, the "
            f"rights or the values of {check.book}: {_first_line(error)}"
        ) from error


def _refuse_what_cannot_be_relied_on(
    check: Invariant, cursor: warehouse.Cursor, values: Mapping[str, Any]
) -> None:
    """A state that nobody knows, or nothing where something must be, proves nothing."""
    broken = [
        row for row in warehouse.run(cursor, f"books/{check.book}", values)
        if row["relation"] in check.reads
    ]
    if broken:
        told = "; ".join(f"{row['relation']}: {row['what']}" for row in broken)
        raise SourceError(f"{check.book} holds what its checks can't rely on: {told}")


def _formed(check: Invariant, row: Mapping[str, Any]) -> dict[str, Any]:
    amount = row.get("amount_minor")
    is_formed = (
        tuple(row) == COLUMNS
        and isinstance(row["object"], str)
        and isinstance(row["what"], str)
        and (amount is None or (isinstance(amount, int) and isinstance(row["currency"], str)))
    )
    if not is_formed:
        raise SourceError(
            f"include/sql/invariants/{check.book}/{check.name}.sql: expected rows of "
            f"{', '.join(COLUMNS)} with an object, whole minor units and their currency; "
            f"found {dict(row)!r}"
        )
    return dict(row)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
