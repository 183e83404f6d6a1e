"""One Airflow task per invariant, named after it: the grid reads as a list of promises.

There is a DAG per cadence. It asks what is to be asked that often, and what is to be asked more
often as well: so each morning all is asked, and a DAG that stands still silences nothing for long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import Any

from include.reconciliation.cadence import Cadence
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.edges.task_outcome import moment_of, told_to_airflow
from include.reconciliation.invariants import Invariant

# A recent check looks back further than its schedule: what was committed late is seen as well. What
# was later still is seen by the hour.
LOOK_BACK = {
    Cadence.FIVE_MINUTES: timedelta(hours=1),
    Cadence.HOUR: timedelta(days=2),
    Cadence.DAY: timedelta(days=2),
}
# What a form says where the hour of the run decides; the whole book is asked once a day.
BY_THE_HOUR = "by the hour"
FULL_AT = "02:00"


def groups(check: Callable[..., object], cadence: Cadence) -> None:
    """A task group per book with a task per invariant, in the DAG that is being made."""
    from airflow.sdk import TaskGroup

    for book in books():
        due = [each for each in invariants_of(book) if each.cadence.span <= cadence.span]
        if due:
            with TaskGroup(book):
                for each in due:
                    _task(check, each, LOOK_BACK[cadence])


def _task(check: Callable[..., object], invariant: Invariant, look_back: timedelta) -> None:
    from airflow.sdk import get_current_context, task

    book, name = invariant.book, invariant.name

    # What is broken is not asked again at once; what can't be reached may be there a minute later.
    @task(
        task_id=name, doc_md=invariant.question, retries=2, retry_delay=timedelta(minutes=1)
    )
    def body() -> None:
        context = get_current_context()
        with told_to_airflow():
            check(book, name, **_asked(context, look_back))

    body()


def _asked(context: Mapping[str, Any], look_back: timedelta) -> dict[str, Any]:
    """What a run of checks is asked: all of each book, or what was touched lately."""
    run = context["dag_run"]
    as_of = moment_of(context, ("scope", "as_of"))
    scope = context["params"]["scope"]
    if scope == BY_THE_HOUR:
        scope = "full" if as_of.astimezone(UTC).strftime("%H:%M") == FULL_AT else "recent"
    return {
        "airflow_run_id": f"{run.dag_id}:{run.run_id}",
        "window_start": None if scope == "full" else as_of - look_back,
        "window_end": as_of,
        "requested_by": run.triggering_user_name,
    }
