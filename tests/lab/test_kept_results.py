"""What a part of the lab keeps: rows of several calls, and what a real Airflow may tell besides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.reconciliation.lab import results
from include.reconciliation.lab.airflow_runs.run import difference
from include.reconciliation.lab.airflow_runs.scenarios import Ended

USUAL = Ended({"runs": ["r1"]}, [("adyen/Shop", "reconciled")], ["divergence of EUR 1.00"], 60.0)


def test_a_call_for_some_of_it_keeps_the_other_rows_with_their_own_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "commit", lambda: "second")
    earlier = [{"bug": name, "caught by": "**missed**"} for name in ("a", "b", "no longer planted")]
    (tmp_path / "bugs.json").write_text(json.dumps({"commit": "first", "rows": earlier}))

    now = [{"bug": "a", "caught by": "t"}]
    rows = results.joined("bugs", now, "bug", ["b", "a", "c"], tmp_path)

    assert [
        {"commit": "first", "bug": "b", "caught by": "**missed**"},
        {"commit": "second", "bug": "a", "caught by": "t"},
    ] == rows


def test_without_earlier_rows_there_are_only_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "commit", lambda: "first")

    rows = results.joined("bugs", [{"bug": "a"}], "bug", ["a", "b"], tmp_path)

    assert [{"commit": "first", "bug": "a"}] == rows


@pytest.mark.parametrize(
    ("texts", "also_told", "is_alike"),
    [
        (["divergence of EUR 1.00"], None, True),
        (["divergence of EUR 1.00"] * 2, None, False),
        (["adyen is paused", "divergence of EUR 1.00", "no longer paused"], "paused", True),
        (["adyen is paused", "adyen is paused", "divergence of EUR 1.00"], "paused", False),
        (["adyen is paused"], "paused", False),
        (["divergence of EUR 1.00"], "paused", True),
        (["adyen is paused", "divergence of EUR 1.00"], None, False),
    ],
)
def test_each_message_is_told_once_and_none_that_the_disturbance_is_not_worth(
    texts: list[str], also_told: str | None, is_alike: bool
) -> None:
    ended = Ended(USUAL.position, USUAL.heads, texts, 90.0)

    assert is_alike == (difference(USUAL, ended, also_told) is None)
