"""docs/RELIABILITY.md says what its results say, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from include.reconciliation.lab import reliability
from include.reconciliation.lab.figures import of_faults
from include.reconciliation.lab.outcome import Outcome

SETTING = {"date": "2026-11-30", "commit": "0123456789abcdef", "is_dirty": False, "command": "lab"}


def test_the_page_is_what_the_kept_results_give() -> None:
    made = reliability.as_page(reliability.results())

    assert made == reliability.PAGE.read_text(encoding="utf-8"), (
        "docs/RELIABILITY.md was edited by hand: bin/reconciliation lab --write-docs writes it"
    )


def test_a_result_of_another_member_needs_a_title_figures_and_rows_alone() -> None:
    result = {"title": "Kills", "figures": {"kill_points": 1234}, "rows": [{"task": "a|b"}]}
    kept = {"kills": result}

    page = reliability.as_page(kept)

    assert "## Kills\n\n| figure | value |\n|---|---|\n| kill points | 1,234 |" in page
    assert "| a\\|b |" in page
    assert "## Mutation score\n\nNot run yet.\n" in page


def test_a_result_that_nobody_expected_has_a_section_of_its_own() -> None:
    assert "## soak\n\nOn 2026-11-30.\n" in reliability.as_page({"soak": {"date": "2026-11-30"}})


def test_a_kept_result_stands_on_the_page_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "reliability"

    kept = reliability.keep("lab", {"figures": {"seeds": 7}}, folder=folder)

    assert {"figures": {"seeds": 7}} == json.loads(kept.read_text())
    assert "| seeds | 7 |" in (tmp_path / "RELIABILITY.md").read_text()


def test_what_was_missed_is_written_as_it_is() -> None:
    outcome = Outcome()
    outcome.planted["early", "adyen_settlement_details"] = 4
    outcome.found["early", "adyen_settlement_details"] = 3
    outcome.wrong["early", "adyen_settlement_details"] = 1

    result = of_faults(outcome, SETTING, seeds=5, first_seed=0, seconds=1)

    row = next(row for row in result["rows"] if row["fault"] == "early")
    assert (4, 3, 1, 0) == tuple(row[name] for name in ("planted", "right", "wrong", "missed"))
    assert "0.750000, 3 of 4" == result["figures"]["recall"] == result["figures"]["precision"]
    assert "1 in 4" == result["figures"]["chance_of_a_miss"]


def test_no_miss_of_n_bounds_the_rate_by_three_nths() -> None:
    outcome = Outcome()
    outcome.planted["early", "adyen_settlement_details"] = 3000
    outcome.found["early", "adyen_settlement_details"] = 3000

    figures = of_faults(outcome, SETTING, seeds=5, first_seed=0, seconds=1)["figures"]

    assert "1.0" == figures["recall"]
    assert figures["chance_of_a_miss"].startswith("below 1 in 1,000 at 95 %")
