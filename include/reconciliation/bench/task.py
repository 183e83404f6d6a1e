"""One task of the benchmark in a process of its own, as Airflow runs it.

`python -m include.reconciliation.bench.task <step> <attempt_id>` runs one step of the pipeline,
`... floor <file> <output>` the floor, `... pandas <file> <folder>` a peer, `... sentinel <book>`
what `book_tasks.py` has, `... payouts <attempt_id>` what `payout_tasks.py` has. The last line of
the output is JSON: what the step returned, how long it took inside this process, and the most
memory that the process ever had.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from include.reconciliation.bench.memory import peak_bytes
from include.reconciliation.edges.pause_variable import NothingPaused, reading_from

STEPS = (
    "choose_window",
    "fetch_psp_statements",
    "validate_statements",
    "extract_ledger_transactions",
    "match_transactions",
    "check_identities",
    "publish_run",
    "write_discrepancy_report",
)
# What the DAG runs side by side.
STATEMENT_STEPS = ("fetch_psp_statements", "validate_statements")
LEDGER_STEP = "extract_ledger_transactions"
# What others join the same two sides with; they run with the packages of var/peers.
PEERS = ("datacompy", "pandas")
# What the benchmark of the books measures.
BOOK_TASKS = ("group_by", "sentinel", "replay")
# What the benchmark of payouts measures.
PAYOUT_TASKS = ("payout_books", "payout_floor", "payouts")


def main(arguments: list[str]) -> int:
    """Run one task and print what it cost."""
    name, *rest = arguments
    work = _work(name, rest)
    began, used = time.perf_counter(), time.process_time()
    # No Airflow is asked here, so none is imported.
    with reading_from(NothingPaused()):
        result = work()
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - used
    peak_mb = peak_bytes() // 1_000_000
    imported = [package for package in ("airflow", "great_expectations") if package in sys.modules]
    print(
        json.dumps(
            {
                "result": result,
                "milliseconds": round(seconds * 1000),
                "cpu_milliseconds": round(cpu_s * 1000),
                "peak_mb": peak_mb,
                "imported": imported,
            }
        )
    )
    return 0


def _work(name: str, rest: list[str]) -> Callable[[], Any]:
    if name in PEERS:
        return _peer(name, rest)
    if name in BOOK_TASKS:
        from include.reconciliation.bench.book_tasks import TASKS

        return lambda: TASKS[name](*rest)
    if name in PAYOUT_TASKS:
        from include.reconciliation.bench import payout_tasks

        return lambda: payout_tasks.TASKS[name](*rest)
    if name == "floor":
        from include.reconciliation.bench.floor import run_floor

        file, output, account, start, end = rest
        return lambda: run_floor(
            Path(file),
            Path(output),
            account=account,
            window_start=datetime.fromisoformat(start),
            window_end=datetime.fromisoformat(end),
        )
    module = importlib.import_module(f"include.reconciliation.steps.{name}")
    step: Callable[..., Any] = getattr(module, name)
    if name == "choose_window":
        psp, account, run, start, end = rest
        return lambda: step(
            psp,
            account,
            airflow_run_id=run,
            trigger="command",
            window_start=datetime.fromisoformat(start),
            window_end=datetime.fromisoformat(end),
        )
    attempt_id = int(rest[0])
    return lambda: step(attempt_id)


def _peer(name: str, rest: list[str]) -> Callable[[], Any]:
    from include.reconciliation.bench import peer_joins

    # Where memory runs out, it is the peer that goes.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    import_s = peer_joins.import_seconds(name)
    file, place, account, start, end = rest
    return lambda: {
        "import_s": round(import_s, 2),
        **peer_joins.run_peer(
            name,
            Path(file),
            Path(place),
            account=account,
            window_start=datetime.fromisoformat(start),
            window_end=datetime.fromisoformat(end),
        ),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
