"""Roles and databases of a server: what a DBA does once, done here for the embedded default.

Everything is idempotent and runs under one advisory lock, so that two commands at once do not meet.
"""

import contextlib
from collections.abc import Iterator, Mapping

import psycopg
from psycopg import sql

from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.server import Server, ServerError

SQL_ROOT = PROJECT_ROOT / "include" / "sql"
SUPERUSER = "postgres"
WAREHOUSE_VERSION_MIN = 150000
# The lock that bootstrap and migrations share; a number of this project's own.
LOCK_KEY = 7_241_863_150
SOURCES = {
    "billing_gateway": "billing_gateway_owner",
    "marketplace": "marketplace_owner",
    "payment_events": "payment_events_owner",
    "payments_ledger": "payments_ledger_owner",
    "payouts": "payouts_owner",
    "wallet_balances": "wallet_balances_owner",
}
# Sources with a schema of their own; the others' tables lie in the schema public.
_OWN_SCHEMA = ("payment_events", "payments_ledger")
LOGIN_ROLES = (
    "reconciliation_migrator",
    "reconciliation_rw",
    "reconciliation_approver",
    "reconciliation_ro",
    "airflow",
    "billing_gateway_app",
    "billing_gateway_ro",
    "ledger_ro",
    "marketplace_ro",
    "payment_events_ro",
    "payouts_operator",
    "payouts_ro",
    "source_writer",
    "wallet_balances_operator",
    "wallet_balances_ro",
)


def bootstrap(server: Server) -> None:
    """Create what is missing of roles, databases and source tables on the embedded server."""
    with _alone(server.conninfo("postgres", SUPERUSER)) as connection:
        for name in ("roles", "embedded_roles"):
            _run_file(connection, f"bootstrap/{name}.sql")
        if server.password is not None:
            give_passwords(connection, dict.fromkeys(LOGIN_ROLES, server.password))
        for name in ("databases", "embedded_databases"):
            _create_databases(connection, f"bootstrap/{name}.sql")
        for database, owner in SOURCES.items():
            create_source_tables(server.conninfo(database, SUPERUSER), database, owner)


def bootstrap_warehouse(administrator: str, passwords: Mapping[str, str]) -> None:
    """Create what is missing of the warehouse's own roles and databases on a server of yours.

    `administrator` is the address of a role that may create both; each login role of `passwords`
    gets its own.
    """
    with _alone(administrator) as connection:
        _run_file(connection, "bootstrap/roles.sql")
        give_passwords(connection, passwords)
        _create_databases(connection, "bootstrap/databases.sql")


def give_passwords(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Set passwords of roles; only their hash travels, so that no server log can show them."""
    for role, password in sorted(passwords.items()):
        hashed = connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        connection.execute(
            sql.SQL("alter role {} password {}").format(
                sql.Identifier(role), sql.Literal(hashed.decode())
            )
        )


def create_source_tables(conninfo: str, source: str, owner: str) -> None:
    """Create one source's tables, owned by its own role; what is there already stays."""
    with psycopg.connect(conninfo) as connection:
        if source not in _OWN_SCHEMA:
            # Since PostgreSQL 15 nobody but its owner may create in the schema public.
            connection.execute(
                sql.SQL("grant create, usage on schema public to {}").format(sql.Identifier(owner))
            )
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        _run_file(connection, f"sources/schema/{source}.sql")


def check_locale(connection: psycopg.Connection) -> None:
    """Refuse a warehouse whose order of text or version differs from what the hashes rely on."""
    row = connection.execute(_text("bootstrap/locale.sql")).fetchone()
    assert row is not None
    database, encoding, collation, version = row
    if (encoding, collation) != ("UTF8", "C"):
        raise ServerError(
            f"Database {database} has encoding {encoding} and locale {collation}, expected UTF8 "
            "and C: create it as include/sql/bootstrap/databases.sql says."
        )
    if version < WAREHOUSE_VERSION_MIN:
        raise ServerError(
            f"Database {database} runs on PostgreSQL {version // 10000}, the warehouse needs "
            f"{WAREHOUSE_VERSION_MIN // 10000} or newer."
        )


@contextlib.contextmanager
def _alone(administrator: str) -> Iterator[psycopg.Connection]:
    """A superuser's autocommit connection, while a second one holds the lock in a transaction."""
    with (
        psycopg.connect(administrator) as holder,
        psycopg.connect(administrator, autocommit=True) as connection,
    ):
        holder.execute("select pg_advisory_xact_lock(%(key)s)", {"key": LOCK_KEY})
        yield connection


def _create_databases(connection: psycopg.Connection, path: str) -> None:
    question = _text(path).removesuffix("\n").removesuffix("\\gexec")
    for (statement,) in connection.execute(question).fetchall():
        connection.execute(statement)


def _run_file(connection: psycopg.Connection, path: str) -> None:
    # Without parameters the text goes to the server as it is: percent signs and colons included.
    connection.execute(_text(path))


def _text(path: str) -> str:
    return (SQL_ROOT / path).read_text(encoding="utf-8")
