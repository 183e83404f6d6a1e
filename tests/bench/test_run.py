"""The whole command on a small file: floor, pipeline, a peer, and the page that shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from include.reconciliation.bench import peers, run
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
