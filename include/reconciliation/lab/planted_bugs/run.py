"""`bin/reconciliation lab bugs`: plants one bug after the other and has the tests find it.

Each bug is planted in a copy of the project, on a server of its own, and the tests that are named
for it run there until the first fails. A canary comes first: the same tests without any bug must
pass, and a test that must fail has to.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.planted_bugs.bugs import PlantedBug, chosen, planted_bugs
from include.reconciliation.lab.results import Result, commit, write_result

TEST_SECONDS_MAX = 900
_CANARY = '''"""A test that must fail: if it does not, no figure of the lab is worth anything."""


def test_the_canary() -> None:
    assert 1 == 2
'''
_LEFT_OUT = shutil.ignore_patterns("var", ".git", "__pycache__", ".*_cache")
_PASSED, _FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Hunted:
    """What the tests made of one bug: `caught_by` names the test that failed first."""

    bug: PlantedBug
    caught_by: str | None
    seconds: float


class Copy:
    """A copy of the project, in which a bug stands while its tests run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PROJECT_ROOT, folder, ignore=_LEFT_OUT, symlinks=True)
        (folder / "tests" / "test_canary.py").write_text(_CANARY, encoding="utf-8")

    def hunt(self, bug: PlantedBug) -> Hunted:
        """Plants it, runs its tests, and takes it out again."""
        file = self.folder / bug.file
        text = file.read_text(encoding="utf-8")
        began = time.monotonic()
        file.write_text(bug.planted(text), encoding="utf-8")
        try:
            code, failed = self.test(bug.tests)
        finally:
            file.write_text(text, encoding="utf-8")
        if code not in (_PASSED, _FAILED):
            failed = failed or f"the tests could not run (pytest ended with {code})"
        return Hunted(bug, failed, time.monotonic() - began)

    def test(self, paths: tuple[str, ...]) -> tuple[int, str | None]:
        """The exit code of pytest, and the first test that failed."""
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *paths],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=TEST_SECONDS_MAX,
            check=False,
        )
        failed = [
            line.partition(" ")[2].partition(" - ")[0]
            for line in done.stdout.splitlines()
            if line.startswith(("FAILED ", "ERROR "))
        ]
        return done.returncode, failed[0] if failed else None


def main(arguments: list[str]) -> int:
    """Hunt the bugs; 0 only when every one was caught and the canary behaved."""
    options = _parser().parse_args(arguments)
    bugs = chosen(planted_bugs(), options.only)
    with _copies(options.workers) as copies:
        problem = _canary(copies[0], sorted({path for bug in bugs for path in bug.tests}))
        if problem is not None and not options.without_canary:
            print(problem, file=sys.stderr)
            return 1
        free: SimpleQueue[Copy] = SimpleQueue()
        for copy in copies:
            free.put(copy)

        def hunt(bug: PlantedBug) -> Hunted:
            copy = free.get()
            try:
                return copy.hunt(bug)
            finally:
                free.put(copy)

        hunted = []
        with ThreadPoolExecutor(len(copies)) as pool:
            for done in pool.map(hunt, bugs):
                hunted.append(done)
                _say(len(hunted), len(bugs), done)
    missed = [done for done in hunted if done.caught_by is None]
    print(f"planted {len(hunted)}, caught {len(hunted) - len(missed)}, missed {len(missed)}")
    if options.write_docs:
        write_result("planted_bugs", _result(hunted))
    return 1 if missed else 0


def _result(hunted: list[Hunted]) -> Result:
    caught = sum(done.caught_by is not None for done in hunted)
    return Result(
        title="Planted bugs",
        date=datetime.now(UTC).date().isoformat(),
        commit=commit(),
        command="bin/reconciliation lab bugs --write-docs",
        figures={"planted": len(hunted), "caught": caught},
        rows=[
            {
                "bug": done.bug.name,
                "file": done.bug.file,
                "caught by": done.caught_by or "**missed**",
            }
            for done in hunted
        ],
    )


def _canary(copy: Copy, paths: list[str]) -> str | None:
    """What is wrong with the tests before any bug is planted; None when they can be trusted."""
    code, _ = copy.test(("tests/test_canary.py",))
    if code != _FAILED:
        return f"the canary did not fail: pytest ended with {code}"
    code, failed = copy.test(tuple(paths))
    if code != _PASSED:
        return f"the tests fail without any bug: {failed or f'pytest ended with {code}'}"
    return None


@contextmanager
def _copies(count: int) -> Iterator[list[Copy]]:
    with tempfile.TemporaryDirectory(prefix="planted-bugs-") as folder:
        yield [Copy(Path(folder) / str(number)) for number in range(count)]


def _say(number: int, of: int, done: Hunted) -> None:
    caught = f"caught by {done.caught_by}" if done.caught_by else "MISSED"
    print(f"{number:3}/{of} {done.seconds:5.0f} s  {done.bug.name}: {caught}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/reconciliation lab bugs", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="in the bug's name or file")
    parser.add_argument("--workers", type=int, default=2, help="copies at once (2)")
    parser.add_argument(
        "--without-canary", action="store_true", help="don't run the tests without a bug first"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the outcome for docs/RELIABILITY.md"
    )
    return parser
