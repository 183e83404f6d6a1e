"""One task of the benchmark in a process of its own, as Airflow runs it.

`python -m include.reconciliation.bench.task <step> <attempt_id>` runs one step of the pipeline,
`... floor <file> <output>` the floor. The last line of the output is JSON: what the step returned,
how long it took inside this process, and the most memory that the process ever had.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

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


def main(arguments: list[str]) -> int:
    """Run one task and print what it cost."""
    name, *rest = arguments
    work = _work(name, rest)
    began = time.perf_counter()
    # No Airflow is asked here, so none is imported.
    with reading_from(NothingPaused()):
        result = work()
    seconds = time.perf_counter() - began
    peak_mb = peak_bytes() // 1_000_000
    imported = [package for package in ("airflow", "great_expectations") if package in sys.modules]
    print(
        json.dumps(
            {
                "result": result,
                "milliseconds": round(seconds * 1000),
                "peak_mb": peak_mb,
                "imported": imported,
            }
        )
    )
    return 0


def peak_bytes() -> int:
    """The most memory that this process ever had in use.

    On Linux the kernel's own figure of this program: `ru_maxrss` would count what the parent had
    in use when it forked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _work(name: str, rest: list[str]) -> Callable[[], Any]:
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
