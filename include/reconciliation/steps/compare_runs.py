"""`bin/reconciliation diff RUN_A RUN_B`: what changed from one published run to another, and why.

Both are runs of one account, the earlier first; the beginning of a run_id is enough where it is the
only one. Everything is read from the warehouse, which keeps every version of every row.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

from include.reconciliation.edges import warehouse
from include.reconciliation.errors import ReconciliationError, RequestError
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.report.facts import Row, major, moment
from include.reconciliation.report.plain_text import json_values, table

SAME, OTHER, REFUSED = 0, 1, 2
# What happened to the rows of a payment, as the query finds it; each in words.
_CAUSES = {
    "has_amended_line": "amended statement",
    "has_withdrawn_line": "line withdrawn by an amendment",
    "has_late_line": "late line",
    "has_new_line": "new line",
    "has_changed_entry": "ledger change",
    "has_vanished_entry": "ledger row gone",
    "has_new_entry": "new ledger row",
}


def main(argv: Sequence[str]) -> int:
    """0 when nothing changed, 1 when something did, 2 when the two can't be compared."""
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation diff", description=str(__doc__).split("\n\n")[0]
    )
    parser.add_argument("before", metavar="RUN_A", help="run_id of the earlier run")
    parser.add_argument("after", metavar="RUN_B", help="run_id of the later run")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args(argv)
    try:
        found = compare(arguments.before, arguments.after)
    except (psycopg.Error, ReconciliationError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    if arguments.format == "json":
        print(canonical_json(json_values(found)))
    else:
        for line in lines_of(found):
            print(line)
    return OTHER if found["totals"] or found["discrepancies"] else SAME


def compare(before: str, after: str) -> dict[str, Any]:
    """Both runs, what came between them, and the totals and discrepancies that differ."""
    with warehouse.transaction() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        first, second = _run(cursor, before), _run(cursor, after)
        if first["account_id"] != second["account_id"]:
            raise RequestError(
                f"{before} is of {first['psp']} / {first['account']}, {after} of "
                f"{second['psp']} / {second['account']}: two runs of one account can be compared"
            )
        if first["run_number"] >= second["run_number"]:
            raise RequestError(f"{before} was not published before {after}: name the earlier first")
        values = {
            "account_id": first["account_id"],
            "before": first["run_number"],
            "after": second["run_number"],
        }
        between = warehouse.run(cursor, "compare/between", values).fetchone()
        assert between is not None
        discrepancies = [
            _told(row, first, second, between)
            for row in warehouse.run(cursor, "compare/discrepancies", values)
        ]
        return {
            "before": _named(first),
            "after": _named(second),
            "between": between,
            "totals": warehouse.run(cursor, "compare/totals", values).fetchall(),
            "discrepancies": discrepancies,
            "exponents": {
                row["code"]: row["exponent"] for row in warehouse.run(cursor, "reports/exponents")
            },
        }


def lines_of(found: Mapping[str, Any]) -> Iterator[str]:
    """The comparison as people read it."""
    before, after, between = found["before"], found["after"], found["between"]
    yield f"{after['psp']} / {after['account']}"
    for word, run in (("from", before), ("to", after)):
        yield f"{word:>4} {run['run_id']}  up to {moment(run['as_of'])}  {run['verdict']}"
    yield (
        f"     in {between['runs']} runs: {between['statement_lines']} statement lines "
        f"({between['late_statement_lines']} late), {between['ledger_transactions']} ledger rows "
        f"({between['late_ledger_transactions']} late), {between['matched']} matches"
    )
    for name, words in (
        ("rule_changes", "runs with other rules than the one before"),
        ("code_changes", "runs by other code than the one before"),
        ("reprocessing_runs", "runs that decided a span again"),
    ):
        if between[name]:
            yield f"     {between[name]} {words}"
    yield ""
    yield from _totals(found)
    yield from _discrepancies(found)


def _totals(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["totals"]:
        yield "No total changed."
        return
    rows = [("leg", "measure", "term", "currency", "before", "after", "change")]
    for row in found["totals"]:
        before_minor, after_minor = row["before_minor"], row["after_minor"]
        amounts = (before_minor, after_minor, after_minor - before_minor)
        shown = [major(amount, row["currency"], found["exponents"]) for amount in amounts]
        rows.append((row["leg"], row["measure"], row["term"], row["currency"], *shown))
    yield from table(rows, right=3)


def _discrepancies(found: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    if not found["discrepancies"]:
        yield "No discrepancy changed."
        return
    rows = [("change", "kind", "currency", "delta before", "delta after", "payment", "why")]
    for row in found["discrepancies"]:
        kinds = [kind for kind in (row["kind_before"], row["kind_after"]) if kind]
        shown = [
            "" if amount is None else major(amount, row["currency"], found["exponents"])
            for amount in (row["delta_before_minor"], row["delta_after_minor"])
        ]
        rows.append(
            (
                row["change"],
                " -> ".join(dict.fromkeys(kinds)),
                row["currency"] or "",
                *shown,
                row["psp_reference"] or "",
                ", ".join(row["why"]),
            )
        )
    yield from table(rows, right=0)


def _told(row: Row, first: Row, second: Row, between: Row) -> dict[str, Any]:
    """A discrepancy that differs, with every reason that its rows and the two cuts give."""
    why = [words for name, words in _CAUSES.items() if row[name]]
    due_at = row["due_at"]
    is_past_due = due_at is not None and first["as_of"] < due_at <= second["as_of"]
    if row["change"] == "opened" and is_past_due:
        why.append("past due")
    if not why and between["rule_changes"]:
        why.append("rule change")
    if not why and between["reprocessing_runs"]:
        why.append("decided again")
    if not why and first["covered_until"] != second["covered_until"]:
        why.append("statements cover more days")
    told = {name: value for name, value in row.items() if name not in _CAUSES}
    return {**told, "why": why or ["not told by its rows"]}


def _run(cursor: warehouse.Cursor, beginning: str) -> Row:
    rows = warehouse.run(cursor, "compare/runs", {"beginning": beginning}).fetchall()
    if len(rows) != 1:
        raise RequestError(f"{len(rows) or 'no'} published runs begin with {beginning!r}")
    return rows[0]


def _named(run: Row) -> dict[str, Any]:
    return {
        name: value for name, value in run.items() if name not in ("run_number", "account_id")
    }
