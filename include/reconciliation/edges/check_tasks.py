"""One Airflow task per invariant, named after it: the grid reads as a list of promises."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any

from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.edges.task_outcome import moment_of, told_to_airflow

# A recent check looks back further than its schedule: what was committed late is seen as well.
LOOK_BACK = timedelta(days=2)
# What a form says where the hour of the run decides; the whole book is asked once a day.
BY_THE_HOUR = "by the hour"
FULL_AT = "02:00"


def groups(
    check: Callable[..., object],
    chosen: Iterable[str] | None = None,
    names: Collection[str] | None = None,
) -> None:
    """A task group per book with a task per invariant, in the DAG that is being made.

    Of the books that are chosen, all invariants or those of the names.
    """
    from airflow.sdk import TaskGroup

    for book in books() if chosen is None else chosen:
        with TaskGroup(book):
            for each in invariants_of(book):
                if names is None or each.name in names:
                    _task(check, book, each.name, each.question)


def _task(check: Callable[..., object], book: str, name: str, question: str) -> None:
    from airflow.sdk import get_current_context, task

    # What is broken is not asked again at once; what can't be reached may be there a minute later.
    @task(task_id=name, doc_md=question, retries=2, retry_delay=timedelta(minutes=1))
    def body() -> None:
        context = get_current_context()
        with told_to_airflow():
            check(book, name, **_asked(context))

    body()


def _asked(context: Mapping[str, Any]) -> dict[str, Any]:
    """What a run of checks is asked: all of each book, or what was touched lately."""
    run = context["dag_run"]
    as_of = moment_of(context, ("scope", "as_of"))
    scope = context["params"]["scope"]
    if scope == BY_THE_HOUR:
        scope = "full" if as_of.astimezone(UTC).strftime("%H:%M") == FULL_AT else "recent"
    return {
        "airflow_run_id": f"{run.dag_id}:{run.run_id}",
        "window_start": None if scope == "full" else as_of - LOOK_BACK,
        "window_end": as_of,
        "requested_by": run.triggering_user_name,
    }
