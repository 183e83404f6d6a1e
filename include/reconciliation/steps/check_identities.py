"""Proves the run: both sides term by term, roll-forward, buckets, chain; and gives the verdict.

Each file in `include/sql/identities/hold` is a sentence that must be true of every run; it returns
the rows that disprove it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from include.reconciliation.edges import attempts, volumes, warehouse
from include.reconciliation.legs import AUTHORISATION, LEDGER_STATEMENT, STATEMENT_PAYOUT
from include.reconciliation.steps import further_legs, proof_files
from include.reconciliation.steps.match_transactions import match_transactions

_TABLES = (
    "work_statement_side",
    "work_ledger_side",
    "work_corrections_side",
    "work_run_totals",
    "work_run_rolls",
    "work_run_buckets",
    "work_run_not_compared",
    "work_run_absorbed",
    "work_verdict",
)
_NOT_COMPARED = "run_not_compared"
_CONTROL_TOTALS = "statement_lines_equal_control_totals"
_TOTALS = (
    "statement_side_totals",
    "ledger_side_totals",
    "corrections_side_totals",
    "run_totals",
    "run_rolls",
    "run_buckets",
    _NOT_COMPARED,
    "run_absorbed",
)
# What must be true of one leg alone.
_OWN_SENTENCES = {
    AUTHORISATION.name: ("legs/each_authorisation_adds_up",),
    STATEMENT_PAYOUT.name: ("payout_legs/every_line_is_in_one_waterfall",),
}
log = logging.getLogger(__name__)
_DISTANT_PAST = datetime(1, 1, 1, tzinfo=UTC)


def check_identities(attempt_id: int) -> str:
    """The verdict of the run: one word."""
    if not _is_decided(attempt_id):
        # A crash of the server has emptied the workspace: what was decided there is decided again.
        match_transactions(attempt_id)
    with warehouse.attempt(attempt_id) as cursor:
        attempt = attempts.load(cursor, attempt_id)
        if attempt.is_over:
            return attempt.verdict or ""
        # The members, and what matching had to stage anew or could not index.
        with (
            volumes.indexing(attempt_id, volumes.adopted(cursor)),
            proof_files.writing(attempt) as written,
        ):
            verdict = prove(cursor, attempt)
        proof_files.note(cursor, written.result())
        return verdict


def _is_decided(attempt_id: int) -> bool:
    with warehouse.attempt(attempt_id) as cursor:
        if attempts.load(cursor, attempt_id).is_over:
            return True
        row = warehouse.run(cursor, "runs/is_decided").fetchone()
        return row is not None and bool(row["is_decided"])


def prove(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> str:
    """Sums both sides, holds every sentence against them, and writes the verdict down."""
    cursor.execute(warehouse.drop_table(*_TABLES))
    head = warehouse.run(cursor, "runs/account_head", {"account_id": attempt.account_id}).fetchone()
    assert head is not None
    values = {
        "account_id": attempt.account_id,
        "psp": attempt.psp_name,
        "account": attempt.account,
        "leg": LEDGER_STATEMENT,
        "head_run_number": head["run_number"],
        "head_as_of": head["as_of"] or _DISTANT_PAST,
        "as_of": attempt.as_of if head["as_of"] is None else max(attempt.as_of, head["as_of"]),
        "is_reprocess": attempt.reprocess_from is not None,
    }
    for name in _TOTALS:
        warehouse.run(cursor, f"identities/{name}", values)
    broken = _broken(cursor, values)
    broken += further_legs.prove(cursor, attempt, values, _prove_leg)
    facts = warehouse.run(cursor, "identities/verdict_facts", values).fetchone()
    assert facts is not None
    verdict, reasons = judge(broken, facts)
    cursor.execute(
        "create unlogged table work_verdict as "
        "select %s::text as verdict, %s::text[] as reasons, %s::text[] as broken",
        [verdict, reasons, broken],
    )
    attempts.note(cursor, attempt.attempt_id, verdict=verdict, checked_at=None)
    log.log(
        logging.WARNING if verdict == "incomplete" else logging.INFO,
        "%s / %s up to %s: %s (%s)",
        attempt.psp_name,
        attempt.account,
        values["as_of"].isoformat(),
        verdict,
        "; ".join(reasons),
    )
    return verdict


def _prove_leg(cursor: warehouse.Cursor, values: dict[str, Any]) -> list[str]:
    """Proves a further leg: its lines have no control totals, and its rows no fees."""
    cursor.execute(warehouse.drop_table(*_TABLES))
    for name in _TOTALS:
        if name != _NOT_COMPARED:
            warehouse.run(cursor, f"identities/{name}", values)
    own = _OWN_SENTENCES.get(values["leg"], ())
    return _broken(cursor, values, without=_CONTROL_TOTALS, own=own)


def judge(broken: Sequence[str], facts: dict[str, Any]) -> tuple[str, list[str]]:
    """The verdict and why, the gravest first: incomplete > discrepancies > pending > reconciled."""
    incomplete = [
        *broken,
        *_told(
            facts["gaps"],
            "statement is missing or was refused",
            "statements are missing or were refused",
        ),
        *(
            _told(
                facts["refused_statements"],
                "refused statement waits for a good one",
                "refused statements wait for good ones",
            )
            if not facts["gaps"]
            else ()
        ),
        *_told(
            facts["failed_expectations"],
            "failed expectation is open",
            "failed expectations are open",
        ),
    ]
    discrepancies = _told(facts["discrepancies"], "discrepancy is open", "discrepancies are open")
    pending = _told(facts["pending"], "item is pending", "items are pending")
    reasons = [*incomplete, *discrepancies, *pending]
    if incomplete:
        return "incomplete", reasons
    if discrepancies:
        return "discrepancies", reasons
    if pending:
        return "reconciled_with_pending", reasons
    return "reconciled", ["every row is matched, or expected nowhere by a declared rule"]


def _broken(
    cursor: warehouse.Cursor,
    values: dict[str, Any],
    without: str = "",
    own: Sequence[str] = (),
) -> list[str]:
    """One sentence per identity that does not hold: expected, found, difference."""
    sentences = []
    found = sorted((warehouse.SQL_FOLDER / "identities" / "hold").glob("*.sql"))
    held = [f"identities/hold/{path.stem}" for path in found if path.stem != without]
    for name in (*held, *own):
        sentence = name.rpartition("/")[2].replace("_", " ")
        for row in warehouse.run(cursor, name, values):
            sentences.append(
                f"{sentence} does not hold: {row['what']}: expected {row['expected']}, "
                f"found {row['found']}, difference {row['found'] - row['expected']}"
            )
    return sentences


def _told(count: int, one: str, many: str) -> list[str]:
    return [f"{count} {one if count == 1 else many}"] if count else []
