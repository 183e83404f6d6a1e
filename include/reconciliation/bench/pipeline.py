"""Runs the pipeline's tasks one after the other, each in a child process, and measures them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from include.reconciliation.bench.task import LEDGER_STEP, STATEMENT_STEPS, STEPS
from include.reconciliation.config import PROJECT_ROOT


@dataclass(frozen=True, slots=True)
class TaskCost:
    """What one child process cost: from its start to its end, and its largest memory.

    `cpu_s` is what it had of a processor itself, without what the server did for it.
    """

    name: str
    seconds: float
    peak_mb: int
    imported: tuple[str, ...]
    result: Any
    cpu_s: float = 0.0


class TaskFailed(RuntimeError):
    """A task of the benchmark ended with an error; the message holds its last lines."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def run_task(
    name: str,
    *arguments: str,
    environment: Mapping[str, str],
    python: Path = Path(sys.executable),
) -> TaskCost:
    """One task in a child process; TaskFailed when it does not end well."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(python), "-m", "include.reconciliation.bench.task", name, *arguments],
        env=dict(environment),
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        last_lines = "\n".join(done.stderr.splitlines()[-30:])
        raise TaskFailed(f"{name} failed:\n{last_lines}", done.returncode)
    answer = json.loads(done.stdout.splitlines()[-1])
    return TaskCost(
        name=name,
        # The start of an interpreter and its imports are part of the pipeline's tasks alone.
        seconds=answer["milliseconds"] / 1000 if name not in STEPS else seconds,
        peak_mb=answer["peak_mb"],
        imported=tuple(answer["imported"]),
        result=answer["result"],
        cpu_s=answer["cpu_milliseconds"] / 1000,
    )


def import_seconds(module: str, *, environment: Mapping[str, str]) -> float:
    """How long a child process takes to import a module, beyond what it takes to start."""

    def child(code: str) -> float:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", code],
            env=dict(environment),
            cwd=PROJECT_ROOT,
            capture_output=True,
            check=True,
        )
        return time.perf_counter() - began

    nothing = child("pass")
    return max(0.0, child(f"import {module}") - nothing)


def run_pipeline(
    psp: str,
    account: str,
    window: tuple[datetime, datetime],
    *,
    run: str,
    environment: Mapping[str, str],
) -> tuple[list[TaskCost], float]:
    """All steps of one account for one window as the DAG runs them, and their seconds by the clock.

    The ledger is read beside the statements, so the clock shows less than the steps add up to.
    """
    bounds = [moment.isoformat() for moment in window]
    began = time.perf_counter()
    chosen = run_task(STEPS[0], psp, account, run, *bounds, environment=environment)

    def course(steps: Sequence[str]) -> list[TaskCost]:
        return [run_task(step, str(chosen.result), environment=environment) for step in steps]

    with ThreadPoolExecutor(1) as beside:
        ledger = beside.submit(course, [LEDGER_STEP])
        statements = course(STATEMENT_STEPS)
        costs = [chosen, *statements, *ledger.result()]
    costs += course([step for step in STEPS if step not in {cost.name for cost in costs}])
    return costs, time.perf_counter() - began
