"""Runs the steps of one account for one window, one after the other, without Airflow.

The order is that of the DAG. Tests and the demo's `--without-airflow` use it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.reconciliation.demo.desk import PROFILES
from include.reconciliation.demo.timeline import StoryWindow
from include.reconciliation.edges.pause_variable import NothingPaused, reading_from
from include.reconciliation.steps.check_identities import check_identities
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.steps.extract_ledger_transactions import extract_ledger_transactions
from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements
from include.reconciliation.steps.match_transactions import match_transactions
from include.reconciliation.steps.publish_run import publish_run
from include.reconciliation.steps.validate_statements import validate_statements
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report

STEPS: tuple[Callable[[int], Any], ...] = (
    fetch_psp_statements,
    validate_statements,
    extract_ledger_transactions,
    match_transactions,
    check_identities,
    publish_run,
    write_discrepancy_report,
)


@dataclass(frozen=True, slots=True)
class Driven:
    """One driven attempt: what each step returned and how long it took, in seconds."""

    attempt_id: int
    results: dict[str, Any]
    seconds: dict[str, float]


def reconcile_all(window: StoryWindow) -> None:
    """One window for every account of the story; nobody pauses anything."""
    with reading_from(NothingPaused()):
        for profile in PROFILES:
            reconcile_account(
                profile.psp,
                profile.account,
                window.start,
                window.end,
                run=f"demo {window.end:%Y-%m-%dT%H:%M}",
            )


def reconcile_account(
    psp: str, account: str, window_start: datetime, window_end: datetime, *, run: str,
    steps: Sequence[Callable[[int], Any]] = STEPS,
) -> Driven:
    """All steps of one account, or the first ones; an error of a step is the caller's."""
    attempt_id = choose_window(
        psp,
        account,
        airflow_run_id=run,
        trigger="command",
        window_start=window_start,
        window_end=window_end,
    )
    results: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for step in steps:
        began = time.perf_counter()
        results[step.__name__] = step(attempt_id)
        seconds[step.__name__] = time.perf_counter() - began
    return Driven(attempt_id, results, seconds)
