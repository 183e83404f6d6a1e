"""The warehouse: connections to it, and the SQL of `include/sql` with its values bound.

Every step is one transaction, so a step that dies leaves nothing behind. `attempt` opens it with
the attempt's lock (two copies of a step take turns) and its workspace in the search path.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.edges.connections import connection

log = logging.getLogger(__name__)

SQL_FOLDER = PROJECT_ROOT / "include" / "sql"
CONNECTION_ID = "reconciliation"
Cursor = psycopg.Cursor[dict[str, Any]]
Result = TypeVar("Result")

# A transaction that lost to another one may be decided again, whole (PostgreSQL manual, 13.5).
_REPEATABLE = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
)
_TRIES = 5


@cache
def statement(name: str) -> sql.SQL:
    """The text of `include/sql/<name>.sql`."""
    text = (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return sql.SQL(text)


def run(cursor: Cursor, name: str, values: Mapping[str, Any] | None = None) -> Cursor:
    """Runs `include/sql/<name>.sql` with its values bound by name."""
    return cursor.execute(statement(name), values)


def connect(
    connection_id: str = CONNECTION_ID, *, autocommit: bool = False, connect_seconds: int = 10
) -> psycopg.Connection[dict[str, Any]]:
    """A connection in UTC with ISO dates, rows as dictionaries."""
    target = connection(connection_id)
    session = psycopg.connect(
        host=target.host,
        port=target.port,
        user=target.login,
        password=target.password,
        dbname=target.schema,
        autocommit=True,
        row_factory=dict_row,
        application_name="reconciliation",
        connect_timeout=connect_seconds,
        client_encoding="UTF8",
    )
    # Of options the variables PGTZ and PGDATESTYLE of the host would have the last word.
    session.execute(
        "set TimeZone = 'UTC'; set DateStyle = 'ISO, YMD'; set IntervalStyle = iso_8601"
    )
    session.autocommit = autocommit
    return session


@contextmanager
def transaction() -> Iterator[Cursor]:
    """One transaction on the warehouse; commits at the end, rolls back on any error."""
    with connect() as session, session.cursor() as cursor:
        _search_as_always(cursor)
        yield cursor


@contextmanager
def hasty_transaction(milliseconds: int) -> Iterator[Cursor]:
    """The same for somebody who waits: a server that is away, or a statement that takes longer, is
    an error, and so is a pause of that length between two of them: a lock is kept no longer.
    """
    # psycopg waits two seconds for a server, not less.
    with connect(connect_seconds=2) as session, session.cursor() as cursor:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(
                sql.SQL("set local {} = {}").format(
                    sql.Identifier(setting), sql.Literal(max(1, milliseconds))
                )
            )
        _search_as_always(cursor)
        yield cursor


def _search_as_always(cursor: Cursor) -> None:
    cursor.execute("set local search_path = internal, reconciliation, pg_catalog")


@contextmanager
def attempt(attempt_id: int, branch: str | None = None) -> Iterator[Cursor]:
    """One step of an attempt: its lock, and its workspace first in the search path.

    Two copies of a step take turns, and so do two steps; only steps of different branches (the
    statements, the ledger) may work at the same time. What a crash of the server has emptied is
    opened anew, so that no step takes lost rows for none; once the run is stored, what its report
    needs is never lost.
    """
    with transaction() as cursor:
        run(
            cursor,
            "runs/lock_attempt" if branch is None else "runs/lock_branch",
            {"attempt_id": attempt_id, "branch": branch},
        )
        row = run(cursor, "runs/restore_workspace", {"attempt_id": attempt_id}).fetchone()
        if row is not None and row["was_lost"]:
            log.warning("the server has crashed: the workspace of attempt %s is empty", attempt_id)
        _enter(cursor, attempt_id)
        yield cursor


@contextmanager
def beside(attempt_id: int) -> Iterator[Cursor]:
    """A transaction of its own in an attempt's workspace, for whoever holds its lock already."""
    with transaction() as cursor:
        _enter(cursor, attempt_id)
        yield cursor


def _enter(cursor: Cursor, attempt_id: int) -> None:
    _search(cursor, workspace(attempt_id))
    # Work tables are large and even: a small sample tells the planner enough.
    cursor.execute("set local default_statistics_target = 20")
    cursor.execute("set local parallel_tuple_cost = 0.02")


@contextmanager
def inside(cursor: Cursor, attempt_id: int, part: str) -> Iterator[None]:
    """Works in a part of an attempt's workspace, whose tables have the names of the whole's."""
    _search(cursor, part_of(attempt_id, part))
    yield
    _search(cursor, workspace(attempt_id))


def _search(cursor: Cursor, schema: str) -> None:
    cursor.execute(
        sql.SQL("set local search_path = {}, internal, reconciliation, pg_catalog").format(
            sql.Identifier(schema)
        )
    )


def first_item_id(cursor: Cursor) -> int:
    """What the items of a load are numbered from: a row's place in the load is added to it."""
    row = run(cursor, "runs/next_load").fetchone()
    assert row is not None
    return int(row["first_item_id"])


def workspace(attempt_id: int) -> str:
    """The schema that holds an attempt's work tables."""
    return f"work_{int(attempt_id)}"


def part_of(attempt_id: int, part: str) -> str:
    """The schema of a part of it: the gateway's extract, or what a leg works with."""
    return f"{workspace(attempt_id)}_{part}"


def run_over(
    cursor: Cursor, name: str, values: Mapping[str, Any] | None = None, /, **relations: str
) -> Cursor:
    """Runs `include/sql/<name>.sql`, in which the places of schemas or tables stand in braces."""
    return cursor.execute(over(name, **relations), values)


def over(name: str, **relations: str) -> sql.Composed:
    """The text of `include/sql/<name>.sql` with names put in the places that it has in braces."""
    places = {place: sql.Identifier(relation) for place, relation in relations.items()}
    return statement(name).format(**places)


def drop_table(*names: str) -> sql.Composed:
    """The statement that drops work tables where they are there."""
    return sql.SQL("drop table if exists {}").format(sql.SQL(", ").join(map(sql.Identifier, names)))


def drop_view(*names: str) -> sql.Composed:
    """The statement that drops work views, and what is built on them, where they are there."""
    return sql.SQL("drop view if exists {} cascade").format(
        sql.SQL(", ").join(map(sql.Identifier, names))
    )


def repeatedly(work: Callable[[], Result]) -> Result:
    """Runs a whole transaction again when PostgreSQL says that it lost to another one."""
    for number in range(1, _TRIES):
        try:
            return work()
        except _REPEATABLE:
            time.sleep(0.05 * 2**number)
    return work()
