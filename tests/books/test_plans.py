"""A recent check reads the index of its window and what was touched in it, never all of a book."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.edges.warehouse import SQL_FOLDER
from include.reconciliation.invariants import Scope
from include.reconciliation.steps.run_check import values_of
from tests.books.large_books import fill_large

WINDOW_END = datetime(2026, 5, 29, 12, tzinfo=UTC)
WINDOW_START = WINDOW_END - timedelta(hours=2)
# Tables with fewer rows are read in a page or two, whatever the plan.
ROWS_OF_A_BIG_TABLE = 2_000
# Of so many rows of a table a step may look at one; two of the 2,160 hours of the book are asked.
SHARE = 50


class LargeBook:
    """A book of 90 days, asked as its checks ask it."""

    def __init__(self, session: psycopg.Connection[Any]) -> None:
        self.session = session
        self.rows = dict(
            session.execute(
                "select relname::text, reltuples::bigint from pg_class where relkind = 'r'"
            ).fetchall()
        )

    def read_too_much(self, query: str, values: dict[str, Any]) -> list[str]:
        """The steps of a plan, carried out, that look at more than a small part of a big table."""
        explained = f"explain (analyze, timing off, format json) {query}".encode()
        row = self.session.execute(explained, values, prepare=False).fetchone()
        assert row is not None
        return list(self._steps(row[0][0]["Plan"]))

    def _steps(self, node: dict[str, Any]) -> Iterator[str]:
        table = node.get("Relation Name")
        if table and self.rows[table] > ROWS_OF_A_BIG_TABLE:
            removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
            looked_at = node["Actual Loops"] * (
                node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
            )
            if node["Node Type"] == "Seq Scan" or looked_at * SHARE > self.rows[table]:
                yield f"{node['Node Type']} of {table}: {looked_at:.0f} of {self.rows[table]} rows"
        for child in node.get("Plans", ()):
            yield from self._steps(child)


@pytest.fixture
def large(databases: Any) -> Any:
    """Makes a book large, and gives it as the role of its checks sees it."""
    sessions = []

    def make(book: str) -> LargeBook:
        with psycopg.connect(databases.conninfo(book, "postgres"), autocommit=True) as owner:
            fill_large(owner, book)
        sessions.append(psycopg.connect(databases.conninfo(book, f"{book}_ro"), autocommit=True))
        return LargeBook(sessions[-1])

    yield make
    for session in sessions:
        session.close()


@pytest.mark.parametrize("book", books())
def test_no_recent_check_reads_more_of_its_book_than_what_was_touched(
    large: Any, book: str
) -> None:
    made, recent = large(book), [c for c in invariants_of(book) if c.scope is Scope.RECENT]
    reliable = (SQL_FOLDER / "books" / f"{book}.sql").read_text(encoding="utf-8")

    too_much = {}
    for check in recent:
        values = values_of(check, WINDOW_START, WINDOW_END)
        # What can't be relied on is asked about with each of them.
        about = {**values, "relations": list(check.reads)}
        too_much[check.name] = [
            *made.read_too_much(check.query, values),
            *made.read_too_much(reliable, about),
        ]

    assert {} == {name: steps for name, steps in too_much.items() if steps}
    assert recent


def test_a_check_that_reads_all_of_a_book_is_seen(large: Any) -> None:
    made = large("payouts")
    rows = "select ledger_group_id from ledger_entries where amount_minor <> 0"

    [scan] = made.read_too_much(f"{rows} and 0 < length(account)", {})
    [by_index] = made.read_too_much(f"{rows} and created_at > '2026-03-20'", {})

    assert "Seq Scan of ledger_entries: 39996 of 39996 rows" == scan
    assert "of ledger_entries" in by_index
