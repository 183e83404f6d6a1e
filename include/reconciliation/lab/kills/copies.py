"""Runs beside each other: copies of one window, overlapping windows, an orphan; and pauses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from include.reconciliation.lab.kills import books, course, run_script, state
from include.reconciliation.lab.kills.course import NAMES
from include.reconciliation.lab.kills.drill import Drill, different, last_line, spread, tell_nothing
from include.reconciliation.lab.kills.nursery import Nursery, order_of
from include.reconciliation.lab.kills.run_script import RUN
from include.reconciliation.lab.kills.scripts import Life, World
from include.reconciliation.lab.kills.worlds import Ground

Tell = Callable[[str, str, int, int], None]
COPIES = (2, 4, 8)
WINDOWS = (
    (books.WINDOW_START.isoformat(), books.WINDOW_END.isoformat()),
    (books.WINDOW_START.isoformat(), "2026-11-11T14:00:00+00:00"),
)
_DO_ALL = f"{course.__name__}:do_all"
# An orphan that holds a lock is let go on after this: nobody waits for the dead.
_HELD_SECONDS = 2.0
_PAUSE = {
    "AIRFLOW_VAR_RECONCILIATION_PAUSE_ADYEN": json.dumps(
        {"by": "ana", "reason": "the lab", "since": "2026-11-11T12:00:00+00:00"}
    )
}


def copies_at_once(ground: Ground, rounds: int, tell: Tell = tell_nothing) -> list[dict[str, Any]]:
    """2, 4 and 8 copies of one run at once: rounds, and those that left something else."""
    found = []
    with _drill(ground) as drill:
        for count in COPIES:
            wrong: dict[str, str] = {}
            for number in range(1, rounds + 1):
                tell("copies", f"{count} at once", number, rounds)
                with drill.stage.world() as world:
                    environment = _environment(world)
                    order = order_of(_DO_ALL, "manual__1", environment=environment)
                    outcomes = ground.children.together([order] * count)
                    problems = [last_line(each) for each in outcomes if each.error]
                    problems += [*different(RUN.left(world), drill.end), *run_script.strays(world)]
                if problems:
                    wrong[f"round {number}"] = "; ".join(problems)
            found.append({"copies": count, "rounds": rounds, "differing": wrong})
    return found


def overlapping_windows(
    ground: Ground, rounds: int, tell: Tell = tell_nothing
) -> dict[str, Any]:
    """Two overlapping windows at once leave the position that one after the other does.

    What the runs are called tells which window each had chosen before the other was published, so
    their names and files are not compared.
    """
    wrong: dict[str, str] = {}
    with ground.stage(RUN) as stage:
        orders = []
        for sequence in ((0, 1), (1, 0)):
            with stage.world() as world:
                for number in sequence:
                    _run_window(ground.children, world, number)
                orders.append(_position(world))
        for each in range(1, rounds + 1):
            tell("windows", "overlapping", each, rounds)
            with stage.world() as world:
                environment = _environment(world)
                outcomes = ground.children.together(
                    [
                        order_of(_DO_ALL, f"manual__{number}", window, environment=environment)
                        for number, window in enumerate(WINDOWS)
                    ]
                )
                problems = [last_line(outcome) for outcome in outcomes if outcome.error]
                found = _position(world)
                if all(different(found, order) for order in orders):
                    problems += different(found, orders[0])
            if problems:
                wrong[f"round {each}"] = "; ".join(problems)
    return {"rounds": rounds, "differing": wrong}


def _position(world: World) -> dict[str, Any]:
    return dict(state.position(RUN.left(world)["views"]))


def pauses(
    ground: Ground, tell: Tell = tell_nothing, tasks: Sequence[str] = NAMES
) -> dict[str, Any]:
    """A pause at each of the steps: nothing half published, and after it the run ends as ever."""
    wrong: dict[str, str] = {}
    held: list[str] = []
    with _drill(ground) as drill:
        for number, task in enumerate(RUN.tasks):
            if task.name not in tasks:
                continue
            tell("pause", task.name, tasks.index(task.name) + 1, len(tasks))
            with drill.prepared_for(ground, task), drill.life() as (life, _):
                life.around = _PAUSE
                outcome = life.do(task)
                if "Paused" in (outcome.error or ""):
                    held.append(task.name)
                problems = drill.half_seen(life, number)
                if outcome.error and "Paused" not in outcome.error:
                    problems.append(last_line(outcome))
                life.around = {}
                life.do_all(RUN.tasks[number:])
                problems += different(life.left(), drill.end)
            if problems:
                wrong[task.name] = "; ".join(problems)
    return {"points": len(tasks), "of": len(NAMES), "held": held, "differing": wrong}


def orphans(
    ground: Ground, others: Nursery, tell: Tell = tell_nothing, sample: int | None = None
) -> dict[str, Any]:
    """A task of an old run that goes on after a new run has done it all, at its commits.

    The position is what the two runs leave one after the other, whichever was published first.
    """
    wrong: dict[str, str] = {}
    refused = points = of = 0
    with _drill(ground) as drill:
        ends = [_one_after_the_other(drill, order) for order in ((2, 1), (1, 2))]
        for task in RUN.tasks:
            of += len(drill.efforts[task.name].commits)
            commits = spread(drill.efforts[task.name].commits, sample)
            for done, message in enumerate(commits, 1):
                tell("orphan", task.name, done, len(commits))
                points += 1
                problems = []
                with drill.prepared_for(ground, task), drill.life() as (life, proxy):
                    proxy.watch()
                    proxy.hold_at = message
                    call, environment = life.order(task)
                    ground.children.begin(*call, environment=environment)
                    if not proxy.is_held.wait(timeout=30):
                        problems.append("the orphan was never held")
                    others.begin(_DO_ALL, "manual__2", environment=_environment(life.world))
                    others.is_done(_HELD_SECONDS)
                    proxy.hold_at = None
                    proxy.go_on.set()
                    refused += bool(ground.children.end().error)
                    if (newer := others.end()).error:
                        problems.append(last_line(newer))
                    # The old run is cleared, and goes on to its end beside the new one's results.
                    life.do_all(RUN.tasks)
                    found = _position(life.world)
                    if all(different(found, end) for end in ends):
                        problems += different(found, ends[0])
                if problems:
                    wrong[f"{task.name}, message {message}"] = "; ".join(problems)
    return {"points": points, "of": of, "refused": refused, "differing": wrong}


def _one_after_the_other(drill: Drill, numbers: Sequence[int]) -> dict[str, Any]:
    with drill.stage.world() as world:
        for number in numbers:
            life = Life(RUN, world, drill.children, world.server)
            life.do_all(run_script.tasks(f"manual__{number}"))
        return _position(world)


@contextmanager
def _drill(ground: Ground) -> Iterator[Drill]:
    with ground.stage(RUN) as stage:
        drill = Drill(RUN, stage, ground.children)
        drill.measure()
        yield drill


def _environment(world: World) -> dict[str, str]:
    return {**world.environment(), **run_script.environment(world)}


def _run_window(children: Nursery, world: World, number: int) -> None:
    tasks = run_script.tasks(f"manual__{number}", WINDOWS[number])
    Life(RUN, world, children, world.server).do_all(tasks)
