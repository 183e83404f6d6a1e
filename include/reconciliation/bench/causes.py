"""The causes' benchmark: every formula asked of many discrepancies, against one bare scan of them.

    bin/reconciliation bench --causes 100000

The discrepancies are made by SQL in a workspace of the benchmark's warehouse: six tenths have a
formula that holds, the rest is noise that none may claim.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.reconciliation.bench.databases import START, BenchDatabases
from include.reconciliation.bench.record import Measurement
from include.reconciliation.edges import warehouse
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.steps.find_causes import ask_causes

# What each sort of the made discrepancies must be claimed as; the others must not be.
EXPECTED = {
    0: "net_booked_for_gross",
    1: "amount_hundredfold",
    2: "delta_is_the_fee",
    3: "reference_zeros_lost",
    4: "reference_zeros_lost",
}
_MAKERS = (
    "1_faults",
    "2_items",
    "3_findings",
    "4_members",
    "5_ids",
    "6_discrepancies",
    "7_open_rows",
    "8_hard_rows",
    "9_pool",
    "10_calendar",
    "11_rates",
)
_ASKED = {"zone": "UTC", "own_reference": None}


def measure(
    databases: BenchDatabases,
    discrepancies: int,
    rounds: int,
    seed: int,
    say: Callable[[str], None],
) -> tuple[Measurement, bool]:
    """Seconds of a scan and of the causes, and whether what was made is what is claimed."""
    databases.make_sources()
    scans, seconds = [], []
    with workspace(databases.server.conninfo(START, SUPERUSER), discrepancies, seed) as cursor:
        for number in range(1, rounds + 1):
            scans.append(_seconds(lambda: warehouse.run(cursor, "bench/causes/scan")))
            seconds.append(_seconds(lambda: ask_causes(cursor, _ASKED)))
            say(
                f"round {number}: one scan {scans[-1]:.3f} s, all causes {seconds[-1]:.2f} s, "
                f"ratio {seconds[-1] / scans[-1]:.0f}"
            )
        found = {
            (row["sort"], row["cause"]): row["discrepancies"]
            for row in warehouse.run(cursor, "bench/causes/claimed")
        }
    expected = {
        (sort, cause): len(range(sort, discrepancies, 10)) for sort, cause in EXPECTED.items()
    }
    false = sum(count for key, count in found.items() if key not in expected)
    claimed = sum(count for key, count in found.items() if key in expected)
    planted = sum(expected.values())
    say(f"claimed {claimed} of {planted} with a formula, {false} falsely")
    scan_s, causes_s = statistics.median(scans), statistics.median(seconds)
    named = {
        "discrepancies": str(discrepancies),
        "rounds": str(rounds),
        "scan_s": f"{scan_s:.3f}",
        "causes_s": f"{causes_s:.2f}",
        "ratio": f"{causes_s / scan_s:.0f}",
        "planted": str(planted),
        "claimed": str(claimed),
        "false": str(false),
        "postgres": databases.version(),
    }
    # Two made formulas may hold for one by chance: then neither is claimed, as is right.
    return Measurement("causes", str(discrepancies), named), not false and claimed * 100 >= (
        99 * planted
    )


@contextmanager
def workspace(conninfo: str, discrepancies: int, seed: int) -> Iterator[warehouse.Cursor]:
    """A transaction with made discrepancies in a workspace of its own; nothing of it stays."""
    with (
        psycopg.connect(conninfo, row_factory=dict_row) as session,
        session.cursor() as cursor,
    ):
        cursor.execute("create schema work_causes_bench")
        cursor.execute(
            "set local search_path = work_causes_bench, internal, reconciliation, pg_catalog"
        )
        values = {"discrepancies": discrepancies, "seed": seed}
        for name in _MAKERS:
            warehouse.run(cursor, f"bench/causes/{name}", values)
        cursor.execute("analyze work_items, work_findings, work_finding_members, work_hard")
        cursor.execute("analyze work_finding_ids, work_discrepancies, work_open_rows")
        yield cursor
        session.rollback()


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
