"""Large loads: a staged table that becomes a partition of its bulk table as it stands.

Its rows are written once and indexed at once, beside the matching, instead of one by one while the
run is published (docs/decisions/011).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from threading import Thread

from psycopg import errors

from include.reconciliation.edges import warehouse
from include.reconciliation.edges.warehouse import Cursor

log = logging.getLogger(__name__)
LINES = "work_statement_lines"
LEDGER_VERSIONS = "work_ledger_versions"
MEMBERS = "work_members"
# Each volume is a partition more for every query to look into.
ROWS_FROM = 250_000


def adopt(cursor: Cursor, attempt_id: int, table: str, rows: int) -> None:
    """Prepares a staged table that is large enough; it can be read and discarded from then on."""
    if rows >= ROWS_FROM:
        warehouse.run(cursor, "volumes/adopt", {"attempt_id": attempt_id, "table": table})


def discard(cursor: Cursor, attempt_id: int, table: str) -> None:
    """Drops a staged table with what is built on it, where it is there."""
    warehouse.run(cursor, "volumes/discard", {"attempt_id": attempt_id, "table": table})


def adopted(cursor: Cursor) -> list[str]:
    """The staged tables of this attempt that were adopted."""
    return [row["table"] for row in warehouse.run(cursor, "volumes/adopted")]


@contextmanager
def indexing(attempt_id: int, tables: Sequence[str]) -> Iterator[None]:
    """Meanwhile, in a transaction of its own for each, the tables get their indexes.

    They must be as they were when the present transaction began, which waits for this one.
    """
    beside = Thread(target=_index, args=[attempt_id, tables], daemon=True)
    if tables:
        beside.start()
    try:
        yield
    finally:
        if tables:
            beside.join()


def attach(cursor: Cursor, attempt_id: int, table: str, *, run_number: int) -> int | None:
    """Makes an adopted and indexed table a partition: its volume; None where it was too small."""
    row = warehouse.run(
        cursor,
        "volumes/attach",
        {"attempt_id": attempt_id, "table": table, "run_number": run_number},
    ).fetchone()
    return None if row is None else row["volume"]


def _index(attempt_id: int, tables: Sequence[str]) -> None:
    lacking: set[str] = set()
    # By item first: few rows of many are looked up before the others are built.
    for is_by_item, table in product((True, False), tables):
        if table in lacking:
            continue
        values = {"attempt_id": attempt_id, "table": table, "is_by_item": is_by_item}
        try:
            with warehouse.transaction() as cursor:
                # Whoever waits for this thread may hold the lock that it waits for.
                cursor.execute("set local lock_timeout = '10s'")
                warehouse.run(cursor, "volumes/index", values)
        except errors.Error:
            # Its rows are published with what they have, or row by row: the outcome is the same.
            log.warning("%s of attempt %s lacks indexes", table, attempt_id, exc_info=True)
            lacking.add(table)
