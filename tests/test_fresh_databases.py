"""A database that one test has used is as its template is for the next one."""

from collections.abc import Iterator

import psycopg
import pytest

from include.reconciliation.lab.fresh_databases import FreshDatabases
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.server import Server

AN_ACCOUNT = "insert into internal.accounts (psp, account) values ('adyen', 'ShopEU')"
THIS_DATABASE = "select oid from pg_database where datname = current_database()"
ROWS = """
select
    (select count(*) from internal.accounts), (select count(*) from internal.currencies) > 100,
    (select count(*) from pg_namespace where nspname like 'work%'),
    (select count(*) from pg_statistic where starelid = 'internal.accounts'::regclass)
"""

WHAT_IS_NOT_PUT_BACK = (
    "alter table internal.accounts add column more text",
    "alter table internal.accounts alter column psp drop not null",
    "alter table internal.accounts disable trigger all",
    "grant select on internal.accounts to reconciliation_ro",
    "revoke usage on schema reconciliation from reconciliation_ro",
    "update internal.currencies set exponent = 3 where code = 'EUR'",
    "create view internal.more as select 1 as one",
    "create sequence internal.more",
    "create type internal.more as enum ('a')",
    "create function internal.more() returns integer language sql return 1",
    "create index on internal.accounts (account)",
    "comment on table internal.accounts is 'another'",
    "drop table internal.outbox cascade",
    "do $$ begin execute format('alter database %I set work_mem = 64', current_database()); end $$",
)


@pytest.fixture
def stock(fresh_databases: FreshDatabases) -> Iterator[FreshDatabases]:
    """Warehouses of this test alone, so that it knows which one comes next."""
    own = FreshDatabases(
        fresh_databases.server,
        fresh_databases.administrator,
        {"reconciliation": fresh_databases.templates["reconciliation"]},
    )
    yield own
    own.close()


def use(stock: FreshDatabases, *statements: str) -> int:
    """Works in a fresh warehouse as a superuser; returns which database it was."""
    taken = stock.take()
    with session_of(stock.server, taken["reconciliation"]) as session:
        for statement in statements:
            session.execute(statement)
        number = one(session, THIS_DATABASE)
        stock.give_back(taken)
    return number


def session_of(server: Server, database: str) -> psycopg.Connection:
    return psycopg.connect(server.conninfo(database, SUPERUSER), autocommit=True)


def one(session: psycopg.Connection, query: str) -> int:
    row = session.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_rows_numbers_and_work_tables_are_gone_and_what_the_schema_brings_is_there(stock) -> None:
    first = use(
        stock,
        AN_ACCOUNT,
        "analyze internal.accounts",
        "create schema work_1 create table rows (id integer)",
        "create table internal.lines_2026 (like internal.statement_lines including all)",
    )

    taken = stock.take()
    with session_of(stock.server, taken["reconciliation"]) as session:
        assert first == one(session, THIS_DATABASE)
        assert (0, True, 0, 0) == session.execute(ROWS).fetchone()
        assert 1 == one(session, f"{AN_ACCOUNT} returning account_id")
        assert not one(session, "select to_regclass('internal.lines_2026')")
    stock.give_back(taken)


def test_a_database_that_can_not_be_put_back_is_not_used_again(stock) -> None:
    used_again, last = [], None
    for statement in (*WHAT_IS_NOT_PUT_BACK, "select 1"):
        this = use(stock, statement)
        if this == last:
            used_again.append(statement)
        last = this
    assert [] == used_again, "used after the statement before"


def test_a_session_that_is_left_over_ends_and_finds_its_database_no_more(stock) -> None:
    taken = stock.take()
    left_over = session_of(stock.server, taken["reconciliation"])
    stock.give_back(taken)
    next_one = stock.take()
    with pytest.raises(psycopg.OperationalError):
        left_over.execute("select 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        session_of(stock.server, taken["reconciliation"])
    stock.give_back(next_one)
