"""Copies of the project in which one file is changed while its tests run.

What the tests must find stands in a copy, never in the project, and on a server of the copy's own.
A canary comes first: the tests without any change must pass, and a test that must fail has to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from include.reconciliation.config import PROJECT_ROOT

TEST_SECONDS_MAX = 1800
# A change may make a loop endless: the tests are given this many times what they took without it.
_TIMES_LONGER, _SECONDS_MORE = 4, 30
_CANARY = '''"""A test that must fail: if it does not, no figure of the lab is worth anything."""


def test_the_canary() -> None:
    assert 1 == 2
'''
_LEFT_OUT = shutil.ignore_patterns("var", ".git", "__pycache__", ".*_cache")
_PASSED, _FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed: `applied` makes the new text of `file`; one of `tests` has to fail."""

    name: str
    file: str
    tests: tuple[str, ...]
    applied: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Hunted:
    """What the tests made of a change: `caught_by` names the test that failed first."""

    change: Change
    caught_by: str | None
    seconds: float


class Copy:
    """A copy of the project; the tests of one change run in it at a time.

    They may take `seconds_max`, which the canary sets by what they take without any change.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds_max: float = TEST_SECONDS_MAX
        shutil.copytree(PROJECT_ROOT, folder, ignore=_LEFT_OUT, symlinks=True)
        (folder / "tests" / "test_canary.py").write_text(_CANARY, encoding="utf-8")

    def hunt(self, change: Change) -> Hunted:
        """Makes the change, runs its tests, and takes it back."""
        file = self.folder / change.file
        text = file.read_text(encoding="utf-8")
        began = time.monotonic()
        file.write_text(change.applied(text), encoding="utf-8")
        try:
            code, failed = self.test(change.tests)
        except subprocess.TimeoutExpired:
            code, failed = _FAILED, f"the tests took more than {self.seconds_max:.0f} s"
        finally:
            file.write_text(text, encoding="utf-8")
        if code != _PASSED:
            failed = failed or f"the tests could not run (pytest ended with {code})"
        return Hunted(change, failed, time.monotonic() - began)

    def test(self, paths: Sequence[str]) -> tuple[int, str | None]:
        """The exit code of pytest, and the first test that failed."""
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *paths],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=self.seconds_max,
            check=False,
        )
        failed = [
            line.partition(" ")[2].partition(" - ")[0]
            for line in done.stdout.splitlines()
            if line.startswith(("FAILED ", "ERROR "))
        ]
        return done.returncode, failed[0] if failed else None

    def canary(self, changes: Sequence[Change]) -> str | None:
        """What is wrong with the tests before any change; None when they can be trusted."""
        code, _ = self.test(["tests/test_canary.py"])
        if code != _FAILED:
            return f"the canary did not fail: pytest ended with {code}"
        self.seconds_max = TEST_SECONDS_MAX
        began = time.monotonic()
        code, failed = self.test(sorted({path for change in changes for path in change.tests}))
        if code != _PASSED:
            return f"the tests fail without any change: {failed or f'pytest ended with {code}'}"
        self.seconds_max = _SECONDS_MORE + _TIMES_LONGER * (time.monotonic() - began)
        return None


def canary(of: Sequence[Copy], changes: Sequence[Change]) -> str | None:
    """The canary in one of the copies; what it says of time holds for all of them."""
    problem = of[0].canary(changes)
    for copy in of:
        copy.seconds_max = of[0].seconds_max
    return problem


@contextmanager
def copies(count: int) -> Iterator[list[Copy]]:
    """So many copies; nothing of them stays."""
    with tempfile.TemporaryDirectory(prefix="lab-copies-") as folder:
        yield [Copy(Path(folder) / str(number)) for number in range(count)]


def hunt_all(of: Sequence[Copy], changes: Sequence[Change]) -> Iterator[Hunted]:
    """What became of each change, in their order; the copies work beside each other."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in of:
        free.put(copy)

    def hunt(change: Change) -> Hunted:
        copy = free.get()
        try:
            return copy.hunt(change)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(of)) as pool:
        for number, done in enumerate(pool.map(hunt, changes), 1):
            caught = f"caught by {done.caught_by}" if done.caught_by else "MISSED"
            print(
                f"{number:4}/{len(changes)} {done.seconds:5.0f} s  {done.change.name}: {caught}",
                flush=True,
            )
            yield done
