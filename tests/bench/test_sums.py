"""The benchmark of the search for sums."""

import pytest

from include.reconciliation.bench.run import main
from include.reconciliation.bench.sums import search


def test_the_same_seed_finds_the_same() -> None:
    first, second = search(32, seed=1), search(32, seed=1)

    assert (first.matched, first.ambiguous, first.past_bound) == (
        second.matched, second.ambiguous, second.past_bound,
    )  # fmt: skip
    assert first.matched + first.ambiguous + first.past_bound > 0


def test_components_and_seconds_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sums", "4"]) == 0

    named = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert ("4", "24") == (named["components"], named["rows"])
    assert {"seconds", "components_per_s"} < set(named)


def test_less_than_one_component_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sums", "-1"]) == 2
    assert "--sums" in capsys.readouterr().err
