"""Asking a book: one read-only snapshot on the connection of a role that may only read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation.edges import ledger_source, warehouse
from include.reconciliation.errors import SourceError, Transient
from include.reconciliation.invariants import COLUMNS, Invariant

# A book's connection has its name, but where that one may write.
_CONNECTION_IDS = {"billing_gateway": "billing_gateway_read"}


def connection_of(book: str) -> str:
    """The id of the connection through which a book is read."""
    return _CONNECTION_IDS.get(book, book)


def violations(check: Invariant, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that break an invariant, one at a time, in the order of the query.

    Raises SourceError when the book breaks what the check relies on, or answers in another form;
    Transient when it can't be reached now. What it gave before stays true: the rows come first.
    """
    with asked(check.book, f"invariants/{check.book}/{check.name}") as cursor:
        # No cursor of the server's: that would be planned for the first rows, and by one process.
        for row in cursor.stream(warehouse.sql.SQL(check.query), values):
            yield _formed(check, row)
        _refuse_what_cannot_be_relied_on(check.book, check.reads, cursor, values)


def write_tables(
    book: str, names: Collection[str], folder: Path, values: Mapping[str, Any]
) -> None:
    """Writes what the queries `books/<book>/<name>` copy to `<name>.csv`, of one snapshot.

    Raises SourceError when anything in the book can't be relied on, Transient when it can't be
    reached now. The server writes no file: what it sends is written here, block by block.
    """
    with asked(book, f"books/{book}/*") as cursor:
        _refuse_what_cannot_be_relied_on(book, None, cursor, values)
        for name in names:
            with (
                (folder / f"{name}.csv").open("wb") as file,
                cursor.copy(warehouse.statement(f"books/{book}/{name}"), values) as copy,
            ):
                for block in copy:
                    file.write(block)


@contextmanager
def asked(book: str, file: str) -> Iterator[warehouse.Cursor]:
    """A snapshot of a book for the query `file`; SourceError or Transient where there is none."""
    source = ledger_source.Book(book, connection_of(book), file)
    try:
        with ledger_source.snapshot(source) as cursor:
            yield cursor
    except (psycopg.errors.QueryCanceled, psycopg.OperationalError) as error:
        raise Transient(f"{book} can't be asked now: {_first_line(error)}") from error
    except psycopg.Error as error:
        raise SourceError(
            f"include/sql/{file}.sql does not fit the tables, the rights or the values of {book}: "
            f"{_first_line(error)}"
        ) from error


def _refuse_what_cannot_be_relied_on(
    book: str,
    relations: Collection[str] | None,
    cursor: warehouse.Cursor,
    values: Mapping[str, Any],
) -> None:
    """A state that nobody knows, or nothing where something must be, in these relations or any."""
    named = None if relations is None else list(relations)
    broken = warehouse.run(cursor, f"books/{book}", {**values, "relations": named}).fetchall()
    if broken:
        told = "; ".join(f"{row['relation']}: {row['what']}" for row in broken)
        raise SourceError(f"{book} holds what its checks can't rely on: {told}")


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
