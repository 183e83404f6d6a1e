"""The lab's kills, at a sample of the points; LAB_KILLS_EVERYWHERE=1 takes every one, for hours.

`bin/reconciliation lab-kills` does the same on servers of its own, and writes down what it found.
"""

import json
import os
import subprocess
from contextlib import nullcontext

import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.kills import (
    canaries,
    copies,
    course,
    hard_stops,
    run,
    summaries,
    system_calls,
    toys,
)
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
from include.reconciliation.lab.kills.proxy import KILL
from include.reconciliation.lab.kills.run_script import RUN
from include.reconciliation.lab.kills.worlds import Ground

EVERYWHERE = "LAB_KILLS_EVERYWHERE" in os.environ
pytestmark = [pytest.mark.slow, pytest.mark.timeout(0 if EVERYWHERE else 300)]
SAMPLES = [
    (RUN, ["match_transactions", "publish_run"], [LOST_COMMIT, "40001"]),
    (RUN, ["fetch_psp_statements"], [AT_FILE_CALLS, "ENOSPC"]),
    (RUN, ["write_discrepancy_report"], [AT_FILE_CALLS, "EIO"]),
    (CORRECTION, ["apply_request"], [KILL, LOST_COMMIT]),
    (CONFIRMATION, ["publish_run"], [LOST_COMMIT]),
    (OPERATOR_ACTION, ["call_service"], [KILL]),
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
    where = course.NAMES if EVERYWHERE else ("match_transactions", "publish_run")
    found = copies.pauses(ground, tasks=where)
    assert {} == found["differing"]
    assert ["match_transactions", "publish_run"] == found["held"], "where a run looks for a pause"


def test_postgresql_stopped_hard_at_a_commit_loses_nothing(children, tmp_path):
    # Processes that are killed lose what they had in memory: the disk matters to a power cut only,
    # and to wait for it while databases are copied takes a minute.
    settings = hard_stops.DURABLE | ({} if EVERYWHERE else {"fsync": "off"})
    home = tmp_path / "cluster"
    durable = hard_stops.durable_ground(home, children, tmp_path, RUN.databases, settings)
    with durable as (own, stop):
        found = drill(own, RUN, [STOP], sample=1, tasks=["publish_run"], stop=stop)
    assert {} == differing(found)


@pytest.fixture(scope="module")
def strace(children):
    """Blows by strace; CI must have it."""
    if refusal := system_calls.refusal(children):
        (pytest.fail if "CI" in os.environ else pytest.skip)(refusal)


def test_a_report_that_is_struck_at_a_system_call_is_written_all_the_same(strace, ground):
    kinds = system_calls.KINDS if EVERYWHERE else ["SIGKILL at rename", "ENOSPC at write"]
    sample = None if EVERYWHERE else 1
    found = drill(ground, RUN, kinds, sample=sample, tasks=["write_discrepancy_report"])
    assert {} == differing(found)
    findings = found["write_discrepancy_report"]["findings"]
    assert kinds == [kind for kind, finding in findings.items() if finding.identical]


@pytest.mark.parametrize("toy", canaries.BY_KILLS)
def test_blows_at_system_calls_find_a_careless_design_out(toy, strace, ground):
    found = drill(ground, canaries.script(toy), ["SIGKILL at sendto"], sample=4)
    assert bool(differing(found)) == (toy != canaries.CAREFUL)


def test_without_strace_it_is_said_that_nothing_was_played(children, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert system_calls.NO_STRACE == system_calls.refusal(children)


def test_where_strace_may_not_attach_its_words_are_told(children, monkeypatch, tmp_path):
    refuser = tmp_path / "strace"
    refuser.write_text("#!/bin/sh\necho 'strace: attach: Operation not permitted' >&2; exit 1\n")
    refuser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    told = system_calls.refusal(children)
    assert "not played" in told and "attach: Operation not permitted" in told


def test_a_part_that_was_not_played_is_in_the_summary_and_in_the_exit_code(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "nursery", nullcontext)
    monkeypatch.setattr(system_calls, "refusal", lambda children: system_calls.NO_STRACE)
    kept = tmp_path / "kills.json"
    assert 3 == run.main(["--only", "system_calls", "--json", str(kept)])
    summary = json.loads(kept.read_text())
    assert {"system_calls": system_calls.NO_STRACE} == summary["not_played"]
    assert system_calls.NO_STRACE == summaries.result(summary, run.PARTS)["figures"]["system_calls"]


def summary_of(parts, **other):
    """What a call found of these parts."""
    return {
        "date": "2026-11-30", "commit": "0123", "command": "lab-kills --sample 1", "sample": 1,
        "code_version": "4567", "rounds": 3, "not_played": {},
        "parts": parts,
        "seconds": dict.fromkeys(parts, 60),
        **other,
    }


def test_the_page_says_of_how_many_points_the_sample_was_and_what_was_not_played():
    row = {"task": "publish_run", "kind": "SIGKILL", "of": 500, "points": 2, "struck": 1}
    parts = {
        "run": [row | {"differing": {}}],
        "copies": [{"copies": 4, "rounds": 3, "differing": {"round 2": "views differ"}}],
        "canaries": {"naive, killed": {"points": 9, "differing": 7}},
    }
    said = summaries.result(summary_of(parts), [*parts, "windows", "orphans"])
    assert {
        "points and rounds": "a sample: 5 of 503, at most 1 for each task and kind",
        "reached": 4,
        "differing": 1,
        "minutes": 3,
        "not played": "windows, orphans",
    } == said["figures"]
    assert [("run", 500, 2, 1, 0), ("copies", 3, 3, 3, 1), ("canaries", 9, 9, 9, 7)] == [
        (each["part"], each["of"], each["points"], each["reached"], each["differing"])
        for each in said["rows"]
    ]


def test_what_several_calls_have_found_is_joined_and_each_is_named_with_its_commit(tmp_path):
    paths = [tmp_path / "a.json", tmp_path / "b.json", tmp_path / "joined.json"]
    windows = [{"rounds": 3, "differing": {}}]
    run_ = [{"kind": "SIGKILL", "points": 2, "differing": {"point": "views differ"}}]
    paths[0].write_text(json.dumps(summary_of({"windows": windows})))
    paths[1].write_text(json.dumps(summary_of({"run": run_}, commit="89ab")))
    join = ["--join", str(paths[0]), "--join", str(paths[1]), "--json", str(paths[2])]
    assert 1 == run.main(join), "a point differs"
    joined = json.loads(paths[2].read_text())
    assert {"windows": windows, "run": run_} == joined["parts"]
    assert [("0123", ["windows"]), ("89ab", ["run"])] == [
        (call["commit"], call["parts"]) for call in joined["calls"]
    ]
    assert joined["calls"] == summaries.result(joined, run.PARTS)["calls"]
    paths[1].write_text(json.dumps(summary_of({"run": run_}, sample=2)))
    assert 2 == run.main(join)


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
