"""What the benchmark of the books runs in a child process: all checks of a book, and a replay."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import Any
from unittest.mock import patch

from include.reconciliation.edges import (
    emergency_stop,
    ledger_source,
    pause_variable,
    warehouse,
)
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
    """Replays all payments; which Variables it has set."""
    variables = Variables()
    with (
        pause_variable.reading_from(variables),
        patch.object(emergency_stop, "write", variables.write),
    ):
        verify_payment_replay(airflow_run_id=airflow_run_id)
    return sorted(variables.values)


class Variables:
    """In the place of Airflow's Variables: no Airflow is asked here, so none is imported."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def names(self, prefix: str) -> list[str]:
        """Those that are set."""
        return [name for name in self.values if name.startswith(prefix)]

    def value(self, name: str) -> str:
        """What one is set to."""
        return self.values[name]

    def write(self, name: str, text: str, description: str) -> None:
        """Sets one."""
        self.values[name] = text


TASKS: dict[str, Any] = {"group_by": group_by, "sentinel": sentinel, "replay": replay}
