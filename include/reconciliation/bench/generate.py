"""Makes the benchmark's books: ledger rows and one settlement details file, streamed from SQL.

Nothing is held in Python, so ten million lines need no more memory than ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation.bench.databases import BenchDatabases
from include.reconciliation.edges.warehouse import statement

ACCOUNT = "NorthwindEU"
BATCH_NUMBER = "1"
FILE_NAME = "settlement_detail_report_batch_1.csv"
# kind, currency, delta_minor, exposure_minor, psp_reference
Fact = tuple[Any, ...]


def make_books(databases: BenchDatabases, *, lines: int, seed: int, file: Path) -> None:
    """The true events, the statement file and the carried half of the ledger."""
    with databases.ledger_owner() as session:
        session.execute("create schema bench")
        session.execute(statement("bench/make_events"), {"lines": lines, "seed": seed})
        session.execute("analyze bench.events")
        session.execute(statement("bench/make_lines"))
        session.execute("analyze bench.lines")
        session.execute(statement("bench/make_labels"))
        _write_file(session, file)
        _write_ledger(session, is_carried=True)


def add_new_ledger_rows(databases: BenchDatabases) -> None:
    """The other half of the ledger, which the first run has not seen."""
    with databases.ledger_owner() as session:
        _write_ledger(session, is_carried=False)
        session.execute("analyze ledger.transactions")


def planted(databases: BenchDatabases) -> Counter[Fact]:
    """What the run must report."""
    with databases.ledger_owner() as session:
        return facts(session, "bench/labels")


def facts(
    session: psycopg.Connection[Any], name: str, values: Mapping[str, str] | None = None
) -> Counter[Fact]:
    """The rows of a question as a multiset."""
    return Counter(tuple(row) for row in session.execute(statement(name), values))


def _write_ledger(session: psycopg.Connection, *, is_carried: bool) -> None:
    session.execute(
        statement("bench/write_ledger"), {"account": ACCOUNT, "is_carried": is_carried}
    )


def _write_file(session: psycopg.Connection, file: Path) -> None:
    query = psycopg.sql.SQL("copy ({}) to stdout with (format csv, header true)").format(
        statement("bench/statement_file")
    )
    values = {"account": ACCOUNT, "batch_number": BATCH_NUMBER}
    with session.cursor() as cursor, file.open("wb") as target:
        with cursor.copy(query, values) as copy:
            for block in copy:
                target.write(block)
