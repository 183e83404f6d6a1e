"""`bin/reconciliation verify-log`: whether the log of corrections is all that was ever written.

    bin/reconciliation verify-log                      against the reports of this place
    bin/reconciliation verify-log --reports FOLDER     against copies that somebody keeps elsewhere

Every row is hashed again, and the log is held against each run and each manifest that names its
head: who cuts its tail or writes all of it anew would have to change every copy of those reports.
It is held against what the warehouse has beside it, too: requests, answers, calls to services and
the outbox name a tail that was cut before any run had seen it.
Exit codes: 0 all of it holds, 1 something does not, 2 the call was wrong.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from include.reconciliation import config
from include.reconciliation.correction_chain import Anchor, problems
from include.reconciliation.edges import warehouse
from include.reconciliation.report.manifest import MANIFEST

_SHOWN_MAX = 20


def main(arguments: list[str]) -> int:
    """Prints what does not hold, the first row first; 0 when all of it does."""
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation verify-log",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--reports", type=Path, action="append", metavar="FOLDER")
    asked = parser.parse_args(arguments).reports
    for folder in asked or []:
        if not folder.is_dir():
            parser.error(f"{folder} is no folder")
    return verify_log(asked or [config.reports_folder()])


def verify_log(folders: list[Path]) -> int:
    """0 when every row of the log holds and everybody who saw its head still finds it."""
    with warehouse.transaction() as cursor:
        rows = warehouse.run(cursor, "corrections/log_rows").fetchall()
        seen = warehouse.run(cursor, "corrections/log_heads_seen").fetchall()
        lacks = warehouse.run(cursor, "corrections/log_lacks").fetchall()
        gone = warehouse.run(cursor, "corrections/answers_gone").fetchall()
    anchors = [
        Anchor(row["log_sequence_number"], row["log_sha256"], f"run {row['run_id']}")
        for row in seen
    ]
    unreadable: list[str] = []
    of_manifests = [each for folder in folders for each in _anchors(folder, unreadable)]
    found = [
        *problems(rows, [*anchors, *of_manifests]),
        *(
            f"request {row['request_id']}: {row['missing']} is not in the log, and is known to "
            f"{row['known_to']}"
            for row in lacks
        ),
        *(
            f"row {row['sequence_number']} names {row['approver']}, and internal.action_answers "
            f"has no such approval of request {row['request_id']}"
            for row in gone
        ),
        *unreadable,
    ]
    for text in found[:_SHOWN_MAX]:
        print(f"does not hold: {text}")
    if len(found) > _SHOWN_MAX:
        print(f"does not hold: {len(found) - _SHOWN_MAX} more")
    head = f"up to {rows[-1]['entry_sha256']}" if rows else "so far"
    print(
        f"{len(rows)} rows {head}; seen by {len(anchors)} runs and {len(of_manifests)} manifests: "
        f"{'DOES NOT HOLD' if found else 'holds'}"
    )
    return 1 if found else 0


def _anchors(folder: Path, unreadable: list[str]) -> Iterator[Anchor]:
    for path in sorted(folder.rglob(MANIFEST)):
        try:
            told = json.loads(path.read_text(encoding="utf-8")).get("correction_log")
            if told is not None and told["sequence_number"] is not None:
                yield Anchor(
                    int(told["sequence_number"]), str(told["sha256"]), f"the manifest {path}"
                )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            unreadable.append(f"the manifest {path} can't be read: {error}")
