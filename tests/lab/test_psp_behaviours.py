"""Every way in which a PSP's API misbehaves: complete and proved, or kept out with a reason."""

from __future__ import annotations

import pytest

from include.reconciliation.lab.behaviours.course import Course
from include.reconciliation.lab.behaviours.table import BEHAVIOURS

GROUPS = sorted({behaviour.group for behaviour in BEHAVIOURS})


@pytest.mark.parametrize("group", GROUPS)
def test_no_answer_is_taken_in_silence(course: Course, group: str) -> None:
    outcomes = [course.outcome(entry) for entry in BEHAVIOURS if entry.group == group]

    wrong = [
        (outcome.behaviour.name, outcome.behaviour.ends, outcome.ended, outcome.afterwards)
        for outcome in outcomes
        if not outcome.is_as_declared
    ]
    assert [] == wrong


def test_there_are_more_than_45_and_each_has_a_name_of_its_own() -> None:
    names = [behaviour.name for behaviour in BEHAVIOURS]

    assert len(set(names)) == len(names) > 45
