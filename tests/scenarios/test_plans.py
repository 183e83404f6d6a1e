"""What the database does for a run grows with its rows, not with their square, on any account.

Each statement of a run is explained as it was carried out, then carried out again for good.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.edges import warehouse
from include.reconciliation.local.bootstrap import SUPERUSER
from tests.conftest import Databases
from tests.scenarios.conftest import CONFIGURATION, Desk, a_line

PAYMENTS = 2_000
OTHER_ACCOUNTS = 300
FAULTS_EVERY = 50
# No step of a plan looks at more rows than so many times all that there are.
ROWS_PER_ROW_MAX = 3
HAS_A_PLAN = re.compile(
    r"(?:--[^\n]*\n|\s)*(?:with|select|insert|update|delete|create (?:unlogged )?table \w+ as)\s"
)
# Tables that all accounts share, and what must differ in a copy of their rows.
SHARED = {
    "statement_lines": ("item_id",),
    "ledger_transactions": ("item_id",),
    "match_members": ("match_id", "statement_item_id", "ledger_item_id"),
    "open_items": ("item_id",),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One node of a plan: the statement that it is of, how often it ran, and what it looked at."""

    name: str
    node: str
    relation: str
    times: int
    rows: int


class Plans:
    """The plans of all statements that ran while it was watching."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.names: set[str] = set()

    def beyond(self, rows_max: int) -> list[Visit]:
        """The steps that looked at more rows than that."""
        return [visit for visit in self.visits if visit.rows > rows_max]

    def looked_up(self, times_max: int) -> list[Visit]:
        """The tables that are asked for row after row of another one, instead of being joined."""
        return [visit for visit in self.visits if visit.relation and visit.times > times_max]

    def explain(self, cursor: Any, name: str, values: Any) -> None:
        text = warehouse.statement(name)
        if not HAS_A_PLAN.match(text.as_string(cursor)):
            return
        explained = sql.SQL("explain (analyze, timing off, format json) ") + text
        with cursor.connection.transaction(force_rollback=True):
            row = cursor.execute(explained, values).fetchone()
        self.names.add(name)
        self._walk(name, row["QUERY PLAN"][0]["Plan"])

    def _walk(self, name: str, node: dict[str, Any]) -> None:
        removed = sum(
            int(number) for key, number in node.items() if key.startswith("Rows Removed by")
        )
        rows = int(node["Actual Loops"] * (node["Actual Rows"] + removed))
        relation = node.get("Relation Name", node.get("CTE Name", ""))
        times = int(node["Actual Loops"])
        self.visits.append(Visit(name, node["Node Type"], relation, times, rows))
        for child in node.get("Plans", ()):
            self._walk(name, child)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    watching = Plans()
    run = warehouse.run

    def explained(cursor: Any, name: str, values: Any = None) -> Any:
        watching.explain(cursor, name, values)
        return run(cursor, name, values)

    monkeypatch.setattr(warehouse, "run", explained)
    return watching


@pytest.fixture
def crowd(
    desk: Desk, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> int:
    """The head of `Shop`, and hundreds of other accounts, large to tiny; where `Shop` goes on."""
    (tmp_path / "drop" / "Kiosk").mkdir()
    configuration = tmp_path / "crowd.toml"
    configuration.write_text(CONFIGURATION.replace('["Shop"]', '["Shop", "Kiosk"]'))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    book(desk, 0)
    desk.run(end="2026-03-04T00:00:00Z")
    with psycopg.connect(
        databases.conninfo("reconciliation", SUPERUSER), autocommit=True
    ) as session:
        session.execute(
            "insert into internal.accounts (account_id, psp, account) overriding system value"
            " select 1000 + other, 'adyen', 'Other ' || other from generate_series(1, %s) as other",
            [OTHER_ACCOUNTS],
        )
        for table, numbers in SHARED.items():
            copied = copy_to_others(session, table, numbers)
            assert copied > OTHER_ACCOUNTS
        session.execute("analyze")
    return PAYMENTS


def copy_to_others(session: psycopg.Connection[Any], table: str, numbers: tuple[str, ...]) -> int:
    """Gives the other accounts rows like those of `Shop`: a half, a third, a fourth, and so on."""
    others = {number: f"own.{number} + other * 1000000000000000" for number in numbers}
    if "account_id" in columns(session, table):
        others["account_id"] = "1000 + other"
    statement = sql.SQL(
        "insert into {table} select (jsonb_populate_record(null::{table}, to_jsonb(own)"
        " || jsonb_build_object({others}))).* from {table} as own,"
        " generate_series(1, %s) as other where own.{number} %% (other + 1) = 0"
    ).format(
        table=sql.Identifier("internal", table),
        number=sql.Identifier(numbers[0]),
        others=sql.SQL(", ").join(
            sql.SQL("{}, {}").format(sql.Literal(name), sql.SQL(value))
            for name, value in others.items()
        ),
    )
    return session.execute(statement, [OTHER_ACCOUNTS]).rowcount


def columns(session: psycopg.Connection[Any], table: str) -> set[str]:
    rows = session.execute(
        "select attname::text from pg_attribute where attrelid = %s::regclass",
        [f"internal.{table}"],
    )
    return {name for (name,) in rows}


def book(desk: Desk, first: int, payments: int = PAYMENTS, *, account: str = "Shop") -> None:
    """Books so many payments in the ledger and delivers their lines, of which some differ."""
    with desk.ledger_session.transaction():
        for number in range(first, first + payments):
            desk.ledger(f"L{account}{number}", 10_000, payment=f"P{number}", event=f"C{number}")
    lines = [
        a_line(
            payment=f"P{number}",
            event=f"C{number}",
            amount="99.00" if number % FAULTS_EVERY == 0 else "100.00",
        )
        for number in range(first, first + payments)
        if number % FAULTS_EVERY != 1
    ]
    desk.batch(1 + first, *lines, account=account)


def test_no_step_of_a_plan_looks_at_a_row_for_each_of_another(
    desk: Desk, crowd: int, plans: Plans
) -> None:
    book(desk, crowd)
    desk.run("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")

    assert {"match/040_paired_rows", "match/400_items", "publish/052_match_members"} <= plans.names
    assert [] == plans.looked_up(PAYMENTS // 2)
    assert [] == plans.beyond(ROWS_PER_ROW_MAX * all_rows(desk))


def test_a_tiny_account_among_large_ones_needs_no_other_plans(
    desk: Desk, crowd: int, plans: Plans
) -> None:
    desk.account = "Kiosk"
    desk.folder = desk.folder.parent / "Kiosk"
    book(desk, 0, 3, account="Kiosk")
    run = desk.run("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z")

    assert 3 == run["ledger_transactions"]
    assert [] == plans.beyond(all_rows(desk))


def all_rows(desk: Desk) -> int:
    """How many statement lines and ledger rows there are, of all accounts."""
    counted = desk.rows(
        "select (select count(*) from internal.statement_lines)"
        " + (select count(*) from internal.ledger_transactions) as rows"
    )
    return int(counted[0]["rows"])
