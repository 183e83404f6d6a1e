"""The large files that the benchmark makes from a description are good files of the format."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.reconciliation.bench import format_files
from include.reconciliation.bench.run import CSV_FORMATS
from include.reconciliation.statement_check.trial import trial


@pytest.mark.parametrize("name", CSV_FORMATS)
def test_a_made_file_is_accepted_line_by_line(databases, tmp_path: Path, name: str) -> None:
    format_ = CSV_FORMATS[name]
    format_files.write(format_, 50, tmp_path / "made.csv")

    with trial(CSV_FORMATS) as attempt:
        verdicts = list(attempt.check(tmp_path / "made.csv", None, currency="EUR", zone="UTC"))

    assert [(name, 50, None)] == [
        (verdict.format, verdict.lines, verdict.error) for verdict in verdicts
    ]
