"""What is done to Airflow while it reconciles, and what has to come of it all the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from include.reconciliation.lab.airflow_runs.place import DELIVERY, RECONCILIATION, Place
from include.reconciliation.lab.waiting import wait_for

RUN_SECONDS_MAX = 900
DELIVERY_SECONDS_MAX = 120
_WINDOW = {"window_start": "2026-02-25T00:00:00Z", "window_end": "2026-03-05T12:00:00Z"}
_PAUSE = "reconciliation_pause_adyen"
_PAUSED = '{"by": "lab", "reason": "a pause in mid-run", "since": "2026-03-05T12:00:00+00:00"}'
# Messages are numbered in the order in which they came to be, also those of the disturbance.
_NUMBER = re.compile(r" \(message \d+\)")
_BEFORE_PUBLISHING = "match_transactions"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One disturbance; `course` triggers what it needs and returns when all of it has ended.

    `also_told` is in each message that the disturbance may be worth: a pause that ends before
    Slack is served is told in the runs alone.
    """

    name: str
    course: Callable[[Place], None]
    also_told: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a scenario left: the position of the books, and what Slack was told."""

    position: dict[str, list[str]]
    heads: list[tuple[str, str]]
    texts: list[str]
    seconds: float


class DisturbedError(RuntimeError):
    """A scenario did not come to its end; the message says where it stood."""


def play(place: Place, scenario: Scenario) -> Ended:
    """Puts the books back, lets the scenario run, delivers what waits, and looks."""
    place.put_back()
    began = time.monotonic()
    scenario.course(place)
    seconds = time.monotonic() - began
    deadline = time.monotonic() + DELIVERY_SECONDS_MAX
    while place.undelivered() and time.monotonic() < deadline:
        _end(place, DELIVERY, place.api.trigger(DELIVERY))
    texts = sorted(_NUMBER.sub("", text) for text in place.slack.texts)
    return Ended(place.position(), place.heads(), texts, seconds)


def undisturbed(place: Place) -> None:
    """One run, triggered without a date, as a person triggers it."""
    _succeed(place, _trigger(place))


def _trigger(place: Place) -> str:
    return place.api.trigger(RECONCILIATION, psps=["adyen"], dry_run=False, **_WINDOW)


def _end(place: Place, dag_id: str, run_id: str) -> str:
    state = place.api.end_of(dag_id, run_id, RUN_SECONDS_MAX)
    if state not in ("success", "failed"):
        raise DisturbedError(f"{dag_id} {run_id} is {state or 'unknown'} after {RUN_SECONDS_MAX} s")
    return state


def _succeed(place: Place, run_id: str) -> None:
    state = _end(place, RECONCILIATION, run_id)
    if state != "success":
        states = place.api.task_states(RECONCILIATION, run_id)
        raise DisturbedError(f"{run_id} ended as {state}: {states}")


def _until_running(place: Place, run_id: str, task: str) -> None:
    """Waits until a task of that name runs, in any account."""

    def runs() -> bool:
        return any(
            entry["task_id"].endswith(task) and entry["state"] == "running"
            for entry in place.api.tasks(RECONCILIATION, run_id)
        )

    if not wait_for(runs, 300):
        raise DisturbedError(f"{task} of {run_id} never ran")


def _killing_tasks(task: str) -> Callable[[Place], None]:
    def course(place: Place) -> None:
        run_id = _trigger(place)
        _until_running(place, run_id, task)
        for process_id, _ in place.task_processes():
            place.kill(process_id)
        _succeed(place, run_id)

    return course


def _killing_supervisors(place: Place) -> None:
    """Tasks live on as orphans while Airflow tries them again."""
    run_id = _trigger(place)
    _until_running(place, run_id, _BEFORE_PUBLISHING)
    for supervisor in {parent for _, parent in place.task_processes()}:
        place.kill(supervisor)
    _succeed(place, run_id)


def _killing(component: str) -> Callable[[Place], None]:
    def course(place: Place) -> None:
        run_id = _trigger(place)
        _until_running(place, run_id, _BEFORE_PUBLISHING)
        place.kill(place.component(component))
        if not wait_for(place.is_healthy, 120):
            raise DisturbedError(f"the API did not come back after {component} was killed")
        _succeed(place, run_id)

    return course


def _without_metadata(seconds: float) -> Callable[[Place], None]:
    def course(place: Place) -> None:
        run_id = _trigger(place)
        _until_running(place, run_id, _BEFORE_PUBLISHING)
        with place.without_metadata():
            time.sleep(seconds)
        if not wait_for(place.is_healthy, 240):
            raise DisturbedError(
                f"the API did not come back after {seconds} s without its database"
            )
        if _end(place, RECONCILIATION, run_id) == "failed":
            # What gave up meanwhile is cleared, as the runbook says.
            place.api.clear(RECONCILIATION, run_id, only_failed=True)
            _succeed(place, run_id)

    return course


def _cleared(place: Place) -> None:
    run_id = _trigger(place)
    _succeed(place, run_id)
    place.api.clear(RECONCILIATION, run_id)
    _succeed(place, run_id)


def _marked_failed(place: Place) -> None:
    run_id = _trigger(place)
    _until_running(place, run_id, _BEFORE_PUBLISHING)
    place.api.mark(RECONCILIATION, run_id, "failed")
    time.sleep(5)
    place.api.clear(RECONCILIATION, run_id)
    _succeed(place, run_id)


def _back_filled(place: Place) -> None:
    _succeed(place, _trigger(place))
    before = {run["dag_run_id"] for run in place.api.runs(RECONCILIATION, "backfill")}
    place.api.backfill(
        RECONCILIATION, "2026-02-25T10:00:00Z", "2026-02-25T11:00:00Z", {"psps": ["adyen"]}
    )

    def new() -> list[str]:
        found = [run["dag_run_id"] for run in place.api.runs(RECONCILIATION, "backfill")]
        return sorted(set(found) - before)

    if not wait_for(new, 120):
        raise DisturbedError("the backfill made no run")
    for run_id in new():
        _succeed(place, run_id)


def _twice(place: Place) -> None:
    runs = [_trigger(place), _trigger(place)]
    for run_id in runs:
        _succeed(place, run_id)


def _paused_in_mid_run(place: Place) -> None:
    run_id = _trigger(place)
    _until_running(place, run_id, _BEFORE_PUBLISHING)
    place.api.set_variable(_PAUSE, _PAUSED)
    try:
        _end(place, RECONCILIATION, run_id)
    finally:
        place.api.delete_variable(_PAUSE)
    _succeed(place, _trigger(place))


SCENARIOS = (
    Scenario("a task killed while it extracts", _killing_tasks("extract_ledger_transactions")),
    Scenario("a task killed while it matches", _killing_tasks(_BEFORE_PUBLISHING)),
    Scenario("a task killed while it publishes", _killing_tasks("publish_run")),
    Scenario("supervisors killed, their tasks live on", _killing_supervisors),
    Scenario("the scheduler killed", _killing("scheduler")),
    Scenario("the API server killed", _killing("api-server")),
    Scenario("the DAG processor killed", _killing("dag-processor")),
    Scenario("Airflow's database away for 8 s", _without_metadata(8)),
    Scenario("Airflow's database away for 90 s", _without_metadata(90)),
    Scenario("cleared after it had ended", _cleared),
    Scenario("marked failed in mid-run, then cleared", _marked_failed),
    Scenario("two hours of it back-filled", _back_filled),
    Scenario("triggered twice in one second", _twice),
    Scenario("paused in mid-run, resumed and triggered again", _paused_in_mid_run, "paused"),
)
