"""Every way in which an API or a drop folder misbehaves: complete and proved, or kept out."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from include.reconciliation.lab.behaviours.course import Course, Outcome
from include.reconciliation.lab.behaviours.folder_course import FolderCourse
from include.reconciliation.lab.behaviours.folder_table import FOLDER_BEHAVIOURS
from include.reconciliation.lab.behaviours.table import BEHAVIOURS

GROUPS = sorted({behaviour.group for behaviour in BEHAVIOURS})
FOLDER_GROUPS = sorted({behaviour.group for behaviour in FOLDER_BEHAVIOURS})


@pytest.mark.parametrize("group", GROUPS)
def test_no_answer_is_taken_in_silence(course: Course, group: str) -> None:
    assert [] == wrong(course.outcome(entry) for entry in BEHAVIOURS if entry.group == group)


@pytest.mark.slow
@pytest.mark.parametrize("group", FOLDER_GROUPS)
def test_no_file_is_taken_in_silence(folder_course: FolderCourse, group: str) -> None:
    entries = [entry for entry in FOLDER_BEHAVIOURS if entry.group == group]

    assert [] == wrong(folder_course.outcome(entry) for entry in entries)


def wrong(outcomes: Iterable[Outcome]) -> list[tuple[str, str, str, str]]:
    """Those that did not end as they must."""
    return [
        (outcome.behaviour.name, outcome.behaviour.ends, outcome.ended, outcome.afterwards)
        for outcome in outcomes
        if not outcome.is_as_declared
    ]


def test_there_are_more_than_140_and_each_has_a_name_of_its_own() -> None:
    known = (*BEHAVIOURS, *FOLDER_BEHAVIOURS)
    names = [(behaviour.group, behaviour.name) for behaviour in known]

    assert len(set(names)) == len(names) > 140
