"""Databases of a backtest's own on the embedded server: made for it, and dropped with it.

Making them is a DBA's work, as in bootstrap; what is replayed connects with the pipeline's role.
The warehouse itself is only read, so that it may lie on any server (docs/decisions/015).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from include.reconciliation.edges import warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.environment import connection_json
from include.reconciliation.local.migrate import migrate
from include.reconciliation.local.server import Server

_PREFIX = "backtest_"
_OWNER = "reconciliation_owner"
_CONNECTION = f"AIRFLOW_CONN_{warehouse.CONNECTION_ID.upper()}"


class Databases:
    """The warehouse as it stood before the span, and a copy of it for each replay."""

    def __init__(self, server: Server, administrator: psycopg.Connection, name: str) -> None:
        self._server = server
        self._administrator = administrator
        self._name = name

    @property
    def start(self) -> str:
        """What both replays begin with."""
        return self._name

    def copy(self, part: str) -> str:
        """A database as `start` is now; nobody may be connected to that meanwhile."""
        name = f"{self._name}_{part}"
        self._run(
            "create database {} owner {} template {} strategy file_copy", name, _OWNER, self._name
        )
        return name

    @contextmanager
    def owner(self, database: str) -> Iterator[Cursor]:
        """A session that may fill any table of a database, and checks no key of another table."""
        with (
            psycopg.connect(
                self._server.conninfo(database, SUPERUSER),
                row_factory=dict_row,
                cursor_factory=psycopg.ClientCursor,
                options="-c TimeZone=UTC -c session_replication_role=replica",
            ) as session,
            session.cursor() as cursor,
        ):
            cursor.execute("set local search_path = internal, reconciliation, pg_catalog")
            yield cursor

    @contextmanager
    def as_warehouse(self, database: str) -> Iterator[None]:
        """Meanwhile this process knows no other warehouse: no step can reach the real one."""
        before = os.environ.get(_CONNECTION)
        os.environ[_CONNECTION] = connection_json(self._server, database, "reconciliation_rw")
        try:
            yield
        finally:
            if before is None:
                del os.environ[_CONNECTION]
            else:
                os.environ[_CONNECTION] = before

    def make(self) -> None:
        """The empty `start`, with the newest schema."""
        self._run(
            "create database {} owner {} template template0 "
            "encoding 'UTF8' locale_provider libc locale 'C'",
            self._name,
            _OWNER,
        )
        migrate(self._server.conninfo(self._name, "reconciliation_migrator"))

    def drop_all(self) -> None:
        """Leaves nothing of this backtest behind."""
        for name in _names(self._administrator):
            if name == self._name or name.startswith(f"{self._name}_"):
                self._run("drop database if exists {} with (force)", name)

    def _run(self, statement: str, *names: str) -> None:
        self._administrator.execute(
            sql.SQL(statement).format(*map(sql.Identifier, names))
        )


@contextmanager
def databases(server: Server) -> Iterator[Databases]:
    """Databases for one backtest; what a killed one left is dropped first."""
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        for name in _names(session):
            _drop_if_left(server, session, name)
        own = Databases(server, session, f"{_PREFIX}{secrets.token_hex(4)}")
        # Held as long as this process lives, however it ends.
        _lock(session, own.start)
        try:
            own.make()
            yield own
        finally:
            own.drop_all()


def _drop_if_left(server: Server, session: psycopg.Connection, name: str) -> None:
    """Drops a backtest's databases unless that backtest lives: then it holds the lock."""
    whose = "_".join(name.split("_")[:2])
    if _lock(session, whose):
        Databases(server, session, whose).drop_all()
        session.execute(
            "select pg_advisory_unlock(hashtextextended(%(name)s, 0))", {"name": whose}
        )


def _lock(session: psycopg.Connection, name: str) -> bool:
    row = session.execute(
        "select pg_try_advisory_lock(hashtextextended(%(name)s, 0))", {"name": name}
    ).fetchone()
    return row is not None and bool(row[0])


def _names(session: psycopg.Connection) -> list[str]:
    rows = session.execute(
        "select datname from pg_catalog.pg_database where starts_with(datname, %(prefix)s) "
        "order by datname",
        {"prefix": _PREFIX},
    )
    return [name for (name,) in rows]
