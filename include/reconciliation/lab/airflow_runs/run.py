"""`bin/reconciliation lab-airflow`: disturbs a real Airflow, and compares what it leaves.

The undisturbed run comes first. After each disturbance the position of the books must be the same,
and Slack must have been told the same, each message once.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from include.reconciliation.lab.airflow_runs.place import airflow
from include.reconciliation.lab.airflow_runs.scenarios import (
    SCENARIOS,
    DisturbedError,
    Ended,
    Scenario,
    play,
    undisturbed,
)
from include.reconciliation.lab.results import Result, Row, commit, joined, write_result

_ALIKE = "as undisturbed"


def main(arguments: list[str]) -> int:
    """Play the scenarios; 0 only when each ended as the undisturbed run did."""
    options = (parser := _parser()).parse_args(arguments)
    chosen = [scenario for scenario in SCENARIOS if options.only in scenario.name]
    if not chosen:
        parser.error(f"no disturbance has {options.only!r} in its name")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="lab-airflow-") as folder, airflow(Path(folder)) as it:
        usual = play(it, Scenario("undisturbed", undisturbed))
        print(f"undisturbed: {usual.seconds:.0f} s, {usual.heads}, {len(usual.texts)} messages")
        for scenario in chosen:
            try:
                ended = play(it, scenario)
                outcome = difference(usual, ended, scenario.also_told)
                seconds = ended.seconds
            except DisturbedError as error:
                outcome, seconds = str(error), 0.0
            print(f"{scenario.name}: {outcome or _ALIKE} ({seconds:.0f} s)", flush=True)
            rows.append(
                {
                    "what was done": scenario.name,
                    "ended": outcome or _ALIKE,
                    "seconds": round(seconds),
                }
            )
    alike = sum(row["ended"] == _ALIKE for row in rows)
    if options.write_docs:
        names = [scenario.name for scenario in SCENARIOS]
        kept = joined("airflow", rows, "what was done", names)
        write_result(
            "airflow",
            Result(
                title="Airflow as it is",
                date=datetime.now(UTC).date().isoformat(),
                commit=commit(),
                command="bin/reconciliation lab-airflow --write-docs",
                figures={
                    "disturbances": len(kept),
                    "ended as undisturbed": sum(row["ended"] == _ALIKE for row in kept),
                },
                rows=kept,
            ),
        )
    return 0 if alike == len(chosen) else 1


def difference(usual: Ended, ended: Ended, also_told: str | None = None) -> str | None:
    """What is not as after the undisturbed run, in a sentence; None when nothing is.

    Messages with the word `also_told` may be there, each once, beside the usual ones.
    """
    if not usual.heads:
        return "the undisturbed run published nothing to compare with"
    if ended.heads != usual.heads:
        return f"the heads are {ended.heads}"
    for view, rows in usual.position.items():
        if ended.position[view] != rows:
            here = len(set(ended.position[view]) - set(rows))
            there = len(set(rows) - set(ended.position[view]))
            return f"{view} differ: {here} rows more, {there} rows less"
    own = [text for text in ended.texts if also_told is not None and also_told in text]
    told = [text for text in ended.texts if text not in own]
    if told != usual.texts or len(set(own)) < len(own):
        return f"Slack was told {len(told)} messages and {own} instead of {len(usual.texts)}"
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/reconciliation lab-airflow", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="in the scenario's name")
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the outcome for docs/RELIABILITY.md"
    )
    return parser
