"""`bin/reconciliation lab-kills`: every task dies and fails at every point, and is run again.

    bin/reconciliation lab-kills                        every point of everything; hours
    bin/reconciliation lab-kills --sample 5             at most five points per task and kind
    bin/reconciliation lab-kills --only run --only correction
    bin/reconciliation lab-kills --write-docs           keeps the summary in docs/reliability
    bin/reconciliation lab-kills --join FILE --join FILE --write-docs
                                                        keeps what calls side by side have found

It works on servers of its own. A summary in JSON is printed, or written by --json. Exit codes:
0 nothing showed and the careless designs were caught, 1 something did, 2 the call was wrong,
3 nothing showed, but a part could not be played here, which the summary names.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from include.reconciliation.lab import reliability
from include.reconciliation.lab.kills import (
    canaries,
    copies,
    hard_stops,
    summaries,
    system_calls,
    worlds,
)
from include.reconciliation.lab.kills.correction_script import CONFIRMATION, CORRECTION
from include.reconciliation.lab.kills.drill import KINDS, STOP, drill
from include.reconciliation.lab.kills.nursery import Nursery, nursery
from include.reconciliation.lab.kills.operator_script import OPERATOR_ACTION
from include.reconciliation.lab.kills.run_script import RUN
from include.reconciliation.lab.kills.worlds import Ground
from include.reconciliation.lab.options import whole_number
from include.reconciliation.local.layout import ensure_state_directory
from include.reconciliation.local.server import Cluster

SCRIPTS = {script.name: script for script in (RUN, CORRECTION, CONFIRMATION, OPERATOR_ACTION)}
ROUNDS = 100
Tell = copies.Tell
Part = Callable[[Ground, Nursery, argparse.Namespace, Tell], Any]


def _copies(ground: Ground, others: Nursery, asked: argparse.Namespace, tell: Tell) -> Any:
    return copies.copies_at_once(ground, asked.rounds, tell)


def _windows(ground: Ground, others: Nursery, asked: argparse.Namespace, tell: Tell) -> Any:
    return [copies.overlapping_windows(ground, asked.rounds, tell)]


def _pauses(ground: Ground, others: Nursery, asked: argparse.Namespace, tell: Tell) -> Any:
    return [copies.pauses(ground, tell)]


def _orphans(ground: Ground, others: Nursery, asked: argparse.Namespace, tell: Tell) -> Any:
    return [copies.orphans(ground, others, tell, asked.sample)]


def _canaries(ground: Ground, others: Nursery, asked: argparse.Namespace, tell: Tell) -> Any:
    return canaries.canaries(ground, min(asked.rounds, 10), tell)


BESIDE: Mapping[str, Part] = {
    summaries.CANARIES: _canaries,
    "pauses": _pauses,
    "copies": _copies,
    "windows": _windows,
    "orphans": _orphans,
}
HARD_STOPS = "hard_stops"
SYSTEM_CALLS = "system_calls"
# The canaries first: a harness that does not find them finds nothing.
PARTS = (*BESIDE, HARD_STOPS, *SCRIPTS, SYSTEM_CALLS)


def main(arguments: list[str]) -> int:
    """Runs the parts that are asked for; the exit code says whether anything showed."""
    asked = _parser().parse_args(arguments)
    try:
        summary = _joined(asked.join) if asked.join else None
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    summary = summary or _played(asked)
    _keep(summary, asked)
    if not (asked.json or asked.write_docs):
        print(json.dumps(summary, indent=2))
    if not summary["is_clean"]:
        return 1
    return 3 if summary["not_played"] else 0


def _joined(paths: Sequence[Path]) -> dict[str, Any]:
    return summaries.joined([json.loads(path.read_text(encoding="utf-8")) for path in paths])


def _played(asked: argparse.Namespace) -> dict[str, Any]:
    summary = summaries.begin(_told(asked), asked.sample, asked.rounds)
    with tempfile.TemporaryDirectory() as folder, nursery() as children, nursery() as others:
        for name in asked.only or PARTS:
            started = time.monotonic()
            refusal = system_calls.refusal(children) if name == SYSTEM_CALLS else None
            if refusal:
                summary["not_played"][name] = refusal
                print(f"{name}: {refusal}", file=sys.stderr)
            else:
                summary["parts"][name] = _part(name, children, others, Path(folder), asked)
            summary["seconds"][name] = round(time.monotonic() - started)
            summary["is_clean"] = summaries.is_clean(summary["parts"])
            # What is measured is kept, however the rest ends.
            _keep(summary, asked)
    return summary


def _told(asked: argparse.Namespace) -> str:
    """The call by which these figures are made again, wherever they are kept."""
    words = ["bin/reconciliation", "lab-kills"]
    words += ["--sample", str(asked.sample)] if asked.sample is not None else []
    words += ["--rounds", str(asked.rounds)] if asked.rounds != ROUNDS else []
    words += [word for part in asked.only or () for word in ("--only", part)]
    words += [word for kind in asked.kind or () for word in ("--kind", f"'{kind}'")]
    return " ".join(words)


def _part(
    name: str, children: Nursery, others: Nursery, folder: Path, asked: argparse.Namespace
) -> Any:
    def tell(task: str, kind: str, done: int, of: int) -> None:
        if sys.stderr.isatty() or done == of:
            print(f"{name}: {task}: {kind}: {done} of {of}", file=sys.stderr)

    home = ensure_state_directory() / "lab"
    home.mkdir(exist_ok=True)
    if name == HARD_STOPS:
        durable = hard_stops.durable_ground(home / "durable", children, folder, RUN.databases)
        with durable as (ground, stop):
            found = drill(ground, RUN, [STOP], sample=asked.sample, stop=stop, tell=tell)
        return summaries.of_drill(found)
    cluster = Cluster(home / "fast", settings=worlds.FAST)
    with worlds.ground(cluster, children, folder) as ground:
        if name in SCRIPTS or name == SYSTEM_CALLS:
            kinds = asked.kind or (KINDS if name in SCRIPTS else system_calls.KINDS)
            script = SCRIPTS.get(name, RUN)
            return summaries.of_drill(drill(ground, script, kinds, sample=asked.sample, tell=tell))
        return BESIDE[name](ground, others, asked, tell)


def _keep(summary: Mapping[str, Any], asked: argparse.Namespace) -> None:
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    if asked.write_docs:
        reliability.keep("kills", summaries.result(summary, PARTS))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation lab-kills",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--sample", type=whole_number(1), metavar="N", help="points per task and kind"
    )
    parser.add_argument(
        "--rounds", type=whole_number(1), default=ROUNDS, metavar="N", help="of copies at once"
    )
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART")
    parser.add_argument(
        "--kind", action="append", choices=(*KINDS, *system_calls.KINDS), metavar="KIND"
    )
    parser.add_argument("--join", type=Path, action="append", metavar="FILE", help="of --json")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--write-docs", action="store_true")
    return parser
