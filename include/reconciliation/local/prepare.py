"""Brings databases to what this checkout needs: roles, schema, Airflow's tables, pools.

Run before each command that works with the embedded server; when nothing is missing it takes a
fraction of a second.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from include.reconciliation.local.bootstrap import bootstrap
from include.reconciliation.local.container import POOLS
from include.reconciliation.local.environment import (
    AIRFLOW_DATABASE,
    passwords_file,
    process_environment,
)
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.migrate import migrate
from include.reconciliation.local.server import Server, borrowed_server

MIGRATION_LOCK = 7_241_863_152


def prepare(server: Server, environment: Mapping[str, str]) -> None:
    """Make everything that is missing on the embedded server, Airflow's metadata included."""
    prepare_warehouse(server)
    prepare_airflow(server, environment)


def prepare_warehouse(server: Server) -> None:
    """Roles, databases, source tables and the warehouse's newest schema."""
    bootstrap(server)
    migrate(server.conninfo("reconciliation", "reconciliation_migrator"))


def prepare_airflow(server: Server, environment: Mapping[str, str]) -> None:
    """Airflow's tables, pools and logins; a comment on the database says what was done last."""
    passwords_file(Path(environment["AIRFLOW_HOME"]))
    wanted = _wanted()
    with psycopg.connect(server.conninfo(AIRFLOW_DATABASE, "airflow")) as session:
        session.execute("select pg_advisory_xact_lock(%(key)s)", {"key": MIGRATION_LOCK})
        if _done(session) == wanted:
            return
        _airflow(environment, "db", "migrate")
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(_pools(), file)
            file.flush()
            _airflow(environment, "pools", "import", file.name)
        session.execute(
            sql.SQL("comment on database {} is {}").format(
                sql.Identifier(AIRFLOW_DATABASE), sql.Literal(wanted)
            )
        )


def _pools() -> dict[str, dict[str, object]]:
    return {
        name: {"slots": slots, "description": purpose, "include_deferred": True}
        for name, (slots, purpose) in POOLS.items()
    }


def _wanted() -> str:
    """What the metadata depends on: the locked Airflow and the pools."""
    lock = (PROJECT_ROOT / "requirements.txt").read_bytes()
    return hashlib.sha256(lock + json.dumps(_pools(), sort_keys=True).encode()).hexdigest()


def _done(session: psycopg.Connection) -> str | None:
    row = session.execute(
        "select shobj_description(oid, 'pg_database') from pg_catalog.pg_database "
        "where datname = current_database()"
    ).fetchone()
    return None if row is None else row[0]


def _airflow(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *arguments],
        env=dict(environment), check=False, capture_output=True, text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"airflow {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def main() -> int:
    """Prepare the server of this checkout, as one step of `make up`."""
    port = int(os.environ.get("AIRFLOW__API__PORT", "8080"))
    with borrowed_server() as server:
        prepare(server, process_environment(server, port=port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
