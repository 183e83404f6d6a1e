"""Every step over the week, in a process of its own."""

from __future__ import annotations

import sys
from datetime import datetime

from include.reconciliation.edges.pause_variable import NothingPaused, reading_from
from include.reconciliation.lab.kills.course import STEPS
from include.reconciliation.steps.choose_window import choose_window


def main(name: str, start: str, end: str) -> None:
    """Chooses the window and runs all steps over it."""
    with reading_from(NothingPaused()):
        attempt_id = choose_window(
            "adyen",
            "Shop",
            airflow_run_id=f"manual__{name}__{end}",
            trigger="manual",
            window_start=datetime.fromisoformat(start),
            window_end=datetime.fromisoformat(end),
        )
        for step in STEPS.values():
            step(attempt_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
