"""A large load becomes a partition as it stands, or leaves nothing."""

import json
import re
from typing import Any

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.edges import volumes, warehouse
from tests.conftest import Databases
from tests.scenarios.conftest import STEPS, Desk, a_line

TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")
OWN_VOLUMES = (
    "select inhparent::regclass::text as bulk_table from pg_inherits"
    " where inhrelid::regclass::text ~ '_[0-9]{4}_[0-9]{2}_[0-9]+$'"
    " and inhparent::regclass::text in"
    " ('internal.statement_lines', 'internal.ledger_transactions') order by 1"
)
WORKSPACES = "select nspname::text as workspace from pg_namespace where nspname ~ '^work'"


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


BURDENS = (
    "create trigger burden before delete on {table} for each row execute function {burden}()",
    # A table of that name in pg_temp would be looked into first.
    "create temporary table pg_trigger (tgrelid oid); create trigger burden before delete"
    " on {table} for each row execute function {burden}()",
    "create rule burden as on delete to {table} do also notify burden",
    "alter table {table} add check (item_id > 0)",
    "alter table {table} alter column item_id set default 1",
    "alter table {table} alter column row_number set not null,"
    " alter column row_number add generated always as identity",
    "create index on {table} (item_id)",
    "create index on {table} (upper(line_key))",
    # What ANALYZE computes, it computes with the rights of the table's owner.
    "create statistics {burden} on (row_number + 1) from {table}",
    "create type {burden} as range (subtype = bigint);"
    " alter table {table} add column burden {burden}",
    "create domain {burden} as bigint;"
    " alter table {table} alter column net_minor type {burden}",
    "alter table {table} add column burden bigint generated always as (item_id) stored",
    "alter table {table} add column account_id integer",
    "alter table {table} drop column net_minor",
    "alter table {table} alter column net_minor type numeric",
    'alter table {table} alter column line_key type text collate "C"',
    "alter table {table} enable row level security",
    "alter table {table} force row level security",
    "alter table {table} set unlogged",
    "alter table {table} set (autovacuum_enabled = false)",
    # The owner would have granted what is granted on the table that it takes.
    "grant update on {table} to public",
    "grant update (net_minor) on {table} to public",
    "create table {burden} () inherits ({table})",
    "create table {burden} (item_id bigint); alter table {table} inherit {burden}",
    "create table {burden} (like {table}) partition by list (item_id);"
    " alter table {burden} attach partition {table} default",
    "alter table {table} rename to staged; create view {table} as select * from {workspace}.staged",
)
ADOPT = "select internal.adopt_volume(%s, 'work_statement_lines')"
ATTACH = "select internal.attach_volume(%s, 'work_statement_lines', %s) as it"


@pytest.fixture
def staged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> int:
    """The attempt of a load that was staged, and is too small to be adopted by itself."""
    monkeypatch.setattr(volumes, "ROWS_FROM", 1000)
    desk.batch(1, a_line())
    attempt_id = desk.begin(*TUESDAY)
    for step in STEPS[:3]:
        step(attempt_id)
    return attempt_id


@pytest.mark.parametrize("burden", BURDENS)
def test_the_owner_does_not_take_a_table_on_which_something_hangs(
    desk: Desk, staged: int, burden: str
) -> None:
    places = {
        "workspace": sql.Identifier(f"work_{staged}"),
        "table": sql.Identifier(f"work_{staged}", "work_statement_lines"),
        "burden": sql.Identifier(f"work_{staged}", "burden"),
    }
    with desk.view_session.cursor() as cursor:
        if "execute function" in burden:
            cursor.execute(
                sql.SQL(
                    "create function {burden}() returns trigger language plpgsql"
                    " as 'begin return new; end'"
                ).format(**places)
            )
        cursor.execute(sql.SQL(burden).format(**places))
        with pytest.raises(psycopg.errors.RaiseException, match="is not a plain table"):
            cursor.execute(ADOPT, [staged])
    desk.view_session.rollback()
    with desk.view_session.cursor() as cursor:
        cursor.execute(ADOPT, [staged])


@pytest.mark.parametrize("first_item_id", [1, 202603, None])
def test_a_table_is_not_taken_whose_volume_is_that_of_a_month_or_none(
    desk: Desk, staged: int, first_item_id: int | None
) -> None:
    table = sql.Identifier(f"work_{staged}", "work_statement_lines")
    with desk.view_session.cursor() as cursor:
        change = "delete from {}" if first_item_id is None else "update {} set item_id = %s"
        cursor.execute(
            sql.SQL(change).format(table), None if first_item_id is None else [first_item_id]
        )
        with pytest.raises(psycopg.errors.RaiseException, match="does not begin with an item"):
            cursor.execute(ADOPT, [staged])


@pytest.mark.parametrize("state", ["published", "refused", "abandoned"])
def test_an_attempt_that_is_over_brings_no_table(desk: Desk, staged: int, state: str) -> None:
    with desk.view_session.cursor() as cursor:
        cursor.execute("update internal.attempts set state = %s", [state])
        with pytest.raises(psycopg.errors.RaiseException, match="there is no work_statement_lines"):
            cursor.execute(ADOPT, [staged])


def _store_run(cursor: psycopg.Cursor[dict[str, Any]], **columns: Any) -> int:
    """A run as the first one, with other values in these columns; its number."""
    values = sql.SQL("json_populate_record(first, %s)")
    row = cursor.execute(
        sql.SQL(
            "insert into internal.runs overriding user value"
            " select run.* from internal.runs as first, {} as run"
            " where first.run_number = 1 returning run_number"
        ).format(values),
        [json.dumps({"run_id": "f" * 64, **columns})],
    ).fetchone()
    assert row is not None
    return int(row["run_number"])


def test_rows_are_attached_only_by_the_transaction_that_stores_their_run(desk: Desk) -> None:
    desk.batch(1, a_line())
    desk.run()
    desk.batch(2, a_line(payment="P2", event="C2"), booked="2026-03-04 21:00:00")
    attempt_id = desk.begin("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    for step in STEPS[:4]:
        step(attempt_id)
    with desk.view_session.cursor() as cursor:
        cursor.execute("insert into internal.accounts (psp, account) values ('adyen', 'Other')")
    desk.view_session.commit()
    account, other = desk.rows("select account_id from internal.accounts order by account_id")
    change = "update internal.attempts set {} where attempt_id = %s"

    def is_attached(changed: str | None = None, *, commits: bool = False, **columns: Any) -> bool:
        with desk.view_session.cursor() as cursor:
            try:
                if changed is not None:
                    cursor.execute(sql.SQL(change).format(sql.SQL(changed)), [attempt_id])
                run_number = _store_run(cursor, **account | {"attempt_id": attempt_id} | columns)
                if commits:
                    desk.view_session.commit()
                row = cursor.execute(ATTACH, [attempt_id, run_number]).fetchone()
                return row is not None and bool(row["it"])
            except psycopg.errors.RaiseException as error:
                return "is not being published" not in str(error)
            finally:
                desk.view_session.rollback()

    assert is_attached()
    assert not is_attached(is_published=False), "a run that joins no chain"
    assert not is_attached(attempt_id=attempt_id - 1), "the run of another attempt"
    assert not is_attached(**other), "the run of another account"
    to_other = f"account_id = {other['account_id']}"
    assert not is_attached(to_other, **other), "rows of another account than the run's"
    assert not is_attached("state = 'published'"), "an attempt that is over"
    assert not is_attached(commits=True), "a run that is out"


def test_a_staged_table_is_discarded_under_nobody_and_nothing_else_is(
    desk: Desk, staged: int
) -> None:
    table = sql.Identifier(f"work_{staged}", "work_statement_lines")
    with (
        warehouse.transaction() as reader,
        desk.view_session.cursor() as cursor,
    ):
        reader.execute(sql.SQL("select count(*) from {}").format(table))
        cursor.execute("set local lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            cursor.execute("select internal.discard_volume(%s, 'work_statement_lines')", [staged])
    desk.view_session.rollback()
    with (
        desk.view_session.cursor() as cursor,
        pytest.raises(psycopg.errors.RaiseException, match="no staged table"),
    ):
        cursor.execute("select internal.discard_volume(%s, 'work_staged_statements')", [staged])


def test_a_run_that_an_identity_refuses_leaves_no_partition(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line(), a_line(payment="P2", event="C2", amount="9.00"))
    attempt_id = desk.begin(*TUESDAY)
    for step in STEPS[:4]:
        step(attempt_id)
    with desk.view_session.cursor() as cursor:
        open_rows = sql.Identifier(f"work_{attempt_id}", "work_open_rows")
        cursor.execute(sql.SQL("delete from {}").format(open_rows))
    desk.view_session.commit()
    for step in STEPS[4:]:
        step(attempt_id)

    assert not desk.run_of(attempt_id)["is_published"]
    assert [] == desk.rows(OWN_VOLUMES)
    assert [] == desk.rows(WORKSPACES)


def test_an_attempt_that_is_abandoned_leaves_nothing_and_its_successor_publishes(
    desk: Desk,
) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    abandoned = desk.begin(*TUESDAY, name="manual__1")
    for step in STEPS[:5]:
        step(abandoned)
    with desk.view_session.cursor() as cursor:
        cursor.execute("update internal.attempts set code_version = 'earlier'")
    desk.view_session.commit()

    attempt_id = desk.begin(*TUESDAY, name="manual__1")

    assert [{"workspace": f"work_{attempt_id}"}] == desk.rows(WORKSPACES)
    for step in STEPS:
        step(attempt_id)
    assert 2 == len(desk.rows(OWN_VOLUMES))
    assert [] == desk.rows(WORKSPACES)


def test_retention_drops_the_partitions_of_older_months_and_no_other(
    desk: Desk, databases: Databases
) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line())
    desk.run()
    partitions = (
        "select inhrelid::regclass::text as name from pg_inherits where inhparent::regclass::text"
        " in ('internal.statement_lines', 'internal.ledger_transactions',"
        " 'internal.gateway_transactions')"
    )
    (own,) = [
        row["name"]
        for row in desk.rows(partitions)
        if re.fullmatch(r"internal\.statement_lines_\d{4}_\d\d_\d+", row["name"])
    ]
    volume = own.rpartition("_")[2]
    aged = f"statement_lines_2020_01_{volume}"
    address = databases.conninfo("reconciliation", "reconciliation_migrator")
    with psycopg.connect(address) as owner:
        owner.execute("set role reconciliation_owner")
        for month in ("2019-12-01", "2020-01-01", "2020-02-01"):
            owner.execute("select internal.ensure_volume(%s)", [month])
        renamed = sql.SQL("alter table {} rename to {}")
        owner.execute(renamed.format(sql.Identifier(*own.split(".")), sql.Identifier(aged)))
    before = {row["name"] for row in desk.rows(partitions)}
    with psycopg.connect(address) as owner:
        owner.execute("set role reconciliation_owner")
        dropped = owner.execute("select internal.drop_partitions_before('2020-02-20')").fetchone()
    after = {row["name"] for row in desk.rows(partitions)}

    assert (7,) == dropped
    assert {
        f"internal.{name}"
        for name in (
            "statement_lines_2019_12",
            "ledger_transactions_2019_12",
            "gateway_transactions_2019_12",
            "statement_lines_2020_01",
            "ledger_transactions_2020_01",
            "gateway_transactions_2020_01",
            aged,
        )
    } == before - after
    assert set() == after - before
    assert desk.matches() == [("event_reference", 1, 1)]


def test_retention_keeps_a_partition_with_an_open_item_and_the_next_run_explains_it(
    desk: Desk, databases: Databases
) -> None:
    desk.batch(1, a_line(payment="P3", event="C3", amount="9.00"))
    desk.run()
    address = databases.conninfo("reconciliation", "reconciliation_migrator")
    with psycopg.connect(address) as owner:
        owner.execute("set role reconciliation_owner")
        owner.execute("select internal.drop_partitions_before('2100-01-01')")
    assert [{"bulk_table": "internal.statement_lines"}] == desk.rows(OWN_VOLUMES)

    run = desk.run("2026-03-05T00:00:00Z", "2026-03-07T00:00:00Z")

    assert run["is_published"]
    assert desk.open_discrepancies() == [("missing_in_ledger", "EUR", 900, 900)]


def test_the_partitions_of_a_new_month_are_made_beside_those_who_read_and_write(
    desk: Desk, databases: Databases
) -> None:
    """Else a run that publishes first in a month waits for one that proves, and holds it up."""
    desk.run()
    address = databases.conninfo("reconciliation", "reconciliation_rw")
    with psycopg.connect(address) as reader, psycopg.connect(address) as publisher:
        reader.execute("select count(*) from internal.statement_lines")
        reader.execute("update internal.ledger_transactions set last_run_number = null")
        publisher.execute("set lock_timeout = '1s'")
        made = publisher.execute("select internal.ensure_volume('2031-05-01')").fetchone()
        publisher.commit()
        # Both look into the new partition, and nobody waits.
        reader.execute("select count(*) from internal.statement_lines")

    assert (203105,) == made
    assert [{"parents": 3}] == desk.rows(
        "select count(*) as parents from pg_inherits where inhrelid::regclass::text ~ '_2031_05$'"
    )
