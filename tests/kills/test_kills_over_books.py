"""Tasks of the books are killed at messages to PostgreSQL all along their work, and run again."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pprint import pformat
from signal import SIGKILL

import pytest

from include.reconciliation.lab.kills.nursery import Outcome
from include.reconciliation.lab.kills.proxy import Blow, Proxy, proxy_before
from include.reconciliation.local.environment import CONNECTIONS, connection_json
from tests.kills.book_worlds import TASKS, Task, World
from tests.payouts import provider_server

pytestmark = pytest.mark.slow

# A task dies at all of its messages, not only where something lasting has just been written.
EVERYWHERE = "TESTS_KILLS_EVERYWHERE" in os.environ
BETWEEN = 4


@pytest.fixture
def new_world(
    test_server, fresh_databases, tmp_path_factory
) -> Callable[[Task], AbstractContextManager[World]]:
    """Makes worlds that are alike for a task."""

    @contextmanager
    def make(task: Task) -> Iterator[World]:
        names = fresh_databases.take()
        with provider_server.serving() as provider:
            world = World(test_server, names, tmp_path_factory.mktemp("world"), provider)
            task.meet(world)
            yield world
        fresh_databases.give_back(names)

    return make


@pytest.fixture
def do(children) -> Callable[..., Outcome]:
    """Has a task done in a process of its own, through a proxy that may kill it."""

    def run(task: Task, world: World, proxy: Proxy, blow: Blow | None = None) -> Outcome:
        proxy.watch(blow)
        connections = {
            f"AIRFLOW_CONN_{name.upper()}": connection_json(
                proxy.server, world.names[database], role
            )
            for name, (database, role) in CONNECTIONS.items()
        }
        return children.run(
            f"tests.kills.book_tasks:{task.name}",
            *task.arguments(world),
            environment=connections | world.environment(),
        )

    return run


def deaths(proxy: Proxy) -> list[Blow]:
    """Where a task dies that has said so much: as soon as each of its commits is through.

    What lasts changes there alone. Also at its first message, at the last and evenly between, all
    of which the server never gets.
    """
    last = len(proxy.seen)
    if EVERYWHERE:
        return [Blow(place, lost) for place in range(1, last + 1) for lost in (False, True)]
    between = sorted({1 + number * (last - 1) // (BETWEEN - 1) for number in range(BETWEEN)})
    return [Blow(place) for place in between] + [Blow(place, True) for place in proxy.commits]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_killed_anywhere_and_run_again_leaves_what_it_leaves_undisturbed(
    task, new_world, do
):
    with new_world(task) as world, proxy_before(world.server) as proxy:
        untouched = task.left(world)
        do(task, world, proxy).value()
        points = deaths(proxy)
        undisturbed = task.left(world)
        assert [] == task.half_done(world)
    assert untouched != undisturbed, "the task does something here"

    wrong = {}
    for blow in points:
        with new_world(task) as world, proxy_before(world.server) as proxy:
            assert SIGKILL == do(task, world, proxy, blow).killed_by
            half_done = task.half_done(world)
            task.before_again(world)
            do(task, world, proxy).value()
            left = task.left(world)
            half_done += task.half_done(world)
        differing = {what: rows for what, rows in left.items() if rows != undisturbed[what]}
        if half_done or differing:
            wrong[str(blow)] = (half_done, differing)
    assert {} == wrong, pformat(wrong)
