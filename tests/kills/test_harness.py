"""The killer itself: it finds fault with a careless program and none with a careful one."""

from collections.abc import Iterator

import psycopg
import pytest

from include.reconciliation.lab.kills import state, toys
from include.reconciliation.lab.kills.file_calls import FileBlow
from include.reconciliation.lab.kills.nursery import Nursery, nursery
from include.reconciliation.lab.kills.proxy import Blow, Proxy, proxy_before

CAREFUL, NAIVE = (f"{toys.__name__}:{name}" for name in ("careful", "naive"))


@pytest.fixture
def proxy(databases) -> Iterator[Proxy]:
    with proxy_before(databases.server) as running:
        yield running


@pytest.fixture(scope="module")
def children() -> Iterator[Nursery]:
    with nursery() as running:
        yield running


@pytest.fixture
def toy(databases) -> Iterator[psycopg.Connection]:
    """An empty table that the application may write."""
    owner = databases.conninfo("reconciliation", "reconciliation_migrator")
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute("set role reconciliation_owner")
        session.execute("create table reconciliation.toy (name text, amount_minor bigint)")
        session.execute("grant all on reconciliation.toy to reconciliation_rw")
        yield session


def kill_everywhere(function, children, proxy, databases, toy, folder) -> list[str]:
    """Kills `function` at every message and file call, reruns it, and says where that shows."""
    conninfo = proxy.server.conninfo(databases.names["reconciliation"], "reconciliation_rw")

    def run(blow=None, **order):
        proxy.watch(blow)
        return children.run(function, conninfo, str(folder), environment={}, **order)

    def left_behind():
        rows = toy.execute("select name, amount_minor from reconciliation.toy order by 1, 2")
        return rows.fetchall(), state.of_files(folder)

    def clean():
        toy.execute("truncate reconciliation.toy")
        for path in folder.iterdir():
            path.unlink()

    undisturbed_run = run()
    messages, calls = len(proxy.seen), len(undisturbed_run.file_calls)
    undisturbed = left_behind()
    differing = []
    points = [
        (f"message {n}, delivered: {is_delivered}", {"blow": Blow(n, is_delivered)})
        for n in range(1, messages + 1)
        for is_delivered in (False, True)
    ] + [(f"file call {n}", {"file_blow": FileBlow(n)}) for n in range(1, calls + 1)]
    for name, point in points:
        clean()
        assert run(**point).killed_by == 9, f"nobody was killed at {name}"
        assert run().error is None
        if left_behind() != undisturbed:
            differing.append(name)
    return differing


def test_a_careful_program_killed_anywhere_and_run_again_leaves_what_it_leaves_undisturbed(
    children, proxy, databases, toy, tmp_path
):
    assert [] == kill_everywhere(CAREFUL, children, proxy, databases, toy, tmp_path)


def test_a_careless_program_is_found_out(children, proxy, databases, toy, tmp_path):
    differing = kill_everywhere(NAIVE, children, proxy, databases, toy, tmp_path)
    assert "message 1, delivered: False" not in differing
    assert "file call 1" in differing
    assert len(differing) > 5


def test_the_proxy_counts_each_message_of_a_client_once(children, proxy, databases, toy, tmp_path):
    conninfo = proxy.server.conninfo(databases.names["reconciliation"], "reconciliation_rw")
    children.run(CAREFUL, conninfo, str(tmp_path), environment={}).value()
    insert = ["P", "B", "D", "E", "S"]
    assert ["start-up", *["Q"] * 3, *insert * 3, "Q"] == proxy.seen


def test_an_error_of_a_step_is_told_and_not_taken_for_a_kill(children):
    outcome = children.run(CAREFUL, "host=/nowhere", "", environment={})
    assert outcome.killed_by is None
    assert "OperationalError" in (outcome.error or "")
