"""What the warehouse keeps of the runs of a span, copied to where they are replayed.

The warehouse is read in one snapshot by a session that may not write, and is let go of at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Identifier

from include.reconciliation.backtest.replay import Chain, PastRun, chains_of
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.legs import PAYOUT_LEGS

# How the rows of each table are found; a table of discrepancies has two sources.
_KEPT = (
    ("accounts", "of_account"),
    ("attempts", "attempts"),
    ("runs", "runs"),
    ("run_totals", "figures"),
    ("run_rolls", "figures"),
    ("run_buckets", "figures"),
    ("discrepancy_versions", "figures"),
    ("discrepancy_versions", "earlier_discrepancies"),
    ("discrepancy_identities", "of_account"),
    ("deliveries", "of_account"),
    ("statements", "of_account"),
    ("statement_control_totals", "balances"),
    ("statement_lines", "versions"),
    ("ledger_transactions", "versions"),
    ("gateway_transactions", "versions"),
    ("match_members", "members"),
    ("dissolved_match_members", "members"),
    ("absorbed_differences", "versions"),
    ("leg_payments", "leg_payments"),
)
# What is told of each leg.
_OF_LEGS = (
    *("run_totals", "run_rolls", "run_buckets", "discrepancy_versions", "discrepancy_identities"),
    *("match_members", "dissolved_match_members", "absorbed_differences"),
)
_SHARED = ("match_rules",)
_OPEN_ITEMS = "open_items"
_POSITION = ("chain", "statements", "rows", "matches", "payments")


@contextmanager
def snapshot() -> Iterator[Cursor]:
    """The warehouse as it is at this instant, in a session that can't write."""
    with warehouse.transaction() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        yield cursor


def chains(
    cursor: Cursor, span_from: datetime, span_to: datetime, psp: str | None, account: str | None
) -> list[Chain]:
    """The chains of the accounts that have published runs in the span."""
    values = {"span_from": span_from, "span_to": span_to, "psp": psp, "account": account}
    return chains_of([PastRun(**row) for row in warehouse.run(cursor, "backtest/runs", values)])


def copy(source: Cursor, target: Cursor, wanted: Sequence[Chain]) -> None:
    """All that the chains' runs were given and published, and the heads before them.

    `target` is a session of the owner in an empty warehouse.
    """
    _check_schema(source, target)
    warehouse.run(target, "backtest/start/history")
    for table in dict.fromkeys([*(name for name, _ in _KEPT), *_SHARED, _OPEN_ITEMS]):
        warehouse.run_over(target, "backtest/kept/table", table=table)
    for table in _SHARED:
        _copy_rows(source, target, table, f"backtest/kept/{table}", {})
    for chain in wanted:
        for table, name in _KEPT:
            _copy_rows(source, target, table, f"backtest/kept/{name}", chain.values)
    for table in _OF_LEGS:
        warehouse.run_over(
            target, "backtest/start/forget_legs",
            {"legs": [leg.name for leg in PAYOUT_LEGS]}, table=table,
        )  # fmt: skip
    numbers = warehouse.run(source, "backtest/kept/numbers").fetchall()
    warehouse.run(
        target,
        "backtest/start/numbers",
        {row["name"]: row["last_value"] for row in numbers},
    )
    warehouse.run(target, "backtest/start/rules")
    warehouse.run(target, "backtest/start/volumes")
    for chain in wanted:
        for name in _POSITION:
            warehouse.run(target, f"backtest/start/{name}", chain.values)
    warehouse.run(target, "backtest/start/grants")


def copy_open_items(source: Cursor, target: Cursor) -> None:
    """What a replay leaves open, to be held against what another one does."""
    _copy_rows(source, target, _OPEN_ITEMS, "backtest/kept/open_items", {})


def _copy_rows(
    source: Cursor, target: Cursor, table: str, name: str, values: Mapping[str, Any]
) -> None:
    reading = SQL("copy ({}) to stdout").format(warehouse.over(name, table=table))
    writing = SQL("copy history.{} from stdin").format(Identifier(table))
    with (
        source.copy(reading, values) as rows,
        target.copy(writing) as written,
    ):
        for block in rows:
            written.write(block)


def _check_schema(source: Cursor, target: Cursor) -> None:
    versions = [
        warehouse.run(cursor, "backtest/kept/schema_version").fetchone()
        for cursor in (source, target)
    ]
    if versions[0] != versions[1]:
        found, expected = (row["version"] if row else "none" for row in versions)
        raise ConfigurationError(
            f"the warehouse has schema {found}, this code works with {expected}: "
            "run bin/reconciliation migrate, or the code that made its runs"
        )
