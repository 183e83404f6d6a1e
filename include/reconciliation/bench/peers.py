"""Peers on the benchmark's data: how long they take, how much memory, and what they find.

A peer joins the same two sides in a process of its own, once a round. What it shows is held against
the labels kindly: a planted discrepancy is found when the peer shows its row with its difference,
whatever it calls it.
"""

from __future__ import annotations

import csv
import signal
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from include.reconciliation.bench import figures
from include.reconciliation.bench.figures import Score
from include.reconciliation.bench.generate import Fact
from include.reconciliation.bench.pipeline import TaskFailed, run_task
from include.reconciliation.bench.task import PEERS
from include.reconciliation.local.layout import state_directory

# As what a comparison of rows shows each planted kind; a kind without a sight can't be shown.
SIGHTS = {
    "missing_in_ledger": "only_in_statement",
    "unclassified_line": "only_in_statement",
    "chargeback_not_in_ledger": "only_in_statement",
    "duplicate_settlement": "only_in_statement",
    "missing_in_statement": "only_in_ledger",
    "duplicate_in_ledger": "only_in_ledger",
    "amount_mismatch": "amount",
    "refund_mismatch": "amount",
    "fee_mismatch": "fee",
    "currency_mismatch": "currency",
    # The file has no column of states.
    "status_mismatch": "status",
}
NOT_INSTALLED = "The peers are not installed: run bin/setup --peers, then this again."
ENDED = "ended by the system, no memory was left"
# sight, currency, delta_minor, psp_reference
Sight = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class PeerRound:
    """One run of a peer."""

    seconds: float
    import_s: float
    peak_mb: int
    score: Score
    missed: Counter[str]  # kinds

    @property
    def told(self) -> str:
        """In a line."""
        return (
            f"{self.seconds:.2f} s and {self.import_s:.2f} s of imports, {self.peak_mb} MB, "
            f"found {self.score.found} of {self.score.planted}, false {self.score.false}"
        )


def interpreter() -> Path:
    """The Python of the peers' environment, which bin/setup --peers makes."""
    return state_directory() / "peers" / "bin" / "python"


def versions(python: Path) -> dict[str, str]:
    """What is installed of each peer."""
    found = {}
    for name in PEERS:
        [folder] = python.parents[1].glob(f"lib/python*/site-packages/{name}-*.dist-info")
        found[name] = folder.name.removesuffix(".dist-info").partition("-")[2]
    return found


def run(
    name: str,
    file: Path,
    place: Path,
    labels: Counter[Fact],
    *bounds: str,
    environment: Mapping[str, str],
) -> PeerRound | None:
    """One round of a peer, None when no memory was left for it; TaskFailed on any other end."""
    place.mkdir(exist_ok=True)
    try:
        cost = run_task(
            name, str(file), str(place), *bounds, environment=environment, python=interpreter()
        )
    except TaskFailed as error:
        if error.code == -signal.SIGKILL or "MemoryError" in str(error):
            return None
        raise
    shown = _shown(place / "findings.csv")
    return PeerRound(
        seconds=cost.seconds,
        import_s=cost.result["import_s"],
        peak_mb=cost.peak_mb,
        score=figures.score(sights(labels), shown),
        missed=missed_kinds(labels, shown),
    )


def sights(labels: Counter[Fact]) -> Counter[Sight]:
    """The labels as a comparison of rows would show them at best."""
    seen: Counter[Sight] = Counter()
    for label, times in labels.items():
        seen[_sight(label)] += times
    return seen


def missed_kinds(labels: Counter[Fact], shown: Counter[Sight]) -> Counter[str]:
    """How many labels of each kind have nothing that shows them."""
    rest = shown.copy()
    missed: Counter[str] = Counter()
    for label, times in labels.items():
        sight = _sight(label)
        found = min(times, rest[sight])
        rest[sight] -= found
        missed[str(label[0])] += times - found
    return +missed


def _sight(label: Fact) -> Sight:
    kind, currency, delta_minor, _, payment = label
    return SIGHTS[kind], currency, delta_minor, payment


def _shown(file: Path) -> Counter[Sight]:
    with file.open(newline="", encoding="utf-8") as rows:
        return Counter(
            (sight, currency, int(delta_minor), payment)
            for sight, currency, delta_minor, payment in csv.reader(rows)
        )


def summary(version: str, rounds: Sequence[PeerRound | None]) -> dict[str, str]:
    """The figures of a peer by name, medians of its rounds; of one that was ended, the reason."""
    done = [entry for entry in rounds if entry is not None]
    if len(done) < len(rounds):
        return {"version": version, "ended": ENDED}
    worst = min(done, key=lambda entry: entry.score.found - entry.score.false)
    missed = sorted(worst.missed.items())
    return {
        "version": version,
        "s": f"{statistics.median(entry.seconds for entry in done):.2f}",
        "import_s": f"{statistics.median(entry.import_s for entry in done):.2f}",
        "peak_mb": str(max(entry.peak_mb for entry in done)),
        "found": str(worst.score.found),
        "false": str(worst.score.false),
        "missed": ",".join(f"{kind}:{times}" for kind, times in missed) or "none",
    }
