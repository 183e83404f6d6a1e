"""A correction, as two scripts: asked for, approved, applied, with others that are rejected or
expire; then, once the ledger has posted it, confirmed by the next run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.reconciliation.correction_chain import problems
from include.reconciliation.edges import warehouse
from include.reconciliation.lab.kills import books, correction_tasks, run_script, state
from include.reconciliation.lab.kills.nursery import Nursery
from include.reconciliation.lab.kills.scripts import Left, Life, Script, Task, World
from include.reconciliation.local.environment import connection_json

_TASKS = correction_tasks.__name__
REJECTED, APPROVED, LATE = (f"correct_discrepancy/manual__{number}" for number in (1, 2, 3))
NEXT_WINDOW = (books.WINDOW_START.isoformat(), "2026-11-11T14:00:00+00:00")
# What is another moment in every life, and the hashes over such moments.
MOMENTS = (
    "logged_at", "requested_at", "expires_at", "approved_at", "second_approved_at", "answered_at",
    "content_sha256", "previous_sha256", "entry_sha256", "account_id",
)  # fmt: skip
_TOGETHER = {
    "log": "select * from reconciliation.correction_log",
    "corrections": "select * from reconciliation.corrections",
    "events": "select kind, dedupe_key from internal.outbox",
}
_QUERIES = {
    "requests": "select * from reconciliation.action_requests",
    "answers": "select * from internal.action_answers",
}
# Corrections of one discrepancy's episode that are in the log twice, whatever their requests.
_TWICE = """
    select discrepancy_id || ' is corrected ' || count(*) || ' times'
    from reconciliation.correction_log
    where event = 'applied'
    group by discrepancy_id, episode
    having count(*) > 1
"""


def prepare(world: World, children: Nursery) -> None:
    """A day is reconciled, of which the ledger lacks a capture."""
    run_script.prepare(world, children)
    Life(run_script.RUN, world, children, world.server).do_all(run_script.RUN.tasks)


def environment(world: World) -> Mapping[str, str]:
    """That of the run, and how the company writes into its own ledger."""
    ledger = connection_json(world.server, world.names["payments_ledger"], "source_writer")
    return {
        **run_script.environment(world),
        "AIRFLOW_CONN_LEDGER_OF_THE_COMPANY": ledger,
    }


def left(world: World) -> Left:
    """Log, corrections and events, which come together; requests; answers; the run's own views."""
    with _application(world) as session:
        views = run_script.left(world)
        hidden = list(MOMENTS)
        return {
            "log, corrections and events": {
                name: state.rows_of(session, psycopg.sql.SQL(query), hidden)
                for name, query in _TOGETHER.items()
            },
            **{
                name: state.rows_of(session, psycopg.sql.SQL(query), hidden)
                for name, query in _QUERIES.items()
            },
            **views,
        }


def wrong(world: World) -> Sequence[str]:
    """What does not hold of the log's chain, and what was corrected twice."""
    with _application(world) as session:
        twice = [text for (text,) in session.execute(_TWICE).fetchall()]
        with session.cursor(row_factory=dict_row) as cursor:
            rows = warehouse.run(cursor, "corrections/log_rows").fetchall()
    return [*problems(rows, []), *twice]


def _application(world: World) -> psycopg.Connection[Any]:
    conninfo = world.server.conninfo(world.names["reconciliation"], "reconciliation_rw")
    session = psycopg.connect(conninfo)
    session.execute("set search_path = internal, reconciliation, pg_catalog")
    return session


def _task(
    name: str, function: str, *given: Any, found: bool = False, scenery: bool = False
) -> Task:
    def arguments(results: Mapping[str, Any]) -> Sequence[Any]:
        if not found:
            return given
        return [given[0], results["find"]["discrepancy_id"], *given[1:]]

    return Task(name, f"{_TASKS}:{function}", arguments, scenery)


def _next_run() -> list[Task]:
    """What follows a posting; only its publication says something of corrections."""
    steps = run_script.tasks("manual__2", NEXT_WINDOW)
    return [replace(step, is_scenery=step.name != "publish_run") for step in steps]


_ANSWERED = [
    _task("find", "find", scenery=True),
    _task("propose_correction", "propose", APPROVED, "the capture was lost", found=True),
    _task("preview", "preview", APPROVED),
    _task("record_answer", "answer", APPROVED, "Approve"),
    _task("apply_request", "apply", APPROVED),
]


def _post(world: World, children: Nursery) -> None:
    prepare(world, children)
    life = Life(CORRECTION, world, children, world.server)
    life.do_all(_ANSWERED)
    posting = (life.results["find"], life.results["apply_request"])
    life.do(Task("post", f"{_TASKS}:post", lambda results: posting)).value()


CORRECTION = Script(
    name="correction",
    databases=("reconciliation", "payments_ledger", "billing_gateway"),
    tasks=[
        *_ANSWERED,
        _task("ask", "propose", REJECTED, "it was never booked", found=True, scenery=True),
        _task("record_rejection", "answer", REJECTED, "Reject"),
        _task("ask late", "propose_late", LATE, "nobody reads this", found=True, scenery=True),
        _task("end_expired_requests", "expire"),
        _task("verify_log", "verify"),
    ],
    prepare=prepare,
    left=left,
    wrong=wrong,
    environment=environment,
)
CONFIRMATION = replace(
    CORRECTION,
    name="confirmation",
    tasks=[*_next_run(), _task("verify_log", "verify", scenery=True)],
    prepare=_post,
)
