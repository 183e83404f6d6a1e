"""The benchmark of payouts: both legs against one bare grouping and one join of the same rows.

    bin/reconciliation bench --payouts 100000           each of a hundred lines

The books are made by SQL on the server, with faults of which each must be found, and nothing else.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from pathlib import Path

from include.reconciliation.bench.databases import LEDGER, START, BenchDatabases
from include.reconciliation.bench.figures import Round
from include.reconciliation.bench.pipeline import TaskCost, run_task
from include.reconciliation.bench.record import Measurement
from include.reconciliation.local.environment import connection_json

CONFIGURATION = Path(__file__).with_name("payouts.toml")
LINES_OF_PAYOUT = 100
# Which of the payouts is wrong: its lines, its amount at the bank, or all of it there.
PLANTED = {
    "payout_unexplained": 997,
    "payout_amount_mismatch": 1009,
    "payout_missing_at_bank": 1013,
}


class PayoutBench:
    """Payouts, their lines and a bank, made up in the databases of the benchmark."""

    def __init__(self, databases: BenchDatabases, place: Path, say: Callable[[str], None]) -> None:
        self.databases = databases
        self.place = place
        self.say = say

    def explain(self, payouts: int, rounds: int) -> tuple[Measurement, bool]:
        """Floor and legs in turn, so that both meet the same weather."""
        self.say(f"making {payouts} payouts of {LINES_OF_PAYOUT} lines, and their bank")
        self.databases.make_sources()
        made = self._task("payout_books", str(payouts), str(LINES_OF_PAYOUT))
        planted = _planted(payouts)
        # Whoever reads fresh rows first also marks them as committed: no round is charged with it.
        self._task("payout_floor", str(made.result))
        measured, found = [], []
        for number in range(1, rounds + 1):
            floor = self._task("payout_floor", str(made.result))
            cost = self._task("payouts", str(made.result))
            measured.append(Round(floor, (cost,), cost.seconds))
            found.append(cost.result["kinds"])
            self.say(
                f"round {number}: floor {floor.seconds:.2f} s, legs {cost.seconds:.2f} s, "
                f"ratio {measured[-1].ratio:.2f}, found {found[-1]} of {planted}"
            )
        tasks = _parts([entry.tasks[0] for entry in measured])
        for part in tasks:
            self.say(f"  {part['name']:<32} {part['s']:>7} s")
        ratios = [entry.ratio for entry in measured]
        named = {
            "payouts": str(payouts),
            "lines": str(payouts * LINES_OF_PAYOUT),
            "rounds": str(rounds),
            "floor_s": f"{statistics.median(entry.floor.seconds for entry in measured):.2f}",
            "legs_s": f"{statistics.median(entry.pipeline_s for entry in measured):.2f}",
            "ratio": f"{statistics.median(ratios):.2f}",
            "ratio_min": f"{min(ratios):.2f}",
            "ratio_max": f"{max(ratios):.2f}",
            "peak_mb": str(max(entry.tasks[0].peak_mb for entry in measured)),
            "planted": str(sum(planted.values())),
            "found": str(min(sum(kinds.values()) for kinds in found)),
            "postgres": self.databases.version(),
        }
        result = Measurement("payouts", str(payouts), named, tasks=tasks)
        return result, all(kinds == planted for kinds in found)

    def _task(self, name: str, *arguments: str) -> TaskCost:
        self.databases.checkpoint()
        server = self.databases.server
        environment = {
            **os.environ,
            "AIRFLOW_CONN_RECONCILIATION": connection_json(server, START, "reconciliation_rw"),
            "AIRFLOW_CONN_PAYMENTS_LEDGER": connection_json(server, LEDGER, "ledger_ro"),
            "RECONCILIATION_CONFIG": str(CONFIGURATION),
            "RECONCILIATION_STORE": str(self.place / "store"),
        }
        return run_task(name, *arguments, environment=environment)


def _planted(payouts: int) -> dict[str, int]:
    """How many of each kind there are; a payout that is not there has no other amount."""
    numbers = range(1, payouts + 1)
    absent = PLANTED["payout_missing_at_bank"]
    counted = {
        kind: sum(
            number % every == 0 and (kind != "payout_amount_mismatch" or number % absent != 0)
            for number in numbers
        )
        for kind, every in PLANTED.items()
    }
    return {kind: count for kind, count in counted.items() if count}


def _parts(costs: list[TaskCost]) -> list[dict[str, str]]:
    """Each part's median seconds, in the order in which they are done."""
    return [
        {
            "name": name,
            "s": f"{statistics.median(c.result['milliseconds'][name] for c in costs) / 1000:.2f}",
        }
        for name in costs[0].result["milliseconds"]
    ]
