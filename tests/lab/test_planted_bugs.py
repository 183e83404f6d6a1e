"""The planted bugs are bugs: each fits its file still, and the canary fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.changed_copies import Change, Copy
from include.reconciliation.lab.planted_bugs.bugs import (
    NotPlantedError,
    planted_bug,
    planted_bugs,
)

BUGS = planted_bugs()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_fits_its_file_and_its_tests_are_there(bug: Change) -> None:
    text = (PROJECT_ROOT / bug.file).read_text(encoding="utf-8")

    assert text != bug.applied(text)
    assert [] == [path for path in bug.tests if not (PROJECT_ROOT / path).exists()]


def test_there_are_more_than_40_and_each_has_a_name_of_its_own() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) > 40


def test_a_bug_that_fits_nowhere_is_not_taken_for_caught() -> None:
    with pytest.raises(NotPlantedError, match="stands 0 times"):
        planted_bug("lost", "a.py", "nowhere", "elsewhere", ()).applied("text")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the project to plant bugs in."""
    return Copy(Path(tmp_path_factory.mktemp("planted")) / "copy")


def test_the_canary_fails(copy: Copy) -> None:
    assert (1, "tests/test_canary.py::test_the_canary") == copy.test(["tests/test_canary.py"])


def test_a_bug_is_caught_and_taken_out_again(copy: Copy) -> None:
    bug = next(bug for bug in BUGS if bug.file.endswith("/money.py"))
    before = (copy.folder / bug.file).read_bytes()

    hunted = copy.hunt(bug)

    assert (hunted.caught_by or "").startswith("tests/matching/test_money.py::")
    assert before == (copy.folder / bug.file).read_bytes()


def test_a_change_that_no_test_sees_is_missed(copy: Copy) -> None:
    harmless = planted_bug(
        "a comment",
        "include/reconciliation/money.py",
        "Both are exact; neither knows a float.",
        "Both are exact.",
        ("tests/matching/test_money.py",),
    )

    assert copy.hunt(harmless).caught_by is None
