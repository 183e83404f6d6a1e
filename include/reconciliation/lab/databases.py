"""The lab's own databases on the embedded server: a template made once, a copy for every pack.

Making them is a DBA's work, as in bootstrap; what is tried connects with the pipeline's roles.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from include.reconciliation.local.bootstrap import (
    SOURCES,
    SUPERUSER,
    bootstrap,
    create_source_tables,
)
from include.reconciliation.local.environment import CONNECTIONS, connection_json
from include.reconciliation.local.migrate import migrate
from include.reconciliation.local.server import Server

_USED = ("reconciliation", "payments_ledger", "billing_gateway")
_OWNERS = {"reconciliation": "reconciliation_owner", **SOURCES}
# Names whoever made the templates, so that two labs on one server know their own; its processes
# inherit it.
_OWNER = "LAB_PROCESS"


def make_templates(server: Server) -> None:
    """Empty, migrated databases to copy from; what a killed lab left goes."""
    os.environ[_OWNER] = str(os.getpid())
    # It may be the first command on this server.
    bootstrap(server)
    drop_all(server)
    for name in _USED:
        _run(
            server,
            "create database {} owner {} template template0 "
            "encoding 'UTF8' locale_provider libc locale 'C'",
            _template(name),
            _OWNERS[name],
        )
        if name == "reconciliation":
            migrate(server.conninfo(_template(name), "reconciliation_migrator"))
        else:
            address = server.conninfo(_template(name), SUPERUSER)
            create_source_tables(address, name, _OWNERS[name])


def drop_all(server: Server) -> None:
    """Leave nothing behind of this lab, nor of labs whose process is gone."""
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        rows = session.execute("select datname from pg_catalog.pg_database order by datname")
        names = [str(name) for (name,) in rows.fetchall()]
    for name in names:
        made = re.fullmatch(r"lab_([0-9]+)_.*", name)
        if made and (made[1] == os.environ[_OWNER] or not _lives(int(made[1]))):
            _run(server, "drop database if exists {} with (force)", name)


def _template(name: str) -> str:
    return f"lab_{os.environ[_OWNER]}_template_{name}"


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def fresh(server: Server) -> Iterator[dict[str, str]]:
    """Copies of the templates for this process; returns their names by what they are."""
    names = {name: f"lab_{os.environ[_OWNER]}_{os.getpid()}_{name}" for name in _USED}
    for name, its_own in names.items():
        _run(server, "drop database if exists {} with (force)", its_own)
        _run(
            server,
            "create database {} owner {} template {} strategy file_copy",
            its_own,
            _OWNERS[name],
            _template(name),
        )
    try:
        yield names
    finally:
        for its_own in names.values():
            _run(server, "drop database if exists {} with (force)", its_own)


def connections(server: Server, names: dict[str, str]) -> dict[str, str]:
    """The environment that leads the steps to these databases."""
    return {
        f"AIRFLOW_CONN_{name.upper()}": connection_json(server, names[database], role)
        for name, (database, role) in CONNECTIONS.items()
        if database in names
    }


def _run(server: Server, statement: str, *names: str) -> None:
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
