"""The run of one account, as a script: from the window to the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from include.reconciliation.lab.kills import books, course, state
from include.reconciliation.lab.kills.nursery import Nursery
from include.reconciliation.lab.kills.scripts import Left, Script, Task, World
from include.reconciliation.report.manifest import MANIFEST

_STRAYS = """
    select 'the workspace ' || nspname from pg_namespace where nspname like 'work%'
    union all
    select 'the table ' || relname from pg_class
    where
        relkind = 'r' and relname ~ '^(statement_lines|ledger_transactions|match_members)_'
        and oid not in (select inhrelid from pg_inherits)
"""
_COURSE = course.__name__


def tasks(
    airflow_run_id: str = "manual__1", window: tuple[str, str] | None = None
) -> list[Task]:
    """The steps of a run, whose attempt is what the first of them returns."""
    return [
        Task("choose_window", f"{_COURSE}:choose", lambda results: (airflow_run_id, window)),
        *map(_step, course.STEPS),
    ]


def prepare(world: World, children: Nursery) -> None:
    """The books of the company and of the PSP."""
    with world.session("payments_ledger", "source_writer") as ledger:
        books.write_ledger(ledger)
    books.write_statement(world.folder / "drop")


def environment(world: World) -> Mapping[str, str]:
    """How the PSP's files are found."""
    entry = {"conn_type": "fs", "extra": {"path": str(world.folder / "drop")}}
    return {"AIRFLOW_CONN_ADYEN": json.dumps(entry)}


def left(world: World) -> Left:
    """The public views, and the files of reports; a folder without its manifest is no report."""
    conninfo = world.server.conninfo(world.names["reconciliation"], "reconciliation_rw")
    with psycopg.connect(conninfo) as warehouse:
        views = state.of_views(warehouse)
    files = world.reports()
    whole = {name.removesuffix(MANIFEST) for name in files if name.endswith(f"/{MANIFEST}")}
    reports = {name: files[name] for name in files if f"{name.rpartition('/')[0]}/" in whole}
    return {"views": views, "files": reports}


def strays(world: World) -> Sequence[str]:
    """What belongs to nobody once all is over."""
    with world.session("reconciliation") as session:
        return [what for (what,) in session.execute(_STRAYS).fetchall()]


def _step(name: str) -> Task:
    def arguments(results: Mapping[str, Any]) -> Sequence[Any]:
        return name, results["choose_window"]

    return Task(name, f"{_COURSE}:do", arguments)


RUN = Script(
    name="run",
    databases=("reconciliation", "payments_ledger", "billing_gateway"),
    tasks=tasks(),
    prepare=prepare,
    left=left,
    environment=environment,
)
