"""The lab's kills, at a sample of the points; LAB_KILLS_EVERYWHERE=1 takes every one, for hours.

`bin/reconciliation lab-kills` does the same on servers of its own, and writes down what it found.
"""

import os
import subprocess

import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.kills import canaries, copies, hard_stops, summaries, toys
from include.reconciliation.lab.kills.correction_script import CONFIRMATION, CORRECTION
from include.reconciliation.lab.kills.drill import (
    AT_FILE_CALLS,
    KINDS,
    LOST_COMMIT,
    STOP,
    Finding,
    drill,
    spread,
)
from include.reconciliation.lab.kills.operator_script import OPERATOR_ACTION
from include.reconciliation.lab.kills.proxy import KILL, RESET
from include.reconciliation.lab.kills.run_script import RUN
from include.reconciliation.lab.kills.worlds import Ground

EVERYWHERE = "LAB_KILLS_EVERYWHERE" in os.environ
pytestmark = [pytest.mark.slow, pytest.mark.timeout(0 if EVERYWHERE else 300)]
SAMPLES = [
    (RUN, ["match_transactions", "publish_run"], [RESET, LOST_COMMIT, "40001", "40P01"]),
    (RUN, ["fetch_psp_statements", "write_discrepancy_report"], [AT_FILE_CALLS, "ENOSPC", "EIO"]),
    (CORRECTION, ["record_answer", "apply_request", "end_expired_requests"], [KILL, LOST_COMMIT]),
    (CONFIRMATION, ["publish_run"], [LOST_COMMIT]),
    (OPERATOR_ACTION, ["call_service", "verify_effect"], [KILL, LOST_COMMIT]),
]


@pytest.fixture(scope="module")
def ground(test_server, administrator, template_databases, children, tmp_path_factory):
    """The ground of the lab on the server of the tests."""
    folder = tmp_path_factory.mktemp("lab")
    return Ground(test_server, administrator, template_databases, children, folder)


def differing(found):
    """What is wrong, by task, kind and point."""
    return {
        (task, kind, point): what
        for task, told in found.items()
        for kind, finding in told["findings"].items()
        for point, what in finding.differing.items()
    }


@pytest.mark.parametrize(
    ("script", "tasks", "kinds"), SAMPLES, ids=lambda each: getattr(each, "name", None)
)
def test_a_task_that_is_struck_and_run_again_leaves_what_it_leaves_undisturbed(
    script, tasks, kinds, ground
):
    if EVERYWHERE:
        tasks, kinds = None, KINDS
    found = drill(ground, script, kinds, sample=None if EVERYWHERE else 1, tasks=tasks)
    assert {} == differing(found)
    findings = [finding for told in found.values() for finding in told["findings"].values()]
    assert sum(each.struck for each in findings) == sum(each.identical for each in findings) > 0


def test_four_copies_of_a_window_at_once_end_as_one(ground, monkeypatch):
    monkeypatch.setattr(copies, "COPIES", copies.COPIES if EVERYWHERE else (4,))
    found = copies.copies_at_once(ground, 100 if EVERYWHERE else 1)
    assert [{}] * len(found) == [each["differing"] for each in found]


def test_a_pause_at_any_step_holds_the_run_and_changes_nothing(ground):
    found = copies.pauses(ground)
    assert {} == found["differing"]
    assert ["match_transactions", "publish_run"] == found["held"], "where a run looks for a pause"


def test_postgresql_stopped_hard_at_a_commit_loses_nothing(children, tmp_path):
    with hard_stops.durable_ground(tmp_path / "cluster", children, tmp_path) as (own, stop):
        found = drill(own, RUN, [STOP], sample=1, tasks=["publish_run"], stop=stop)
    assert {} == differing(found)


@pytest.mark.parametrize("toy", canaries.BY_COPIES)
def test_copies_of_a_careless_design_are_found_out(toy, ground):
    differs = [canaries.round_differs(ground, toy) for _ in range(2)]
    assert any(differs) == (toy != canaries.CAREFUL)
    assert hasattr(toys, toy)


def test_a_summary_is_clean_only_when_the_careless_are_caught_and_nothing_else_is():
    caught = {"careful, killed": {"differing": 0}, "naive, killed": {"differing": 3}}
    missed = {"careful, killed": {"differing": 0}, "naive, killed": {"differing": 0}}
    assert summaries.is_clean({"canaries": caught, "run": [{"differing": {}}]})
    assert not summaries.is_clean({"canaries": missed})
    assert not summaries.is_clean({"canaries": caught, "run": [{"differing": {"point": "what"}}]})


def test_a_sample_always_has_the_last_point():
    assert [10] == spread(range(1, 11), 1)
    assert [5, 10] == spread(range(1, 11), 2)
    assert list(range(1, 11)) == spread(range(1, 11), None)
    assert Finding().is_clean


def test_the_command_says_what_it_does():
    done = subprocess.run(
        ["bin/reconciliation", "lab-kills", "--help"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )
    assert 0 == done.returncode and "--write-docs" in done.stdout
