"""Two copies of a run at once end as one; a run that lost its place to another starts over."""

import json
import time

import psycopg
import pytest

from include.reconciliation.lab.kills import books, course
from include.reconciliation.lab.kills.course import Course
from include.reconciliation.lab.kills.nursery import nursery
from include.reconciliation.local.bootstrap import SUPERUSER

pytestmark = pytest.mark.slow

ROUNDS = 5


@pytest.fixture(params=["row by row", "as it stands"])
def environment(request, place):
    """That of the place, with small loads or with every load large."""
    size = course.EVERY_LOAD_IS_LARGE if request.param == "as it stands" else {}
    return course.environment(place.server, place, place.folder) | size


@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
def test_two_copies_of_a_run_at_once_end_as_one(number, environment, place, children, undisturbed):
    with nursery() as others:
        copies = (children, others)
        for copy in copies:
            copy.begin(f"{course.__name__}:do_all", "manual__1", environment=environment)
        run_ids = {copy.end().value() for copy in copies}
    assert 1 == len(run_ids), "both copies published the same run"
    assert undisturbed.left_behind == place.left_behind()
    assert [] == place.strays()
    assert len(place.own_volumes()) == (3 if course.LARGE_FROM in environment else 0)


def test_a_run_that_comes_second_is_decided_again_on_the_run_that_came_first(
    environment, place, children, undisturbed
):
    later = (books.WINDOW_START.isoformat(), "2026-11-11T14:00:00+00:00")
    slow = Course(children, environment, airflow_run_id="manual__slow")
    fast = Course(children, environment, airflow_run_id="manual__fast", window=later)

    attempt_id = slow.run_until("check_identities")
    with psycopg.connect(
        place.server.conninfo(place.names["payments_ledger"], "source_writer")
    ) as ledger:
        # The company books what the statement had and the ledger had not.
        books.add_to_ledger(ledger, ("L5", "P5", "ORDER-5", "M5", "payment", 1250, 13))
    fast.run_until("publish_run")
    slow.run("publish_run", attempt_id).value()
    slow.run("write_discrepancy_report", attempt_id).value()

    left = place.left_behind()
    chain = sorted((json.loads(row) for row in left["runs"]), key=lambda run: not run["is_head"])
    second, first = chain
    assert (first["run_id"], None) == (
        second["predecessor_run_id"],
        first["predecessor_run_id"],
    ), "one chain"
    assert first["as_of"] == second["as_of"] == later[1], "the as-of never goes back"
    kinds = sorted(json.loads(row)["kind"] for row in left["discrepancies"])
    assert ["amount_mismatch", "missing_in_statement"] == kinds, "what was booked is not missing"
    assert len(undisturbed.left_behind["matches"]) + 1 == len(left["matches"])
    folders = {name.rpartition("/")[0] for name in left["files"]}
    assert 1 == len(folders) and f"{folders.pop()}/manifest.json" in left["files"]
    assert ["workspace work_2"] == place.strays(), "the report of the first is still to be written"


WAITING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and wait_event = 'transactionid'
"""


def test_two_first_runs_of_an_account_at_once_both_learn_its_number(place, children):
    environment = course.environment(place.server, place, place.folder)
    conninfo = place.server.conninfo(place.names["reconciliation"], SUPERUSER)
    with psycopg.connect(conninfo) as other, psycopg.connect(conninfo, autocommit=True) as onlooker:
        other.execute(
            "insert into internal.accounts (psp, account) values (%s, %s)",
            (books.PSP, books.ACCOUNT),
        )
        children.begin(f"{course.__name__}:choose", "manual__1", environment=environment)
        deadline = time.monotonic() + 60
        while onlooker.execute(WAITING).fetchone() == (0,):
            assert time.monotonic() < deadline, "the run waits for the other one"
            time.sleep(0.02)
        other.commit()
        assert 1 == children.end().value()
