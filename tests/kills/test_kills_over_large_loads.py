"""With every load large: a killed step leaves no partition behind, and the outcome is the same."""

import time
from signal import SIGKILL

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.lab.kills import course
from include.reconciliation.lab.kills.course import Course
from include.reconciliation.lab.kills.proxy import Blow, proxy_before
from include.reconciliation.local.bootstrap import SUPERUSER

pytestmark = pytest.mark.slow

STEPS = (
    "validate_statements",
    "extract_ledger_transactions",
    "match_transactions",
    "check_identities",
    "publish_run",
)
POINTS = ("middle", "last", "last, reply lost")
EACH = [
    "internal.ledger_transactions",
    "internal.match_members_ledger_statement",
    "internal.statement_lines",
]
SESSION_THAT_INDEXES = """
    select pid from pg_stat_activity
    where
        datname = current_database()
        and query like '%internal.index_volume%'
        and pid <> pg_backend_pid()
        and wait_event_type = 'Lock'
"""


@pytest.fixture(scope="session")
def efforts(new_place, children):
    """What each step takes where every load is large."""
    with new_place() as made, proxy_before(made.server) as proxy:
        environment = course.environment(proxy.server, made, made.folder)
        return Course(children, environment | course.EVERY_LOAD_IS_LARGE, proxy).measure()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_killed_over_large_loads_leaves_what_it_leaves_undisturbed(
    step, point, efforts, place, children, undisturbed
):
    messages = efforts[step].messages
    at = Blow(messages // 2 if point == "middle" else messages, point.endswith("lost"))
    with proxy_before(place.server) as proxy:
        environment = course.environment(proxy.server, place, place.folder)
        run = Course(children, environment | course.EVERY_LOAD_IS_LARGE, proxy)
        assert SIGKILL == run.kill(step, Blow(1)).killed_by
        assert SIGKILL == run.kill(step, at).killed_by
        if step != "publish_run":
            assert [] == place.own_volumes(), "nothing is attached yet"
        run.run_until()
    assert undisturbed.left_behind == place.left_behind()
    assert EACH == place.own_volumes()
    assert [] == place.strays()


@pytest.mark.parametrize("ends", ["pg_terminate_backend", "pg_cancel_backend"])
@pytest.mark.parametrize(
    ("step", "staged", "partitions"),
    [
        # The identities are proved beside a second try.
        ("match_transactions", "work_ledger_versions", EACH),
        ("check_identities", "work_members", [EACH[0], EACH[2]]),
    ],
)
def test_rows_whose_indexing_was_ended_are_published_all_the_same(
    step, staged, partitions, ends, place, children, undisturbed
):
    environment = course.environment(place.server, place, place.folder)
    run = Course(children, environment | course.EVERY_LOAD_IS_LARGE)
    before, *later = course.NAMES[course.NAMES.index(step) - 1 :]
    attempt_id = run.run_until(before)
    conninfo = place.server.conninfo(place.names["reconciliation"], SUPERUSER)
    with psycopg.connect(conninfo) as holder, psycopg.connect(conninfo, autocommit=True) as ender:
        rows = sql.Identifier(f"work_{attempt_id}", staged)
        holder.execute(sql.SQL("lock table {} in row exclusive mode").format(rows))
        children.begin(f"{course.__name__}:do", step, attempt_id, environment=run.environment)
        deadline = time.monotonic() + 30
        while not (waiting := ender.execute(SESSION_THAT_INDEXES).fetchall()):
            assert time.monotonic() < deadline, "nobody waits to index the rows"
            time.sleep(0.02)
        ender.execute(f"select {ends}(%s)", waiting[0])
        children.end().value()
    for name in later[1:]:
        run.run(name, attempt_id).value()
    assert undisturbed.left_behind == place.left_behind()
    assert partitions == place.own_volumes()
    assert [] == place.strays()
