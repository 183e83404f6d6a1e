"""A backtest over a desk's runs, and what it says in a few words."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation.backtest.run import Span, backtest
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.server import Server
from tests.conftest import Databases

# The rules of a file, over the whole of March 2026 unless said otherwise.
Backtest = Callable[..., dict[str, Any]]
MARCH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def backtests(server: Server, folder: Path) -> Backtest:
    """Tries a configuration, given as text, over a span."""

    numbers = itertools.count()

    def run(text: str, start: datetime = MARCH[0], end: datetime = MARCH[1], **of: Any) -> Any:
        path = folder / f"tried_{next(numbers)}.toml"
        path.write_text(text)
        return backtest(server, path, Span(start, end, **of))

    return run


def matches(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(change, leg, currency, statement, ledger, absorbed) of each match of the only account."""
    return [
        (
            row["change"], row["leg"], row["currency"], row["statement_minor"], row["ledger_minor"],
            row["absorbed_minor"],
        )
        for row in found["accounts"][0]["matches"]
    ]  # fmt: skip


def discrepancies(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(change, kind before and after, currency, exposure before and after) of the only account."""
    return [
        (
            row["change"], row["kind_before"], row["kind_after"], row["currency"],
            row["exposure_before_minor"], row["exposure_after_minor"],
        )
        for row in found["accounts"][0]["discrepancies"]
    ]  # fmt: skip


def at_risk(found: dict[str, Any], account: int = 0) -> list[tuple[Any, ...]]:
    """(currency, at the end before and after, at its most before and after)."""
    return [
        (
            row["currency"], row["end_before"], row["end_after"], row["most_before"],
            row["most_after"],
        )
        for row in found["accounts"][account]["divergence"]
    ]  # fmt: skip


def whole(databases: Databases) -> dict[str, list[str]]:
    """Every row of every table of the warehouse, sequences too."""
    with psycopg.connect(databases.conninfo("reconciliation", SUPERUSER)) as session:
        names = session.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'S')"
            " and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')"
            " and relnamespace::regnamespace::text not like 'pg_toast%' order by 1"
        ).fetchall()
        return {
            name: sorted(str(row) for row in session.execute(f"table {name}").fetchall())
            for (name,) in names
        }


def files(folder: Path) -> dict[str, bytes]:
    """Every file that was kept, written for people or delivered; not the rules that are tried."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("tried_")
    }


def backtest_databases(databases: Databases, prefix: str) -> list[str]:
    """The databases of backtests of that name; other tests may have theirs beside."""
    with psycopg.connect(databases.server.conninfo("postgres", SUPERUSER)) as session:
        return [
            name
            for (name,) in session.execute(
                "select datname from pg_database where starts_with(datname, %s) order by 1",
                [prefix],
            )
        ]
