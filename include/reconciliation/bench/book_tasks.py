"""What the benchmark of the books runs in a child process: all checks of a book, and a replay."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from include.reconciliation.edges import ledger_source, warehouse
from include.reconciliation.edges.invariant_files import invariants_of
from include.reconciliation.errors import Broken
from include.reconciliation.steps.run_check import run_check
from include.reconciliation.steps.verify_payment_replay import verify_payment_replay


def group_by(book: str) -> int:
    """One bare grouping of a book's ledger entries; how many groups do not sum to zero."""
    name = f"bench/{book}/group_by"
    with ledger_source.snapshot(ledger_source.Book(book, book, name)) as cursor:
        return len(warehouse.run(cursor, name).fetchall())


def sentinel(book: str, airflow_run_id: str, as_of: str) -> dict[str, int]:
    """All checks of a book over all of it, as the DAG asks them; milliseconds of each.

    Raises what a check raises that could not be made.
    """
    taken = {}
    for check in invariants_of(book):
        began = time.perf_counter()
        with suppress(Broken):
            run_check(
                book,
                check.name,
                airflow_run_id=airflow_run_id,
                window_start=None,
                window_end=datetime.fromisoformat(as_of),
            )
        taken[check.name] = round((time.perf_counter() - began) * 1000)
    return taken


def replay(airflow_run_id: str) -> list[str]:
    """Replays all payments; which Variables would have been set."""
    stopped: list[str] = []

    def stop(variable: str, reason: str) -> None:
        # No Airflow is asked here.
        stopped.append(variable)

    verify_payment_replay(airflow_run_id=airflow_run_id, stop=stop)
    return stopped


TASKS: dict[str, Any] = {"group_by": group_by, "sentinel": sentinel, "replay": replay}
