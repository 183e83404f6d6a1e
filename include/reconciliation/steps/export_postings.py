"""Exports the corrections that the ledger is to post: bin/reconciliation postings.

    bin/reconciliation postings --format csv --output postings.csv
    bin/reconciliation postings --format ndjson --psp adyen

A row stays in the export until a run has found it posted: post by `correction_id`, once each.
Amounts are signed whole minor units of the ledger's side. In a CSV a text that a spreadsheet would
take for a formula has an apostrophe before it; NDJSON has the texts as they are.
Exit codes: 0 exported, also where nothing waits; 1 exported, and what was left out is named; 2 it
was not.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from include.reconciliation import config
from include.reconciliation.edges import report_files, warehouse
from include.reconciliation.errors import ReconciliationError, RequestError
from include.reconciliation.outside_text import no_formula
from include.reconciliation.report.manifest import json_lines

FORMATS = ("csv", "ndjson")
COLUMNS = (
    "correction_id", "psp", "account", "action", "kind", "psp_reference", "merchant_reference",
    "currency", "amount_minor", "due_on", "reason_code", "reason", "requested_by", "on_behalf_of",
    "approved_by", "second_approved_by", "ticket", "psp_ticket", "takes_back",
)  # fmt: skip
EXPORTED, LEFT_OUT, REFUSED = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Writes the postings to a file or to standard output, and how many to standard error."""
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation postings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--psp", metavar="NAME", help="default: all PSPs")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    asked = parser.parse_args(argv)
    try:
        rows, left_out = found_postings(asked.psp)
        content = rendered(rows, asked.format)
        if asked.output is not None:
            report_files.write_once(asked.output, content)
    except (psycopg.Error, OSError, ReconciliationError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    if asked.output is None:
        print(content.decode(), end="")
    print(f"{len(rows)} to post", file=sys.stderr)
    for correction_id in left_out:
        print(
            f"left out: correction {correction_id} corrects nothing that a run knows, or is due "
            "on no day: see reconciliation.correction_log",
            file=sys.stderr,
        )
    return LEFT_OUT if left_out else EXPORTED


def postings(psp: str | None) -> list[dict[str, Any]]:
    """What is to be posted, of one PSP or of all; RequestError for a PSP that nobody knows."""
    return found_postings(psp)[0]


def found_postings(psp: str | None) -> tuple[list[dict[str, Any]], list[str]]:
    """What is to be posted, and the ids of corrections that can't be told: nobody may post them."""
    with warehouse.transaction() as cursor:
        rows = warehouse.run(cursor, "corrections/postings", {"psp": psp}).fetchall()
    # One that is no longer configured may still have corrections; a slip of the pen has none.
    if psp is not None and not rows and psp not in {each.name for each in config.load().psps}:
        known = ", ".join(each.name for each in config.load().psps)
        raise RequestError(f"--psp: expected one of {known}; found {psp!r}")
    left_out = [row["correction_id"] for row in rows if not row["is_known"]]
    return [
        {name: row[name] for name in COLUMNS} for row in rows if row["is_known"]
    ], left_out


def rendered(rows: Sequence[dict[str, Any]], format: str) -> bytes:
    """The rows as CSV with a header, or as lines of JSON; the same rows give the same bytes."""
    if format == "ndjson":
        return json_lines(rows)
    text = io.StringIO()
    # Every text in quotes: some versions of Python leave one with a carriage return without.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (row[name] for name in COLUMNS)
        writer.writerow(no_formula(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue().encode()
