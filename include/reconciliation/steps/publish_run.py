"""Publishes a run: everything at once, or nothing.

One transaction: the bulk first, then the account's lock, then the head by compare and swap with its
fencing token. A run that lost the head to another is decided again against the new one, the second
time inside the lock, so that it can't lose again (docs/decisions/005).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import psycopg

from include.reconciliation.edges import attempts, volumes, warehouse
from include.reconciliation.errors import HeadMoved
from include.reconciliation.identifiers import content_id
from include.reconciliation.legs import LEDGER_STATEMENT
from include.reconciliation.steps import (
    further_legs,
    gateway_legs,
    incidents,
    pauses,
    proof_files,
    reconciliation_events,
)
from include.reconciliation.steps.check_identities import prove
from include.reconciliation.steps.match_transactions import decide, with_fresh_inputs
from include.reconciliation.steps.validate_statements import is_staged

# Two accounts claimed a line of the bank at once: who decides again sees the other's claim.
_CLAIMED_ALREADY = "claimed_deposits_in_force"
# Of the members of matches: that of all runs that are not large.
_SHARED_VOLUME = 0
_MATCHES = (
    "035_open_ledger_payments",
    "040_keep_dissolved_members",
    "042_release_members",
    "044_release_provisional_members",
    "045_release_shared_key_members",
)
_ABSORBED = ("057_end_absorbed", "058_absorbed")
_POSITIONS = (
    "053_shared_key_members",
    "056_provisional_members",
    "060_close_open_items",
    "062_change_open_items",
    "064_add_open_items",
    "072_discrepancy_identities",
    "088_inputs",
    "090_supersede_statements",
    "092_statements_in_force",
)
_FINDINGS = (
    "070_discrepancies",
    "080_totals",
    "082_rolls",
    "084_buckets",
    "086_not_compared",
    "094_causes",
    "096_run_causes",
    "097_fees",
    "098_fee_differences",
)
_ROWS_WORTH_STATISTICS = 10_000


def publish_run(attempt_id: int) -> str:
    """The run_id; a run that is stored already stays as it is."""
    if not attempts.is_over(attempt_id):
        pauses.check_pause(attempt_id, "publish_run")
    decides_again = False
    for takes_lock_first in (False, False, True):
        try:
            run_id = warehouse.repeatedly(
                partial(_publish, attempt_id, takes_lock_first, decides_again)
            )
            _refresh_statistics(attempt_id)
            return run_id
        except (HeadMoved, psycopg.errors.UniqueViolation) as error:
            # A unique violation here is another run that published the same rows first.
            lost: Exception = error
            if isinstance(error, psycopg.errors.UniqueViolation):
                decides_again = error.diag.constraint_name == _CLAIMED_ALREADY
    raise HeadMoved(
        f"attempt {attempt_id} lost its head three times, though it held the lock"
    ) from lost


def _publish(attempt_id: int, takes_lock_first: bool, decides_again: bool) -> str:
    with warehouse.attempt(attempt_id) as cursor:
        attempt = attempts.load(cursor, attempt_id)
        if attempt.is_over:
            return attempt.published_run_id or ""
        account = {"account_id": attempt.account_id}
        is_current = is_staged(cursor, attempt.account_id)
        if takes_lock_first:
            warehouse.run(cursor, "publish/100_lock_account", account)
        head = warehouse.run(cursor, "runs/account_head", account).fetchone()
        assert head is not None
        is_current = is_current and not decides_again
        if not is_current or head["fencing_token"] != attempt.matched_against_token:
            decide(cursor, with_fresh_inputs(cursor, attempt))
            attempt = attempts.load(cursor, attempt_id)
            prove(cursor, attempt)
            proof_files.note(cursor, proof_files.write(cursor, attempt))
        verdict = cursor.execute("select * from work_verdict").fetchone()
        assert verdict is not None
        if verdict["broken"]:
            attempt = _under_its_own_name(cursor, attempt)
        run_number = store(cursor, attempt, verdict)
        if run_number is not None and not attempt.dry_run:
            _tell(cursor, attempt, run_number, verdict)
        attempts.note(
            cursor,
            attempt_id,
            state="refused" if verdict["broken"] else "published",
            published_run_id=attempt.run_id,
            verdict=verdict["verdict"],
            finished_at=None,
        )
        return attempt.run_id or ""


def store(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, verdict: dict[str, Any]
) -> int | None:
    """Stores what was decided and proved, and brings it into force where the run joins the chain.

    The run's number; None when this very run is stored already.
    """
    joins_chain = not attempt.dry_run and not verdict["broken"]
    run_number = _store_findings(cursor, attempt, verdict, joins_chain)
    if run_number is not None and joins_chain:
        _move_positions(cursor, attempt, run_number)
        _keep_rows(cursor, attempt, run_number)
        _join_chain(cursor, attempt, run_number)
    return run_number


def _under_its_own_name(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> attempts.Attempt:
    """A refused run keeps its inputs' name free for the sound run that may follow."""
    refused = content_id(attempt.run_id, "refused", attempt.airflow_run_id)
    attempts.note(cursor, attempt.attempt_id, run_id=refused)
    return attempts.load(cursor, attempt.attempt_id)


def _refresh_statistics(attempt_id: int) -> None:
    """In a transaction of its own, after the run is out: it locks against its like."""
    with warehouse.transaction() as cursor:
        values = {"attempt_id": attempt_id, "rows_from": _ROWS_WORTH_STATISTICS}
        warehouse.run(cursor, "publish/200_refresh_statistics", values)


def _store_findings(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, verdict: dict[str, Any], joins_chain: bool
) -> int | None:
    """The run's header, totals and discrepancies; None when this very run is stored already."""
    covered = cursor.execute("select until from work_coverage").fetchone()
    row = warehouse.run(
        cursor,
        "publish/010_run",
        {
            "attempt_id": attempt.attempt_id,
            "account_id": attempt.account_id,
            "is_published": joins_chain,
            "verdict": verdict["verdict"],
            "verdict_reasons": verdict["reasons"],
            "covered_until": covered["until"] if covered else None,
        },
    ).fetchone()
    if row is None:
        return None
    for name in _FINDINGS:
        warehouse.run(cursor, f"publish/{name}", {"run_number": row["run_number"]})
    return int(row["run_number"])


def _move_positions(cursor: warehouse.Cursor, attempt: attempts.Attempt, run_number: int) -> None:
    """What is matched and what is open after this run."""
    values = {
        "account_id": attempt.account_id,
        "leg": LEDGER_STATEMENT,
        "run_number": run_number,
    }
    further_legs.publish_matches(cursor, attempt, run_number, _SHARED_VOLUME)
    for name in _MATCHES:
        warehouse.run(cursor, f"publish/{name}", values)
    volume = volumes.attach(cursor, attempt.attempt_id, volumes.MEMBERS, run_number=run_number)
    if volume is None:
        volume = _SHARED_VOLUME
        warehouse.run(cursor, "publish/052_match_members", {**values, "volume": volume})
    again = warehouse.run(
        cursor, "publish/054_items_matched_before", {**values, "volume": volume}
    ).fetchone()
    if again is not None:
        raise HeadMoved(f"item {again['item_id']} is matched already, by run {again['run_number']}")
    for name in _ABSORBED:
        warehouse.run(cursor, f"publish/{name}", values)
    for name in _POSITIONS:
        warehouse.run(cursor, f"publish/{name}", values)


def _keep_rows(cursor: warehouse.Cursor, attempt: attempts.Attempt, run_number: int) -> None:
    """New versions of lines and ledger rows: a large table as it stands, a small one row by row."""
    shared = warehouse.run(cursor, "volumes/ensure").fetchone()
    new_lines = warehouse.run(cursor, "volumes/all_lines_are_new").fetchone()
    assert shared is not None and new_lines is not None
    attach = partial(volumes.attach, cursor, attempt.attempt_id, run_number=run_number)
    values = {
        "account_id": attempt.account_id,
        "run_number": run_number,
        "volume": shared["volume"],
    }
    if attempt.psp.gateway is not None:
        gateway_legs.publish_rows(cursor, attempt, values)
    warehouse.run(cursor, "publish/015_end_statement_lines", values)
    if not new_lines["is_so"] or attach(volumes.LINES) is None:
        warehouse.run(cursor, "publish/020_statement_lines", values)
    warehouse.run(cursor, "publish/025_end_ledger_transactions", values)
    warehouse.run(cursor, "publish/027_ledger_payments")
    # What is built on the columns that a version does not keep.
    cursor.execute(warehouse.drop_view("work_ledger_changes", "work_pool_ledger"))
    if attach(volumes.LEDGER_VERSIONS) is None:
        warehouse.run(cursor, "publish/030_ledger_transactions", values)


def _join_chain(cursor: warehouse.Cursor, attempt: attempts.Attempt, run_number: int) -> None:
    """After the bulk, the lock; then the head."""
    values = {
        "account_id": attempt.account_id,
        "run_number": run_number,
        "fencing_token": attempt.matched_against_token,
    }
    warehouse.run(cursor, "publish/100_lock_account", values)
    if warehouse.run(cursor, "publish/110_move_head", values).fetchone() is None:
        raise HeadMoved(
            f"{attempt.psp_name}/{attempt.account}: another run published meanwhile"
        )
    warehouse.run(cursor, "publish/105_corrections_posted", values)


def _tell(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, run_number: int, verdict: dict[str, Any]
) -> None:
    """Alerts and the log row, committed together with what they are about."""
    if verdict["broken"]:
        incidents.open_alert(
            cursor,
            incidents.identity_fingerprint(attempt.psp_name, attempt.account),
            incidents.FAILED_IDENTITY,
            "critical",
            attempt.psp_name,
            attempt.account,
            f"{attempt.psp.title} / {attempt.account}: {verdict['broken'][0]}",
            {"broken": list(verdict["broken"])},
            attempt.run_id,
        )
    incidents.assess_run(cursor, attempt.account_id, run_number)
    if not verdict["broken"]:
        incidents.enqueue_run_log(cursor, run_number)
        reconciliation_events.enqueue_events(cursor, run_number)
