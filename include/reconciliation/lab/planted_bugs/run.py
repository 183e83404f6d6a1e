"""`bin/reconciliation lab-bugs`: plants one bug after the other and has the tests find it."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from include.reconciliation.lab.changed_copies import Hunted, canary, copies, hunt_all
from include.reconciliation.lab.options import whole_number
from include.reconciliation.lab.planted_bugs.bugs import planted_bugs
from include.reconciliation.lab.results import Result, Row, commit, joined, write_result

_MISSED = "**missed**"


def main(arguments: list[str]) -> int:
    """Hunt the bugs; 0 only when every one was caught and the canary behaved."""
    options = (parser := _parser()).parse_args(arguments)
    bugs = [bug for bug in planted_bugs() if options.only in bug.name + bug.file]
    if not bugs:
        parser.error(f"no bug has {options.only!r} in its name or file")
    with copies(options.workers) as places:
        problem = None if options.without_canary else canary(places, bugs)
        if problem is not None:
            print(problem, file=sys.stderr)
            return 1
        hunted = list(hunt_all(places, bugs))
    missed = sum(done.caught_by is None for done in hunted)
    print(f"planted {len(hunted)}, caught {len(hunted) - missed}, missed {missed}")
    if options.write_docs:
        write_result("planted_bugs", _result(hunted))
    return 1 if missed else 0


def _result(hunted: list[Hunted]) -> Result:
    played: list[Row] = [
        {
            "bug": done.change.name,
            "file": done.change.file,
            "caught by": done.caught_by or _MISSED,
        }
        for done in hunted
    ]
    rows = joined("planted_bugs", played, "bug", [bug.name for bug in planted_bugs()])
    return Result(
        title="Planted bugs",
        date=datetime.now(UTC).date().isoformat(),
        commit=commit(),
        command="bin/reconciliation lab-bugs --write-docs",
        figures={"planted": len(rows), "caught": sum(row["caught by"] != _MISSED for row in rows)},
        rows=rows,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/reconciliation lab-bugs", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="in the bug's name or file")
    parser.add_argument("--workers", type=whole_number(1), default=2, help="copies at once (2)")
    parser.add_argument(
        "--without-canary", action="store_true", help="don't run the tests without a bug first"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the outcome for docs/RELIABILITY.md"
    )
    return parser
