"""A script: tasks one after the other in a world of their own, each of which may be struck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation.lab.kills import state
from include.reconciliation.lab.kills.nursery import Nursery, Outcome
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.environment import CONNECTIONS, connection_json
from include.reconciliation.local.server import Server

Left = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """Databases and folders of one life; `names` has the databases that the script uses."""

    server: Server
    names: Mapping[str, str]
    folder: Path

    def session(self, name: str, role: str = SUPERUSER) -> psycopg.Connection[Any]:
        """A connection of the world's own, beside any proxy; autocommit."""
        return psycopg.connect(self.server.conninfo(self.names[name], role), autocommit=True)

    def environment(self, server: Server | None = None) -> dict[str, str]:
        """Connections of the tasks, through another server where that is wanted, and folders."""
        return {
            f"AIRFLOW_CONN_{name.upper()}": connection_json(
                server or self.server, self.names[database], role
            )
            for name, (database, role) in CONNECTIONS.items()
            if database in self.names
        } | {
            f"RECONCILIATION_{name.upper()}": str(self.folder / name)
            for name in ("store", "reports", "notices")
        }

    def reports(self) -> dict[str, str]:
        """The finished files of reports by their hashes."""
        return state.of_files(self.folder / "reports")


@dataclass(frozen=True, slots=True)
class Task:
    """`call` is `module:function`; its arguments come from the results of tasks before it.

    What `is_scenery` moves the world on, and is never struck.
    """

    name: str
    call: str
    arguments: Callable[[Mapping[str, Any]], Sequence[Any]] = lambda results: ()
    is_scenery: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """Tasks, the world they need, and what they leave: parts that appear whole, or not yet."""

    name: str
    databases: Sequence[str]
    tasks: Sequence[Task]
    # Fills a world once; all lives begin with a copy of it.
    prepare: Callable[[World, Nursery], None]
    left: Callable[[World], Left]
    # What may never be seen, at any moment: what there is of it, as sentences.
    wrong: Callable[[World], Sequence[str]] = lambda world: ()
    environment: Callable[[World], Mapping[str, str]] = lambda world: {}
    # What stands around a life, such as a service; its environment is added.
    around: Callable[[World], AbstractContextManager[Mapping[str, str]]] = lambda world: (
        nullcontext({})
    )


@dataclass(slots=True)
class Life:
    """One performance of a script: its world, its children, and the results so far."""

    script: Script
    world: World
    children: Nursery
    server: Server
    results: dict[str, Any] = field(default_factory=dict)
    around: Mapping[str, str] = field(default_factory=dict)

    def order(self, task: Task) -> tuple[tuple[Any, ...], dict[str, str]]:
        """What a child is asked to do, and its environment."""
        environment = self.world.environment(self.server)
        call = (task.call, *task.arguments(self.results))
        return call, {**environment, **self.script.environment(self.world), **self.around}

    def do(self, task: Task, **order: Any) -> Outcome:
        """Does a task once, whatever becomes of it."""
        call, environment = self.order(task)
        outcome = self.children.run(*call, environment=environment, **order)
        if outcome.error is None and outcome.killed_by is None:
            self.results[task.name] = outcome.result
        return outcome

    def do_all(self, tasks: Sequence[Task]) -> None:
        """Does tasks that nobody disturbs; AssertionError with the trace of one that fails."""
        for task in tasks:
            self.do(task).value()

    def left(self) -> Left:
        """What can be seen now."""
        return self.script.left(self.world)
