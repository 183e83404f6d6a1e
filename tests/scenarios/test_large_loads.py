"""A large load becomes a partition as it stands, or leaves nothing."""

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.edges import volumes
from tests.scenarios.conftest import STEPS, Desk, a_line

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
OWN_VOLUMES = (
    "select inhparent::regclass::text as bulk_table from pg_inherits"
    " where inhrelid::regclass::text ~ '_[0-9]{4}_[0-9]{2}_[0-9]+$'"
    " and inhparent::regclass::text in"
    " ('internal.statement_lines', 'internal.ledger_transactions') order by 1"
)


@pytest.fixture(autouse=True)
def every_load_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "ROWS_FROM", 1)


def test_lines_and_ledger_rows_of_a_large_load_are_partitions_of_their_own(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run()

    assert [
        {"bulk_table": "internal.ledger_transactions"},
        {"bulk_table": "internal.statement_lines"},
    ] == desk.rows(OWN_VOLUMES)
    assert [
        {"table": "ledger", "run_number": 1},
        {"table": "statement", "run_number": 1},
    ] == desk.rows(
        "select 'statement' as table, first_run_number as run_number from internal.statement_lines"
        " where is_expected union all select 'ledger', first_run_number"
        " from internal.ledger_transactions order by 1"
    )


def test_what_only_looks_leaves_no_partition(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run(dry_run=True)

    assert [] == desk.rows(OWN_VOLUMES)


def test_an_amendment_is_published_row_by_row(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run()
    desk.batch(1, a_line(amount="90.00"))
    desk.run("2026-03-05T00:00:00Z", "2026-03-05T01:00:00Z")

    assert 1 == len([row for row in desk.rows(OWN_VOLUMES) if "lines" in row["bulk_table"]])
    assert [9000] == [
        row["gross_minor"]
        for row in desk.rows(
            "select gross_minor from internal.statement_lines"
            " where last_run_number is null and is_expected"
        )
    ]


@pytest.mark.parametrize(
    "burden",
    [
        "create trigger burden before delete on {table} for each row execute function"
        " {workspace}.burden()",
        "alter table {table} add check (item_id > 0)",
        "alter table {table} alter column item_id set default 1",
        "create index on {table} (item_id)",
    ],
)
def test_the_owner_does_not_take_a_table_on_which_something_hangs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, burden: str
) -> None:
    monkeypatch.setattr(volumes, "ROWS_FROM", 1000)
    desk.batch(1, a_line())
    attempt_id = desk.begin(*TUESDAY)
    for step in STEPS[:3]:
        step(attempt_id)
    places = {
        "workspace": sql.Identifier(f"work_{attempt_id}"),
        "table": sql.Identifier(f"work_{attempt_id}", "work_statement_lines"),
    }
    adopt = "select internal.adopt_volume(%s, 'work_statement_lines', 'statement_lines')"
    with desk.view_session.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "create function {workspace}.burden() returns trigger language plpgsql"
                " as 'begin return new; end'"
            ).format(**places)
        )
        cursor.execute(sql.SQL(burden).format(**places))
        with pytest.raises(psycopg.errors.RaiseException, match="is not a plain table"):
            cursor.execute(adopt, [attempt_id])
    desk.view_session.rollback()
    with desk.view_session.cursor() as cursor:
        cursor.execute(adopt, [attempt_id])
