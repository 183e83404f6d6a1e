"""The whole command on a small file: floor, pipeline, a peer, and the page that shows them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from include.reconciliation.bench import peers, run
from include.reconciliation.bench.books import BookBench
from include.reconciliation.bench.databases import BOOK
from include.reconciliation.local.server import Server


@pytest.fixture
def on_the_tests_server(test_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def borrowed() -> Iterator[Server]:
        yield test_server

    monkeypatch.setattr(run, "borrowed_server", borrowed)
    # What Airflow's own import takes is told apart, and takes ten seconds to find out.
    monkeypatch.setattr(run, "import_seconds", lambda module, environment: 0.0)


@pytest.mark.slow
def test_the_pipeline_finds_exactly_what_was_planted_and_a_peer_stands_beside_it(
    on_the_tests_server: None, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not peers.interpreter().exists():
        pytest.skip("the peers are not installed: bin/setup --peers")

    code = run.main(
        ["--lines", "4000", "--rounds", "1", "--against", "pandas", "--json", "--write-docs"]
    )

    shown = json.loads(capsys.readouterr().out)
    assert (0, "13", "13", "0") == (code, shown["planted"], shown["found"], shown["false"])
    # One of each kind that a merge does not show, and the payouts in three currencies.
    assert ("10", "3") == (shown["pandas_found"], shown["pandas_false"])
    [entry] = json.loads((docs / "benchmarks.json").read_text())["pipeline"].values()
    assert "publish_run" in [task["name"] for task in entry["tasks"]]
    assert shown["postgres"] == entry["machine"]["postgres"]
    page = (docs / "benchmarks.md").read_text()
    assert f"| this pipeline | {shown['pipeline_s']} | in it |" in page
    assert f"| pandas {shown['pandas_version']} | {shown['pandas_s']} |" in page


@pytest.mark.parametrize(
    ("arguments", "planted"),
    [
        (["--entries", "8000", "--book", "payouts"], "7"),
        # Of a payment that is booked twice two sentences tell, and of orphans each entry.
        (["--entries", "8000", "--book", "marketplace"], "9"),
        (["--events", "8000"], "5"),
    ],
)
def test_the_books_are_found_to_have_exactly_what_was_planted_in_them(
    on_the_tests_server: None,
    docs: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    planted: str,
) -> None:
    code = run.main([*arguments, "--rounds", "1", "--json", "--write-docs"])

    shown = json.loads(capsys.readouterr().out)
    assert (0, planted, planted, "0") == (code, shown["planted"], shown["found"], shown["false"])
    sort = "replay" if "events" in shown and "entries" not in shown else "sentinel"
    [entry] = json.loads((docs / "benchmarks.json").read_text())[sort].values()
    assert shown["planted"] == entry["figures"]["planted"]
    assert f"| `planted` | {planted} |" in (docs / "benchmarks.md").read_text()


def test_a_book_in_which_a_check_misses_something_fails(
    on_the_tests_server: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def also_this(self: BookBench, database: str, name: str, values: object = None) -> object:
        found = facts(self, database, name, values)
        return found + Counter({("a sentence", "an object"): 1}) if database == BOOK else found

    facts = BookBench._facts
    monkeypatch.setattr(BookBench, "_facts", also_this)

    assert 1 == run.main(["--entries", "1000", "--rounds", "1"])
    shown = capsys.readouterr()
    assert "missed: a sentence an object" in shown.err
    assert "found 7" in shown.out


@pytest.mark.parametrize("arguments", [["--entries", "999"], ["--events", "-1"]])
def test_too_small_a_book_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == run.main(arguments)
    assert "at least 1000" in capsys.readouterr().err
