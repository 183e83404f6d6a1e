"""The demo's place on the embedded server: fresh databases, folders, connections, configuration.

Only databases that are empty or that a demo made are ever recreated; which those are, a comment on
the database says.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from include.reconciliation import config
from include.reconciliation.demo.desk import PROFILES
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.local.bootstrap import SOURCES, SUPERUSER, bootstrap
from include.reconciliation.local.environment import (
    CONNECTIONS,
    connection_json,
    demo_environment_file,
)
from include.reconciliation.local.layout import ensure_state_directory
from include.reconciliation.local.migrate import migrate
from include.reconciliation.local.server import Server

MARK = "made by the demo"
STRIPE_KEY = "sk_test_demo_of_this_project"


class NotOurs(RuntimeError):
    """The databases hold runs that no demo made; the message says what to do."""


class RunFailed(RuntimeError):
    """A run of the demo did not succeed; the message names the tasks that failed."""


def folder() -> Path:
    """Where the demo keeps what its PSPs deliver, and its configuration."""
    return ensure_state_directory() / "demo"


def airflow_log() -> Path:
    """What Airflow says while it runs DAGs in the demo's own process."""
    return folder() / "airflow.log"


def drop_folder() -> Path:
    """Where Adyen leaves its files, a folder per account."""
    return folder() / "drop"


def balance_transactions_file() -> Path:
    """What Stripe's API has shown last, as a list in JSON."""
    return folder() / "balance_transactions.json"


def published_runs(server: Server) -> tuple[int, int]:
    """How many runs the warehouse of this checkout has published, and how many not of the demo's
    accounts; none when there is no warehouse yet."""
    accounts = [f"{profile.psp}/{profile.account}" for profile in PROFILES]
    try:
        with psycopg.connect(server.conninfo("reconciliation", "reconciliation_ro")) as session:
            row = session.execute(
                statement("demo/published_runs"), {"accounts": accounts}
            ).fetchone()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return 0, 0
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def is_the_demos(server: Server) -> bool:
    """Whether a demo made the warehouse of this checkout, and no other account has a run in it.

    Runs that somebody has triggered since count as the demo's here: they read its PSPs.
    """
    return published_runs(server)[1] == 0 and (_mark(server) or "").startswith(MARK)


def make_fresh(server: Server) -> None:
    """Drop and make again the warehouse and both sources, and forget the last demo's files.

    Raises NotOurs when there are runs that no demo made.
    """
    runs, runs_of_others = published_runs(server)
    mark = _mark(server) or ""
    made = re.fullmatch(rf"{MARK}, ([0-9]+) runs", mark)
    # A demo that was broken off has left no count, and nobody else had a chance to run anything.
    is_ours = mark == MARK or (made is not None and int(made[1]) == _stored_runs(server))
    if runs_of_others or (runs and not is_ours):
        raise NotOurs(
            "The databases on the embedded server hold runs that are not the demo's, and the demo "
            "begins with empty ones. Keep what you need, run make clean, then make demo; or set "
            "RECONCILIATION_VAR to another folder to have a second server there."
        )
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        for name in ("reconciliation", *SOURCES):
            session.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )
    bootstrap(server)
    migrate(server.conninfo("reconciliation", "reconciliation_migrator"))
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        session.execute(
            sql.SQL("comment on database reconciliation is {}").format(sql.Literal(MARK))
        )
    state = ensure_state_directory().resolve()
    for leftover in (folder(), config.store_folder(), config.reports_folder()):
        # A folder that the user named elsewhere is the user's.
        if leftover.resolve().is_relative_to(state):
            shutil.rmtree(leftover, ignore_errors=True)
    folder().mkdir()


def note_runs(server: Server) -> None:
    """Remember how many runs the demo made, so that a run of the user's is told from them."""
    mark = f"{MARK}, {_stored_runs(server)} runs"
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        session.execute(
            sql.SQL("comment on database reconciliation is {}").format(sql.Literal(mark))
        )


def set_environment(server: Server, *, stripe_url: str) -> None:
    """Point this process at the embedded server, the drop folder and the Stripe on loopback."""
    drop_folder().mkdir(exist_ok=True)
    for name, (database, role) in CONNECTIONS.items():
        os.environ[f"AIRFLOW_CONN_{name.upper()}"] = connection_json(server, database, role)
    entries = {**adyen_environment(), **stripe_environment(stripe_url)}
    write_environment(entries)
    os.environ.update(entries)


def adyen_environment() -> dict[str, str]:
    """How tasks reach the demo's Adyen: the connection to its drop folder."""
    entry = {"conn_type": "fs", "extra": {"path": str(drop_folder())}}
    return {"AIRFLOW_CONN_ADYEN": json.dumps(entry)}


def stripe_environment(stripe_url: str) -> dict[str, str]:
    """How tasks reach the demo's Stripe: its key, and a configuration that names its address."""
    configuration = folder() / "psps.toml"
    configuration.write_text(configuration_text(stripe_url), encoding="utf-8")
    entry = {"conn_type": "http", "password": STRIPE_KEY}
    return {
        "AIRFLOW_CONN_STRIPE": json.dumps(entry),
        "RECONCILIATION_CONFIG": str(configuration),
    }


def write_environment(entries: Mapping[str, str]) -> None:
    """Tell every later process of this checkout how the demo's PSPs are reached."""
    file = demo_environment_file()
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps(entries), encoding="utf-8")
    os.replace(unfinished, file)


def configuration_text(stripe_url: str) -> str:
    """The project's own psps.toml, with Stripe's endpoint on loopback, behind the gateway."""
    text = (config.PROJECT_ROOT / "include" / "psps.toml").read_text(encoding="utf-8")
    pattern = re.compile(r'^endpoint = "https://api\.stripe\.com"', re.MULTILINE)
    changed, count = pattern.subn(f'endpoint = "{stripe_url}"', text)
    if count != 1:
        raise NotOurs(
            "include/psps.toml is not the one that the demo was made for: Stripe's endpoint is "
            "another. Set it to https://api.stripe.com, or run the demo in a fresh clone."
        )
    # The first entry is Stripe's: what its endpoint was found in.
    return changed.replace("[psp.statements]", "[psp.gateway]\n\n[psp.statements]", 1)


def _stored_runs(server: Server) -> int:
    with psycopg.connect(server.conninfo("reconciliation", "reconciliation_ro")) as session:
        row = session.execute("select count(*) from reconciliation.runs").fetchone()
    return 0 if row is None else int(row[0])


def _mark(server: Server) -> str | None:
    with psycopg.connect(server.conninfo("postgres", SUPERUSER)) as session:
        row = session.execute(
            "select shobj_description(oid, 'pg_database') from pg_catalog.pg_database "
            "where datname = 'reconciliation'"
        ).fetchone()
    return None if row is None else row[0]
