"""Tasks of the books are killed at messages to PostgreSQL all along their work, and run again."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pprint import pformat
from signal import SIGKILL

import pytest

from include.reconciliation.local.environment import CONNECTIONS, connection_json
from tests.kills.book_worlds import TASKS, Task, World
from tests.kills.nursery import Outcome
from tests.kills.proxy import KillAt, Proxy, proxy_before
from tests.payouts import provider_server

pytestmark = pytest.mark.slow

# So many deaths of each task; with a large number it dies at every message.
DEATHS = int(os.environ.get("TESTS_KILLS_DEATHS", "8"))


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

    def run(task: Task, world: World, proxy: Proxy, kill_at: KillAt | None = None) -> Outcome:
        proxy.watch(kill_at)
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


def deaths(messages: int) -> list[KillAt]:
    """Where a task of so many messages dies: its first, its last, some between, evenly.

    In turn the server has the message or not; of the last one, a commit, both.
    """
    step = max(1, (messages - 1) / max(1, DEATHS - 2))
    places = sorted({round(1 + number * step) for number in range(DEATHS)} & {*range(1, messages)})
    between = [KillAt(place, number % 2 == 1) for number, place in enumerate(places)]
    return [*between, KillAt(messages), KillAt(messages, is_delivered=True)]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_killed_anywhere_and_run_again_leaves_what_it_leaves_undisturbed(
    task, new_world, do
):
    with new_world(task) as world, proxy_before(world.server) as proxy:
        untouched = task.left(world)
    with new_world(task) as world, proxy_before(world.server) as proxy:
        do(task, world, proxy).value()
        messages = len(proxy.seen)
        undisturbed = task.left(world)
    assert untouched != undisturbed, "the task does something here"

    wrong = {}
    for kill_at in deaths(messages):
        with new_world(task) as world, proxy_before(world.server) as proxy:
            assert SIGKILL == do(task, world, proxy, kill_at).killed_by
            half_done = task.half_done(world)
            task.before_again(world)
            do(task, world, proxy).value()
            left = task.left(world)
        differing = {what: rows for what, rows in left.items() if rows != undisturbed[what]}
        if half_done or differing:
            wrong[str(kill_at)] = (half_done, differing)
    assert {} == wrong, pformat(wrong)
