"""Two copies of a run at once end as one; a run that lost its place to another starts over."""

import pytest

from tests.kills import course
from tests.kills.course import Course
from tests.kills.nursery import nursery

pytestmark = pytest.mark.slow

ROUNDS = 5


@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
def test_two_copies_of_a_run_at_once_end_as_one(number, place, children, undisturbed):
    environment = course.environment(place.server, place, place.folder)
    with nursery() as others:
        copies = (children, others)
        for copy in copies:
            copy.begin("tests.kills.course:do_all", "manual__1", environment=environment)
        run_ids = {copy.end().value() for copy in copies}
    assert 1 == len(run_ids), "both copies published the same run"
    assert undisturbed.left_behind == place.left_behind()


def test_a_publication_that_comes_second_is_decided_again_on_the_new_head(place, children):
    environment = course.environment(place.server, place, place.folder)
    slow = Course(children, environment, airflow_run_id="manual__slow")
    fast = Course(children, environment, airflow_run_id="manual__fast")

    attempt_id = slow.run_until("check_identities")
    fast.run_until("publish_run")
    slow.run("publish_run", attempt_id).value()
    slow.run("write_discrepancy_report", attempt_id).value()

    left = place.left_behind()
    runs = [row for row in left["runs"] if '"is_published": true' in row]
    assert 2 == len(runs)
    assert 1 == sum('"is_head": true' in row for row in runs)
    assert 1 == sum('"predecessor_run_id": null' in row for row in runs), "one chain"
    assert 4 == len(left["files"])


def test_a_publication_that_comes_second_finds_what_it_would_have_found_first(
    place, children, undisturbed
):
    environment = course.environment(place.server, place, place.folder)
    slow = Course(children, environment, airflow_run_id="manual__slow")
    fast = Course(children, environment, airflow_run_id="manual__fast")
    attempt_id = slow.run_until("check_identities")
    fast.run_until("publish_run")
    slow.run("publish_run", attempt_id).value()

    left = place.left_behind()
    for view in ("statement_lines", "pending_items"):
        assert len(undisturbed.left_behind[view]) == len(left[view]), view
    assert len(undisturbed.left_behind["matches"]) == len(left["matches"])
    assert len(undisturbed.left_behind["discrepancies"]) == len(left["discrepancies"])
