"""Who may do what: every connection has a role of its own, and none is the superuser's."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import errors

from include.reconciliation.edges.connections import connection
from include.reconciliation.local.bootstrap import LOGIN_ROLES, bootstrap
from include.reconciliation.local.environment import CONNECTIONS
from include.reconciliation.local.server import Server
from tests.conftest import Databases, Sources

A_LEDGER_ROW = """
    insert into ledger.transactions
        (id, psp, psp_account, type, status, amount_minor, currency, occurred_at)
    values ('L1', 'stripe', 'default', 'payment', 'succeeded', 1000, 'BRL', '2026-03-02T10:00:00Z')
"""
A_LOG_ROW = """
    insert into payment_reconciliation_logs
        (provider, account, run_id, window_start, window_end, verdict, matched, pending,
         discrepancies, divergence)
    values ('stripe', 'default', %(run_id)s, '2026-03-02', '2026-03-03', 'clean', 1, 0, 0, '{}')
"""


@pytest.mark.parametrize(
    ("connection_id", "role"), [(name, role) for name, (_, role) in CONNECTIONS.items()]
)
def test_a_task_reaches_each_database_as_its_own_role_and_never_as_postgres(
    databases: Databases, connection_id: str, role: str
) -> None:
    target = connection(connection_id)

    with psycopg.connect(
        host=target.host,
        port=target.port,
        user=target.login,
        password=target.password,
        dbname=target.schema,
    ) as session:
        found = session.execute(
            "select current_user, session_user, current_setting('is_superuser'),"
            " current_setting('timezone')"
        ).fetchone()

    assert (role, role, "off", "UTC") == found


def test_no_role_of_ours_may_create_roles_or_databases(
    administrator: psycopg.Connection, databases: Databases
) -> None:
    rows = administrator.execute(
        "select rolname from pg_catalog.pg_roles where rolname = any(%(names)s)"
        " and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)",
        {"names": list(LOGIN_ROLES)},
    ).fetchall()

    assert [] == rows


def test_the_ledger_is_read_and_never_written(databases: Databases, sources: Sources) -> None:
    sources.payments_ledger.execute(A_LEDGER_ROW)
    address = databases.conninfo("payments_ledger", "ledger_ro")

    with psycopg.connect(address) as session:
        rows = session.execute("select id from ledger.transactions").fetchall()
    with psycopg.connect(address) as session, pytest.raises(errors.ReadOnlySqlTransaction):
        session.execute("delete from ledger.transactions")
    # Switching the setting off does not help: the role has no right to write either.
    with psycopg.connect(address) as session:
        session.execute("set transaction read write")
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute("delete from ledger.transactions")

    assert [("L1",)] == rows


def test_the_gateways_log_takes_one_row_per_run_and_gives_none_back(databases: Databases) -> None:
    address = databases.conninfo("billing_gateway", "billing_gateway_app")
    with psycopg.connect(address) as session:
        session.execute(A_LOG_ROW, {"run_id": "R1"})

    with psycopg.connect(address) as session, pytest.raises(errors.UniqueViolation):
        session.execute(A_LOG_ROW, {"run_id": "R1"})
    for forbidden in (
        "update payment_reconciliation_logs set notes = 'x'",
        "delete from payment_reconciliation_logs",
        "insert into payment_intents (id) values ('I1')",
        "update payment_transactions set status = 'settled'",
    ):
        with psycopg.connect(address) as session, pytest.raises(errors.InsufficientPrivilege):
            session.execute(forbidden)


def test_finance_tools_read_the_views_and_nothing_else(
    databases: Databases, administrator: psycopg.Connection
) -> None:
    address = databases.conninfo("reconciliation", "reconciliation_ro")
    with psycopg.connect(address) as session:
        readable = session.execute(
            """
            select relkind, nspname || '.' || relname
            from pg_catalog.pg_class
            inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
            where
                nspname not in ('pg_catalog', 'information_schema')
                and relkind in ('r', 'p', 'v', 'm', 'f')
                and has_schema_privilege(pg_namespace.oid, 'usage')
                and has_table_privilege(pg_class.oid, 'select')
                and nspname not like 'pg_toast%'
            order by 2
            """
        ).fetchall()

    assert "reconciliation.runs" in {name for _, name in readable}
    assert {("v", "runs")} <= {(kind, name.split(".")[1]) for kind, name in readable}
    assert [] == [name for kind, name in readable if kind != "v"]


def test_bootstrap_may_run_again_and_twice_at_once(test_server: Server) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(bootstrap, test_server) for _ in range(4)]

    assert [None] * 4 == [result.result() for result in results]


def test_a_killed_tasks_statement_is_cancelled_by_the_server(databases: Databases) -> None:
    """Without client_connection_check_interval it would run to its end and commit."""
    with psycopg.connect(databases.conninfo("reconciliation", "reconciliation_rw")) as session:
        found = session.execute(
            """
            select name, setting
            from pg_catalog.pg_settings
            where name in ('client_connection_check_interval', 'lock_timeout', 'statement_timeout',
                           'idle_in_transaction_session_timeout')
            order by name
            """
        ).fetchall()

    assert {
        "client_connection_check_interval": "500",
        "idle_in_transaction_session_timeout": "300000",
        "lock_timeout": "300000",
        "statement_timeout": "1800000",
    } == dict(found)
