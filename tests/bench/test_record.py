"""What a benchmark keeps: its figures with where and when, in the place of the last ones."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from include.reconciliation.bench.record import Measurement, keep, setting
from include.reconciliation.bench.run import main
from include.reconciliation.local import commit


def results(docs: Path) -> dict[str, dict[str, dict[str, object]]]:
    return json.loads((docs / "benchmarks.json").read_text(encoding="utf-8"))


def test_a_measurement_is_kept_and_shown_by_one_command(docs: Path) -> None:
    assert 0 == main(["--sums", "4", "--write-docs"])

    [(size, entry)] = results(docs)["sums"].items()
    assert ("4", "bin/reconciliation bench --sums 4 --write-docs") == (size, entry["command"])
    page = (docs / "benchmarks.md").read_text(encoding="utf-8")
    assert "| `components` | 4 |\n" in page
    assert str(entry["date"]) in page


def test_a_later_measurement_takes_the_place_of_its_own_sort_and_size_alone(docs: Path) -> None:
    for size, seconds in (("4", "1.00"), ("5", "2.00"), ("4", "3.00")):
        keep(Measurement("sums", size, {"seconds": seconds}), setting(["--sums", size]))

    assert {"4": {"seconds": "3.00"}, "5": {"seconds": "2.00"}} == {
        size: entry["figures"] for size, entry in results(docs)["sums"].items()
    }


def test_nothing_is_kept_unless_it_is_asked_for(docs: Path) -> None:
    assert 0 == main(["--sums", "4"])
    assert {} == results(docs)["sums"]


def test_the_setting_names_no_host() -> None:
    assert socket.gethostname() not in json.dumps(setting(["--lines", "1000"]))


@pytest.mark.parametrize(
    ("status", "is_dirty"),
    [
        ("", False),
        # What the benchmark before it has written.
        (" M docs/benchmarks.json\n M docs/benchmarks.md\n", False),
        (" M include/sql/match/010_references.sql\n", True),
        ("?? include/new.py\n M docs/benchmarks.md\n", True),
    ],
)
def test_a_tree_is_dirty_when_something_that_is_measured_may_differ(
    monkeypatch: pytest.MonkeyPatch, status: str, is_dirty: bool
) -> None:
    answers = {"rev-parse": "a" * 40 + "\n", "status": status}
    monkeypatch.setattr(commit, "_git", lambda name, *_: answers[name])

    told = setting([])

    assert ("a" * 40, is_dirty) == (told["commit"], told["is_dirty"])


def test_outside_of_a_repository_the_code_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "_git", lambda *_: None)

    assert ("unknown", True) == (setting([])["commit"], setting([])["is_dirty"])


def test_without_the_pages_of_a_checkout_nothing_is_measured(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (docs / "benchmarks.json").unlink()

    assert 2 == main(["--sums", "4", "--write-docs"])
    assert "--write-docs" in capsys.readouterr().err
