"""`bin/reconciliation lab-psps`: reads from APIs and drop folders that misbehave."""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import psycopg
from psycopg.rows import dict_row

from include.reconciliation.lab import databases
from include.reconciliation.lab.behaviours.course import Course, Outcome
from include.reconciliation.lab.behaviours.folder_course import FolderCourse
from include.reconciliation.lab.behaviours.folder_table import FOLDER_BEHAVIOURS, FolderBehaviour
from include.reconciliation.lab.behaviours.table import BEHAVIOURS, Misbehaviour, PspBehaviour
from include.reconciliation.lab.results import Result, Row, commit, joined, write_result
from include.reconciliation.local.server import Server, borrowed_server


def main(arguments: list[str]) -> int:
    """Try every behaviour; 0 only when each ended as it must, and the next run lost nothing."""
    options = (parser := _parser()).parse_args(arguments)
    logging.disable(logging.WARNING)
    known: tuple[Misbehaviour, ...] = (*BEHAVIOURS, *FOLDER_BEHAVIOURS)
    chosen = [each for each in known if options.only in f"{each.group} {each.name}"]
    if not chosen:
        parser.error(f"no behaviour has {options.only!r} in its name or group")
    outcomes = []
    with borrowed_server() as server, tempfile.TemporaryDirectory() as folder:
        databases.make_templates(server)
        with (
            databases.fresh(server) as names,
            mock.patch.dict(os.environ, _environment(server, names, folder)),
            psycopg.connect(server.conninfo(names["payments_ledger"], "source_writer")) as ledger,
            psycopg.connect(
                server.conninfo(names["reconciliation"], "reconciliation_rw"),
                row_factory=dict_row,
            ) as views,
        ):
            course = Course(ledger, views, Path(folder))
            folders = FolderCourse(ledger, views, Path(folder))
            for number, behaviour in enumerate(chosen, 1):
                if isinstance(behaviour, FolderBehaviour):
                    outcome = folders.outcome(behaviour)
                else:
                    assert isinstance(behaviour, PspBehaviour)
                    outcome = course.outcome(behaviour)
                outcomes.append(outcome)
                print(f"{number:3}/{len(chosen)} {behaviour.name}: {_said(outcome)}", flush=True)
        databases.drop_all(server)
    right = sum(outcome.is_as_declared for outcome in outcomes)
    print(f"{len(outcomes)} ways to misbehave, {right} ended as they must")
    if options.write_docs:
        write_result("psp_behaviours", _result(outcomes, [each.name for each in known]))
    return 0 if right == len(outcomes) else 1


def _environment(server: Server, names: dict[str, str], folder: str) -> dict[str, str]:
    return {
        **databases.connections(server, names),
        "RECONCILIATION_STORE": f"{folder}/store",
        "RECONCILIATION_REPORTS": f"{folder}/reports",
    }


def _said(outcome: Outcome) -> str:
    if outcome.is_as_declared:
        return outcome.ended
    return f"{outcome.ended}, then {outcome.afterwards}; must be {outcome.behaviour.ends}"


def _result(outcomes: list[Outcome], known: list[str]) -> Result:
    played: list[Row] = [
        {
            "the PSP": outcome.behaviour.name,
            "of": outcome.behaviour.group,
            "the run": _said(outcome),
            "the next run, over the mended PSP": outcome.afterwards,
            "as it must": outcome.is_as_declared,
        }
        for outcome in outcomes
    ]
    rows = joined("psp_behaviours", played, "the PSP", known)
    right = sum(bool(row["as it must"]) for row in rows)
    return Result(
        title="Hostile PSPs",
        date=datetime.now(UTC).date().isoformat(),
        commit=commit(),
        command="bin/reconciliation lab-psps --write-docs",
        figures={
            "behaviours": len(rows),
            "ended as they must": right,
            "ended otherwise": len(rows) - right,
        },
        rows=rows,
        notes=(
            "`complete`: every line is there, proved and matched. `refused`: the gate keeps it "
            "out, with that reason; the verdict is incomplete. `unavailable`, `configuration`, "
            "`no_list`: the task fails and leaves nothing. `told`: what the API keeps back is "
            "reported line by line, as missing in the statement. `waits`: the statement is not "
            "there, which is one gap and an incomplete verdict; `unreadable`: an alert names the "
            "file besides. `kept out`: what is not ours is refused beside a whole statement. "
            "`pending`: let in, and listed as after the window.",
        ),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/reconciliation lab-psps", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="in the behaviour's name")
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the outcome for docs/RELIABILITY.md"
    )
    return parser
