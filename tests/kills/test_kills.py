"""Every step is killed at its first, a middle and its last message to PostgreSQL, and run again."""

from collections.abc import Iterator
from signal import SIGKILL

import pytest

from include.reconciliation.lab.kills import course
from include.reconciliation.lab.kills.course import Course
from include.reconciliation.lab.kills.proxy import Blow, proxy_before
from include.reconciliation.report.manifest import MANIFEST
from include.reconciliation.report.page_facts import PAGE_FACTS
from include.reconciliation.report.pages import PAGES
from include.reconciliation.verify import READERS

pytestmark = pytest.mark.slow

# A step of one branch, and the one of the other that is at work meanwhile.
LEDGER = "extract_ledger_transactions"
BRANCHES = (
    (LEDGER, "fetch_psp_statements"),
    (LEDGER, "validate_statements"),
    ("fetch_psp_statements", LEDGER),
    ("validate_statements", LEDGER),
)
WITH_FILES = ("fetch_psp_statements", "write_discrepancy_report")


@pytest.fixture
def run(place, children) -> Iterator[Course]:
    """The run of `books`, through a proxy that can kill it."""
    with proxy_before(place.server) as proxy:
        yield Course(children, course.environment(proxy.server, place, place.folder), proxy)


def points(messages):
    """Where a step of so many messages is killed; its last one is its commit."""
    return {
        "middle": Blow(messages // 2),
        "last": Blow(messages),
        "last, reply lost": Blow(messages, is_delivered=True),
    }


UNTIL_PUBLISHED = {
    *((step, point) for step in course.NAMES[:-2] for point in points(0)),
    ("publish_run", "middle"),
}


def test_an_undisturbed_run_finds_what_is_wrong_with_the_books(undisturbed):
    left = undisturbed.left_behind
    kinds = {row.partition('"kind": "')[2].partition('"')[0] for row in left["discrepancies"]}
    assert {"missing_in_ledger", "missing_in_statement", "amount_mismatch"} == kinds
    assert (1, 7) == (len(left["runs"]), len(left["statement_lines"]))
    names = {path.rpartition("/")[2] for path in left["files"]}
    lists = {"discrepancies.csv", "discrepancies.xlsx", "pending.csv"}
    assert {*READERS, *lists, *PAGES, PAGE_FACTS, MANIFEST} == names


def test_a_run_that_is_cleared_after_its_report_changes_nothing(run, place, undisturbed):
    run.run_until()
    run.run_until()
    assert undisturbed.left_behind == place.left_behind()


@pytest.mark.parametrize("point", points(0))
@pytest.mark.parametrize("step", course.NAMES)
def test_a_step_killed_at_its_first_message_and_once_more_leaves_what_it_leaves_undisturbed(
    step, point, run, place, undisturbed
):
    blow = points(undisturbed.efforts[step].messages)[point]
    assert SIGKILL == run.kill(step, Blow(1)).killed_by
    assert SIGKILL == run.kill(step, blow).killed_by
    if (step, point) in UNTIL_PUBLISHED:
        left = place.left_behind()
        assert {} == {name: rows for name, rows in left.items() if rows}, "nothing is public yet"
    run.run_until()
    assert undisturbed.left_behind == place.left_behind()


@pytest.mark.parametrize("point", points(0))
@pytest.mark.parametrize(("step", "beside"), BRANCHES)
def test_a_branch_killed_while_the_other_is_at_work_holds_nobody_up(
    step, beside, point, run, place, undisturbed, others
):
    of_statements = beside if step == LEDGER else step
    attempt_id = run.before(of_statements)
    with proxy_before(place.server) as held:
        held.hold_at = undisturbed.efforts[beside].messages // 2
        environment = course.environment(held.server, place, place.folder)
        others.begin(f"{course.__name__}:do", beside, attempt_id, environment=environment)
        assert held.is_held.wait(timeout=60), "the other branch is in the middle of its work"
        blow = points(undisturbed.efforts[step].messages)[point]
        assert SIGKILL == run.run(step, attempt_id, blow=blow).killed_by
        left = place.left_behind()
        assert {} == {name: rows for name, rows in left.items() if rows}, "nothing is public yet"
        run.run(step, attempt_id).value()
        assert held.is_held.is_set(), "the other branch is still at work"
        held.go_on.set()
        others.end().value()
    for later in course.NAMES[course.NAMES.index(of_statements) + 1 :]:
        if later != LEDGER:
            run.run(later, attempt_id).value()
    assert undisturbed.left_behind == place.left_behind()


@pytest.mark.parametrize("step", WITH_FILES)
def test_a_step_that_is_killed_before_any_of_its_file_calls_leaves_the_same_bytes(
    step, place, undisturbed, children
):
    calls = undisturbed.efforts[step].file_calls
    assert {"fsync", "write", "mkdir"} <= set(calls), "temporary file, its name, its folder"
    run = Course(children, course.environment(place.server, place, place.folder))
    killed = 0
    for number in range(1, len(calls) + 1):
        if run.kill_at_file_call(step, number).killed_by is None:
            # What earlier tries made durable is not made again, so no call has this number.
            break
        killed += 1
    assert killed >= 3
    run.run_until()
    assert undisturbed.left_behind == place.left_behind()
