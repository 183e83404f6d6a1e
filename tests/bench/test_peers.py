"""Peers on the benchmark's books: what they find, what they miss, and when they can't be run."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from include.reconciliation.bench import generate, peers
from include.reconciliation.bench.figures import Score
from include.reconciliation.bench.pipeline import TaskFailed
from include.reconciliation.bench.run import main
from include.reconciliation.bench.task import PEERS
from tests.bench.ledgers import OwnLedger
from tests.conftest import Databases

LINES = 8000
BOUNDS = (generate.ACCOUNT, "2026-03-01T00:00:00+00:00", "2026-03-05T00:00:00+00:00")
needs_peers = pytest.mark.skipif(
    not peers.interpreter().exists(), reason="the peers are not installed: bin/setup --peers"
)
MISMATCH = ("amount_mismatch", "EUR", 100, 100, "88")
TWICE = ("duplicate_settlement", "EUR", 900, 900, "88")


@needs_peers
@pytest.mark.parametrize(
    ("name", "found", "missed"),
    [
        ("datacompy", 24, {"status_mismatch": 2}),
        # A merge gives a line that is there twice its ledger row twice.
        (
            "pandas",
            20,
            {"status_mismatch": 2, "duplicate_settlement": 2, "duplicate_in_ledger": 2},
        ),
    ],
)
def test_a_peer_finds_what_a_comparison_of_rows_can_find(
    databases: Databases,
    ledger: OwnLedger,
    tmp_path: Path,
    name: str,
    found: int,
    missed: dict[str, int],
) -> None:
    file = tmp_path / "file.csv"
    generate.make_books(ledger, lines=LINES, seed=3, file=file)  # type: ignore[arg-type]
    generate.add_new_ledger_rows(ledger)  # type: ignore[arg-type]
    labels = generate.planted(ledger)  # type: ignore[arg-type]
    environment = {
        **os.environ,
        "AIRFLOW_CONN_PAYMENTS_LEDGER": databases.connection_json("payments_ledger", "ledger_ro"),
    }

    done = peers.run(name, file, tmp_path / name, labels, *BOUNDS, environment=environment)

    assert done is not None
    # What is false are the payouts, one in each currency.
    assert (Score(planted=26, found=found, false=3), missed) == (done.score, done.missed)
    assert done.seconds > 0 and done.import_s > 0
    assert done.peak_mb > 50


@needs_peers
def test_the_versions_of_all_peers_are_told() -> None:
    found = peers.versions(peers.interpreter())

    assert sorted(PEERS) == sorted(found)
    assert all(version[0].isdigit() for version in found.values())


def test_every_planted_kind_has_a_sight_or_none_that_rows_can_show(
    ledger: OwnLedger, tmp_path: Path
) -> None:
    file = tmp_path / "file.csv"
    generate.make_books(ledger, lines=LINES, seed=3, file=file)  # type: ignore[arg-type]

    kinds = {fact[0] for fact in generate.planted(ledger)}  # type: ignore[arg-type]

    assert peers.SIGHTS.keys() == kinds


def test_a_difference_counts_once_and_only_with_its_amount() -> None:
    labels = Counter({MISMATCH: 1, TWICE: 2})
    shown = Counter(
        {("amount", "EUR", 101, "88"): 1, ("only_in_statement", "EUR", 900, "88"): 1}
    )

    assert {"amount_mismatch": 1, "duplicate_settlement": 1} == peers.missed_kinds(labels, shown)
    assert {} == peers.missed_kinds(labels, peers.sights(labels))


def test_the_worst_round_decides_what_a_peer_found() -> None:
    rounds = [
        peers.PeerRound(2.0, 0.5, 700, Score(9, 9, 0), Counter()),
        peers.PeerRound(4.0, 0.7, 900, Score(9, 8, 0), Counter({"fee_mismatch": 1})),
        peers.PeerRound(3.0, 0.6, 800, Score(9, 9, 0), Counter()),
    ]

    assert {
        "version": "1.0", "s": "3.00", "import_s": "0.60", "peak_mb": "900", "found": "8",
        "false": "0", "missed": "fee_mismatch:1",
    } == peers.summary("1.0", rounds)  # fmt: skip


def test_a_peer_that_runs_out_of_memory_is_told_and_one_that_fails_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(code: int) -> None:
        def fail(*_: object, **__: object) -> None:
            raise TaskFailed("pandas failed:\nTraceback", code)

        monkeypatch.setattr(peers, "run_task", fail)

    ends(-signal.SIGKILL)
    killed = peers.run("pandas", tmp_path, tmp_path, Counter(), *BOUNDS, environment={})
    ends(1)
    with pytest.raises(TaskFailed):
        peers.run("pandas", tmp_path, tmp_path, Counter(), *BOUNDS, environment={})

    assert killed is None
    assert {"version": "3", "ended": peers.ENDED} == peers.summary("3", [killed])


def test_a_peer_that_is_not_installed_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "interpreter", lambda: tmp_path / "python")

    assert 2 == main(["--lines", "1000", "--against", "datacompy"])
    assert "bin/setup --peers" in capsys.readouterr().err


def test_a_peer_takes_no_part_in_what_is_measured_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert 2 == main(["--sums", "4", "--against", "pandas"])
    assert "--against" in capsys.readouterr().err
