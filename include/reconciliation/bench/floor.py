"""The floor: the least that a reconciliation of the same rows can do, in bare SQL.

FROZEN with include/sql/bench/floor_*.sql: a change needs a page in docs/decisions.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

from psycopg.sql import SQL

from include.reconciliation.edges.warehouse import Cursor, connect, statement

_BLOCK_BYTES = 1 << 20


def run_floor(
    file: Path, output: Path, *, account: str, window_start: datetime, window_end: datetime
) -> int:
    """Copies both sides, joins them once and writes the verdicts; returns how many there are."""
    with connect() as session, session.cursor() as cursor:
        cursor.execute(statement("bench/floor_raw_table"))
        cursor.execute(statement("bench/floor_ledger_table"))
        with (
            file.open("rb") as raw,
            cursor.copy("copy floor.statement_rows from stdin with (format csv, header)") as into,
        ):
            while block := raw.read(_BLOCK_BYTES):
                into.write(block)
        values = {"account": account, "window_start": window_start, "window_end": window_end}
        rows = SQL("copy ({}) to stdout").format(statement("bench/floor_ledger_rows"))
        with (
            connect("payments_ledger") as ledger,
            ledger.cursor() as reader,
            reader.copy(rows, values) as outgoing,
            cursor.copy("copy floor.ledger_rows from stdin") as into,
        ):
            for rows_out in outgoing:
                into.write(rows_out)
        cursor.execute("analyze floor.statement_rows, floor.ledger_rows")
        cursor.execute(statement("bench/floor_join"))
        cursor.execute("create unique index on floor.verdicts (row_key)")
        session.commit()
        return _write(cursor, output)


def _write(cursor: Cursor, output: Path) -> int:
    digest = hashlib.sha256()
    query = SQL("copy ({}) to stdout").format(statement("bench/floor_verdicts"))
    with output.open("wb") as target:
        with cursor.copy(query) as copy:
            for rows in copy:
                digest.update(rows)
                target.write(rows)
        target.flush()
        os.fsync(target.fileno())
    output.with_suffix(".sha256").write_text(digest.hexdigest())
    return int(cursor.rowcount)
