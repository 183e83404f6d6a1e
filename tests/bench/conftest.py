"""What the tests of the benchmark share."""

import json
from pathlib import Path

import pytest

from include.reconciliation.bench import record
from include.reconciliation.documentation import benchmarks
from tests.bench.ledgers import OwnLedger
from tests.conftest import Databases

SORTS = ("format", "pipeline", "replay", "sentinel", "sums", "causes", "payouts")


@pytest.fixture
def ledger(databases: Databases) -> OwnLedger:
    """The test's own ledger in the place of the benchmark's."""
    return OwnLedger(databases.conninfo("payments_ledger", "postgres"))


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docs folder with the page and nothing kept yet; what is measured is kept there."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "benchmarks.json").write_text(json.dumps({sort: {} for sort in SORTS}))
    (folder / "benchmarks.md").write_text(benchmarks.PAGE.read_text(encoding="utf-8"))
    monkeypatch.setattr(record, "RESULTS", folder / "benchmarks.json")
    monkeypatch.setattr(record, "PAGE", folder / "benchmarks.md")
    return folder
