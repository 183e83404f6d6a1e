"""Drafts of reports: a dead writer's are removed, a living one's are left alone."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report

DRAFT_WRITER = """
import time
from include.reconciliation.edges import report_files
with report_files.draft() as folder:
    (folder / "pending.csv").write_text("half a line")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def draft_writer(databases) -> Iterator[Callable[[], tuple[subprocess.Popen[str], Path]]]:
    """Starts processes that write a draft and never finish it."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", DRAFT_WRITER], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_what_a_killed_writer_left_goes_with_the_next_report_and_a_living_one_s_draft_stays(
    an_ordinary_run, draft_writer
) -> None:
    killed, abandoned = draft_writer()
    _, in_use = draft_writer()
    killed.kill()
    killed.wait()
    assert ["pending.csv"] == [path.name for path in abandoned.glob("*.csv")]

    write_discrepancy_report(an_ordinary_run.write())

    assert (False, True) == (abandoned.exists(), (in_use / "pending.csv").exists())


def test_a_draft_without_a_lock_goes_when_it_is_a_day_old(an_ordinary_run, tmp_path) -> None:
    """Its writer was killed in its first moment, or the file system has no locks."""
    young, old = (tmp_path / "reports" / f".draft-{name}" for name in ("young", "old"))
    for folder in (young, old):
        folder.mkdir(parents=True)
    two_days_ago = datetime.now(UTC).timestamp() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))

    write_discrepancy_report(an_ordinary_run.write())

    assert (True, False) == (young.exists(), old.exists())


def test_a_writer_killed_between_two_files_leaves_nothing_half_written_in_the_folder(
    an_ordinary_run, monkeypatch
) -> None:
    """Only the draft holds unfinished files, so removing it removes all of them."""
    folder = Path(write_discrepancy_report(an_ordinary_run.write()))
    (folder / "pending.csv").unlink()
    replace, unfinished = os.replace, []

    def look(source, target) -> None:
        if folder == Path(target).parent:
            unfinished.append(Path(source).parent.name)
        replace(source, target)

    monkeypatch.setattr(os, "replace", look)
    write_discrepancy_report(an_ordinary_run.again())

    # The file that was lost, and the manifest, which comes last.
    assert [".draft-", ".draft-"] == [name[:7] for name in unfinished]
